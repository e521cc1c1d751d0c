#include "base/buf.h"
#include "funding/wallet_address.h"
#include "unit/store_help.h"

#include <string.h>

/* Without these a mistyped key would send gifts to nobody, or an address that was shown would stop
 * being watched. Keys and addresses are published vectors. */

#define ZPUB                                                                                       \
    "zpub6rFR7y4Q2AijBEqTUquhVz398htDFrtymD9xYYfG1m4wAcvPhXNfE3EfH1r1ADqtfSdVCToUG868RvUUkgDKf3"   \
    "1mGDtKsAYz2oz2AGutZYs"
#define ETH_XPUB                                                                                   \
    "xpub6Ce9NcJvTk36xtLSrJLZqE7wtgA5deCeYs7rSQtreh4cj6ByPtrg9sD7V2FNFLPnf8heNP3FGkeV9qwfzvZNSd54" \
    "JoNXVsXFYSYwHsnJxqP"

struct outcome {
    struct arena arena;
    struct config *config;
    struct channels *channels;
    struct str why;
};

static struct outcome make(const char *text)
{
    struct outcome o = { 0 };
    arena_init(&o.arena, 1 << 20);
    expect(config_parse(S("d.ini"), str_from_z(text), &o.arena, &o.config, &o.why) == OK);
    err e = channels_make(o.config, S("d.ini"), &o.arena, &o.channels, &o.why);
    expect(e == OK || (e == CHANNELS_WRONG && !o.channels));
    return o;
}

static void drop(struct outcome *o)
{
    channels_free(o->channels);
    config_free(o->config);
    arena_free(&o->arena);
}

static const struct wallet *wallet_of(const struct outcome *o, const char *channel)
{
    if (!o->channels)
        printf("# " STR_FMT "\n", STR_ARG(o->why));
    expect(o->channels);
    const struct channel *c = channels_find(o->channels, str_from_z(channel));
    expect(c && c->wallet);
    return c->wallet;
}

static struct str place(struct outcome *o, const struct wallet *w, int64_t number)
{
    struct wallet_place p = { 0 };
    expect(wallet_place(w, number, &o->arena, &p) == OK);
    return p.text;
}

TEST(a_wallet_of_a_key_has_the_addresses_of_the_vectors)
{
    struct outcome o = make("[channel.bitcoin]\nkey = " ZPUB "\nrotate = pool\npool = 5\n");
    const struct wallet *w = wallet_of(&o, "bitcoin");
    expect(w->derived && w->rotation == WALLET_POOL && w->pool == 5 && w->gap == 20);
    expect(!w->watched && w->depth == 6 && w->start == -1 && w->minimum.units == 0);
    expect(w->plan_id.n == WALLET_PLAN_ID);
    expect_str(place(&o, w, 0), S("bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu"));
    expect_str(place(&o, w, 1), S("bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g"));
    expect_str(channels_find(o.channels, S("bitcoin"))->address, place(&o, w, 0));
    drop(&o);
}

TEST(a_wallet_of_one_address_has_it_under_every_number)
{
    struct outcome o =
        make("[channel.bitcoin]\naddress = bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu\n"
             "[channel.ethereum]\naddress = 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\n");
    const struct wallet *w = wallet_of(&o, "bitcoin");
    struct wallet_place p = { 0 };
    expect(!w->derived && w->rotation == WALLET_ONE);
    expect(wallet_place(w, 7, &o.arena, &p) == OK && p.number == 0 && p.script.n == 22);
    expect_str(p.text, S("bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu"));
    w = wallet_of(&o, "ethereum");
    expect(!w->chain && w->chain_id == 1 && w->depth == 1);
    expect(wallet_place(w, 7, &o.arena, &p) == OK && p.number == 0 && p.script.n == 20);
    expect_str(p.text, S("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"));
    drop(&o);
}

TEST(an_ethereum_account_derives_its_addresses)
{
    struct outcome o = make("[channel.ethereum]\nkey = " ETH_XPUB "\nchain_id = 31337\n"
                            "rotate = month\nown_addresses = yes\n");
    const struct wallet *w = wallet_of(&o, "ethereum");
    expect(w->derived && w->chain_id == 31337 && w->rotation == WALLET_MONTH && w->own_addresses);
    expect(!str_eq(place(&o, w, 0), place(&o, w, 1)));
    drop(&o);
}

TEST(a_wallet_s_node_and_its_numbers_are_read)
{
    struct outcome o = make("[channel.gifts]\nkind = bitcoincash\nnetwork = test\n"
                            "address = bchtest:pr6m7j9njldwwzlg9v7v53unlr4jkmx6eyvwc0uz5t\n"
                            "node_url = http://127.0.0.1:18443/\nnode_user = river\n"
                            "node_password = a:b\ndepth = 1000\nstart = 0\nminimum = 0.0001\n");
    const struct wallet *w = wallet_of(&o, "gifts");
    expect(w->watched && w->depth == 1000 && w->start == 0 && w->minimum.units == 10000);
    expect_str(w->node.url, S("http://127.0.0.1:18443/"));
    expect_str(w->node.user, S("river"));
    expect_str(w->node.password, S("a:b"));
    expect_str(str_from_z(w->chain->network), S("test"));
    drop(&o);
    o = make("[channel.bitcoincash]\naddress = qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a\n"
             "node_url = https://node.example.org\nnode_cookie = /var/lib/node/.cookie\n");
    w = wallet_of(&o, "bitcoincash");
    expect(w->depth == 10);
    expect_str(w->node.cookie_file, S("/var/lib/node/.cookie"));
    drop(&o);
}

TEST(another_key_is_another_plan)
{
    struct outcome one = make("[channel.bitcoin]\nkey = " ZPUB "\n");
    struct outcome same = make("[channel.bitcoin]\nrotate = month\nkey = " ZPUB "\n");
    struct outcome other =
        make("[channel.bitcoin]\naddress = bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu\n");
    expect_str(wallet_of(&one, "bitcoin")->plan_id, wallet_of(&same, "bitcoin")->plan_id);
    expect(!str_eq(wallet_of(&one, "bitcoin")->plan_id, wallet_of(&other, "bitcoin")->plan_id));
    drop(&one);
    drop(&same);
    drop(&other);
}

#define BTC      "[channel.bitcoin]\naddress = bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu\n"
#define BTC_KEY  "[channel.bitcoin]\nkey = " ZPUB "\n"
#define BTC_NODE BTC "node_url = http://127.0.0.1:8332\n"
#define ETH      "[channel.ethereum]\naddress = 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\n"
#define ETH_NODE ETH "node_url = http://127.0.0.1:8545\n"

TEST(what_is_wrong_in_a_wallet_is_refused_with_its_line)
{
    static const struct {
        const char *text, *begin, *part;
    } wrong[] = {
        { "[channel.bitcoin]\nrotate = month\n", "d.ini:2: ", "address" },
        { "[channel.bitcoin]\ntitle = x\n", "d.ini:2: ", "needs its address" },
        { BTC "key = " ZPUB "\n", "d.ini:3: ", "either a key or an address" },
        { BTC "colour = red\n", "d.ini:3: ", "no key of this name" },
        { BTC "chain_id = 1\n", "d.ini:3: ", "no key of this name" },
        { ETH "network = main\n", "d.ini:3: ", "no key of this name" },
        { BTC "network =\n", "d.ini:3: ", "no value" },
        { BTC "network = moon\n", "d.ini:3: ", "regtest" },
        { BTC "network = test\n", "d.ini:2: ", "another network" },
        { BTC "rotate = month\n", "d.ini:3: ", "needs a key" },
        { BTC "gap = 20\n", "d.ini:3: ", "needs a key" },
        { BTC "depth = 6\n", "d.ini:3: ", "without node_url" },
        { BTC_KEY "rotate = daily\n", "d.ini:3: ", "never, month or pool" },
        { BTC_KEY "pool = 5\n", "d.ini:2: ", "without rotate = pool" },
        { BTC_KEY "rotate = pool\npool = 1\n", "d.ini:4: ", "from 2 to 50" },
        { BTC_KEY "rotate = pool\npool = 51\n", "d.ini:4: ", "from 2 to 50" },
        { BTC_KEY "rotate = pool\npool = 21\n", "d.ini:2: ", "larger than gap" },
        { BTC_KEY "gap = 0\n", "d.ini:3: ", "from 1 to 1000" },
        { BTC_KEY "gap = 1001\n", "d.ini:3: ", "from 1 to 1000" },
        { BTC_KEY "own_addresses = maybe\n", "d.ini:3: ", "yes or no" },
        { BTC "node_url = 127.0.0.1:8332\n", "d.ini:3: ", "http" },
        { BTC "node_url = http://river:pass@127.0.0.1:8332\n", "d.ini:3: ", "no user in it" },
        { BTC_NODE "depth = 0\n", "d.ini:4: ", "from 1 to 1000" },
        { BTC_NODE "depth = 1001\n", "d.ini:4: ", "from 1 to 1000" },
        { BTC_NODE "start = -1\n", "d.ini:4: ", "height" },
        { BTC_NODE "minimum = 0.000000001\n", "d.ini:4: ", "8 decimals" },
        { BTC_NODE "node_user = a:b\n", "d.ini:4: ", "colon" },
        { BTC_NODE "node_password = x\n", "d.ini:2: ", "lacks its node_user" },
        { BTC_NODE "node_user = u\nnode_cookie = /c\n", "d.ini:2: ", "either a cookie" },
        { BTC_NODE "node_cookie = c\n", "d.ini:4: ", "whole path" },
        { "[channel.bitcoin]\nkey = bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu\n",
          "d.ini:2: ", "write it as address" },
        { "[channel.bitcoin]\nkey = " ETH_XPUB "\n", "d.ini:2: ", "descriptor" },
        { "[channel.ethereum]\nkey = " ZPUB "\n", "d.ini:2: ", "xpub of an account" },
        { ETH "chain_id = 0\n", "d.ini:3: ", "whole number" },
        { ETH_NODE "tokens = RIVER 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\n",
          "d.ini:4: ", "no token" },
        { ETH_NODE "tokens = USD 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\n",
          "d.ini:4: ", "no token" },
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct outcome o = make(wrong[i].text);
        size_t at = 0;
        bool right = !o.channels && str_starts(o.why, str_from_z(wrong[i].begin)) &&
                     str_find(o.why, str_from_z(wrong[i].part), &at);
        if (!right)
            printf("# " STR_FMT "\n# for: %s\n", STR_ARG(o.why), wrong[i].text);
        expect(right);
        drop(&o);
    }
}

/* The line `key = xxx…`, of so many bytes, behind those of a channel. */
static void expect_long(const char *channel, const char *key, int n, const char *part)
{
    char letters[1100];
    memset(letters, 'x', sizeof letters);
    char text[1500];
    (void)snprintf(text, sizeof text, "%s%s = %.*s\n", channel, key, n, letters);
    struct outcome o = make(text);
    size_t at = 0;
    expect(part ? !o.channels && str_find(o.why, str_from_z(part), &at) : o.channels != NULL);
    drop(&o);
}

TEST(a_wallet_s_user_and_password_are_of_so_many_bytes_and_no_more)
{
    expect_long(BTC_NODE "node_password = p\n", "node_user", NODE_CREDENTIAL_MAX, NULL);
    expect_long(BTC_NODE "node_password = p\n", "node_user", NODE_CREDENTIAL_MAX + 1, "too long");
    expect_long(BTC_NODE "node_user = u\n", "node_password", NODE_CREDENTIAL_MAX, NULL);
    expect_long(BTC_NODE "node_user = u\n", "node_password", NODE_CREDENTIAL_MAX + 1, "too long");
    expect_long(BTC_NODE, "network", 1001, "more than 1000 bytes");
}

#define CONTRACT       "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
#define OTHER_CONTRACT "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"

TEST(tokens_of_a_wallet_are_known_and_named_once)
{
    static const struct {
        const char *tokens, *part;
    } wrong[] = {
        { "USDC", "no Ethereum address" },
        { "USDC 0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "no Ethereum address" },
        { "USDC " CONTRACT ",", "no token" },
        { ", USDC " CONTRACT, "no token" },
        { "USDC " CONTRACT ", USDT " CONTRACT, "twice" },
        { "USDC " CONTRACT ", USDC " OTHER_CONTRACT, "twice" },
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        char text[500];
        (void)snprintf(text, sizeof text, "%stokens = %s\n", ETH_NODE, wrong[i].tokens);
        struct outcome o = make(text);
        size_t at = 0;
        expect(!o.channels && str_find(o.why, str_from_z(wrong[i].part), &at));
        drop(&o);
    }
    struct outcome o = make(ETH_NODE "tokens = USDC " CONTRACT ", USDT " OTHER_CONTRACT "\n");
    const struct wallet *w = wallet_of(&o, "ethereum");
    expect(w->token_count == 2);
    expect_str(asset_str(&w->tokens[1].asset), S("USDT"));
    drop(&o);
}

/* ---- two wallets that are one ---- */

static bool overlap(const char *x, const char *y, const char *channel_x, const char *channel_y)
{
    struct outcome one = make(x);
    struct outcome two = make(y);
    bool there = false;
    bool back = false;
    const struct wallet *a = wallet_of(&one, channel_x);
    const struct wallet *b = wallet_of(&two, channel_y);
    expect(wallet_overlaps(a, b, &one.arena, &there) == OK);
    expect(wallet_overlaps(b, a, &one.arena, &back) == OK);
    expect(there == back);
    drop(&one);
    drop(&two);
    return there;
}

/* A channel of the one address that the key has under this number. */
static bool has_within_its_gap(int64_t number)
{
    struct outcome o = make(BTC_KEY);
    struct str address = place(&o, wallet_of(&o, "bitcoin"), number);
    struct str text =
        str_print(&o.arena, "[channel.bitcoin]\naddress = " STR_FMT "\n", STR_ARG(address));
    bool found = overlap(BTC_KEY, str_z(&o.arena, text), "bitcoin", "bitcoin");
    drop(&o);
    return found;
}

TEST(a_wallet_overlaps_one_of_the_same_coin_that_has_an_address_of_its_gap)
{
    expect(has_within_its_gap(0) && has_within_its_gap(19));
    expect(!has_within_its_gap(20));
    expect(overlap(BTC_KEY, BTC_KEY "gap = 30\n", "bitcoin", "bitcoin"));
    expect(overlap(BTC, BTC, "bitcoin", "bitcoin"));
    expect(!overlap(BTC,
                    "[channel.bitcoin]\n"
                    "address = bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g\n",
                    "bitcoin", "bitcoin"));
    expect(overlap(ETH, ETH, "ethereum", "ethereum"));
    expect(!overlap(ETH, ETH "chain_id = 31337\n", "ethereum", "ethereum"));
    expect(!overlap(ETH, BTC, "ethereum", "bitcoin"));
    expect(!overlap(ETH, "[channel.ethereum]\nkey = " ETH_XPUB "\n", "ethereum", "ethereum"));
}

TEST(a_wallet_ends_at_its_last_number)
{
    struct outcome o = make(BTC_KEY ETH);
    struct wallet_place p = { 0 };
    const struct wallet *w = wallet_of(&o, "bitcoin");
    expect(wallet_place(w, EXTENDED_KEY_INDEX_MAX, &o.arena, &p) == OK);
    expect(p.number == EXTENDED_KEY_INDEX_MAX);
    expect(!str_eq(p.text, place(&o, w, EXTENDED_KEY_INDEX_MAX - 1)));
    drop(&o);
}

/* ---- addresses that were handed out ---- */

struct hand {
    struct wallet_address w;
    int64_t id;
    bool fresh;
};

static err do_hand(struct tx *tx, void *arg)
{
    struct hand *h = arg;
    return wallet_address_hand(tx, &h->w, 1000, &h->id, &h->fresh);
}

static err do_pay(struct tx *tx, void *arg)
{
    err e = wallet_address_paid(tx, *(int64_t *)arg, 5);
    return e ? e : wallet_address_paid(tx, *(int64_t *)arg, 9);
}

static struct hand hand(struct bed *b, struct wallet_address w)
{
    struct hand h = { .w = w };
    expect(store_write(b->s, do_hand, &h) == OK);
    return h;
}

TEST(an_address_is_handed_out_once_for_its_purpose)
{
    struct bed b = bed_in_memory();
    const struct wallet_address *all = NULL;
    size_t n = 0;
    int64_t newest = 0;
    struct wallet_address november = { .channel = S("bitcoin"),
                                       .plan_id = S("p"),
                                       .number = 3,
                                       .text = S("addr3"),
                                       .script = S("three"),
                                       .purpose = WALLET_PERIOD,
                                       .period = S("2026-11") };
    struct hand first = hand(&b, november);
    expect(first.fresh && first.id > 0);
    november.number = 4;
    november.text = S("addr4"); // the month has one already
    struct hand again = hand(&b, november);
    expect(!again.fresh && again.id == first.id);
    november.plan_id = S("q"); // another key: another address for the month
    struct hand moved = hand(&b, november);
    expect(moved.fresh && moved.id != first.id);
    struct wallet_address own = { .channel = S("bitcoin"),
                                  .plan_id = S("q"),
                                  .number = 5,
                                  .text = S("addr5"),
                                  .script = S("five"),
                                  .purpose = WALLET_OWN };
    struct hand mine = hand(&b, own);
    expect(mine.fresh && !hand(&b, own).fresh);
    own.number = 6;
    own.text = S("addr6");
    expect(hand(&b, own).fresh);
    expect(store_write(b.s, do_pay, &mine.id) == OK);
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(b.s, &tx) == OK);
    expect(wallet_address_list(&tx, S("bitcoin"), &b.a, &all, &n) == OK && n == 4);
    expect_str(all[0].text, S("addr3"));
    expect_str(all[0].script, S("three"));
    expect_str(all[0].period, S("2026-11"));
    expect(all[0].purpose == WALLET_PERIOD && all[0].handed_at == 1000 && all[0].paid_at == 0);
    expect(all[2].id == mine.id && all[2].paid_at == 5);
    expect(wallet_address_newest(&tx, S("bitcoin"), &newest) == OK && newest == all[3].id);
    expect(wallet_address_newest(&tx, S("other"), &newest) == OK && newest == 0);
    expect(wallet_address_list(&tx, S("other"), &b.a, &all, &n) == OK && n == 0);
    tx_end(&tx);
    bed_remove(&b);
}
