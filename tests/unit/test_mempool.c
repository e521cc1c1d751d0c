#include "funding/funding_api.h"
#include "funding/mempool.h"
#include "funding/meter.h"
#include "unit/chain_help.h"
#include "unit/fault_sweep.h"
#include "unit/test.h"
#include "unit/town.h"

/*
 * Without these what anybody may take back could stand in a sum, or the meter would go on telling
 * of a payment that was replaced. The node is a fake; tests/wallets-bitcoin has real ones.
 */
#define CHANNEL "start = 1\ndepth = 2\nminimum = 0.00001\n"

static struct town *begin(const char *more)
{
    struct town *t = town_start(CHAIN_BITCOIN, more);
    t->room.app.mempools = mempools_make(&t->a);
    town_mine_empty(t, 1);
    town_pass(t); // the first look
    return t;
}

static void end(struct town *t)
{
    mempools_end(t->room.app.mempools);
    town_end(t);
}

static void put(struct town *t, struct str bytes)
{
    pthread_mutex_lock(&t->node.lock);
    expect(t->node.mempool_count < FAKE_MEMPOOL_MAX);
    t->node.mempool[t->node.mempool_count++] = bytes;
    pthread_mutex_unlock(&t->node.lock);
}

static void clear(struct town *t)
{
    pthread_mutex_lock(&t->node.lock);
    t->node.mempool_count = 0;
    pthread_mutex_unlock(&t->node.lock);
}

static void later(struct town *t, int64_t seconds)
{
    fund_room_at(&t->room, t->room.fund.now + seconds * SECOND);
    town_pass(t);
}

static int64_t on_its_way(struct town *t)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    const struct amount *sums = NULL;
    size_t n = 0;
    expect(store_read(t->room.fund.store, &tx) == OK);
    expect(mempool_sums(&tx, &t->a, &sums, &n) == OK && n <= 1);
    return n ? (int64_t)sums[0].units : 0;
}

TEST(mempool_what_is_on_its_way_is_apart_until_a_block_holds_it)
{
    struct town *t = begin(CHANNEL);
    struct str gift = town_gift(t, 150000);
    put(t, gift);
    later(t, 30);
    expect(on_its_way(t) == 150000);
    town_expect(t, 0, 0);
    town_mine(t, &gift, 1);
    clear(t);
    later(t, 1); // a block came: looked at once
    expect(on_its_way(t) == 0);
    town_expect(t, 0, 150000);
    end(t);
}

TEST_AND_FAULTS(mempool_a_payment_that_is_replaced_is_gone)
{
    struct town *t = begin(CHANNEL);
    put(t, town_gift(t, 5000));
    put(t, town_gift(t, 7000));
    put(t, chain_simple(&t->a, false, 77, 9000, town_other_script()));
    put(t, town_gift(t, 999)); // dust
    later(t, 30);
    expect(on_its_way(t) == 12000);
    clear(t);
    put(t, town_gift(t, 6000));
    later(t, 29); // not yet
    expect(on_its_way(t) == 12000);
    later(t, 1);
    expect(on_its_way(t) == 6000);
    end(t);
}

TEST(mempool_what_was_there_at_the_first_look_is_not_asked_for)
{
    struct town *t = town_start(CHAIN_BITCOIN, CHANNEL);
    t->room.app.mempools = mempools_make(&t->a);
    put(t, town_gift(t, 5000));
    town_mine_empty(t, 1);
    town_pass(t);
    put(t, town_gift(t, 7000));
    later(t, 30);
    expect(on_its_way(t) == 7000 && t->node.mempool_asked == 1);
    later(t, 30);
    expect(on_its_way(t) == 7000 && t->node.mempool_asked == 1);
    end(t);
}

TEST(mempool_so_many_are_asked_for_at_a_look)
{
    struct town *t = begin(CHANNEL);
    for (int i = 0; i < MEMPOOL_NEWS + 1; i++)
        put(t, chain_simple(&t->a, false, (uint8_t)(i % 250), (uint64_t)(2000 + i),
                            script_str(&t->script)));
    later(t, 30);
    expect(t->node.mempool_asked == MEMPOOL_NEWS);
    later(t, 30);
    expect(t->node.mempool_asked == MEMPOOL_NEWS + 1);
    int64_t n = MEMPOOL_NEWS + 1;
    expect(on_its_way(t) == 2000 * n + n * (n - 1) / 2);
    end(t);
}

TEST(mempool_of_a_node_that_lies_or_has_none_nothing_is_on_its_way)
{
    static const enum fake_lie lies[] = { FAKE_NO_MEMPOOL, FAKE_POOL_SHORT, FAKE_POOL_OTHER,
                                          FAKE_POOL_CUT };
    for (size_t i = 0; i < COUNT(lies); i++) {
        struct town *t = begin(CHANNEL);
        put(t, chain_simple(&t->a, false, 77, 9000, town_other_script()));
        put(t, town_gift(t, 5000));
        fake_node_lie(&t->node, lies[i]);
        later(t, 30);
        expect(on_its_way(t) == 0);
        expect(town_health(t).polls_failed == 0); // blocks count as ever
        end(t);
    }
}

TEST(mempool_answers_of_another_kind_say_nothing_of_what_is_on_its_way)
{
    static const char *const answers[][2] = {
        { "getrawmempool", "null" },         { "getrawmempool", "5" },
        { "getrawmempool", "{}" },           { "getrawmempool", "[5]" },
        { "getrawmempool", "[\"zz\"]" },     { "getrawmempool", "[]" },
        { "getrawtransaction", "null" },     { "getrawtransaction", "5" },
        { "getrawtransaction", "{}" },       { "getrawtransaction", "\"\"" },
        { "getrawtransaction", "\"0\"" },    { "getrawtransaction", "\"zz\"" },
        { "getrawtransaction", "\"0011\"" },
    };
    for (size_t i = 0; i < COUNT(answers); i++) {
        struct town *t = begin(CHANNEL);
        put(t, town_gift(t, 5000));
        fake_node_say(&t->node, answers[i][0], answers[i][1]);
        later(t, 30);
        if (on_its_way(t))
            printf("# %s: %s\n", answers[i][0], answers[i][1]);
        expect(on_its_way(t) == 0);
        expect(town_health(t).polls_failed == 0); // blocks count as ever
        end(t);
    }
}

TEST_AND_FAULTS(mempool_when_the_node_is_silent_nothing_is_known)
{
    struct town *t = begin(CHANNEL);
    put(t, town_gift(t, 5000));
    later(t, 30);
    expect(on_its_way(t) == 5000);
    fake_node_lie(&t->node, FAKE_SILENT);
    later(t, 30);
    expect(on_its_way(t) == 0);
    fake_node_lie(&t->node, FAKE_HONEST);
    later(t, 30);
    expect(on_its_way(t) == 0); // it was seen; the block will tell
    end(t);
}

TEST(mempool_is_not_asked_for_when_the_operator_does_not_want_it)
{
    struct town *t = begin(CHANNEL "[wallets]\nmempool_seconds = 0\n");
    put(t, town_gift(t, 5000));
    later(t, 3600);
    expect(on_its_way(t) == 0 && t->node.mempool_asked == 0);
    end(t);
}

/* Whether the figures for programs have these bytes. */
static bool tells_json(struct town *t, const struct meter *m, struct date today, const char *bytes)
{
    struct buf out CLEANUP(buf_free) = buf_make(4096);
    struct json_writer w = json_writer(&out);
    json_write_object(&w, NULL);
    funding_api_meter(&w, m, today, &t->a);
    json_write_end(&w);
    return str_find(buf_str(&out), str_from_z(bytes), &(size_t){ 0 });
}

TEST(mempool_the_meter_of_a_running_period_tells_what_is_on_its_way)
{
    struct town *t = begin(CHANNEL);
    struct meter m = { 0 };
    int64_t goal = 0;
    expect(fund_goal(&t->room.fund, "5000.00 USD", "2018-05", &goal) == OK);
    put(t, town_gift(t, 5000));
    later(t, 30);
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(t->room.fund.store, &tx) == OK);
    expect(meter_for_day(&tx, (struct date){ 2018, 5, 4 }, &t->a, &m) == OK);
    expect(m.unconfirmed_count == 1 && m.settled == 0 && m.pending == 0 && m.unvalued_count == 0);
    struct meter_view v = meter_show(&m, &t->room.setup, (struct date){ 2018, 5, 4 }, &t->a);
    expect(v.unconfirmed.n == 1);
    v = meter_show(&m, &t->room.setup, (struct date){ 2018, 6, 1 }, &t->a);
    expect(v.unconfirmed.n == 0);
    expect(tells_json(t, &m, (struct date){ 2018, 5, 4 },
                      "\"unconfirmed\":[{\"asset\":\"BTC\",\"amount\":\"0.00005000\"}]"));
    expect(tells_json(t, &m, (struct date){ 2018, 6, 1 }, "\"unconfirmed\":[]"));
    tx_end(&tx);
    end(t);
}
