#include "funding/base58.h"
#include "base/check.h"
#include "base/crypto.h"

#include <string.h>

enum { CHECKSUM = 4 };
static const char alphabet[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

static int value_of(char c)
{
    const char *at = c ? strchr(alphabet, c) : NULL;
    return at ? (int)(at - alphabet) : -1;
}

bool base58_is_digit(char c)
{
    return value_of(c) >= 0;
}

/* bytes = bytes * 58 + digit, the number standing at the end of the array. */
static bool push_digit(uint8_t bytes[BASE58_BYTES_MAX], int digit)
{
    int carry = digit;
    for (size_t i = BASE58_BYTES_MAX; i-- > 0;) {
        carry += bytes[i] * 58;
        bytes[i] = (uint8_t)(carry & 0xFF);
        carry >>= 8;
    }
    return carry == 0;
}

static bool decode_bytes(struct str s, uint8_t ret[BASE58_BYTES_MAX], size_t *ret_n)
{
    uint8_t bytes[BASE58_BYTES_MAX] = { 0 };
    size_t zeros = 0;
    while (zeros < s.n && s.s[zeros] == alphabet[0])
        zeros++; // each leading "1" is a zero byte
    for (size_t i = zeros; i < s.n; i++) {
        int digit = value_of(s.s[i]);
        if (digit < 0 || !push_digit(bytes, digit))
            return false;
    }
    size_t first = 0;
    while (first < BASE58_BYTES_MAX && bytes[first] == 0)
        first++;
    size_t n = BASE58_BYTES_MAX - first;
    if (zeros > BASE58_BYTES_MAX - n)
        return false;
    memset(ret, 0, zeros);
    memcpy(ret + zeros, bytes + first, n);
    *ret_n = zeros + n;
    return true;
}

static void checksum_of(struct str payload, uint8_t ret[SHA256_BYTES])
{
    uint8_t once[SHA256_BYTES];
    sha256(payload, once);
    sha256(bytes_str(once, sizeof once), ret);
}

bool base58_decode(struct str s, uint8_t ret[BASE58_BYTES_MAX], size_t *ret_n)
{
    uint8_t bytes[BASE58_BYTES_MAX] = { 0 };
    uint8_t twice[SHA256_BYTES];
    size_t n = 0;
    if (s.n == 0 || s.n > BASE58_TEXT_MAX || !decode_bytes(s, bytes, &n) || n <= CHECKSUM)
        return false;
    n -= CHECKSUM;
    checksum_of(bytes_str(bytes, n), twice);
    if (memcmp(twice, bytes + n, CHECKSUM) != 0)
        return false;
    memcpy(ret, bytes, n);
    *ret_n = n;
    return true;
}

/* bytes / 58, the number standing in all of the array; the remainder. */
static int pull_digit(uint8_t *bytes, size_t n)
{
    int rest = 0;
    for (size_t i = 0; i < n; i++) {
        rest = rest << 8 | bytes[i];
        bytes[i] = (uint8_t)(rest / 58);
        rest %= 58;
    }
    return rest;
}

struct str base58_encode(struct arena *a, struct str payload)
{
    uint8_t bytes[BASE58_BYTES_MAX] = { 0 };
    uint8_t twice[SHA256_BYTES];
    char text[2 * BASE58_BYTES_MAX]; // a byte takes 1.37 digits
    size_t n = payload.n + CHECKSUM;
    size_t at = sizeof text;
    check(payload.n && n <= BASE58_BYTES_MAX);
    checksum_of(payload, twice);
    memcpy(bytes, payload.s, payload.n);
    memcpy(bytes + payload.n, twice, CHECKSUM);
    size_t zeros = 0;
    while (zeros < n && bytes[zeros] == 0)
        zeros++;
    for (size_t first = zeros; first < n;) {
        text[--at] = alphabet[pull_digit(bytes, n)];
        while (first < n && bytes[first] == 0)
            first++;
    }
    while (zeros-- > 0)
        text[--at] = alphabet[0];
    return str_copy(a, (struct str){ text + at, sizeof text - at });
}
