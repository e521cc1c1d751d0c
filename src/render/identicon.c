#include "render/identicon.h"
#include "base/buf.h"
#include "base/crypto.h"
#include "base/encoding.h"
#include "render/caseless.h"

#include <inttypes.h>
#include <string.h>

enum { SIDE = 5, HALF = 3, HUES = 512, CIRCLE = 360, SVG_MAX = 1024 };

struct identicon identicon_of(struct arena *a, struct str name, int64_t person)
{
    uint8_t hash[SHA256_BYTES];
    struct identicon i = { 0 };
    struct str folded = text_caseless(a, name);
    sha256(str_print(a, "identicon %" PRId64 " " STR_FMT, person, STR_ARG(folded)), hash);
    memcpy(i.bytes, hash, sizeof i.bytes);
    return i;
}

struct str identicon_code(struct arena *a, struct identicon i)
{
    return hex_print(a, bytes_str(i.bytes, sizeof i.bytes));
}

bool identicon_parse(struct str code, struct identicon *ret)
{
    for (size_t i = 0; i < code.n; i++)
        if (code.s[i] >= 'A' && code.s[i] <= 'F')
            return false;
    return hex_parse(code, ret->bytes, sizeof ret->bytes);
}

/* The first 15 bits are the left three columns, row by row; the middle square is always there. */
static bool is_set(uint32_t bits, int x, int y)
{
    int column = x < HALF ? x : SIDE - 1 - x;
    if (x == SIDE / 2 && y == SIDE / 2)
        return true;
    return (bits >> (y * HALF + column) & 1) != 0;
}

struct str identicon_svg(struct arena *a, struct identicon i)
{
    struct buf out CLEANUP(buf_free) = buf_make(SVG_MAX);
    uint32_t bits = (uint32_t)i.bytes[0] << 16 | (uint32_t)i.bytes[1] << 8 | i.bytes[2];
    uint32_t hue = (bits >> (SIDE * HALF)) % HUES * CIRCLE / HUES;
    buf_print(&out,
              "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-1 -1 7 7\">"
              "<path fill=\"hsl(%" PRIu32 ",55%%,50%%)\" d=\"",
              hue);
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            if (is_set(bits, x, y))
                buf_print(&out, "M%d %dh1v1h-1z", x, y);
    buf_put(&out, S("\"/></svg>\n"));
    return buf_copy(&out, a);
}
