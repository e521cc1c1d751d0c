#include "render/markup.h"
#include "base/utf8.h"

static struct str escape(char c)
{
    switch (c) {
    case '&': return S("&amp;");
    case '<': return S("&lt;");
    case '>': return S("&gt;");
    case '"': return S("&quot;");
    case '\'': return S("&#39;");
    case '\0': return S("\xEF\xBF\xBD"); // U+FFFD, as HTML would read it
    default: return (struct str){ 0 };
    }
}

void markup_text(struct buf *out, struct str s)
{
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        struct str e = escape(s.s[i]);
        if (!e.n)
            continue;
        buf_put(out, str_sub(s, from, i - from));
        buf_put(out, e);
        from = i + 1;
    }
    buf_put(out, str_sub(s, from, s.n));
}

static bool letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool scheme_char(char c)
{
    return letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
}

bool markup_scheme(struct str url, struct str *ret)
{
    size_t n = 0;
    while (n < url.n && url.s[n] != ':' && url.s[n] != '/' && url.s[n] != '?' && url.s[n] != '#')
        n++;
    if (n == url.n || url.s[n] != ':') {
        *ret = (struct str){ 0 };
        return true;
    }
    if (n == 0 || !letter(url.s[0]))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!scheme_char(url.s[i]))
            return false;
    *ret = str_sub(url, 0, n);
    return true;
}

static bool hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Whether a code point stands in an address as it is. */
static bool plain(uint32_t c)
{
    if (c < 0x80) {
        struct str never = S("\"'<>\\^`{|}");
        return c > 0x20 && c != 0x7F && !str_has(never, (char)c);
    }
    bool invisible = c < 0xA1 || c == 0xAD || c == 0x61C || (c >= 0x180B && c <= 0x180F) ||
                     (c >= 0x2000 && c <= 0x200F) || (c >= 0x2028 && c <= 0x202F) ||
                     (c >= 0x205F && c <= 0x206F) || c == 0x3000 || c == 0xFEFF ||
                     (c >= 0xFFF0 && c <= 0xFFFF) || c >= 0xE0000;
    return !invisible;
}

void markup_url(struct buf *out, struct str url)
{
    while (url.n) {
        struct str rest = url;
        uint32_t c = utf8_next(&rest);
        struct str bytes = str_sub(url, 0, url.n - rest.n);
        bool escaped = rest.n >= 2 && hex(rest.s[0]) && hex(rest.s[1]);
        if (c != UTF8_BAD && plain(c) && (c != '%' || escaped))
            markup_text(out, bytes);
        else
            for (size_t i = 0; i < bytes.n; i++)
                buf_print(out, "%%%02X", (unsigned)(unsigned char)bytes.s[i]);
        url = rest;
    }
}
