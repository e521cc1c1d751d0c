#include "people/token.h"
#include "base/check.h"
#include "base/crypto.h"
#include "base/encoding.h"

#include <string.h>

enum { NUMBERS = 3, SAID_BYTES = NUMBERS * 8, TOKEN_BYTES = SAID_BYTES + KEYS_MAC_BYTES };

static void sign(const struct keys *k, struct str purpose, uint8_t bytes[TOKEN_BYTES])
{
    struct str parts[] = { purpose, bytes_str(bytes, SAID_BYTES) };
    keys_sign(k, KEY_LINK, parts, COUNT(parts), bytes + SAID_BYTES);
}

struct str token_write(const struct keys *k, struct arena *a, const struct token *t)
{
    const int64_t numbers[NUMBERS] = { t->subject, t->detail, t->time };
    uint8_t bytes[TOKEN_BYTES] = { 0 };
    for (size_t i = 0; i < SAID_BYTES; i++)
        bytes[i] = (uint8_t)((uint64_t)numbers[i / 8] >> 8 * (i % 8));
    sign(k, t->purpose, bytes);
    struct str text = base64url_print(a, bytes_str(bytes, sizeof bytes));
    check(text.n == TOKEN_TEXT_BYTES);
    return text;
}

bool token_read(const struct keys *k, struct str text, struct str purpose, struct token *ret)
{
    uint8_t bytes[TOKEN_BYTES] = { 0 };
    uint64_t numbers[NUMBERS] = { 0 };
    if (!base64url_parse(text, bytes, sizeof bytes))
        return false;
    struct str parts[] = { purpose, bytes_str(bytes, SAID_BYTES) };
    if (!keys_signed(k, KEY_LINK, parts, COUNT(parts),
                     bytes_str(bytes + SAID_BYTES, KEYS_MAC_BYTES)))
        return false;
    for (size_t i = 0; i < SAID_BYTES; i++)
        numbers[i / 8] |= (uint64_t)bytes[i] << 8 * (i % 8);
    *ret = (struct token){ .purpose = purpose,
                           .subject = (int64_t)numbers[0],
                           .detail = (int64_t)numbers[1],
                           .time = (int64_t)numbers[2] };
    return true;
}
