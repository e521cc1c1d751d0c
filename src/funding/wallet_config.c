#include "base/check.h"
#include "base/encoding.h"
#include "base/scan.h"
#include "base/utf8.h"
#include "funding/wallet.h"
#include "funding/web_link.h"
#include "outgoing/fetch.h"

#include <string.h>

/*
 * From the lines of a wallet's [channel.NAME] section to a struct wallet. Each key has a reader of
 * its own, in a table; what belongs together is checked after all were read.
 */
enum {
    VALUE_MAX = 1000, /* bytes: a descriptor has up to some 200, tokens 60 each */
    DEPTH_BITCOIN = 6,
    DEPTH_BITCOINCASH = 10,
    DEPTH_ETHEREUM = 1, /* finalized is deep already */
    POOL_STANDARD = 10,
    HEIGHT_MAX = 1000 * 1000 * 1000,
};

struct making {
    const struct wallet_source *source;
    struct wallet *w;
    struct arena *memory, *a;
    struct str key; /* account's key or descriptor; empty: `address` */
    int key_line;
    int first_line[WALLET_KEYS_MAX]; /* by number in the table; 0: not there */
    int line;                        /* of what is being read */
    int *ret_line;
    struct str *ret_why;
};

static err refuse(struct making *m, struct str why)
{
    *m->ret_line = m->line;
    *m->ret_why = why;
    return WALLET_WRONG;
}

static bool is_ethereum(const struct making *m)
{
    return m->source->kind == CHANNEL_ETHEREUM;
}

/* ---- one key each ---- */

static err take_key(struct making *m, struct str v)
{
    m->key = v;
    m->key_line = m->line;
    return OK;
}

static err take_network(struct making *m, struct str v)
{
    enum chain_coin coin = m->source->kind == CHANNEL_BITCOIN ? CHAIN_BITCOIN : CHAIN_BITCOINCASH;
    m->w->chain = chain_find(coin, v);
    if (!m->w->chain)
        return refuse(m, S("network must be main, test, regtest or regtest-bcoin"));
    return OK;
}

static err take_chain_id(struct making *m, struct str v)
{
    if (!int_parse(v, 1, INT64_MAX, &m->w->chain_id))
        return refuse(m, S("chain_id is a whole number; 1 is Ethereum's main network"));
    return OK;
}

static err take_node_url(struct making *m, struct str v)
{
    if (!fetch_url_good(v, m->a))
        return refuse(m, S("node_url must begin with http:// or https:// and have no user in it; "
                           "node_user and node_password are keys of their own"));
    m->w->node.url = v;
    m->w->watched = true;
    return OK;
}

static err take_node_user(struct making *m, struct str v)
{
    if (v.n > NODE_CREDENTIAL_MAX || str_has(v, ':'))
        return refuse(m, S("node_user is too long, or has a colon in it"));
    m->w->node.user = v;
    return OK;
}

static err take_node_password(struct making *m, struct str v)
{
    if (v.n > NODE_CREDENTIAL_MAX)
        return refuse(m, S("node_password is too long"));
    m->w->node.password = v;
    return OK;
}

static err take_node_cookie(struct making *m, struct str v)
{
    if (v.s[0] != '/')
        return refuse(m, S("node_cookie is the whole path of the node's cookie file"));
    m->w->node.cookie_file = v;
    return OK;
}

static err take_depth(struct making *m, struct str v)
{
    if (!int_parse(v, 1, WALLET_DEPTH_MAX, &m->w->depth))
        return refuse(
            m, str_print(m->a, "depth is a number of blocks from 1 to %d", WALLET_DEPTH_MAX));
    return OK;
}

static err take_start(struct making *m, struct str v)
{
    if (!int_parse(v, 0, HEIGHT_MAX, &m->w->start))
        return refuse(m, S("start is the height of the block to look from"));
    return OK;
}

static err take_minimum(struct making *m, struct str v)
{
    if (!amount_parse(v, m->w->minimum.asset, &m->w->minimum))
        return refuse(m, str_print(m->a, "minimum is an amount of %s with at most %d decimals",
                                   m->w->minimum.asset.code, asset_decimals(m->w->minimum.asset)));
    return OK;
}

static err take_rotate(struct making *m, struct str v)
{
    static const struct {
        const char *name;
        enum wallet_rotation rotation;
    } names[] = { { "never", WALLET_ONE }, { "month", WALLET_MONTH }, { "pool", WALLET_POOL } };
    for (size_t i = 0; i < COUNT(names); i++)
        if (str_eq(v, str_from_z(names[i].name))) {
            m->w->rotation = names[i].rotation;
            return OK;
        }
    return refuse(m, S("rotate must be never, month or pool"));
}

static err take_pool(struct making *m, struct str v)
{
    int64_t n = 0;
    if (!int_parse(v, 2, WALLET_POOL_MAX, &n))
        return refuse(
            m, str_print(m->a, "pool is a number of addresses from 2 to %d", WALLET_POOL_MAX));
    m->w->pool = (int)n;
    return OK;
}

static err take_gap(struct making *m, struct str v)
{
    int64_t n = 0;
    if (!int_parse(v, 1, WALLET_GAP_MAX, &n))
        return refuse(m,
                      str_print(m->a, "gap is a number of addresses from 1 to %d", WALLET_GAP_MAX));
    m->w->gap = (int)n;
    return OK;
}

static err take_own(struct making *m, struct str v)
{
    if (!str_eq(v, S("yes")) && !str_eq(v, S("no")))
        return refuse(m, S("own_addresses must be yes or no"));
    m->w->own_addresses = str_eq(v, S("yes"));
    return OK;
}

/* "USDC 0xA0b8...": a code the tables know, and the contract with its checksum. */
static err take_token(struct making *m, struct str text)
{
    struct wallet_token t = { 0 };
    struct str code = text;
    struct str contract = { 0 };
    (void)str_cut(text, ' ', &code, &contract); // without one the contract is empty, and wrong
    if (!asset_parse(code, &t.asset) || !asset_is_coin(t.asset))
        return refuse(m, S("tokens begins with the code of no token that is known"));
    if (ethereum_parse(str_trim(contract), &t.contract) != OK)
        return refuse(m, S("tokens has a contract that is no Ethereum address in mixed case"));
    for (size_t i = 0; i < m->w->token_count; i++)
        if (memcmp(&m->w->tokens[i].contract, &t.contract, sizeof(t.contract)) == 0 ||
            asset_eq(m->w->tokens[i].asset, t.asset))
            return refuse(m, S("tokens names a token or a contract twice"));
    if (m->w->token_count == WALLET_TOKENS_MAX)
        return refuse(m, str_print(m->a, "there are more than %d tokens", WALLET_TOKENS_MAX));
    m->w->tokens[m->w->token_count++] = t;
    return OK;
}

static err take_tokens(struct making *m, struct str v)
{
    struct str one = { 0 };
    err e = OK;
    while (!e && str_cut(v, ',', &one, &v))
        e = take_token(m, str_trim(one));
    return e ? e : take_token(m, str_trim(v));
}

enum coins { COINS_BITCOIN = 1, COINS_ETHEREUM = 2, COINS_ALL = 3 };
static const struct wallet_key {
    const char *name;
    err (*take)(struct making *m, struct str v);
    enum coins coins; /* whose */
    bool of_key;      /* says nothing without `key` */
    bool of_node;     /* says nothing without `node_url` */
} wallet_keys[] = {
    { "network", take_network, COINS_BITCOIN, false, false },
    { "chain_id", take_chain_id, COINS_ETHEREUM, false, false },
    { "key", take_key, COINS_ALL, false, false },
    { "node_url", take_node_url, COINS_ALL, false, false },
    { "node_user", take_node_user, COINS_ALL, false, true },
    { "node_password", take_node_password, COINS_ALL, false, true },
    { "node_cookie", take_node_cookie, COINS_ALL, false, true },
    { "depth", take_depth, COINS_ALL, false, true },
    { "start", take_start, COINS_ALL, false, true },
    { "minimum", take_minimum, COINS_ALL, false, true },
    { "rotate", take_rotate, COINS_ALL, true, false },
    { "pool", take_pool, COINS_ALL, true, false },
    { "gap", take_gap, COINS_ALL, true, false },
    { "own_addresses", take_own, COINS_ALL, true, false },
    { "tokens", take_tokens, COINS_ETHEREUM, false, true },
};
_Static_assert(COUNT(wallet_keys) <= WALLET_KEYS_MAX, "room for a line of each");

static bool key_number(struct str name, size_t *ret)
{
    for (size_t i = 0; i < COUNT(wallet_keys); i++)
        if (str_eq(name, str_from_z(wallet_keys[i].name))) {
            *ret = i;
            return true;
        }
    return false;
}

bool wallet_key_is(struct str name)
{
    size_t i = 0;
    return key_number(name, &i);
}

/* ---- all of them ---- */

static err take_line(struct making *m, const struct wallet_line *l)
{
    size_t i = 0;
    m->line = l->line;
    if (!key_number(l->name, &i) ||
        !(wallet_keys[i].coins & (is_ethereum(m) ? COINS_ETHEREUM : COINS_BITCOIN)))
        return refuse(m, S("a wallet of this kind has no key of this name; see docs/channels.md"));
    if (l->value.n == 0 || l->value.n > VALUE_MAX || text_check(l->value, true) != TEXT_FINE)
        return refuse(m, str_print(m->a,
                                   "%s has no value, more than %d bytes, or is not one line of "
                                   "text",
                                   wallet_keys[i].name, VALUE_MAX));
    m->first_line[i] = l->line;
    return wallet_keys[i].take(m, str_copy(m->memory, l->value));
}

/* A key that says nothing without another one was meant to do something. */
static err check_company(struct making *m)
{
    for (size_t i = 0; i < COUNT(wallet_keys); i++) {
        m->line = m->first_line[i];
        if (!m->line)
            continue;
        if (wallet_keys[i].of_key && !m->key.n)
            return refuse(m, str_print(m->a, "%s needs a key: there is one address only",
                                       wallet_keys[i].name));
        if (wallet_keys[i].of_node && !m->w->watched)
            return refuse(m,
                          str_print(m->a, "%s says nothing without node_url", wallet_keys[i].name));
    }
    return OK;
}

static err check_credentials(struct making *m)
{
    const struct node *n = &m->w->node;
    m->line = m->source->address_line;
    if (n->cookie_file.n && n->user.n)
        return refuse(m, S("a node has either a cookie file or a user and password"));
    if (n->password.n && !n->user.n)
        return refuse(m, S("node_password lacks its node_user"));
    return OK;
}

static err check_rotation(struct making *m)
{
    struct wallet *w = m->w;
    m->line = m->key_line;
    if (w->pool && w->rotation != WALLET_POOL)
        return refuse(m, S("pool says nothing without rotate = pool"));
    if (w->rotation == WALLET_POOL && !w->pool)
        w->pool = POOL_STANDARD;
    if (w->pool > w->gap)
        return refuse(m, S("pool is larger than gap: wallets would not find gifts to its last "
                           "addresses"));
    return OK;
}

static err take_ethereum_plan(struct making *m)
{
    struct wallet *w = m->w;
    w->derived = m->key.n > 0;
    if (!w->derived) {
        if (ethereum_parse(m->source->address, &w->ethereum_address) != OK)
            return refuse(m, S("address is not an Ethereum address with its checksum"));
        return OK;
    }
    switch (ethereum_account_parse(m->key, &w->branch)) {
    case OK: return OK;
    case EXTENDED_KEY_PRIVATE:
        return refuse(m, str_from_z(address_plan_refusal(ADDRESS_PLAN_PRIVATE)));
    default: return refuse(m, S("key must be the xpub of an account (m/44'/60'/0')"));
    }
}

static err take_plan(struct making *m)
{
    m->line = m->key.n ? m->key_line : m->source->address_line;
    if (m->key.n && m->source->address.n)
        return refuse(m, S("a wallet has either a key or an address"));
    if (!m->key.n && !m->source->address.n)
        return refuse(m, S("a wallet needs its address, or a key from which they follow"));
    if (is_ethereum(m))
        return take_ethereum_plan(m);
    struct str text = m->key.n ? m->key : m->source->address;
    err e = address_plan_parse(text, m->w->chain, &m->w->plan);
    if (e)
        return e < 0 ? e : refuse(m, str_from_z(address_plan_refusal(e)));
    m->w->derived = m->w->plan.derived;
    if (m->key.n && !m->w->derived)
        return refuse(m, S("key is one address only: write it as address"));
    return OK;
}

static void name_plan(struct making *m)
{
    const struct wallet *w = m->w;
    uint8_t hash[SHA256_BYTES];
    struct str what =
        str_print(m->a, "%s %lld " STR_FMT, w->chain ? w->chain->network : "ethereum",
                  (long long)w->chain_id, STR_ARG(m->key.n ? m->key : m->source->address));
    sha256(what, hash);
    m->w->plan_id = hex_print(m->memory, bytes_str(hash, WALLET_PLAN_ID / 2));
    if (!m->key.n)
        return;
    sha256(m->key, hash);
    m->w->key_hash = hex_print(m->memory, bytes_str(hash, sizeof hash));
}

static struct wallet standard(enum channel_kind kind)
{
    struct wallet w = { .start = -1, .gap = WALLET_GAP_STANDARD };
    if (kind == CHANNEL_BITCOIN) {
        w.chain = chain_find(CHAIN_BITCOIN, S("main"));
        w.depth = DEPTH_BITCOIN;
        w.minimum.asset = (struct asset){ "BTC" };
    } else if (kind == CHANNEL_BITCOINCASH) {
        w.chain = chain_find(CHAIN_BITCOINCASH, S("main"));
        w.depth = DEPTH_BITCOINCASH;
        w.minimum.asset = (struct asset){ "BCH" };
    } else {
        w.chain_id = 1;
        w.depth = DEPTH_ETHEREUM;
        w.minimum.asset = (struct asset){ "ETH" };
    }
    return w;
}

err wallet_make(const struct wallet_source *s, struct arena *memory, struct arena *a,
                const struct wallet **ret, int *ret_line, struct str *ret_why)
{
    struct making m = {
        .source = s,
        .w = arena_new(memory, struct wallet, 1),
        .memory = memory,
        .a = a,
        .ret_line = ret_line,
        .ret_why = ret_why,
    };
    *m.w = standard(s->kind);
    err e = OK;
    for (size_t i = 0; !e && i < s->n; i++)
        e = take_line(&m, &s->lines[i]);
    if (!e)
        e = take_plan(&m);
    if (!e)
        e = check_company(&m);
    if (!e)
        e = check_credentials(&m);
    if (!e)
        e = check_rotation(&m);
    if (e)
        return e;
    name_plan(&m);
    *ret = m.w;
    return OK;
}
