#include "funding/receipt.h"
#include "base/buf.h"
#include "base/crypto.h"
#include "base/encoding.h"
#include "base/scan.h"
#include "people/keys.h"

#include <inttypes.h>

enum {
    HASH_BYTES = 10,
    HASH_TEXT = 16, /* of base32 */
    HASH_GROUP = 4,
};

static struct str hash_of(const struct keys *k, int64_t contribution, struct arena *a)
{
    uint8_t mac[KEYS_MAC_BYTES];
    const struct str parts[] = { S("receipt"), str_print(a, "%" PRId64, contribution) };
    keys_sign(k, KEY_LINK, parts, COUNT(parts), mac);
    return base32_print(a, bytes_str(mac, HASH_BYTES));
}

struct str receipt_code(const struct keys *k, int64_t contribution, struct arena *a)
{
    struct str hash = hash_of(k, contribution, a);
    struct str g[HASH_TEXT / HASH_GROUP];
    for (size_t i = 0; i < COUNT(g); i++)
        g[i] = str_sub(hash, i * HASH_GROUP, HASH_GROUP);
    return str_print(a, "%" PRId64 "-" STR_FMT "-" STR_FMT "-" STR_FMT "-" STR_FMT, contribution,
                     STR_ARG(g[0]), STR_ARG(g[1]), STR_ARG(g[2]), STR_ARG(g[3]));
}

/* Letters and digits in capitals; what people put between them is left out. */
static bool plain(struct str s, struct buf *out)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.s[i];
        if (c == '-' || c == ' ')
            continue;
        bool small = c >= 'a' && c <= 'z';
        if (!small && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9'))
            return false;
        buf_put_char(out, small ? (char)(c - 'a' + 'A') : c);
    }
    return !buf_full(out);
}

bool receipt_read(const struct keys *k, struct str code, struct arena *a, int64_t *ret_contribution)
{
    struct buf hash CLEANUP(buf_free) = buf_make(HASH_TEXT);
    struct str number = { 0 };
    struct str rest = { 0 };
    int64_t id = 0;
    code = str_trim(code);
    if (code.n > RECEIPT_CODE_MAX || !str_cut(code, '-', &number, &rest) ||
        !int_parse(str_trim(number), 1, INT64_MAX, &id) || !plain(rest, &hash) ||
        !secret_eq(buf_str(&hash), hash_of(k, id, a)))
        return false;
    *ret_contribution = id;
    return true;
}
