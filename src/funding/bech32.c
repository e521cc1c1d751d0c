#include "funding/bech32.h"
#include "base/check.h"

#include <string.h>

enum { CHECKSUM = 6, BITS = 5 };
static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
/* What the checksum's polynomial leaves: BIP 173, and BIP 350. */
static const uint32_t left_over[] = { [BECH32] = 1, [BECH32M] = 0x2bc830a3 };

static char lower(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c - 'A' + 'a');
    return c;
}

int bech32_value(char c)
{
    const char *at = c ? strchr(alphabet, lower(c)) : NULL;
    return at ? (int)(at - alphabet) : -1;
}

/* One more group of five bits into the remainder (BIP 173, "polymod"). */
static uint32_t polymod(uint32_t remainder, uint32_t group)
{
    static const uint32_t generator[] = { 0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
                                          0x2a1462b3 };
    uint32_t top = remainder >> 25;
    remainder = (remainder & 0x1ffffff) << BITS ^ group;
    for (size_t i = 0; i < COUNT(generator); i++)
        if (top >> i & 1)
            remainder ^= generator[i];
    return remainder;
}

static uint32_t checksum(const struct bech32 *b, const uint8_t *groups, size_t count)
{
    uint32_t remainder = 1;
    for (const char *p = b->name; *p; p++)
        remainder = polymod(remainder, (uint32_t)*p >> BITS);
    remainder = polymod(remainder, 0);
    for (const char *p = b->name; *p; p++)
        remainder = polymod(remainder, (uint32_t)*p & 31);
    for (size_t i = 0; i < count; i++)
        remainder = polymod(remainder, groups[i]);
    return remainder;
}

static bool mixed_case(struct str s)
{
    bool small = false;
    bool capital = false;
    for (size_t i = 0; i < s.n; i++) {
        small = small || (s.s[i] >= 'a' && s.s[i] <= 'z');
        capital = capital || (s.s[i] >= 'A' && s.s[i] <= 'Z');
    }
    return small && capital;
}

/* The name's characters are those of US-ASCII 33..126; the last `1` ends it. */
static bool take_name(struct str s, struct bech32 *b, struct str *ret_rest)
{
    size_t at = s.n;
    while (at > 0 && s.s[at - 1] != '1')
        at--;
    if (at < 2 || at - 1 > BECH32_NAME_MAX)
        return false;
    for (size_t i = 0; i < at - 1; i++) {
        if (s.s[i] < 33 || s.s[i] > 126)
            return false;
        b->name[i] = lower(s.s[i]);
    }
    *ret_rest = str_sub(s, at, s.n);
    return true;
}

bool bech32_decode(struct str s, struct bech32 *ret)
{
    struct bech32 b = { 0 };
    uint8_t groups[BECH32_TEXT_MAX] = { 0 };
    struct str rest = { 0 };
    if (s.n > BECH32_TEXT_MAX || mixed_case(s) || !take_name(s, &b, &rest) || rest.n < CHECKSUM)
        return false;
    for (size_t i = 0; i < rest.n; i++) {
        int value = bech32_value(rest.s[i]);
        if (value < 0)
            return false;
        groups[i] = (uint8_t)value;
    }
    uint32_t remainder = checksum(&b, groups, rest.n);
    if (remainder != left_over[BECH32] && remainder != left_over[BECH32M])
        return false;
    b.kind = remainder == left_over[BECH32] ? BECH32 : BECH32M;
    b.count = rest.n - CHECKSUM;
    memcpy(b.groups, groups, b.count);
    *ret = b;
    return true;
}

bool bech32_join(const uint8_t *groups, size_t count, uint8_t *ret, size_t max, size_t *ret_n)
{
    uint32_t bits = 0;
    int have = 0;
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        bits = (bits << BITS | groups[i]) & 0xfff; // never more than 7 + 5 bits wait
        have += BITS;
        if (have < 8)
            continue;
        have -= 8;
        if (n == max)
            return false;
        ret[n++] = (uint8_t)(bits >> have & 0xff);
    }
    if (have >= BITS || (bits & ((1u << have) - 1)) != 0)
        return false;
    *ret_n = n;
    return true;
}

size_t bech32_split(const uint8_t *bytes, size_t n, uint8_t *ret, size_t max)
{
    uint32_t bits = 0;
    int have = 0;
    size_t count = 0;
    check((n * 8 + BITS - 1) / BITS <= max);
    for (size_t i = 0; i < n; i++) {
        bits = (bits << 8 | bytes[i]) & 0xfff; // never more than 4 + 8 bits wait
        for (have += 8; have >= BITS; have -= BITS)
            ret[count++] = (uint8_t)(bits >> (have - BITS) & 31);
    }
    if (have)
        ret[count++] = (uint8_t)(bits << (BITS - have) & 31);
    return count;
}

char bech32_digit(uint8_t group)
{
    check(group < 32);
    return alphabet[group];
}

struct str bech32_encode(struct arena *a, const struct bech32 *b)
{
    char text[BECH32_TEXT_MAX];
    uint8_t groups[BECH32_TEXT_MAX] = { 0 };
    size_t at = strlen(b->name);
    check(at + 1 + b->count + CHECKSUM <= sizeof text);
    memcpy(text, b->name, at);
    text[at++] = '1';
    memcpy(groups, b->groups, b->count);
    uint32_t remainder = checksum(b, groups, b->count + CHECKSUM) ^ left_over[b->kind];
    for (size_t i = 0; i < CHECKSUM; i++)
        groups[b->count + i] = (uint8_t)(remainder >> BITS * (CHECKSUM - 1 - i) & 31);
    for (size_t i = 0; i < b->count + CHECKSUM; i++)
        text[at++] = alphabet[groups[i]];
    return str_copy(a, (struct str){ text, at });
}
