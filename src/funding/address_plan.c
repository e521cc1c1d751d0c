#include "funding/address_plan.h"
#include "base/check.h"
#include "funding/descriptor.h"
#include "funding/secret.h"

static err of_descriptor(struct str text, const struct chain *c, struct address_plan *p)
{
    struct descriptor d = { 0 };
    switch (descriptor_parse(text, c, &d)) {
    case OK: break;
    case DESCRIPTOR_NO_CHECKSUM: return ADDRESS_PLAN_NO_CHECKSUM;
    case DESCRIPTOR_CHECKSUM: return ADDRESS_PLAN_CHECKSUM;
    case DESCRIPTOR_PRIVATE: return ADDRESS_PLAN_PRIVATE;
    case DESCRIPTOR_UNSUPPORTED: return ADDRESS_PLAN_UNSUPPORTED;
    case DESCRIPTOR_HARDENED: return ADDRESS_PLAN_HARDENED;
    case DESCRIPTOR_OTHER_NETWORK: return ADDRESS_PLAN_OTHER_NETWORK;
    default: return ADDRESS_PLAN_WRONG;
    }
    p->derived = d.ranged;
    p->kind = d.kind;
    p->branch = d.branch;
    p->script = d.script;
    return OK;
}

static err of_key(const struct extended_key *k, struct address_plan *p)
{
    switch (k->form) {
    case KEY_FORM_P2WPKH: p->kind = SCRIPT_P2WPKH; break;
    case KEY_FORM_P2SH_P2WPKH: p->kind = SCRIPT_P2SH_P2WPKH; break;
    case KEY_FORM_PLAIN: p->kind = SCRIPT_P2PKH; break;
    }
    if (chain_has_segwit(p->chain) && k->form == KEY_FORM_PLAIN)
        return ADDRESS_PLAN_KIND_UNKNOWN;
    if (!chain_has_segwit(p->chain) && k->form != KEY_FORM_PLAIN)
        return ADDRESS_PLAN_UNSUPPORTED;
    if (k->depth > ADDRESS_PLAN_DEPTH_MAX)
        return ADDRESS_PLAN_TOO_DEEP;
    p->derived = true;
    return extended_key_child(k, 0, &p->branch) == OK ? OK : ADDRESS_PLAN_WRONG;
}

static err of_address(struct str text, const struct chain *c, struct address_plan *p)
{
    switch (script_of_address(text, c, &p->script)) {
    case OK: return OK;
    case SCRIPT_CHECKSUM: return ADDRESS_PLAN_CHECKSUM;
    case SCRIPT_OTHER_NETWORK: return ADDRESS_PLAN_OTHER_NETWORK;
    case SCRIPT_NOT_PAYABLE: return ADDRESS_PLAN_UNSUPPORTED;
    case SCRIPT_LEGACY: return ADDRESS_PLAN_LEGACY;
    default: return ADDRESS_PLAN_WRONG;
    }
}

/* Decided by its looks; "xpub" and its kin cannot begin an address, which would be too long. */
static bool looks_like_key(struct str text)
{
    return text.n > SCRIPT_MAX && str_eq(str_sub(text, 1, 3), S("pub"));
}

static err of_key_text(struct str text, const struct chain *c, struct address_plan *p)
{
    struct extended_key k = { 0 };
    switch (extended_key_parse(text, c, &k)) {
    case OK: return of_key(&k, p);
    case EXTENDED_KEY_PRIVATE: return ADDRESS_PLAN_PRIVATE;
    case EXTENDED_KEY_OTHER_NETWORK: return ADDRESS_PLAN_OTHER_NETWORK;
    case EXTENDED_KEY_UNKNOWN_FORM: return ADDRESS_PLAN_UNSUPPORTED;
    default: return ADDRESS_PLAN_CHECKSUM;
    }
}

err address_plan_parse(struct str text, const struct chain *c, struct address_plan *ret)
{
    struct address_plan p = { .chain = c };
    err e = OK;
    if (str_has(text, '('))
        e = of_descriptor(text, c, &p);
    else if (secret_find(text) != SECRET_NONE)
        e = ADDRESS_PLAN_PRIVATE;
    else
        e = looks_like_key(text) ? of_key_text(text, c, &p) : of_address(text, c, &p);
    if (e)
        return e;
    *ret = p;
    return OK;
}

const char *address_plan_refusal(err refusal)
{
    switch (refusal) {
    case ADDRESS_PLAN_NO_CHECKSUM:
        return "the descriptor lacks its checksum, the eight letters after #";
    case ADDRESS_PLAN_CHECKSUM: return "the checksum does not fit: there is a typing error in it";
    case ADDRESS_PLAN_PRIVATE:
        return "this is a private key; Diurnal never needs one. Treat that wallet as known to "
               "others";
    case ADDRESS_PLAN_UNSUPPORTED:
        return "a descriptor of this kind is not supported; pkh, wpkh, sh(wpkh), tr and addr are";
    case ADDRESS_PLAN_HARDENED:
        return "a public key has no hardened children: take the account's key";
    case ADDRESS_PLAN_OTHER_NETWORK: return "this is of another network";
    case ADDRESS_PLAN_KIND_UNKNOWN:
        return "an xpub does not say what kind of addresses the wallet uses: give the descriptor, "
               "or the zpub or ypub";
    case ADDRESS_PLAN_TOO_DEEP: return "this key is deeper than an account's";
    case ADDRESS_PLAN_LEGACY:
        return "this is an address in the old form, which Bitcoin's have too: give the one that "
               "begins with bitcoincash:";
    default: return "this is no descriptor, no account's public key and no address";
    }
}

err address_for(const struct address_plan *p, uint32_t index, struct arena *a,
                struct receiving_address *ret)
{
    struct receiving_address to = { .script = p->script };
    struct extended_key k = { 0 };
    check(index <= EXTENDED_KEY_INDEX_MAX);
    if (p->derived && (extended_key_child(&p->branch, index, &k) != OK ||
                       !script_of_key(p->chain, p->kind, k.point, &to.script)))
        return ADDRESS_NONE;
    to.text = script_address(a, &to.script, p->chain);
    *ret = to;
    return OK;
}
