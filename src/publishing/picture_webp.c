#include "publishing/picture_inside.h"

#include <string.h>

/* WebP: RIFF chunks of a type, a length, and bytes padded to even. */
#define WEBP_KEPT   S("VP8 VP8LVP8XALPHANIMANMFICCP")
#define WEBP_FRAMES S("VP8 VP8LALPH") /* within ANMF, behind its head of 16 bytes */
enum { WEBP_HEAD = 12, WEBP_EXIF = 0x08, WEBP_XMP = 0x04, WEBP_FRAME_HEAD = 16 };

static void put_little32(struct buf *out, uint32_t v)
{
    for (int shift = 0; shift <= 24; shift += 8)
        buf_put_char(out, (char)(v >> shift & 0xFF));
}

static bool take_chunk(struct str *s, struct str *ret_type, struct str *ret_body)
{
    struct str head = { 0 };
    if (s->n < 8 || little32(*s, 4) > s->n - 8)
        return false;
    check(walk_take(s, 8, &head));
    *ret_type = str_sub(head, 0, 4);
    check(walk_take(s, little32(head, 4), ret_body));
    *s = str_sub(*s, ret_body->n & 1, s->n);
    return true;
}

static void put_chunk(struct buf *out, struct str type, struct str body)
{
    buf_put(out, type);
    put_little32(out, (uint32_t)body.n);
    buf_put(out, body);
    if (body.n & 1)
        buf_put_char(out, 0);
}

static err set_webp_size(struct walk *w, struct str type, struct str body)
{
    if (str_eq(type, S("VP8X")) && body.n >= 10)
        return walk_size(w, (little32(body, 3) >> 8) + 1, (little32(body, 6) >> 8) + 1);
    if (w->picture.width) // the canvas counts
        return OK;
    if (str_eq(type, S("VP8 ")) && body.n >= 10)
        return walk_size(w, little16(body, 6) & 0x3FFF, little16(body, 8) & 0x3FFF);
    if (!str_eq(type, S("VP8L")) || body.n < 5 || walk_byte(body, 0) != 0x2F)
        return PICTURE_DAMAGED;
    uint32_t bits = little32(body, 1);
    return walk_size(w, (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1);
}

static void patch_little32(struct buf *out, size_t at, size_t v)
{
    if (buf_full(out))
        return;
    for (size_t i = 0; i < 4; i++)
        out->s[at + i] = (char)(v >> 8 * i & 0xFF);
}

/* One frame of an animation: its head, and of its chunks those that hold the picture. */
static err keep_frame(struct walk *w, struct str body)
{
    struct str head = { 0 };
    if (!walk_take(&body, WEBP_FRAME_HEAD, &head))
        return PICTURE_DAMAGED;
    size_t from = w->out->n;
    put_chunk(w->out, S("ANMF"), head);
    while (body.n) {
        struct str type = { 0 };
        struct str inner = { 0 };
        if (!walk_more(w) || !take_chunk(&body, &type, &inner))
            return PICTURE_DAMAGED;
        if (walk_listed(type, WEBP_FRAMES))
            put_chunk(w->out, type, inner);
    }
    patch_little32(w->out, from + 4, w->out->n - from - 8);
    return OK;
}

static err keep_webp_chunk(struct walk *w, struct str type, struct str body, bool *ret_pixels)
{
    bool pixels = str_eq(type, S("VP8 ")) || str_eq(type, S("VP8L"));
    bool frame = str_eq(type, S("ANMF"));
    *ret_pixels = *ret_pixels || pixels || frame;
    if (str_eq(type, S("EXIF")))
        walk_exif(w, str_starts(body, S("Exif\0\0")) ? str_sub(body, 6, body.n) : body);
    if (!walk_listed(type, WEBP_KEPT))
        return OK;
    if (frame)
        return w->picture.width ? keep_frame(w, body) : PICTURE_DAMAGED;
    if (pixels || str_eq(type, S("VP8X"))) {
        err e = set_webp_size(w, type, body);
        if (e)
            return e;
    }
    put_chunk(w->out, type, body);
    return OK;
}

/* The head tells the size of all and, in VP8X, which parts there are. */
static void finish_webp(struct walk *w)
{
    bool extended = w->out->n > WEBP_HEAD + 8 &&
                    memcmp(w->out->s + WEBP_HEAD, "VP8X", 4) == 0; // the one place it may stand
    uint32_t flags = 0;
    if (extended) {
        flags = (uint8_t)w->out->s[WEBP_HEAD + 8] & ~(uint32_t)(WEBP_EXIF | WEBP_XMP);
        if (w->picture.orientation != 1)
            flags |= WEBP_EXIF;
        w->out->s[WEBP_HEAD + 8] = (char)flags;
    }
    if (flags & WEBP_EXIF) {
        char exif[SMALL_EXIF];
        walk_small_exif(exif, w->picture.orientation);
        put_chunk(w->out, S("EXIF"), (struct str){ exif, sizeof exif });
    } else {
        w->picture.orientation = 1; // only an extended file's EXIF means anything
    }
    patch_little32(w->out, 4, w->out->n - 8);
}

err picture_webp(struct walk *w)
{
    bool pixels = false;
    struct str file = w->rest;
    if (file.n < WEBP_HEAD || little32(file, 4) > file.n - 8 || little32(file, 4) < 4)
        return PICTURE_DAMAGED;
    w->rest = str_sub(file, WEBP_HEAD, little32(file, 4) - 4);
    buf_put(w->out, str_sub(file, 0, WEBP_HEAD));
    while (w->rest.n) {
        struct str type = { 0 };
        struct str body = { 0 };
        if (!walk_more(w) || !take_chunk(&w->rest, &type, &body))
            return PICTURE_DAMAGED;
        if (str_eq(type, S("VP8X")) && w->parts != 1)
            return PICTURE_DAMAGED;
        err e = keep_webp_chunk(w, type, body, &pixels);
        if (e)
            return e;
    }
    finish_webp(w);
    return pixels ? OK : PICTURE_DAMAGED;
}
