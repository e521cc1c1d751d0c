#include "funding/ethereum.h"
#include "base/crypto.h"

#include <string.h>

enum { HEX_DIGITS = 2 * ETHEREUM_ADDRESS_BYTES };

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

/* EIP-55: a letter is a capital where the same digit of keccak-256(lower-case hex) is 8 or more. */
void ethereum_print(const struct ethereum_address *a, char ret[ETHEREUM_TEXT + 1])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t hash[KECCAK256_BYTES];
    memcpy(ret, "0x", 2);
    for (size_t i = 0; i < HEX_DIGITS; i++)
        ret[2 + i] = digits[a->bytes[i / 2] >> (i % 2 ? 0 : 4) & 15];
    keccak256((struct str){ ret + 2, HEX_DIGITS }, hash);
    for (size_t i = 0; i < HEX_DIGITS; i++)
        if (ret[2 + i] >= 'a' && (hash[i / 2] >> (i % 2 ? 0 : 4) & 15) >= 8)
            ret[2 + i] = (char)(ret[2 + i] - 'a' + 'A');
    ret[ETHEREUM_TEXT] = 0;
}

static bool one_case(struct str hex)
{
    bool small = false;
    bool capital = false;
    for (size_t i = 0; i < hex.n; i++) {
        small = small || (hex.s[i] >= 'a' && hex.s[i] <= 'f');
        capital = capital || (hex.s[i] >= 'A' && hex.s[i] <= 'F');
    }
    return !(small && capital);
}

err ethereum_parse(struct str s, struct ethereum_address *ret)
{
    struct ethereum_address a = { 0 };
    char text[ETHEREUM_TEXT + 1];
    if (s.n != ETHEREUM_TEXT || !str_starts(s, S("0x")))
        return ETHEREUM_NOT_AN_ADDRESS;
    for (size_t i = 0; i < HEX_DIGITS; i++) {
        int value = hex_value(s.s[2 + i]);
        if (value < 0)
            return ETHEREUM_NOT_AN_ADDRESS;
        a.bytes[i / 2] = (uint8_t)(a.bytes[i / 2] << 4 | value);
    }
    ethereum_print(&a, text);
    if (!str_eq(s, (struct str){ text, ETHEREUM_TEXT }))
        return one_case(str_sub(s, 2, HEX_DIGITS)) ? ETHEREUM_NO_CHECKSUM : ETHEREUM_CHECKSUM;
    *ret = a;
    return OK;
}
