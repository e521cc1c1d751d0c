#include "funding/cashaddr.h"
#include "base/check.h"
#include "funding/base58.h"
#include "funding/bech32.h"

#include <string.h>

enum { CHECKSUM = 8, GROUPS_MAX = CASHADDR_TEXT_MAX, BYTES_MAX = 1 + CASHADDR_HASH_MAX };

/* BCH code over five-bit groups, 40 bits of remainder (spec/cashaddr.md). */
static uint64_t polymod(uint64_t remainder, uint64_t group)
{
    static const uint64_t generator[] = { 0x98f2bc8e61, 0x79b76d99e2, 0xf33e5fb3c4, 0xae2eabe2a8,
                                          0x1e4f43e470 };
    uint64_t top = remainder >> 35;
    remainder = (remainder & 0x07ffffffff) << 5 ^ group;
    for (size_t i = 0; i < COUNT(generator); i++)
        if (top >> i & 1)
            remainder ^= generator[i];
    return remainder;
}

static uint64_t checksum(const char *prefix, const uint8_t *groups, size_t count)
{
    uint64_t remainder = 1;
    for (const char *p = prefix; *p; p++)
        remainder = polymod(remainder, (uint64_t)*p & 31);
    remainder = polymod(remainder, 0);
    for (size_t i = 0; i < count; i++)
        remainder = polymod(remainder, groups[i]);
    return remainder ^ 1; // nothing when the last eight groups are right
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

static bool take_prefix(struct str prefix, struct cashaddr *a)
{
    if (prefix.n == 0 || prefix.n > CASHADDR_PREFIX_MAX)
        return false;
    for (size_t i = 0; i < prefix.n; i++) {
        char c = prefix.s[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (c < 'a' || c > 'z')
            return false;
        a->prefix[i] = c;
    }
    return true;
}

/* Legacy addresses are Base58Check, which CashAddr's alphabet never passes for. */
static bool is_legacy(struct str s)
{
    uint8_t bytes[BASE58_BYTES_MAX] = { 0 };
    size_t n = 0;
    return base58_decode(s, bytes, &n) && n == 21;
}

static const size_t sizes[] = { 20, 24, 28, 32, 40, 48, 56, 64 };

/* The version byte: a reserved bit, four bits of type, three of size. */
static bool take_payload(const uint8_t *bytes, size_t n, struct cashaddr *a)
{
    if (n < 1 || bytes[0] & 0x80 || n - 1 != sizes[bytes[0] & 7])
        return false;
    a->type = bytes[0] >> 3;
    a->n = n - 1;
    memcpy(a->hash, bytes + 1, a->n);
    return true;
}

err cashaddr_parse(struct str s, struct str prefix, struct cashaddr *ret)
{
    struct cashaddr a = { 0 };
    struct str payload = s;
    uint8_t groups[GROUPS_MAX] = { 0 };
    uint8_t bytes[BYTES_MAX] = { 0 };
    size_t n = 0;
    if (is_legacy(s))
        return CASHADDR_LEGACY;
    (void)str_cut(s, ':', &prefix, &payload); // without a colon the given prefix stands
    if (s.n > CASHADDR_TEXT_MAX || mixed_case(s) || !take_prefix(prefix, &a) ||
        payload.n <= CHECKSUM)
        return CASHADDR_NOT_AN_ADDRESS;
    for (size_t i = 0; i < payload.n; i++) {
        int value = bech32_value(payload.s[i]);
        if (value < 0)
            return CASHADDR_NOT_AN_ADDRESS;
        groups[i] = (uint8_t)value;
    }
    if (checksum(a.prefix, groups, payload.n) != 0)
        return CASHADDR_CHECKSUM;
    if (!bech32_join(groups, payload.n - CHECKSUM, bytes, sizeof bytes, &n) ||
        !take_payload(bytes, n, &a))
        return CASHADDR_NOT_AN_ADDRESS;
    *ret = a;
    return OK;
}

bool cashaddr_is_payable(const struct cashaddr *a)
{
    bool script = a->type == 1 || a->type == 3; // P2SH, and the same for tokens
    return strcmp(a->prefix, "bitcoincash") == 0 && a->type <= 3 &&
           (a->n == 20 || (script && a->n == 32));
}

static uint8_t version_byte(const struct cashaddr *c)
{
    size_t size = 0;
    while (sizes[size] != c->n) {
        size++;
        check(size < COUNT(sizes));
    }
    return (uint8_t)((unsigned)c->type << 3 | size);
}

struct str cashaddr_print(struct arena *a, const struct cashaddr *c)
{
    uint8_t bytes[BYTES_MAX] = { version_byte(c) };
    uint8_t groups[GROUPS_MAX] = { 0 };
    char text[CASHADDR_TEXT_MAX];
    memcpy(bytes + 1, c->hash, c->n);
    size_t count = bech32_split(bytes, c->n + 1, groups, sizeof groups - CHECKSUM);
    uint64_t remainder = checksum(c->prefix, groups, count + CHECKSUM);
    for (size_t i = 0; i < CHECKSUM; i++)
        groups[count++] = (uint8_t)(remainder >> 5 * (CHECKSUM - 1 - i) & 31);
    for (size_t i = 0; i < count; i++)
        text[i] = bech32_digit(groups[i]);
    return str_print(a, "%s:" STR_FMT, c->prefix, (int)count, text);
}
