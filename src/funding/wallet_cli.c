#include "funding/wallet_cli.h"
#include "base/buf.h"
#include "base/check.h"
#include "base/scan.h"
#include "funding/address_plan.h"
#include "funding/ethereum_chain.h"
#include "funding/secret.h"

enum { LINE_MAX_BYTES = 160 };

struct range {
    int64_t first, count;
};

static err refuse(struct arena *a, const char *why, struct str *ret_say)
{
    *ret_say = str_copy(a, str_from_z(why));
    return WALLET_REFUSED;
}

static bool range_read(const struct wallet_addresses_args *args, struct range *ret)
{
    *ret = (struct range){ .count = WALLET_ADDRESSES_STANDARD };
    if (args->first.n && !int_parse(args->first, 0, EXTENDED_KEY_INDEX_MAX, &ret->first))
        return false;
    if (args->count.n && !int_parse(args->count, 1, WALLET_ADDRESSES_MAX, &ret->count))
        return false;
    return ret->first + ret->count - 1 <= EXTENDED_KEY_INDEX_MAX;
}

static void put_line(struct buf *out, int64_t index, struct str address)
{
    buf_print(out, "%s%lld " STR_FMT, buf_str(out).n ? "\n" : "", (long long)index,
              STR_ARG(address));
}

static err put_plan(const struct address_plan *p, struct range range, struct arena *a,
                    struct buf *out)
{
    int64_t end = p->derived ? range.first + range.count : range.first + 1;
    for (int64_t i = range.first; i < end; i++) {
        struct receiving_address address = { 0 };
        err e = address_for(p, (uint32_t)i, a, &address);
        if (e < 0)
            return fault(e);
        put_line(out, i, e == ADDRESS_NONE ? S("has no address; it is left out") : address.text);
    }
    return OK;
}

static err put_bitcoin(const struct wallet_addresses_args *args, enum chain_coin coin,
                       struct range range, struct arena *a, struct str *ret_say)
{
    struct buf out CLEANUP(buf_free) = buf_make((size_t)range.count * LINE_MAX_BYTES);
    struct address_plan plan = { 0 };
    const struct chain *chain = chain_find(coin, args->network.n ? args->network : S("main"));
    if (!chain)
        return refuse(a, "the network is main, test, regtest or regtest-bcoin", ret_say);
    err e = address_plan_parse(args->key, chain, &plan);
    if (e > 0)
        return refuse(a, address_plan_refusal(e), ret_say);
    if (!e)
        e = put_plan(&plan, range, a, &out);
    if (e)
        return fault(e);
    *ret_say = buf_copy(&out, a);
    return OK;
}

static err put_ethereum(const struct wallet_addresses_args *args, struct range range,
                        struct arena *a, struct str *ret_say)
{
    struct buf out CLEANUP(buf_free) = buf_make((size_t)range.count * LINE_MAX_BYTES);
    struct extended_key branch = { 0 };
    err e = ethereum_account_parse(args->key, &branch);
    if (e)
        return e == EXTENDED_KEY_PRIVATE
                   ? refuse(a, address_plan_refusal(ADDRESS_PLAN_PRIVATE), ret_say)
                   : refuse(a, "for Ethereum give the xpub of an account (m/44'/60'/0')", ret_say);
    for (int64_t i = range.first; i < range.first + range.count; i++) {
        struct ethereum_address address = { 0 };
        char text[ETHEREUM_TEXT + 1];
        e = ethereum_address_for(&branch, (uint32_t)i, &address);
        if (e < 0)
            return fault(e);
        ethereum_print(&address, text);
        put_line(&out, i, e ? S("has no address; it is left out") : str_from_z(text));
    }
    *ret_say = buf_copy(&out, a);
    return OK;
}

err wallet_addresses(const struct wallet_addresses_args *args, struct arena *a, struct str *ret_say)
{
    struct range range = { 0 };
    if (!range_read(args, &range))
        return refuse(a, "--first is a number from 0 to 2147483647, --count one from 1 to 1000",
                      ret_say);
    if (secret_find_sure(args->key))
        return refuse(a, address_plan_refusal(ADDRESS_PLAN_PRIVATE), ret_say);
    if (str_eq(args->coin, S("bitcoin")))
        return put_bitcoin(args, CHAIN_BITCOIN, range, a, ret_say);
    if (str_eq(args->coin, S("bitcoincash")))
        return put_bitcoin(args, CHAIN_BITCOINCASH, range, a, ret_say);
    if (!str_eq(args->coin, S("ethereum")))
        return refuse(a, "the coin is bitcoin, bitcoincash or ethereum", ret_say);
    if (args->network.n)
        return refuse(a, "Ethereum's addresses are the same on all its networks", ret_say);
    return put_ethereum(args, range, a, ret_say);
}
