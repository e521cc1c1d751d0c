#include "funding/bitcoin.h"
#include "funding/base58.h"
#include "funding/bech32.h"

#include <string.h>

enum { HASH160 = 20, BASE58_SHORTEST = 26, BASE58_LONGEST = 35 };

/* P2PKH and P2SH of the main network, the test networks, and bcoin's regtest. */
static bool is_known_version(uint8_t byte)
{
    return str_has(S("\x00\x05\x6f\xc4\x3c\x26"), (char)byte);
}

static err parse_base58(const struct chain *c, struct str s, struct bitcoin_address *ret)
{
    uint8_t bytes[BASE58_BYTES_MAX] = { 0 };
    size_t n = 0;
    if (s.n < BASE58_SHORTEST || s.n > BASE58_LONGEST)
        return BITCOIN_NOT_AN_ADDRESS;
    for (size_t i = 0; i < s.n; i++)
        if (!base58_is_digit(s.s[i]))
            return BITCOIN_NOT_AN_ADDRESS;
    if (!base58_decode(s, bytes, &n))
        return BITCOIN_CHECKSUM;
    if (n != HASH160 + 1)
        return BITCOIN_NOT_AN_ADDRESS;
    if (bytes[0] != c->p2pkh && bytes[0] != c->p2sh)
        return is_known_version(bytes[0]) ? BITCOIN_OTHER_NETWORK : BITCOIN_NOT_AN_ADDRESS;
    *ret = (struct bitcoin_address){
        .kind = bytes[0] == c->p2pkh ? BITCOIN_P2PKH : BITCOIN_P2SH,
        .n = HASH160,
    };
    memcpy(ret->program, bytes + 1, HASH160);
    return OK;
}

/* BIP 141 and BIP 350: version 0 is Bech32 with 20 or 32 bytes, all others Bech32m with 2..40. */
static bool witness_is_valid(const struct bech32 *b, const struct bitcoin_address *a)
{
    if (a->version > 16 || a->n < 2)
        return false;
    if (a->version == 0)
        return b->kind == BECH32 && (a->n == 20 || a->n == 32);
    return b->kind == BECH32M;
}

static err parse_witness(const struct chain *c, struct str s, struct bitcoin_address *ret)
{
    struct bech32 b = { 0 };
    struct bitcoin_address a = { .kind = BITCOIN_WITNESS };
    if (!bech32_decode(s, &b))
        return BITCOIN_CHECKSUM;
    if (strcmp(b.name, c->bech32) != 0 || b.count < 1) // the last 1 ends the name, not the first
        return BITCOIN_NOT_AN_ADDRESS;
    a.version = b.groups[0];
    if (!bech32_join(b.groups + 1, b.count - 1, a.program, sizeof a.program, &a.n) ||
        !witness_is_valid(&b, &a))
        return BITCOIN_NOT_AN_ADDRESS;
    *ret = a;
    return OK;
}

static bool has_prefix(struct str s, struct str prefix)
{
    return str_eq_nocase(str_sub(s, 0, prefix.n), prefix);
}

static bool is_other_network(struct str s)
{
    static const struct str prefixes[] = { { "bc1", 3 },      { "tb1", 3 },
                                           { "bcrt1", 5 },    { "rb1", 3 },
                                           { "ltc1", 4 },     { "bitcoincash:", 12 },
                                           { "bchtest:", 8 }, { "bchreg:", 7 } };
    for (size_t i = 0; i < COUNT(prefixes); i++)
        if (has_prefix(s, prefixes[i]))
            return true;
    return false;
}

err bitcoin_parse_on(const struct chain *c, struct str s, struct bitcoin_address *ret)
{
    struct str name = str_from_z(c->bech32);
    if (has_prefix(s, name) && str_eq(str_sub(s, name.n, 1), S("1")))
        return parse_witness(c, s, ret);
    if (is_other_network(s))
        return BITCOIN_OTHER_NETWORK;
    return parse_base58(c, s, ret);
}

err bitcoin_parse(struct str s, struct bitcoin_address *ret)
{
    return bitcoin_parse_on(chain_find(CHAIN_BITCOIN, S("main")), s, ret);
}

bool bitcoin_is_payable(const struct bitcoin_address *a)
{
    return a->kind != BITCOIN_WITNESS || a->version == 0 || (a->version == 1 && a->n == 32);
}

/* Script opcodes, as in Bitcoin's script.h. */
enum { OP_0 = 0x00, OP_1 = 0x51, OP_DUP = 0x76, OP_EQUAL = 0x87, OP_EQUALVERIFY = 0x88 };
enum { OP_HASH160 = 0xa9, OP_CHECKSIG = 0xac };

static size_t put(uint8_t *to, const uint8_t *bytes, size_t n)
{
    to[0] = (uint8_t)n; // up to 75 bytes, a push is its length
    memcpy(to + 1, bytes, n);
    return n + 1;
}

size_t bitcoin_script(const struct bitcoin_address *a, uint8_t ret[BITCOIN_SCRIPT_MAX])
{
    size_t n = 0;
    switch (a->kind) {
    case BITCOIN_P2PKH:
        ret[n++] = OP_DUP;
        ret[n++] = OP_HASH160;
        n += put(ret + n, a->program, a->n);
        ret[n++] = OP_EQUALVERIFY;
        ret[n++] = OP_CHECKSIG;
        break;
    case BITCOIN_P2SH:
        ret[n++] = OP_HASH160;
        n += put(ret + n, a->program, a->n);
        ret[n++] = OP_EQUAL;
        break;
    case BITCOIN_WITNESS:
        ret[n++] = (uint8_t)(a->version ? OP_1 + a->version - 1 : OP_0);
        n += put(ret + n, a->program, a->n);
        break;
    }
    return n;
}
