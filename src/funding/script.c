#include "funding/script.h"
#include "base/check.h"
#include "funding/base58.h"
#include "funding/bech32.h"
#include "funding/bitcoin.h"
#include "funding/cashaddr.h"

#include <string.h>

_Static_assert((int)SCRIPT_MAX == (int)BITCOIN_SCRIPT_MAX, "");

/* Opcodes, as in script.h of Bitcoin Core. */
enum { OP_0 = 0x00, OP_1 = 0x51, OP_16 = 0x60, OP_EQUAL = 0x87, OP_HASH256 = 0xaa };
enum { P2SH32_HASH = SHA256_BYTES, P2PKH_BYTES = 25, P2SH_BYTES = 23, P2SH32_BYTES = 35 };

void hash160(struct str s, uint8_t ret[SCRIPT_HASH])
{
    uint8_t hash[SHA256_BYTES];
    sha256(s, hash);
    ripemd160(bytes_str(hash, sizeof hash), ret);
}

struct str script_str(const struct script *s)
{
    return bytes_str(s->bytes, s->n);
}

static struct script script_of(const struct bitcoin_address *a)
{
    struct script s = { 0 };
    s.n = bitcoin_script(a, s.bytes);
    return s;
}

static struct script script_of_hash(enum bitcoin_kind kind, struct str hashed)
{
    struct bitcoin_address a = { .kind = kind, .n = SCRIPT_HASH };
    hash160(hashed, a.program);
    return script_of(&a);
}

bool taproot_output_key(const uint8_t x[POINT_X_BYTES], struct str root, uint8_t ret[POINT_X_BYTES])
{
    static const struct str tag = { "TapTweak", 8 };
    struct { // a tagged hash's message: the tag's hash twice, x, the root
        uint8_t tag[2][SHA256_BYTES], x[POINT_X_BYTES], root[SHA256_BYTES];
    } message = { 0 };
    uint8_t tweak[SHA256_BYTES];
    uint8_t point[POINT_BYTES] = { 0x02 }; // lift_x: y is even
    uint8_t sum[POINT_BYTES];
    check(root.n == 0 || root.n == SHA256_BYTES);
    sha256(tag, message.tag[0]);
    sha256(tag, message.tag[1]);
    memcpy(message.x, x, POINT_X_BYTES);
    if (root.n)
        memcpy(message.root, root.s, SHA256_BYTES);
    sha256(bytes_str(&message, sizeof message - SHA256_BYTES + root.n), tweak);
    memcpy(point + 1, x, POINT_X_BYTES);
    if (!point_tweak(point, tweak, sum))
        return false;
    memcpy(ret, sum + 1, POINT_X_BYTES);
    return true;
}

bool script_of_key(const struct chain *c, enum script_kind kind, const uint8_t point[POINT_BYTES],
                   struct script *ret)
{
    struct str key = bytes_str(point, POINT_BYTES);
    struct bitcoin_address taproot = { .kind = BITCOIN_WITNESS, .version = 1, .n = POINT_X_BYTES };
    struct script inner;
    if (kind != SCRIPT_P2PKH && !chain_has_segwit(c))
        return false;
    switch (kind) {
    case SCRIPT_P2PKH: *ret = script_of_hash(BITCOIN_P2PKH, key); return true;
    case SCRIPT_P2WPKH: *ret = script_of_hash(BITCOIN_WITNESS, key); return true;
    case SCRIPT_P2SH_P2WPKH:
        inner = script_of_hash(BITCOIN_WITNESS, key);
        *ret = script_of_hash(BITCOIN_P2SH, script_str(&inner));
        return true;
    case SCRIPT_P2TR:
        if (!taproot_output_key(point + 1, S(""), taproot.program))
            return false;
        *ret = script_of(&taproot);
        return true;
    }
    check(false);
}

static err script_of_bitcoin(struct str address, const struct chain *c, struct script *ret)
{
    struct bitcoin_address a = { 0 };
    err e = bitcoin_parse_on(c, address, &a);
    if (e == BITCOIN_CHECKSUM)
        return SCRIPT_CHECKSUM;
    if (e == BITCOIN_OTHER_NETWORK)
        return SCRIPT_OTHER_NETWORK;
    if (e)
        return SCRIPT_NOT_AN_ADDRESS;
    if (!bitcoin_is_payable(&a))
        return SCRIPT_NOT_PAYABLE;
    *ret = script_of(&a);
    return OK;
}

static struct script script_p2sh32(const uint8_t hash[P2SH32_HASH])
{
    struct script s = { .bytes = { OP_HASH256, P2SH32_HASH }, .n = P2SH32_BYTES };
    memcpy(s.bytes + 2, hash, P2SH32_HASH);
    s.bytes[P2SH32_BYTES - 1] = OP_EQUAL;
    return s;
}

/* Types 0 and 2 are hashes of keys, 1 and 3 of scripts; 2 and 3 are the same and take tokens. */
static bool script_of_cashaddr(const struct cashaddr *from, struct script *ret)
{
    struct bitcoin_address a = {
        .kind = from->type % 2 ? BITCOIN_P2SH : BITCOIN_P2PKH,
        .n = SCRIPT_HASH,
    };
    if (from->type > 3 || (from->n != SCRIPT_HASH && !(from->type % 2 && from->n == P2SH32_HASH)))
        return false;
    if (from->n == P2SH32_HASH) {
        *ret = script_p2sh32(from->hash);
        return true;
    }
    memcpy(a.program, from->hash, SCRIPT_HASH);
    *ret = script_of(&a);
    return true;
}

static err script_of_bitcoincash(struct str address, const struct chain *c, struct script *ret)
{
    struct cashaddr a = { 0 };
    err e = cashaddr_parse(address, str_from_z(c->cashaddr), &a);
    if (e == CASHADDR_CHECKSUM)
        return SCRIPT_CHECKSUM;
    if (e == CASHADDR_LEGACY)
        return SCRIPT_LEGACY;
    if (e)
        return SCRIPT_NOT_AN_ADDRESS;
    if (strcmp(a.prefix, c->cashaddr) != 0)
        return SCRIPT_OTHER_NETWORK;
    return script_of_cashaddr(&a, ret) ? OK : SCRIPT_NOT_PAYABLE;
}

err script_of_address(struct str address, const struct chain *c, struct script *ret)
{
    return c->coin == CHAIN_BITCOIN ? script_of_bitcoin(address, c, ret)
                                    : script_of_bitcoincash(address, c, ret);
}

/* A pattern's hash, or NULL: the script made of it again is this script. */
static const uint8_t *hash_in(const struct script *s, enum bitcoin_kind kind)
{
    struct bitcoin_address a = { .kind = kind, .n = SCRIPT_HASH };
    size_t at = kind == BITCOIN_P2PKH ? 3 : 2;
    if (s->n != (kind == BITCOIN_P2PKH ? P2PKH_BYTES : P2SH_BYTES))
        return NULL;
    memcpy(a.program, s->bytes + at, SCRIPT_HASH);
    struct script made = script_of(&a);
    return str_eq(script_str(s), script_str(&made)) ? s->bytes + at : NULL;
}

static struct str base58_address(struct arena *a, uint8_t version, const uint8_t *hash)
{
    uint8_t bytes[1 + SCRIPT_HASH] = { version };
    memcpy(bytes + 1, hash, SCRIPT_HASH);
    return base58_encode(a, bytes_str(bytes, sizeof bytes));
}

/* Witness programs as bitcoin_parse() reads them; version 0 has 20 or 32 bytes. */
static struct str witness_address(struct arena *a, const struct script *s, const struct chain *c)
{
    uint8_t op = s->n ? s->bytes[0] : OP_EQUAL;
    if (s->n < 4 || s->n > SCRIPT_MAX || s->bytes[1] != s->n - 2 ||
        (op != OP_0 && (op < OP_1 || op > OP_16)) || (op == OP_0 && s->n != 22 && s->n != 34))
        return S("");
    struct bech32 b = { .kind = op == OP_0 ? BECH32 : BECH32M };
    memcpy(b.name, c->bech32, strlen(c->bech32));
    b.groups[0] = (uint8_t)(op == OP_0 ? 0 : op - OP_1 + 1);
    b.count = 1 + bech32_split(s->bytes + 2, s->n - 2, b.groups + 1, sizeof b.groups - 1);
    return bech32_encode(a, &b);
}

static struct str cash_address(struct arena *a, const struct chain *c, int type, struct str hash)
{
    struct cashaddr to = { .type = type, .n = hash.n };
    memcpy(to.prefix, c->cashaddr, strlen(c->cashaddr));
    memcpy(to.hash, hash.s, hash.n);
    return cashaddr_print(a, &to);
}

struct str script_address(struct arena *a, const struct script *s, const struct chain *c)
{
    const uint8_t *key_hash = hash_in(s, BITCOIN_P2PKH);
    const uint8_t *script_hash = hash_in(s, BITCOIN_P2SH);
    if (c->coin == CHAIN_BITCOIN) {
        if (key_hash)
            return base58_address(a, c->p2pkh, key_hash);
        if (script_hash)
            return base58_address(a, c->p2sh, script_hash);
        return witness_address(a, s, c);
    }
    if (key_hash)
        return cash_address(a, c, 0, bytes_str(key_hash, SCRIPT_HASH));
    if (script_hash)
        return cash_address(a, c, 1, bytes_str(script_hash, SCRIPT_HASH));
    if (s->n != P2SH32_BYTES)
        return S("");
    struct script made = script_p2sh32(s->bytes + 2);
    return str_eq(script_str(s), script_str(&made))
               ? cash_address(a, c, 1, bytes_str(s->bytes + 2, P2SH32_HASH))
               : S("");
}
