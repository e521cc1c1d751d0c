#include "funding/extended_key.h"
#include "base/check.h"
#include "funding/base58.h"
#include "funding/script.h"
#include "funding/secret.h"

#include <string.h>

/* Where the parts stand in the 78 bytes (BIP 32, "Serialization format"). */
enum {
    AT_DEPTH = 4,
    AT_PARENT = 5,
    AT_CHILD = 9,
    AT_CHAIN_CODE = 13,
    AT_KEY = 45,
    SERIALIZED = 78,
};

/* BIP 32, SLIP-132, and networks.js of bcoin. */
struct version {
    uint32_t bytes;
    enum key_family family;
    enum key_form form;
};
static const struct version versions[] = {
    { 0x0488b21e, KEY_FAMILY_MAIN, KEY_FORM_PLAIN },       // xpub
    { 0x049d7cb2, KEY_FAMILY_MAIN, KEY_FORM_P2SH_P2WPKH }, // ypub
    { 0x04b24746, KEY_FAMILY_MAIN, KEY_FORM_P2WPKH },      // zpub
    { 0x043587cf, KEY_FAMILY_TEST, KEY_FORM_PLAIN },       // tpub
    { 0x044a5262, KEY_FAMILY_TEST, KEY_FORM_P2SH_P2WPKH }, // upub
    { 0x045f1cf6, KEY_FAMILY_TEST, KEY_FORM_P2WPKH },      // vpub
    { 0xeab4fa05, KEY_FAMILY_BCOIN, KEY_FORM_PLAIN },      // rpub
};
static uint32_t read_be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void write_be32(uint8_t *p, uint32_t v)
{
    for (size_t i = 0; i < 4; i++)
        p[i] = (uint8_t)(v >> (24 - 8 * i));
}

static const struct version *version_of(uint32_t bytes)
{
    for (size_t i = 0; i < COUNT(versions); i++)
        if (versions[i].bytes == bytes)
            return &versions[i];
    return NULL;
}

static err read_key(const uint8_t bytes[SERIALIZED], const struct chain *c,
                    struct extended_key *ret)
{
    const struct version *v = version_of(read_be32(bytes));
    if (bytes[AT_KEY] == 0) // which makes 32 bytes of a private key 33
        return EXTENDED_KEY_PRIVATE;
    if (!v)
        return EXTENDED_KEY_UNKNOWN_FORM;
    struct extended_key k = {
        .family = v->family,
        .form = v->form,
        .depth = bytes[AT_DEPTH],
        .child = read_be32(bytes + AT_CHILD),
    };
    memcpy(k.parent, bytes + AT_PARENT, sizeof k.parent);
    memcpy(k.chain_code, bytes + AT_CHAIN_CODE, sizeof k.chain_code);
    memcpy(k.point, bytes + AT_KEY, sizeof k.point);
    if (k.depth == 0 && (k.child != 0 || read_be32(k.parent) != 0))
        return EXTENDED_KEY_NOT_A_KEY; // a master key has no parent
    if (!point_is_valid(k.point))
        return EXTENDED_KEY_NOT_A_KEY;
    if (k.family != c->keys)
        return EXTENDED_KEY_OTHER_NETWORK;
    *ret = k;
    return OK;
}

err extended_key_parse(struct str s, const struct chain *c, struct extended_key *ret)
{
    uint8_t bytes[BASE58_BYTES_MAX] = { 0 };
    size_t n = 0;
    err e = EXTENDED_KEY_NOT_A_KEY;
    if (secret_find(s) != SECRET_NONE)
        return EXTENDED_KEY_PRIVATE; // every private version begins ?prv; mistyped ones do too
    if (base58_decode(s, bytes, &n) && n == SERIALIZED)
        e = read_key(bytes, c, ret);
    secret_wipe(bytes, sizeof bytes);
    return e;
}

static uint32_t version_bytes(const struct extended_key *k)
{
    for (size_t i = 0; i < COUNT(versions); i++)
        if (versions[i].family == k->family && versions[i].form == k->form)
            return versions[i].bytes;
    check(false);
}

struct str extended_key_print(struct arena *a, const struct extended_key *k)
{
    uint8_t bytes[SERIALIZED];
    write_be32(bytes, version_bytes(k));
    bytes[AT_DEPTH] = k->depth;
    memcpy(bytes + AT_PARENT, k->parent, sizeof k->parent);
    write_be32(bytes + AT_CHILD, k->child);
    memcpy(bytes + AT_CHAIN_CODE, k->chain_code, sizeof k->chain_code);
    memcpy(bytes + AT_KEY, k->point, sizeof k->point);
    return base58_encode(a, bytes_str(bytes, sizeof bytes));
}

void extended_key_fingerprint(const struct extended_key *k, uint8_t ret[EXTENDED_KEY_FINGERPRINT])
{
    uint8_t hash[SCRIPT_HASH];
    hash160(bytes_str(k->point, sizeof k->point), hash);
    memcpy(ret, hash, EXTENDED_KEY_FINGERPRINT);
}

err extended_key_child(const struct extended_key *k, uint32_t index, struct extended_key *ret)
{
    uint8_t message[POINT_BYTES + 4];
    uint8_t i[SHA512_BYTES];
    struct extended_key child = { .family = k->family, .form = k->form, .child = index };
    if (index > EXTENDED_KEY_INDEX_MAX)
        return EXTENDED_KEY_HARDENED;
    if (k->depth == UINT8_MAX)
        return ERR_LIMIT;
    memcpy(message, k->point, POINT_BYTES);
    write_be32(message + POINT_BYTES, index);
    hmac_sha512(bytes_str(k->chain_code, sizeof k->chain_code), bytes_str(message, sizeof message),
                i);
    if (!point_tweak(k->point, i, child.point))
        return EXTENDED_KEY_NO_CHILD;
    child.depth = (uint8_t)(k->depth + 1);
    memcpy(child.chain_code, i + SCALAR_BYTES, sizeof child.chain_code);
    extended_key_fingerprint(k, child.parent);
    *ret = child;
    return OK;
}
