#include "render/href.h"
#include "base/utf8.h"
#include "render/escape.h"

static bool letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool scheme_char(char c)
{
    return letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
}

bool href_scheme(struct str url, struct str *ret)
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

bool href_leads(struct str url, bool within)
{
    struct str scheme = { 0 };
    if (url.n == 0 || !href_scheme(url, &scheme))
        return false;
    if (scheme.n == 0)
        return within;
    struct str rest = str_sub(url, scheme.n + 1, url.n);
    if (str_eq_nocase(scheme, S("http")) || str_eq_nocase(scheme, S("https")))
        return rest.n > 2 && str_starts(rest, S("//")) && rest.s[2] != '/';
    return rest.n > 0 &&
           (str_eq_nocase(scheme, S("mailto")) || (within && str_eq_nocase(scheme, S("tel"))));
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

void href_put(struct buf *out, struct str url)
{
    while (url.n) {
        struct str rest = url;
        uint32_t c = utf8_next(&rest);
        struct str bytes = str_sub(url, 0, url.n - rest.n);
        bool escaped = rest.n >= 2 && hex(rest.s[0]) && hex(rest.s[1]);
        if (c != UTF8_BAD && plain(c) && (c != '%' || escaped))
            escape_put(out, ESCAPE_ATTRIBUTE, bytes);
        else
            for (size_t i = 0; i < bytes.n; i++)
                buf_print(out, "%%%02X", (unsigned)(unsigned char)bytes.s[i]);
        url = rest;
    }
}
