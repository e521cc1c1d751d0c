#include "funding/wallet.h"
#include "base/check.h"
#include "funding/payment_uri.h"

static err place_of_ethereum(const struct wallet *w, uint32_t number, struct arena *a,
                             struct wallet_place *ret)
{
    struct ethereum_address address = w->ethereum_address;
    char text[ETHEREUM_TEXT + 1];
    if (w->derived) {
        err e = ethereum_address_for(&w->branch, number, &address);
        if (e)
            return e == EXTENDED_KEY_NO_CHILD ? ADDRESS_NONE : e;
    }
    ethereum_print(&address, text);
    ret->text = str_copy(a, str_from_z(text));
    ret->script = str_copy(a, bytes_str(address.bytes, ETHEREUM_ADDRESS_BYTES));
    return OK;
}

static err place_of_bitcoin(const struct wallet *w, uint32_t number, struct arena *a,
                            struct wallet_place *ret)
{
    struct receiving_address r = { 0 };
    err e = address_for(&w->plan, number, a, &r);
    if (e)
        return e;
    ret->text = r.text;
    ret->script = str_copy(a, script_str(&r.script));
    return OK;
}

err wallet_place(const struct wallet *w, int64_t number, struct arena *a, struct wallet_place *ret)
{
    check(number >= 0 && number <= EXTENDED_KEY_INDEX_MAX);
    err e = ADDRESS_NONE;
    for (; e == ADDRESS_NONE && number <= EXTENDED_KEY_INDEX_MAX; number++) {
        *ret = (struct wallet_place){ .number = w->derived ? number : 0 };
        e = w->chain ? place_of_bitcoin(w, (uint32_t)number, a, ret)
                     : place_of_ethereum(w, (uint32_t)number, a, ret);
    }
    return e == ADDRESS_NONE ? ERR_LIMIT : e;
}

/* Places of `many` from 0 on are held against the first of `one`. */
static err meets(const struct wallet *one, const struct wallet *many, struct arena *a, bool *ret)
{
    struct wallet_place first = { 0 };
    int64_t last = one->derived || !many->derived ? 0 : many->gap - 1;
    err e = wallet_place(one, 0, a, &first);
    for (int64_t i = 0; !e && !*ret && i <= last; i++) {
        struct wallet_place other = { 0 };
        e = wallet_place(many, i, a, &other);
        *ret = !e && str_eq(first.script, other.script);
        i = other.number > i ? other.number : i;
    }
    return e;
}

err wallet_overlaps(const struct wallet *x, const struct wallet *y, struct arena *a, bool *ret)
{
    *ret = false;
    if (x->chain != y->chain || x->chain_id != y->chain_id)
        return OK;
    return x->derived ? meets(y, x, a, ret) : meets(x, y, a, ret);
}

struct str wallet_uri(const struct channel *c, struct str address, struct arena *a)
{
    if (c->kind == CHANNEL_BITCOIN)
        return payment_uri_bitcoin(a, address, c->title);
    if (c->kind == CHANNEL_BITCOINCASH)
        return payment_uri_bitcoincash(a, address, c->title);
    return payment_uri_ethereum(a, address, c->wallet->chain_id);
}

struct str wallet_code(const struct channel *c, struct str address, struct arena *a)
{
    if (c->kind == CHANNEL_BITCOIN)
        return payment_qr_bitcoin(a, address);
    if (c->kind == CHANNEL_BITCOINCASH)
        return payment_qr_bitcoincash(a, address);
    return wallet_uri(c, address, a);
}
