#include "publishing/picture_inside.h"

/* GIF: blocks, each followed by sub-blocks of up to 255 bytes. */
enum { GIF_EXTENSION = 0x21, GIF_IMAGE = 0x2C, GIF_TRAILER = 0x3B };
enum { GIF_CONTROL = 0xF9, GIF_APPLICATION = 0xFF };

static size_t color_table(uint32_t flags)
{
    return flags & 0x80 ? (size_t)3 << ((flags & 7) + 1) : 0;
}

/* Sub-blocks from `at` to the empty one that ends them; 0 when they lead past the end. */
static size_t sub_blocks_end(struct str s, size_t at)
{
    while (at < s.n) {
        uint32_t n = walk_byte(s, at);
        at += 1 + (size_t)n;
        if (n == 0)
            return at;
    }
    return 0;
}

/* What controls an image, and how often an animation runs. */
static bool is_kept_extension(struct str block)
{
    uint32_t label = walk_byte(block, 1);
    struct str name = str_sub(block, 3, 11);
    bool loop = str_eq(name, S("NETSCAPE2.0")) || str_eq(name, S("ANIMEXTS1.0"));
    bool profile = str_eq(name, S("ICCRGBG1012"));
    return label == GIF_CONTROL || (label == GIF_APPLICATION && (loop || profile));
}

static err keep_gif_block(struct walk *w, uint32_t kind, bool *ret_pixels)
{
    bool image = kind == GIF_IMAGE;
    if ((!image && kind != GIF_EXTENSION) || w->rest.n < (image ? 11 : 3))
        return PICTURE_DAMAGED;
    size_t from = image ? 11 + color_table(walk_byte(w->rest, 9)) : 2;
    struct str block = { 0 };
    size_t n = sub_blocks_end(w->rest, from);
    if (!n || !walk_take(&w->rest, n, &block))
        return PICTURE_DAMAGED;
    *ret_pixels = *ret_pixels || image;
    if (image || is_kept_extension(block))
        buf_put(w->out, block);
    return OK;
}

err picture_gif(struct walk *w)
{
    bool pixels = false;
    if (w->rest.n < 13)
        return PICTURE_DAMAGED;
    err e = walk_size(w, little16(w->rest, 6), little16(w->rest, 8));
    struct str head = { 0 };
    if (e || !walk_take(&w->rest, 13 + color_table(walk_byte(w->rest, 10)), &head))
        return PICTURE_DAMAGED;
    buf_put(w->out, head);
    while (w->rest.n && walk_more(w)) {
        uint32_t kind = walk_byte(w->rest, 0);
        if (kind == GIF_TRAILER) {
            buf_put_char(w->out, GIF_TRAILER);
            return pixels ? OK : PICTURE_DAMAGED;
        }
        e = keep_gif_block(w, kind, &pixels);
        if (e)
            return e;
    }
    return PICTURE_DAMAGED;
}
