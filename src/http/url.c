#include "http/url.h"
#include "base/scan.h"
#include "base/utf8.h"
#include "http/http.h"

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_unreserved(char c)
{
    return is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

bool host_valid(struct str host)
{
    for (size_t i = 0; i < host.n; i++)
        if (!is_unreserved(host.s[i]) && !str_has(S("[]:%"), host.s[i]))
            return false;
    return host.n > 0 && host.n <= 255 + 6; // a name of RFC 1035 and a port
}

/* Visible ASCII but '#': a fragment is never sent, and whoever sends one reads it otherwise. */
static bool all_may_stand(struct str raw)
{
    for (size_t i = 0; i < raw.n; i++)
        if (raw.s[i] <= 0x20 || raw.s[i] >= 0x7F || raw.s[i] == '#')
            return false;
    return true;
}

/* "http://HOST/path": moves *raw to "/path" when HOST is ours. */
static bool take_authority(struct str *raw, struct str host)
{
    struct str rest = *raw;
    if (!str_eq_nocase(str_sub(rest, 0, 7), S("http://")) &&
        !str_eq_nocase(str_sub(rest, 0, 8), S("https://")))
        return false;
    (void)scan_until(&rest, '/'); // the scheme and its two slashes
    (void)scan_until(&rest, '/');
    size_t n = 0;
    while (n < rest.n && rest.s[n] != '/' && rest.s[n] != '?')
        n++;
    if (!str_eq_nocase(str_sub(rest, 0, n), host))
        return false;
    *raw = str_sub(rest, n, rest.n);
    return true;
}

err target_split(struct str raw, struct str host, struct target *ret)
{
    if (!all_may_stand(raw))
        return TARGET_WRONG;
    if ((!raw.n || raw.s[0] != '/') && !take_authority(&raw, host))
        return TARGET_WRONG;
    struct target t = { .path = raw };
    (void)str_cut(raw, '?', &t.path, &t.query); // no query: all of it is the path
    if (!t.path.n)
        t.path = S("/");
    *ret = t;
    return OK;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* The byte that stands at s[*at]; moves *at past it. -1: a broken escape. */
static int next_byte(struct str s, bool plus, size_t *at)
{
    char c = s.s[(*at)++];
    if (c == '+' && plus)
        return ' ';
    if (c != '%')
        return (unsigned char)c;
    if (s.n - *at < 2)
        return -1;
    int high = hex_value(s.s[*at]);
    int low = hex_value(s.s[*at + 1]);
    *at += 2;
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

bool url_decode_into(struct str s, bool plus, char *out, size_t *ret_n)
{
    size_t n = 0;
    for (size_t at = 0; at < s.n;) {
        int byte = next_byte(s, plus, &at);
        if (byte <= 0)
            return false;
        out[n++] = (char)byte;
    }
    if (!utf8_valid((struct str){ out, n }))
        return false;
    *ret_n = n;
    return true;
}

bool url_decode(struct arena *a, struct str s, bool plus, struct str *ret)
{
    char *out = arena_new(a, char, s.n);
    size_t n = 0;
    if (!url_decode_into(s, plus, out, &n))
        return false;
    *ret = (struct str){ out, n };
    return true;
}

/* Like next_byte(), but a '%' that begins no escape is itself. */
static char next_byte_mended(struct str s, bool plus, size_t *at)
{
    size_t after = *at + 1;
    int byte = next_byte(s, plus, at);
    if (byte >= 0)
        return (char)byte;
    *at = after;
    return '%';
}

struct str url_mend(struct arena *a, struct str s, bool plus)
{
    enum { REPLACEMENT = 0xFFFD, REPLACEMENT_BYTES = 3 };
    char *bytes = arena_new(a, char, s.n);
    size_t n = 0;
    for (size_t at = 0; at < s.n;)
        bytes[n++] = next_byte_mended(s, plus, &at);
    char *out = arena_new(a, char, n *REPLACEMENT_BYTES);
    struct str rest = { bytes, n };
    size_t out_n = 0;
    while (rest.n) {
        uint32_t c = utf8_next(&rest);
        out_n += utf8_put(out + out_n, c && c != UTF8_BAD ? c : REPLACEMENT);
    }
    return (struct str){ out, out_n };
}

size_t url_escape_into(struct str s, char *out)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (is_unreserved(s.s[i])) {
            out[n++] = s.s[i];
            continue;
        }
        unsigned char byte = (unsigned char)s.s[i];
        out[n++] = '%';
        out[n++] = digits[byte >> 4];
        out[n++] = digits[byte & 15];
    }
    return n;
}

struct str url_escape(struct arena *a, struct str s)
{
    char *out = arena_new(a, char, 3 * s.n);
    return (struct str){ out, url_escape_into(s, out) };
}
