#include "publishing/picture_inside.h"

/* PNG: a signature, then chunks of length, type, bytes and CRC. */
#define PNG_SIGNATURE S("\x89PNG\r\n\x1A\n")
enum { PNG_FRAME = 12 }; /* a chunk's length, type and CRC */

static void put_big32(struct buf *out, uint32_t v)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        buf_put_char(out, (char)(v >> shift & 0xFF));
}

/* The CRC of ISO 3309, as PNG's annex D has it, by a table made for one file. */
struct crc {
    uint32_t table[256];
};

static void crc_init(struct crc *c)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t v = i;
        for (int bit = 0; bit < 8; bit++)
            v = v & 1 ? UINT32_C(0xEDB88320) ^ v >> 1 : v >> 1;
        c->table[i] = v;
    }
}

static uint32_t crc_of(const struct crc *c, struct str s)
{
    uint32_t v = UINT32_MAX;
    for (size_t i = 0; i < s.n; i++)
        v = c->table[(v ^ (uint8_t)s.s[i]) & 0xFF] ^ v >> 8;
    return ~v;
}

/* Colour, transparency, size on paper, animation, and the picture itself. */
#define PNG_KEPT                                                                                   \
    S("IHDRPLTEIDATIENDtRNSgAMAcHRMsRGBiCCPsBITbKGDpHYshISTsPLTcICPmDCvcLLiacTLfcTLfdAT")

static void put_png_exif(struct walk *w, const struct crc *crc)
{
    char chunk[4 + SMALL_EXIF] = { 'e', 'X', 'I', 'f' };
    walk_small_exif(chunk + 4, w->picture.orientation);
    put_big32(w->out, SMALL_EXIF);
    buf_put(w->out, (struct str){ chunk, sizeof chunk });
    put_big32(w->out, crc_of(crc, (struct str){ chunk, sizeof chunk }));
}

static err keep_chunk(struct walk *w, const struct crc *crc, struct str chunk)
{
    struct str type = str_sub(chunk, 4, 4);
    struct str body = str_sub(chunk, 8, chunk.n - PNG_FRAME);
    bool header = str_eq(type, S("IHDR"));
    if (header != (w->parts == 1)) // first, and only once
        return PICTURE_DAMAGED;
    if (str_eq(type, S("eXIf")))
        walk_exif(w, body);
    if (!walk_listed(type, PNG_KEPT))
        return OK;
    if (big32(chunk, chunk.n - 4) != crc_of(crc, str_sub(chunk, 4, chunk.n - 8)))
        return PICTURE_DAMAGED;
    if (header && (body.n != 13 || walk_size(w, big32(body, 0), big32(body, 4))))
        return PICTURE_DAMAGED;
    if (str_eq(type, S("IEND")) && w->picture.orientation != 1)
        put_png_exif(w, crc);
    buf_put(w->out, chunk);
    return OK;
}

err picture_png(struct walk *w)
{
    struct crc crc;
    crc_init(&crc);
    bool pixels = false;
    buf_put(w->out, PNG_SIGNATURE);
    w->rest = str_sub(w->rest, PNG_SIGNATURE.n, w->rest.n);
    while (walk_more(w)) {
        struct str chunk = { 0 };
        if (w->rest.n < PNG_FRAME || big32(w->rest, 0) > w->rest.n - PNG_FRAME)
            return PICTURE_DAMAGED;
        check(walk_take(&w->rest, (size_t)big32(w->rest, 0) + PNG_FRAME, &chunk));
        err e = keep_chunk(w, &crc, chunk);
        if (e)
            return e;
        struct str type = str_sub(chunk, 4, 4);
        pixels = pixels || str_eq(type, S("IDAT"));
        if (str_eq(type, S("IEND")))
            return pixels ? OK : PICTURE_DAMAGED;
    }
    return PICTURE_DAMAGED;
}
