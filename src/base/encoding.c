#include "base/encoding.h"
#include "base/check.h"

#include <string.h>

/* One alphabet of 2^bits digits. */
struct alphabet {
    const char *digits;
    unsigned bits;
    bool any_case;
};
static const struct alphabet base16 = { "0123456789abcdef", 4, true };
static const struct alphabet base32 = { "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 5, true };
static const struct alphabet base64url = {
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", 6, false
};
static const struct alphabet base64 = {
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 6, false
};

static size_t digits_for(const struct alphabet *k, size_t bytes)
{
    return (bytes * 8 + k->bits - 1) / k->bits;
}

static struct str print(const struct alphabet *k, struct arena *a, struct str bytes)
{
    check(bytes.n <= SIZE_MAX / 16);
    size_t n = digits_for(k, bytes.n);
    char *p = arena_new(a, char, n);
    uint32_t held = 0;
    unsigned bits = 0;
    size_t at = 0;
    for (size_t i = 0; i < bytes.n; i++) {
        held = (held & 0xff) << 8 | (uint8_t)bytes.s[i];
        for (bits += 8; bits >= k->bits; at++) {
            bits -= k->bits;
            p[at] = k->digits[held >> bits & ((1U << k->bits) - 1)];
        }
    }
    if (bits)
        p[at] = k->digits[held << (k->bits - bits) & ((1U << k->bits) - 1)];
    return (struct str){ p, n };
}

static char other_case(char c)
{
    if (c >= 'a' && c <= 'z')
        return (char)(c - 'a' + 'A');
    if (c >= 'A' && c <= 'Z')
        return (char)(c - 'A' + 'a');
    return c;
}

static bool value_of(const struct alphabet *k, char c, uint32_t *ret)
{
    size_t n = (size_t)1 << k->bits;
    const char *p = memchr(k->digits, c, n);
    if (!p && k->any_case)
        p = memchr(k->digits, other_case(c), n);
    if (!p)
        return false;
    *ret = (uint32_t)(p - k->digits);
    return true;
}

/* With ret NULL it only looks whether the text is right. */
static bool read_digits(const struct alphabet *k, struct str s, uint8_t *ret)
{
    uint32_t held = 0;
    uint32_t value = 0;
    unsigned bits = 0;
    size_t at = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (!value_of(k, s.s[i], &value))
            return false;
        held = held << k->bits | value;
        bits += k->bits;
        if (bits < 8)
            continue;
        bits -= 8;
        if (ret)
            ret[at++] = (uint8_t)(held >> bits);
        held &= (1U << bits) - 1;
    }
    return held == 0; // spare bits
}

static bool parse(const struct alphabet *k, struct str s, void *ret, size_t n)
{
    check(n <= SIZE_MAX / 16);
    return s.n == digits_for(k, n) && read_digits(k, s, NULL) && read_digits(k, s, ret);
}

struct str hex_print(struct arena *a, struct str bytes)
{
    return print(&base16, a, bytes);
}

bool hex_parse(struct str s, void *ret, size_t n)
{
    return parse(&base16, s, ret, n);
}

struct str base64url_print(struct arena *a, struct str bytes)
{
    return print(&base64url, a, bytes);
}

bool base64url_parse(struct str s, void *ret, size_t n)
{
    return parse(&base64url, s, ret, n);
}

struct str base64_print(struct arena *a, struct str bytes)
{
    static const char *const padding[] = { "", "==", "=" };
    return str_print(a, STR_FMT "%s", STR_ARG(print(&base64, a, bytes)), padding[bytes.n % 3]);
}

bool base64_read(struct arena *a, struct str s, struct str *ret)
{
    if (!s.n || s.n % 4)
        return false;
    struct str digits = s;
    for (int i = 0; i < 2 && digits.s[digits.n - 1] == '='; i++)
        digits.n--;
    size_t n = digits.n * base64.bits / 8;
    uint8_t *bytes = arena_new(a, uint8_t, n);
    if (!parse(&base64, digits, bytes, n))
        return false;
    *ret = (struct str){ (const char *)bytes, n };
    return true;
}

struct str base32_print(struct arena *a, struct str bytes)
{
    return print(&base32, a, bytes);
}

bool base32_parse(struct str s, void *ret, size_t n)
{
    return parse(&base32, s, ret, n);
}
