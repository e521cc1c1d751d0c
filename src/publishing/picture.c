#include "publishing/picture.h"
#include "publishing/picture_inside.h"

#include <string.h>

bool walk_more(struct walk *w)
{
    return ++w->parts <= PICTURE_PARTS_MAX;
}

bool walk_take(struct str *s, size_t n, struct str *ret)
{
    if (s->n < n)
        return false;
    *ret = str_sub(*s, 0, n);
    *s = str_sub(*s, n, s->n);
    return true;
}

bool walk_listed(struct str type, struct str list)
{
    for (; list.n >= 4; list = str_sub(list, 4, list.n))
        if (str_eq(type, str_sub(list, 0, 4)))
            return true;
    return false;
}

/* EXIF is a TIFF file (CIPA DC-008, 4.5): the orientation is tag 0x0112 of its first directory. */
enum { EXIF_ORIENTATION = 0x0112, EXIF_SHORT = 3, EXIF_ENTRY = 12 };

static int orientation_of(struct str tiff)
{
    if (tiff.n < 8)
        return 1;
    bool little = str_starts(tiff, S("II"));
    if (!little && !str_starts(tiff, S("MM")))
        return 1;
    uint32_t (*get16)(struct str, size_t) = little ? little16 : big16;
    size_t at = little ? little32(tiff, 4) : big32(tiff, 4);
    if (at > tiff.n || tiff.n - at < 2)
        return 1;
    size_t entries = get16(tiff, at);
    struct str list = str_sub(tiff, at + 2, tiff.n);
    for (size_t i = 0; i < entries && list.n >= EXIF_ENTRY; i++) {
        struct str entry = str_sub(list, 0, EXIF_ENTRY);
        list = str_sub(list, EXIF_ENTRY, list.n);
        uint32_t value = get16(entry, 8);
        if (get16(entry, 0) == EXIF_ORIENTATION && get16(entry, 2) == EXIF_SHORT && value >= 1 &&
            value <= 8)
            return (int)value;
    }
    return 1;
}

void walk_small_exif(char space[SMALL_EXIF], int orientation)
{
    static const char model[SMALL_EXIF] = { 'M', 'M',  0, 42, 0, 0, 0, 8,             // header
                                            0,   1,                                   // one entry
                                            1,   0x12, 0, 3,  0, 0, 0, 1, 0, 0, 0, 0, // the tag
                                            0,   0,    0, 0 }; // no other directory
    memcpy(space, model, SMALL_EXIF);
    space[19] = (char)orientation;
}

void walk_exif(struct walk *w, struct str tiff)
{
    if (w->picture.orientation == 1)
        w->picture.orientation = orientation_of(tiff);
}

err walk_size(struct walk *w, uint32_t width, uint32_t height)
{
    if (w->picture.width || !width || !height || width > PICTURE_SIDE_MAX ||
        height > PICTURE_SIDE_MAX)
        return PICTURE_DAMAGED;
    w->picture.width = width;
    w->picture.height = height;
    return OK;
}

bool picture_kind_of(struct str file, enum picture_kind *ret)
{
    if (str_starts(file, S("\xFF\xD8\xFF")))
        *ret = PICTURE_JPEG;
    else if (str_starts(file, S("\x89PNG\r\n\x1A\n")))
        *ret = PICTURE_PNG;
    else if (str_starts(file, S("GIF87a")) || str_starts(file, S("GIF89a")))
        *ret = PICTURE_GIF;
    else if (str_starts(file, S("RIFF")) && str_eq(str_sub(file, 8, 4), S("WEBP")))
        *ret = PICTURE_WEBP;
    else
        return false;
    return true;
}

static err clean(struct walk *w)
{
    switch (w->picture.kind) {
    case PICTURE_JPEG: return picture_jpeg(w);
    case PICTURE_PNG: return picture_png(w);
    case PICTURE_GIF: return picture_gif(w);
    case PICTURE_WEBP: return picture_webp(w);
    }
    check(false);
    return PICTURE_UNKNOWN;
}

err picture_clean(struct str file, struct buf *out, struct picture *ret)
{
    struct walk w = { .rest = file, .out = out, .picture = { .orientation = 1 } };
    if (!picture_kind_of(file, &w.picture.kind))
        return PICTURE_UNKNOWN;
    check(out->n == 0);
    err e = clean(&w);
    if (!e && buf_full(out))
        e = ERR_LIMIT;
    if (e)
        return e < 0 ? fault(e) : e;
    if (w.picture.orientation >= 5) {
        int64_t width = w.picture.width;
        w.picture.width = w.picture.height;
        w.picture.height = width;
    }
    *ret = w.picture;
    return OK;
}

struct str picture_type(enum picture_kind k)
{
    switch (k) {
    case PICTURE_JPEG: return S("image/jpeg");
    case PICTURE_PNG: return S("image/png");
    case PICTURE_GIF: return S("image/gif");
    case PICTURE_WEBP: return S("image/webp");
    }
    check(false);
    return S("");
}

struct str picture_ending(enum picture_kind k)
{
    switch (k) {
    case PICTURE_JPEG: return S("jpg");
    case PICTURE_PNG: return S("png");
    case PICTURE_GIF: return S("gif");
    case PICTURE_WEBP: return S("webp");
    }
    check(false);
    return S("");
}
