#include "render/qr.h"
#include "base/buf.h"
#include "base/check.h"
#include "render/escape.h"

#include <qrencode.h>

enum {
    QUIET = 4,
    PIXELS = 4,           /* a module */
    SVG_MAX = 256 * 1024, /* more than the finest code and the longest title take */
    TITLE_MAX = 1000,
};

/* One row: its dark runs as a line through their middle, "M4 4.5h7m2 0h1". */
static void put_row(struct buf *out, const unsigned char *row, int width, int y)
{
    int drawn = -1; // where the line ends
    for (int x = 0; x < width; x++) {
        int from = x;
        while (x < width && (row[x] & 1))
            x++;
        if (x == from)
            continue;
        if (drawn < 0)
            buf_print(out, "M%d %d.5h%d", from + QUIET, y + QUIET, x - from);
        else
            buf_print(out, "m%d 0h%d", from - drawn, x - from);
        drawn = x;
    }
}

static void put(struct buf *out, const QRcode *code, struct str title)
{
    int size = code->width + 2 * QUIET;
    buf_print(out,
              "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"qr\" role=\"img\" width=\"%d\" "
              "height=\"%d\" viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\"><title>",
              size * PIXELS, size * PIXELS, size, size);
    escape_put(out, ESCAPE_TEXT, title);
    buf_print(out, "</title><path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/><path stroke=\"#000\" d=\"",
              size, size);
    const unsigned char *row = code->data;
    for (int y = 0; y < code->width; y++, row += code->width)
        put_row(out, row, code->width, y);
    buf_put(out, S("\"/></svg>"));
}

err qr_svg(struct arena *a, struct str text, struct str title, struct html *ret)
{
    if (text.n > QR_TEXT_MAX)
        return QR_TOO_LONG;
    if (text.n == 0 || str_has(text, '\0'))
        return QR_NOT_TEXT;
    check(title.n <= TITLE_MAX);
    QRcode *code = QRcode_encodeString(str_z(a, text), 0, QR_ECLEVEL_M, QR_MODE_8, 1);
    check(code); // the text fits; only memory can be lacking
    struct buf out = buf_make(SVG_MAX);
    put(&out, code, title);
    check(!buf_full(&out));
    *ret = (struct html){ buf_copy(&out, a) };
    buf_free(&out);
    QRcode_free(code);
    return OK;
}
