#include "mail/mime.h"
#include "base/check.h"
#include "base/encoding.h"

enum {
    LINE_MAX_BYTES = 76, /* RFC 2045, 6.7 and 6.8 */
    BASE64_LINE = 57,    /* bytes that make 76 digits */
    LINE_ARENA = 4096,   /* for one line */
};

/* One character with its line ends made CRLF: a CR, an LF and a CRLF each end a line. */
static bool next_is_line_end(struct str *s)
{
    bool cr = s->s[0] == '\r';
    if (!cr && s->s[0] != '\n')
        return false;
    *s = str_sub(*s, cr && s->n > 1 && s->s[1] == '\n' ? 2 : 1, s->n);
    return true;
}

/* ---- quoted-printable ---- */

static bool is_plain(struct str s)
{
    char c = s.s[0];
    if (c == ' ' || c == '\t') // at the end of a line it would be lost
        return s.n > 1 && s.s[1] != '\r' && s.s[1] != '\n';
    return c > ' ' && c <= '~' && c != '=';
}

static void put_quoted_printable(struct buf *out, struct str s)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t column = 0;
    while (s.n) {
        if (next_is_line_end(&s)) {
            buf_put(out, S("\r\n"));
            column = 0;
            continue;
        }
        bool plain = is_plain(s);
        size_t width = plain ? 1 : 3;
        if (column + width > LINE_MAX_BYTES - 1) { // the "=" of a soft line end fits too
            buf_put(out, S("=\r\n"));
            column = 0;
        }
        unsigned char c = (unsigned char)s.s[0];
        if (plain) {
            buf_put_char(out, (char)c);
        } else {
            buf_put_char(out, '=');
            buf_put_char(out, digits[c >> 4]);
            buf_put_char(out, digits[c & 15]);
        }
        column += width;
        s = str_sub(s, 1, s.n);
    }
}

/* ---- base64 ---- */

static void put_base64_line(struct buf *out, const char *bytes, size_t n)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, LINE_ARENA);
    buf_put(out, base64_print(&a, (struct str){ bytes, n }));
    buf_put(out, S("\r\n"));
}

static void put_base64(struct buf *out, struct str s)
{
    char line[BASE64_LINE + 1];
    size_t n = 0;
    while (s.n) {
        if (next_is_line_end(&s)) {
            line[n++] = '\r';
            line[n++] = '\n';
        } else {
            line[n++] = s.s[0];
            s = str_sub(s, 1, s.n);
        }
        if (n < BASE64_LINE)
            continue;
        put_base64_line(out, line, BASE64_LINE);
        line[0] = line[BASE64_LINE]; // the LF of a CRLF that did not fit, or nothing
        n -= BASE64_LINE;
    }
    if (n)
        put_base64_line(out, line, n);
}

/* base64 takes 4 for 3 of every byte, quoted-printable 3 for 1 of those that are not ASCII. */
static bool base64_is_shorter(struct str s)
{
    size_t high = 0;
    for (size_t i = 0; i < s.n; i++)
        high += (unsigned char)s.s[i] > '~';
    return high > s.n / 6;
}

void mime_text_part(struct buf *out, struct str type, struct str text)
{
    bool base64 = base64_is_shorter(text);
    buf_print(out,
              "Content-Type: " STR_FMT "; charset=utf-8\r\nContent-Transfer-Encoding: %s\r\n\r\n",
              STR_ARG(type), base64 ? "base64" : "quoted-printable");
    if (base64)
        put_base64(out, text);
    else
        put_quoted_printable(out, text);
}
