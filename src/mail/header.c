#include "mail/header.h"
#include "base/check.h"
#include "base/encoding.h"
#include "base/scan.h"
#include "base/utf8.h"
#include "mail/mail.h"

enum {
    WORD_MAX = 60,        /* longest run without a space that stays as it is */
    ENCODED_BYTES = 39,   /* of text in one encoded word: 52 digits of base64, 64 bytes with all */
    TEXT_MAX = 4000,      /* of one header; what is longer is cut */
    ENCODED_ARENA = 4096, /* for one encoded word */
};

static bool printable(char c)
{
    return c >= ' ' && c <= '~';
}

/* ASCII whose words are short enough to fold at, and that cannot be taken for encoded words. */
static bool needs_no_code(struct str s)
{
    size_t run = 0;
    size_t at = 0;
    for (size_t i = 0; i < s.n; i++) {
        run = s.s[i] == ' ' ? 0 : run + 1;
        if (!printable(s.s[i]) || run > WORD_MAX)
            return false;
    }
    return !str_find(s, S("=?"), &at) && !str_starts(s, S(" ")) && !str_ends(s, S(" ")) &&
           !str_find(s, S("  "), &at);
}

/* Puts words with single spaces between them; `column` is where the line stands. */
static void put_folded(struct buf *out, struct str s, size_t column)
{
    bool first = true;
    while (s.n) {
        struct str word = scan_until(&s, ' ');
        if (!first && column + 1 + word.n > HEADER_LINE) {
            buf_put(out, S("\r\n "));
            column = 1;
        } else if (!first) {
            buf_put_char(out, ' ');
            column++;
        }
        buf_put(out, word);
        column += word.n;
        first = false;
    }
}

/* One code point made harmless: controls and broken bytes are spaces. */
static size_t next_clean(struct str *s, char out[4])
{
    uint32_t c = utf8_next(s);
    bool control =
        c == UTF8_BAD || c < ' ' || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029;
    return utf8_put(out, control ? ' ' : c);
}

static void put_encoded_word(struct buf *out, struct str bytes)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, ENCODED_ARENA);
    struct str digits = base64_print(&a, bytes);
    buf_print(out, "=?UTF-8?B?" STR_FMT "?=", STR_ARG(digits));
}

/* Encoded words of whole code points, one a line. */
static void put_encoded(struct buf *out, struct str s, bool first_on_line)
{
    char held[ENCODED_BYTES];
    size_t n = 0;
    bool first = first_on_line;
    while (s.n || n) {
        char point[4];
        size_t bytes = 0;
        struct str rest = s;
        if (s.n)
            bytes = next_clean(&rest, point);
        if (bytes && n + bytes <= sizeof held) {
            for (size_t i = 0; i < bytes; i++)
                held[n++] = point[i];
            s = rest;
            continue;
        }
        if (!first)
            buf_put(out, S("\r\n "));
        put_encoded_word(out, (struct str){ held, n });
        first = false;
        n = 0;
    }
}

void header_text(struct buf *out, struct str name, struct str text)
{
    struct str s = str_sub(text, 0, TEXT_MAX);
    buf_put(out, name);
    buf_put(out, S(": "));
    if (needs_no_code(s))
        put_folded(out, s, name.n + 2);
    else
        put_encoded(out, s, true);
    buf_put(out, S("\r\n"));
}

static void put_quoted(struct buf *out, struct str s)
{
    buf_put_char(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.s[i] == '"' || s.s[i] == '\\')
            buf_put_char(out, '\\');
        buf_put_char(out, s.s[i]);
    }
    buf_put_char(out, '"');
}

void header_person(struct buf *out, struct str name, struct str shown, struct str address)
{
    check(mail_address_good(address));
    struct str s = str_sub(shown, 0, TEXT_MAX);
    buf_put(out, name);
    buf_put(out, S(": "));
    if (s.n && s.n <= WORD_MAX && needs_no_code(s))
        put_quoted(out, s);
    else if (s.n)
        put_encoded(out, s, true);
    size_t line = name.n + 2 + s.n + 2 + address.n + 3;
    const char *space = s.n ? "\r\n " : "";
    if (s.n && line <= HEADER_LINE && needs_no_code(s))
        space = " ";
    buf_print(out, "%s<" STR_FMT ">\r\n", space, STR_ARG(address));
}

bool header_plain(struct buf *out, struct str name, struct str value)
{
    if (!value.n || value.n > HEADER_PLAIN_MAX || str_starts(value, S(" ")) ||
        str_ends(value, S(" ")))
        return false;
    for (size_t i = 0; i < value.n; i++)
        if (!printable(value.s[i]))
            return false;
    buf_put(out, name);
    buf_put(out, S(": "));
    put_folded(out, value, name.n + 2);
    buf_put(out, S("\r\n"));
    return true;
}
