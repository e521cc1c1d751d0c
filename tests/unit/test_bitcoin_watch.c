#include "base/clock.h"
#include "funding/bitcoin_book.h"
#include "funding/bitcoin_watch.h"
#include "funding/channel_health.h"
#include "funding/script.h"
#include "funding/wallet_address.h"
#include "unit/chain_help.h"
#include "unit/fake_node.h"
#include "unit/fund_room.h"
#include "unit/test.h"

#include <string.h>

/*
 * Without these a node that lies, is behind or changes its mind could make the meter say what is
 * not on the chain. The node is a fake that is written after Bitcoin Core's manual of its calls;
 * tests/wallets has the real ones.
 */

#define REGTEST_TIME 1296688602U

struct town {
    struct fund_room room;
    struct fake_node node;
    const struct chain *chain;
    struct script script;
    struct arena a;
    uint8_t seed;
};

static struct str other_script(void)
{
    return S("\x76\xa9\x14"
             "aaaaaaaaaaaaaaaaaaaa"
             "\x88\xac");
}

/* Block 0 of regtest is that of the main chain with another time, target and nonce. */
static struct str genesis_of(struct arena *a)
{
    struct str main = chain_bytes(a, GENESIS);
    char *bytes = arena_new(a, char, main.n);
    memcpy(bytes, main.s, main.n);
    memcpy(bytes + 68, "\xda\xe5\x49\x4d\xff\xff\x7f\x20\x02\x00\x00\x00", 12);
    return (struct str){ bytes, main.n };
}

static void add(struct town *t, struct str bytes)
{
    struct hasher h CLEANUP(hasher_free) = hasher_make();
    struct chain_header header;
    expect(chain_header_parse(str_sub(bytes, 0, CHAIN_HEADER_BYTES), t->chain, &h, &header) == OK);
    pthread_mutex_lock(&t->node.lock);
    expect(t->node.count < FAKE_BLOCKS_MAX);
    t->node.chain[t->node.count].bytes = bytes;
    memcpy(t->node.chain[t->node.count++].hash, header.hash, CHAIN_HASH);
    pthread_mutex_unlock(&t->node.lock);
}

/* The next block: a coinbase to somebody else, and the transactions. */
static void mine(struct town *t, const struct str *list, size_t n)
{
    struct str all[8] = { chain_simple(&t->a, true, t->seed++, 50, other_script()) };
    expect(n < COUNT(all));
    for (size_t i = 0; i < n; i++)
        all[i + 1] = list[i];
    add(t, chain_block_after(&t->a, t->chain, t->node.chain[t->node.count - 1].hash,
                             REGTEST_TIME + (uint32_t)t->node.count, all, n + 1));
}

static void mine_empty(struct town *t, int n)
{
    while (n-- > 0)
        mine(t, NULL, 0);
}

static struct str gift(struct town *t, uint64_t satoshi)
{
    return chain_simple(&t->a, false, t->seed++, satoshi, script_str(&t->script));
}

/* The last n blocks go; the caller mines others. */
static void fork_back(struct town *t, int64_t n)
{
    pthread_mutex_lock(&t->node.lock);
    t->node.count -= n;
    pthread_mutex_unlock(&t->node.lock);
}

static struct town *town_start(enum chain_coin coin, const char *more)
{
    static struct town t;
    t = (struct town){ .chain = chain_find(coin, S("regtest")), .a = chain_arena(), .seed = 1 };
    static const uint8_t hash[] = { 0x76, 0xa9, 0x14, 7, 7, 7, 7, 7, 7, 7, 7,    7,   7,
                                    7,    7,    7,    7, 7, 7, 7, 7, 7, 7, 0x88, 0xac };
    memcpy(t.script.bytes, hash, sizeof hash);
    t.script.n = sizeof hash;
    fake_node_start(&t.node);
    add(&t, genesis_of(&t.a));
    fund_room_start(&t.room,
                    str_z(&t.a, str_print(&t.a,
                                          "[channel.%s]\nnetwork = regtest\naddress = " STR_FMT
                                          "\nnode_url = http://127.0.0.1:%d/\n%s",
                                          coin == CHAIN_BITCOIN ? "bitcoin" : "bitcoincash",
                                          STR_ARG(script_address(&t.a, &t.script, t.chain)),
                                          t.node.port, more)));
    expect(bitcoin_watch_promise(&t.room.app, &t.room.setup) == OK);
    return &t;
}

static void town_end(struct town *t)
{
    fund_expect_sound(&t->room.fund);
    fake_node_end(&t->node);
    fund_room_end(&t->room);
    arena_free(&t->a);
}

static void pass(struct town *t)
{
    struct job job = { .subject = 1 };
    expect(bitcoin_watch_job(&t->room.app, &t->room.setup, &job) == OK);
}

static struct channel_health health(struct town *t)
{
    const struct channel_health *list = NULL;
    size_t n = 0;
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(t->room.fund.store, &tx) == OK);
    expect(channel_health_list(&tx, NULL, t->room.fund.now, &t->a, &list, &n) == OK && n == 1);
    return list[0];
}

struct sums {
    int64_t settled, pending, reversed, gifts;
};

static struct sums sums_of(struct town *t)
{
    struct contribution_page page = { 0 };
    struct sums s = { 0 };
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(t->room.fund.store, &tx) == OK);
    expect(contribution_list(&tx, CONTRIBUTION_BEGIN, 100, &t->a, &page) == OK && !page.more);
    for (size_t i = 0; i < page.n; i++) {
        struct contribution c = page.items[i];
        s.gifts++;
        s.reversed += c.state == CONTRIBUTION_REVERSED;
        if (c.state == CONTRIBUTION_SETTLED)
            s.settled += (int64_t)(c.amount.units - c.out.units);
        if (c.state == CONTRIBUTION_PENDING)
            s.pending += (int64_t)c.amount.units;
    }
    return s;
}

static void expect_sums(struct town *t, int64_t settled, int64_t pending)
{
    struct sums s = sums_of(t);
    if (s.settled != settled || s.pending != pending)
        printf("# settled %lld pending %lld\n", (long long)s.settled, (long long)s.pending);
    expect(s.settled == settled && s.pending == pending);
}

TEST(a_gift_in_a_block_is_pending_and_settles_at_its_depth)
{
    struct town *t = town_start(CHAIN_BITCOIN, "start = 1\ndepth = 3\n");
    struct str one = gift(t, 150000);
    mine(t, &one, 1);
    pass(t);
    expect_sums(t, 0, 150000);
    mine_empty(t, 1);
    pass(t);
    expect_sums(t, 0, 150000);
    mine_empty(t, 1);
    pass(t);
    expect_sums(t, 150000, 0);
    pass(t); // nothing new
    expect_sums(t, 150000, 0);
    expect(health(t).heard_at > 0 && !health(t).paused_at && !health(t).polls_failed);
    town_end(t);
}

TEST(a_depth_of_one_settles_at_once_and_two_outputs_of_a_transaction_are_two_gifts)
{
    struct town *t = town_start(CHAIN_BITCOINCASH, "start = 1\ndepth = 1\n");
    struct buf b CLEANUP(buf_free) = buf_make(1000);
    chain_put(&b, 1, 4);
    chain_put(&b, 1, 1);
    chain_put_input(&b, false, 99);
    chain_put(&b, 3, 1);
    chain_put_output(&b, 1000, script_str(&t->script));
    chain_put_output(&b, 5, other_script());
    chain_put_output(&b, 1000, script_str(&t->script));
    chain_put(&b, 0, 4);
    struct str two = buf_copy(&b, &t->a);
    mine(t, &two, 1);
    pass(t);
    expect_sums(t, 2000, 0);
    expect(sums_of(t).gifts == 2);
    town_end(t);
}

TEST(without_a_start_only_what_comes_after_the_first_look_counts)
{
    struct town *t = town_start(CHAIN_BITCOIN, "depth = 1\n");
    struct str before = gift(t, 100);
    mine(t, &before, 1);
    pass(t);
    expect_sums(t, 0, 0);
    struct str after = gift(t, 200);
    mine(t, &after, 1);
    pass(t);
    expect_sums(t, 200, 0);
    town_end(t);
}

TEST(dust_is_not_counted_and_one_more_satoshi_is)
{
    struct town *t = town_start(CHAIN_BITCOIN, "start = 1\ndepth = 1\nminimum = 0.00001\n");
    struct str list[] = { gift(t, 999), gift(t, 1000), gift(t, 0) };
    mine(t, list, COUNT(list));
    pass(t);
    expect_sums(t, 1000, 0);
    expect(health(t).ignored == 1);
    town_end(t);
}

TEST(a_coinbase_of_ours_settles_after_a_hundred_blocks)
{
    struct town *t = town_start(CHAIN_BITCOIN, "start = 1\ndepth = 2\n");
    struct str coinbase = chain_simple(&t->a, true, 200, 5000, script_str(&t->script));
    add(t,
        chain_block_after(&t->a, t->chain, t->node.chain[0].hash, REGTEST_TIME + 1, &coinbase, 1));
    mine_empty(t, 98);
    pass(t);
    expect_sums(t, 0, 5000);
    mine_empty(t, 1);
    pass(t);
    expect_sums(t, 5000, 0);
    town_end(t);
}

TEST(a_settled_gift_whose_block_goes_is_reversed_and_restored_when_it_is_mined_again)
{
    struct town *t = town_start(CHAIN_BITCOIN, "start = 1\ndepth = 2\n");
    struct str one = gift(t, 150000);
    mine(t, &one, 1);
    mine_empty(t, 1);
    pass(t);
    expect_sums(t, 150000, 0);
    fork_back(t, 2);
    mine_empty(t, 3);
    pass(t);
    expect_sums(t, 0, 0);
    mine(t, &one, 1);
    pass(t);
    expect_sums(t, 0, 0);
    mine_empty(t, 1);
    pass(t);
    expect_sums(t, 150000, 0);
    expect(sums_of(t).gifts == 1);
    town_end(t);
}

TEST(the_same_block_may_come_and_go_and_come_again)
{
    struct town *t = town_start(CHAIN_BITCOIN, "start = 1\ndepth = 1\n");
    struct str one = gift(t, 700);
    mine(t, &one, 1);
    struct fake_block block = t->node.chain[1];
    for (int round = 0; round < 3; round++) {
        pass(t);
        expect_sums(t, 700, 0);
        fork_back(t, t->node.count - 1);
        mine_empty(t, 2 + 2 * round);
        pass(t);
        expect_sums(t, 0, 0);
        fork_back(t, t->node.count - 1);
        add(t, block.bytes);
        mine_empty(t, 2 + 2 * round);
    }
    pass(t);
    expect_sums(t, 700, 0);
    expect(sums_of(t).gifts == 1);
    town_end(t);
}

TEST(a_pending_gift_whose_block_goes_stays_pending_and_fails_after_an_hour)
{
    struct town *t = town_start(CHAIN_BITCOIN, "start = 1\ndepth = 6\n");
    struct str one = gift(t, 150000);
    mine(t, &one, 1);
    pass(t);
    fork_back(t, 1);
    mine_empty(t, 2);
    pass(t);
    expect_sums(t, 0, 150000);
    fund_room_at(&t->room, t->room.fund.now + HOUR);
    pass(t);
    expect_sums(t, 0, 150000);
    fund_room_at(&t->room, t->room.fund.now + 1);
    pass(t);
    expect_sums(t, 0, 0);
    mine(t, &one, 1); // and it comes after all
    mine_empty(t, 5);
    pass(t);
    expect_sums(t, 150000, 0);
    expect(sums_of(t).gifts == 2 && sums_of(t).reversed == 1);
    town_end(t);
}

TEST(a_reorganisation_of_a_hundred_blocks_is_followed)
{
    struct town *t = town_start(CHAIN_BITCOIN, "start = 1\ndepth = 6\n");
    struct str list[100];
    for (size_t i = 0; i < COUNT(list); i++) {
        list[i] = gift(t, 1000 + i);
        mine(t, &list[i], 1);
    }
    mine_empty(t, 6);
    pass(t);
    expect_sums(t, 100 * 1000 + 4950, 0);
    fork_back(t, 106);
    for (size_t i = 0; i < COUNT(list); i += 2)
        mine(t, &list[i], 1);
    mine_empty(t, 60);
    pass(t);
    expect_sums(t, 50 * 1000 + 2450, 0);
    town_end(t);
}

TEST(a_chain_that_parts_from_ours_before_what_is_kept_pauses_the_channel)
{
    struct town *t = town_start(CHAIN_BITCOIN, "start = 5\ndepth = 1\n");
    mine_empty(t, 8);
    pass(t);
    fork_back(t, 7);
    mine_empty(t, 9);
    pass(t);
    expect(health(t).paused_at > 0 && health(t).alarm);
    expect_sums(t, 0, 0);
    town_end(t);
}

TEST(a_node_that_lost_blocks_is_waited_for)
{
    struct town *t = town_start(CHAIN_BITCOIN, "start = 1\ndepth = 1\n");
    struct str one = gift(t, 150000);
    mine(t, &one, 1);
    mine_empty(t, 3);
    pass(t);
    fork_back(t, 4);
    pass(t);
    expect_sums(t, 150000, 0);
    expect(health(t).polls_failed == 1);
    mine_empty(t, 1); // another chain, and shorter
    pass(t);
    expect_sums(t, 150000, 0);
    expect(health(t).polls_failed == 2);
    mine_empty(t, 3); // as long as ours
    pass(t);
    expect_sums(t, 0, 0);
    expect(health(t).polls_failed == 0);
    town_end(t);
}

TEST(a_node_that_lies_or_is_silent_books_nothing_and_is_told_of)
{
    struct town *t = town_start(CHAIN_BITCOIN, "start = 1\ndepth = 1\n");
    mine_empty(t, 2);
    pass(t);
    struct str one = gift(t, 150000);
    mine(t, &one, 1);
    t->node.orphan.bytes =
        chain_block_after(&t->a, t->chain, t->node.chain[0].hash, REGTEST_TIME + 50, &one, 1);
    struct str coinbase = chain_simple(&t->a, true, 77, 50, script_str(&t->script));
    t->node.orphan.bytes =
        chain_block_after(&t->a, t->chain, t->node.chain[0].hash, REGTEST_TIME + 50, &coinbase, 1);
    struct hasher h CLEANUP(hasher_free) = hasher_make();
    struct chain_header header;
    expect(chain_header_parse(str_sub(t->node.orphan.bytes, 0, CHAIN_HEADER_BYTES), t->chain, &h,
                              &header) == OK);
    memcpy(t->node.orphan.hash, header.hash, CHAIN_HASH);
    for (enum fake_lie lie = FAKE_SILENT; lie < FAKE_LIES; lie++) {
        if (lie == FAKE_COUNT_HIGH)
            continue; // its own test: the blocks that are there are taken
        int64_t failed = health(t).polls_failed;
        fake_node_lie(&t->node, lie);
        pass(t);
        struct channel_health now = health(t);
        bool told = lie == FAKE_NETWORK ? now.paused_at > 0 : now.polls_failed == failed + 1;
        if (!told)
            printf("# lie %d: " STR_FMT "\n", (int)lie, STR_ARG(now.why));
        expect(told);
        expect_sums(t, 0, 0);
    }
    fake_node_lie(&t->node, FAKE_HONEST);
    pass(t);
    expect_sums(t, 150000, 0);
    expect(!health(t).paused_at && !health(t).polls_failed);
    town_end(t);
}

TEST(a_node_that_counts_a_block_too_many_gives_what_it_has)
{
    struct town *t = town_start(CHAIN_BITCOIN, "start = 1\ndepth = 1\n");
    struct str one = gift(t, 150000);
    mine(t, &one, 1);
    fake_node_lie(&t->node, FAKE_COUNT_HIGH);
    pass(t);
    expect_sums(t, 150000, 0);
    expect(health(t).polls_failed == 1);
    town_end(t);
}

TEST(a_node_that_has_not_come_to_the_start_is_waited_for)
{
    struct town *t = town_start(CHAIN_BITCOIN, "start = 3\ndepth = 1\n");
    mine_empty(t, 1);
    pass(t);
    expect(health(t).polls_failed == 1);
    mine_empty(t, 1);
    struct str one = gift(t, 150000);
    mine(t, &one, 1);
    pass(t);
    expect_sums(t, 150000, 0);
    town_end(t);
}

TEST(more_blocks_than_one_look_takes_are_taken_by_the_next)
{
    struct town *t = town_start(CHAIN_BITCOIN, "start = 0\ndepth = 1\n");
    mine_empty(t, 210);
    struct str one = gift(t, 150000);
    mine(t, &one, 1);
    pass(t);
    expect_sums(t, 0, 0);
    pass(t);
    expect_sums(t, 150000, 0);
    expect(t->node.asked == 212); // each once, and block 0 as the place to begin at
    town_end(t);
}

TEST(a_settled_gift_has_a_proof_that_holds)
{
    struct town *t = town_start(CHAIN_BITCOIN, "start = 1\ndepth = 2\n");
    struct str list[] = { gift(t, 1), gift(t, 150000), gift(t, 3) };
    const struct wallet_proof *proofs = NULL;
    struct chain_proven proven;
    struct chain_proof proof;
    size_t n = 0;
    mine(t, list, COUNT(list));
    pass(t);
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(t->room.fund.store, &tx) == OK);
    expect(wallet_proof_list(&tx, 0, 10, &t->a, &proofs, &n) == OK && n == 0); // not settled yet
    tx_end(&tx);
    mine_empty(t, 1);
    pass(t);
    expect(store_read(t->room.fund.store, &tx) == OK);
    expect(wallet_proof_list(&tx, 0, 10, &t->a, &proofs, &n) == OK && n == 3);
    expect(wallet_proof_list(&tx, proofs[1].id, 10, &t->a, &proofs, &n) == OK && n == 1);
    expect(wallet_proof_list(&tx, 0, 2, &t->a, &proofs, &n) == OK && n == 2);
    expect(wallet_proof_of(&proofs[1], &proof));
    expect(chain_proof_check(&proof, t->chain, &proven) == OK);
    expect(proven.transaction.value == 150000 && proofs[1].height == 1 && proofs[1].position == 2);
    expect(!memcmp(proven.header.hash, t->node.chain[1].hash, CHAIN_HASH));
    tx_end(&tx);
    town_end(t);
}

TEST(an_address_is_paid_when_its_first_gift_is_seen)
{
    struct town *t = town_start(CHAIN_BITCOIN, "start = 1\ndepth = 6\n");
    const struct wallet_address *all = NULL;
    size_t n = 0;
    struct str one = gift(t, 150000);
    mine(t, &one, 1);
    pass(t);
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(t->room.fund.store, &tx) == OK);
    expect(wallet_address_list(&tx, S("bitcoin"), &t->a, &all, &n) == OK && n == 1);
    expect(all[0].purpose == WALLET_FIXED && all[0].paid_at == t->room.fund.now);
    tx_end(&tx);
    town_end(t);
}

TEST(a_channel_that_is_gone_or_has_no_node_ends_its_watch)
{
    struct town *t = town_start(CHAIN_BITCOIN, "start = 1\ndepth = 1\n");
    struct job other = { .subject = 7 };
    struct channels *kept = t->room.channels;
    struct str why = { 0 };
    struct config *config = NULL;
    expect(bitcoin_watch_job(&t->room.app, &t->room.setup, &other) == OK);
    expect(config_parse(S("d.ini"), S(""), &t->a, &config, &why) == OK);
    struct channels *none = NULL;
    expect(channels_make(config, S("d.ini"), &t->a, &none, &why) == OK);
    t->room.setup.channels = none;
    mine_empty(t, 1);
    pass(t);
    expect(t->node.asked == 0);
    t->room.setup.channels = kept;
    channels_free(none);
    config_free(config);
    town_end(t);
}
