#include "funding/wallet.h"
#include "base/check.h"

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
