#include "funding/provider_json.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/encoding.h"

#define SECONDS_FIRST INT64_C(946684800)    /* 2000-01-01 */
#define SECONDS_END   INT64_C(253370764800) /* 9999-01-01 */

bool provider_json(const struct provider_call *c, struct str body, const struct json **ret)
{
    struct str why = { 0 };
    return json_parse(body, body.n, c->arena, ret, &why) == OK && (*ret)->kind == JSON_KIND_OBJECT;
}

bool provider_asset(struct str code, struct asset *ret)
{
    char upper[ASSET_CODE_MAX];
    if (code.n == 0 || code.n > ASSET_CODE_MAX)
        return false;
    for (size_t i = 0; i < code.n; i++) {
        char c = code.s[i];
        upper[i] = c;
        if (c >= 'a' && c <= 'z')
            upper[i] = (char)(c - 'a' + 'A');
    }
    return asset_parse((struct str){ upper, code.n }, ret);
}

bool provider_amount(const struct json *j, const char *name, struct asset asset, struct amount *ret)
{
    struct str text = { 0 };
    return json_get_str(j, name, &text) && amount_parse(text, asset, ret) && ret->units > 0;
}

bool provider_seconds(int64_t seconds, int64_t *ret)
{
    if (seconds < SECONDS_FIRST || seconds >= SECONDS_END)
        return false;
    *ret = seconds * SECOND;
    return true;
}

bool provider_object(const struct json *j, const char *name, struct str *ret)
{
    struct str s = { 0 };
    if (!json_get_str(j, name, &s) || s.n == 0 || s.n > PAYMENT_OBJECT_MAX)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (s.s[i] < '!' || s.s[i] > '~')
            return false;
    *ret = s;
    return true;
}

bool provider_hex_is(struct str hex, struct str bytes)
{
    uint8_t read[64];
    return bytes.n <= sizeof read && hex.n == 2 * bytes.n && hex_parse(hex, read, bytes.n) &&
           secret_eq(bytes_str(read, bytes.n), bytes);
}
