#include "funding/base58.h"
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

bool base58_decode(struct str s, uint8_t ret[BASE58_BYTES_MAX], size_t *ret_n)
{
    uint8_t bytes[BASE58_BYTES_MAX] = { 0 };
    uint8_t once[SHA256_BYTES];
    uint8_t twice[SHA256_BYTES];
    size_t n = 0;
    if (s.n == 0 || s.n > BASE58_TEXT_MAX || !decode_bytes(s, bytes, &n) || n <= CHECKSUM)
        return false;
    n -= CHECKSUM;
    sha256((struct str){ (const char *)bytes, n }, once);
    sha256((struct str){ (const char *)once, sizeof once }, twice);
    if (memcmp(twice, bytes + n, CHECKSUM) != 0)
        return false;
    memcpy(ret, bytes, n);
    *ret_n = n;
    return true;
}
