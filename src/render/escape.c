#include "render/escape.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/*
 * Escaping is the cost of rendering, so text is taken in runs: find the next byte that must change
 * (16 at a time where the processor can), copy what lies before it, write its replacement.
 */

static const struct str entities[256] = {
    ['&'] = { "&amp;", 5 },  ['<'] = { "&lt;", 4 },   ['>'] = { "&gt;", 4 },
    ['"'] = { "&quot;", 6 }, ['\''] = { "&#39;", 5 },
};

static bool is_special(unsigned char c, bool quotes)
{
    return entities[c].n && (quotes || (c != '"' && c != '\''));
}

/* How many bytes at the front need no entity. */
static size_t plain_run(struct str s, bool quotes)
{
    size_t i = 0;
#ifdef __SSE2__
    const __m128i amp = _mm_set1_epi8('&');
    const __m128i apos = _mm_set1_epi8('\'');
    const __m128i quot = _mm_set1_epi8('"');
    const __m128i gt = _mm_set1_epi8('>');
    const __m128i one = _mm_set1_epi8(1);
    const __m128i two = _mm_set1_epi8(2);
    for (; s.n - i >= 16; i += 16) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(s.s + i));
        __m128i hit = _mm_cmpeq_epi8(_mm_or_si128(x, two), gt); /* < and > differ in one bit */
        if (quotes)                                             /* so do & and ' */
            hit = _mm_or_si128(hit, _mm_or_si128(_mm_cmpeq_epi8(_mm_or_si128(x, one), apos),
                                                 _mm_cmpeq_epi8(x, quot)));
        else
            hit = _mm_or_si128(hit, _mm_cmpeq_epi8(x, amp));
        unsigned mask = (unsigned)_mm_movemask_epi8(hit);
        if (mask)
            return i + (size_t)__builtin_ctz(mask);
    }
#endif
    while (i < s.n && !is_special((unsigned char)s.s[i], quotes))
        i++;
    return i;
}

static void put_entities(struct buf *out, struct str s, bool quotes)
{
    for (;;) {
        size_t n = plain_run(s, quotes);
        buf_put(out, (struct str){ s.s, n });
        if (n == s.n)
            return;
        buf_put(out, entities[(unsigned char)s.s[n]]);
        s = (struct str){ s.s + n + 1, s.n - n - 1 };
    }
}

static void put_percent(struct buf *out, unsigned char c)
{
    static const char hex[] = "0123456789ABCDEF";
    buf_put(out, (struct str){ (char[]){ '%', hex[c >> 4], hex[c & 15] }, 3 });
}

static bool is_alnum(unsigned char c)
{
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

static bool is_hex(unsigned char c)
{
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

static bool starts_octet(struct str s)
{
    return s.n >= 3 && s.s[0] == '%' && is_hex((unsigned char)s.s[1]) &&
           is_hex((unsigned char)s.s[2]);
}

/* `keep`: the characters besides letters and digits that stay. */
static void put_encoded(struct buf *out, struct str s, const char *keep, bool octets)
{
    for (; s.n; s.s++, s.n--) {
        unsigned char c = (unsigned char)*s.s;
        if (is_alnum(c) || (c && strchr(keep, c)) || (octets && starts_octet(s)))
            put_entities(out, (struct str){ s.s, 1 }, true);
        else
            put_percent(out, c);
    }
}

bool escape_scheme_allowed(struct str scheme)
{
    static const struct str allowed[] = {
        { "http", 4 },    { "https", 5 },        { "mailto", 6 },   { "tel", 3 },
        { "bitcoin", 7 }, { "bitcoincash", 11 }, { "ethereum", 8 },
    };
    for (size_t i = 0; i < COUNT(allowed); i++) {
        if (str_eq_nocase(scheme, allowed[i]))
            return true;
    }
    return false;
}

bool escape_url_allowed(struct str url)
{
    for (size_t i = 0; i < url.n; i++) {
        if (url.s[i] == ':')
            return escape_scheme_allowed((struct str){ url.s, i });
        if (url.s[i] == '/' || url.s[i] == '?' || url.s[i] == '#')
            return true;
    }
    return true;
}

static void put_url(struct buf *out, struct str s, bool in_set)
{
    if (!escape_url_allowed(s)) {
        buf_put_char(out, '#');
        return;
    }
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.s[i];
        if (c > ' ' && c != 0x7F && !(in_set && c == ','))
            continue;
        put_entities(out, (struct str){ s.s + from, i - from }, true);
        put_percent(out, c);
        from = i + 1;
    }
    put_entities(out, (struct str){ s.s + from, s.n - from }, true);
}

static void put_json(struct buf *out, struct str s)
{
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.s[i];
        size_t taken = 1;
        if (c == 0xE2 && s.n - i >= 3 && s.s[i + 1] == '\x80' && (s.s[i + 2] & 0xFE) == 0xA8)
            taken = 3; /* U+2028 and U+2029 are E2 80 A8 and A9 */
        else if (c != '<' && c != '>' && c != '&')
            continue;
        buf_put(out, (struct str){ s.s + from, i - from });
        buf_print(out, "\\u%04x", taken == 3 ? 0x2028u + ((unsigned char)s.s[i + 2] & 1u) : c);
        i += taken - 1;
        from = i + 1;
    }
    buf_put(out, (struct str){ s.s + from, s.n - from });
}

/* Bytes at the front that XML 1.0 (section 2.2, Char) has no place for, or a raw CR: 0 if none. */
static size_t xml_odd(struct str s)
{
    unsigned char c = (unsigned char)*s.s;
    if (c < ' ')
        return c != '\t' && c != '\n';
    bool last = c == 0xEF && s.n >= 3 && s.s[1] == '\xBF' && (unsigned char)s.s[2] >= 0xBE;
    return last ? 3 : 0; /* U+FFFE and U+FFFF are EF BF BE and BF */
}

static void put_xml(struct buf *out, struct str s)
{
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        size_t odd = xml_odd((struct str){ s.s + i, s.n - i });
        if (!odd)
            continue;
        put_entities(out, (struct str){ s.s + from, i - from }, true);
        buf_put(out, s.s[i] == '\r' ? S("&#13;") : S("\xEF\xBF\xBD"));
        i += odd - 1;
        from = i + 1;
    }
    put_entities(out, (struct str){ s.s + from, s.n - from }, true);
}

void escape_put(struct buf *out, enum escape how, struct str s)
{
    switch (how) {
    case ESCAPE_NONE: buf_put(out, s); return;
    case ESCAPE_TEXT: put_entities(out, s, false); return;
    case ESCAPE_ATTRIBUTE: put_entities(out, s, true); return;
    case ESCAPE_URL: put_url(out, s, false); return;
    case ESCAPE_SRCSET: put_url(out, s, true); return;
    case ESCAPE_URL_PATH: put_encoded(out, s, "-._~!$&'()*+,;=:@/", true); return;
    case ESCAPE_URL_VALUE: put_encoded(out, s, "-._~", false); return;
    case ESCAPE_JSON: put_json(out, s); return;
    case ESCAPE_XML: put_xml(out, s); return;
    }
}

void escape_put_int(struct buf *out, int64_t v)
{
    char digits[20];
    size_t at = sizeof digits;
    uint64_t left = v < 0 ? -(uint64_t)v : (uint64_t)v;
    do {
        digits[--at] = (char)('0' + left % 10);
        left /= 10;
    } while (left);
    if (v < 0)
        digits[--at] = '-';
    buf_put(out, (struct str){ digits + at, sizeof digits - at });
}
