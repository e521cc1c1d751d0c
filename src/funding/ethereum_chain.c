#include "funding/ethereum_chain.h"
#include "base/check.h"
#include "base/encoding.h"

#include <string.h>

enum { QUANTITY_DIGITS_MAX = 32, PADDING = ETHEREUM_WORD - ETHEREUM_ADDRESS_BYTES };
enum { TRANSFER_TOPICS = 3, DEPTH_ACCOUNT = 3 };

const struct str erc20_transfer_topic = {
    "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef", ETHEREUM_WORD_TEXT
};

/* 16 bytes, big-endian, of which the first bit is no sign. */
static err read_int128(const uint8_t bytes[16], int128 *ret)
{
    int128 v = 0;
    if (bytes[0] & 0x80)
        return ETHEREUM_TOO_LARGE;
    for (size_t i = 0; i < 16; i++)
        v = v << 8 | bytes[i];
    *ret = v;
    return OK;
}

static bool is_hex(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!str_has(S("0123456789abcdefABCDEF"), s.s[i]))
            return false;
    return true;
}

err ethereum_quantity(struct str s, int128 *ret)
{
    char text[QUANTITY_DIGITS_MAX];
    uint8_t bytes[QUANTITY_DIGITS_MAX / 2];
    struct str digits = str_sub(s, 2, s.n);
    bool zero = str_eq(digits, S("0"));
    if (!str_starts(s, S("0x")) || !digits.n || !is_hex(digits) || (digits.s[0] == '0' && !zero))
        return ETHEREUM_WRONG;
    if (digits.n > QUANTITY_DIGITS_MAX)
        return ETHEREUM_TOO_LARGE;
    memset(text, '0', sizeof text);
    memcpy(text + sizeof text - digits.n, digits.s, digits.n);
    check(hex_parse((struct str){ text, sizeof text }, bytes, sizeof bytes));
    return read_int128(bytes, ret);
}

static bool read_bytes(struct str s, uint8_t *ret, size_t n)
{
    return str_starts(s, S("0x")) && hex_parse(str_sub(s, 2, s.n), ret, n);
}

bool ethereum_read(struct str s, struct ethereum_address *ret)
{
    return read_bytes(s, ret->bytes, sizeof ret->bytes);
}

struct str ethereum_word(struct arena *a, const struct ethereum_address *address)
{
    uint8_t word[ETHEREUM_WORD] = { 0 };
    memcpy(word + PADDING, address->bytes, sizeof address->bytes);
    return str_print(a, "0x" STR_FMT, STR_ARG(hex_print(a, bytes_str(word, sizeof word))));
}

static bool is_zero(const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bytes[i])
            return false;
    return true;
}

static bool read_address_word(struct str s, struct ethereum_address *ret)
{
    uint8_t word[ETHEREUM_WORD];
    if (!read_bytes(s, word, sizeof word) || !is_zero(word, PADDING))
        return false;
    memcpy(ret->bytes, word + PADDING, sizeof ret->bytes);
    return true;
}

err erc20_transfer_parse(const struct ethereum_log *log, struct erc20_transfer *ret)
{
    struct erc20_transfer t = { 0 };
    uint8_t value[ETHEREUM_WORD];
    if (log->topic_count != TRANSFER_TOPICS || !str_eq_nocase(log->topics[0], erc20_transfer_topic))
        return ETHEREUM_NOT_A_TRANSFER;
    if (!ethereum_read(log->address, &t.contract) || !read_address_word(log->topics[1], &t.from) ||
        !read_address_word(log->topics[2], &t.to) || !read_bytes(log->data, value, sizeof value))
        return ETHEREUM_WRONG;
    if (!is_zero(value, ETHEREUM_WORD / 2))
        return ETHEREUM_TOO_LARGE;
    err e = read_int128(value + ETHEREUM_WORD / 2, &t.value);
    if (!e)
        *ret = t;
    return e;
}

struct ethereum_address ethereum_address_of_point(const uint8_t point[POINT_BYTES])
{
    struct ethereum_address address;
    uint8_t both[POINT_XY_BYTES];
    uint8_t hash[KECCAK256_BYTES];
    check(point_coordinates(point, both));
    keccak256(bytes_str(both, sizeof both), hash);
    memcpy(address.bytes, hash + PADDING, sizeof address.bytes);
    return address;
}

err ethereum_account_parse(struct str s, struct extended_key *ret_branch)
{
    struct extended_key k = { 0 };
    err e = extended_key_parse(s, chain_find(CHAIN_BITCOIN, S("main")), &k);
    if (e)
        return e;
    if (k.form != KEY_FORM_PLAIN)
        return EXTENDED_KEY_UNKNOWN_FORM;
    if (k.depth > DEPTH_ACCOUNT)
        return EXTENDED_KEY_NOT_A_KEY;
    return extended_key_child(&k, 0, ret_branch);
}

err ethereum_address_for(const struct extended_key *branch, uint32_t index,
                         struct ethereum_address *ret)
{
    struct extended_key k = { 0 };
    err e = extended_key_child(branch, index, &k);
    if (!e)
        *ret = ethereum_address_of_point(k.point);
    return e;
}
