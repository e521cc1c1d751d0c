#include "publishing/picture_inside.h"

#include <string.h>

/* JPEG: markers FF xx, most with a length; a scan runs to the next marker that is not RSTn. */
enum { JPEG_SOI = 0xD8, JPEG_EOI = 0xD9, JPEG_SOS = 0xDA, JPEG_APP0 = 0xE0, JPEG_COM = 0xFE };
enum { JPEG_TEM = 0x01, JPEG_RST0 = 0xD0, JPEG_APP15 = 0xEF, JPEG_JPG0 = 0xF0, JPEG_SOF0 = 0xC0 };

static bool is_sof(uint32_t marker)
{
    return marker >= JPEG_SOF0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 &&
           marker != 0xCC;
}

static bool take_marker(struct str *s, uint32_t *ret)
{
    if (s->n < 2 || walk_byte(*s, 0) != 0xFF)
        return false;
    while (s->n > 1 && walk_byte(*s, 0) == 0xFF && walk_byte(*s, 1) == 0xFF) // fill bytes
        *s = str_sub(*s, 1, s->n);
    *ret = walk_byte(*s, s->n > 1);
    *s = str_sub(*s, 2, s->n);
    return *ret != 0 && *ret != 0xFF;
}

static void put_segment(struct buf *out, uint32_t marker, struct str body)
{
    buf_put_char(out, (char)0xFF);
    buf_put_char(out, (char)marker);
    buf_put_char(out, (char)((body.n + 2) >> 8));
    buf_put_char(out, (char)((body.n + 2) & 0xFF));
    buf_put(out, body);
}

/* Of the application's segments: JFIF without its thumbnail, colour profiles, Adobe's transform. */
static void keep_application(struct walk *w, uint32_t marker, struct str body)
{
    static const char no_thumbnail[2] = { 0, 0 };
    if (marker == JPEG_APP0 && str_starts(body, S("JFIF\0")) && body.n >= 14) {
        char jfif[14];
        memcpy(jfif, body.s, 12);
        memcpy(jfif + 12, no_thumbnail, 2);
        put_segment(w->out, marker, (struct str){ jfif, sizeof jfif });
    }
    if (marker == JPEG_APP0 + 1 && str_starts(body, S("Exif\0\0")))
        walk_exif(w, str_sub(body, 6, body.n));
    bool profile = marker == JPEG_APP0 + 2 && str_starts(body, S("ICC_PROFILE\0"));
    bool adobe = marker == JPEG_APP0 + 14 && str_starts(body, S("Adobe"));
    if (profile || adobe)
        put_segment(w->out, marker, body);
}

/* A scan's compressed bytes, to the marker behind them. */
static struct str take_scan(struct str *s)
{
    size_t n = 0;
    while (n + 1 < s->n) {
        const char *mark = memchr(s->s + n, 0xFF, s->n - 1 - n);
        if (!mark) {
            n = s->n;
            break;
        }
        n = (size_t)(mark - s->s);
        uint32_t next = walk_byte(*s, n + 1);
        if (next != 0 && (next & 0xF8) != JPEG_RST0)
            break;
        n += 2;
    }
    struct str scan = { 0 };
    (void)walk_take(s, n < s->n ? n : s->n, &scan); // never more than there is
    return scan;
}

/* EXIF belongs among the first segments: it goes before the next one that is not an application's.
 */
static void put_orientation(struct walk *w)
{
    if (w->picture.orientation == 1 || w->orientation_put)
        return;
    char space[6 + SMALL_EXIF] = { 'E', 'x', 'i', 'f', 0, 0 };
    walk_small_exif(space + 6, w->picture.orientation);
    put_segment(w->out, JPEG_APP0 + 1, (struct str){ space, sizeof space });
    w->orientation_put = true;
}

static err keep_segment(struct walk *w, uint32_t marker, struct str body)
{
    if (marker >= JPEG_APP0 && marker <= JPEG_APP15) {
        keep_application(w, marker, body);
        return OK;
    }
    put_orientation(w);
    if (marker >= JPEG_JPG0) // comments, and what nobody uses
        return OK;
    if (is_sof(marker)) {
        err e = body.n < 6 ? PICTURE_DAMAGED : walk_size(w, big16(body, 3), big16(body, 1));
        if (e)
            return e;
    }
    put_segment(w->out, marker, body);
    return OK;
}

err picture_jpeg(struct walk *w)
{
    bool scanned = false;
    buf_put(w->out, S("\xFF\xD8"));
    w->rest = str_sub(w->rest, 2, w->rest.n);
    while (walk_more(w)) {
        uint32_t marker = 0;
        struct str body = { 0 };
        if (!take_marker(&w->rest, &marker))
            return PICTURE_DAMAGED;
        if (marker == JPEG_EOI) {
            buf_put(w->out, S("\xFF\xD9"));
            w->picture.orientation = w->orientation_put ? w->picture.orientation : 1;
            return scanned ? OK : PICTURE_DAMAGED;
        }
        if (marker == JPEG_SOI || marker == JPEG_TEM || (marker & 0xF8) == JPEG_RST0 ||
            w->rest.n < 2 || big16(w->rest, 0) < 2 ||
            !walk_take(&w->rest, big16(w->rest, 0), &body))
            return PICTURE_DAMAGED;
        err e = keep_segment(w, marker, str_sub(body, 2, body.n));
        if (e)
            return e;
        if (marker != JPEG_SOS)
            continue;
        if (!w->picture.width)
            return PICTURE_DAMAGED;
        scanned = true;
        buf_put(w->out, take_scan(&w->rest));
    }
    return PICTURE_DAMAGED;
}
