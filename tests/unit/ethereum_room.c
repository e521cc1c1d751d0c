#include "unit/ethereum_room.h"
#include "base/check.h"
#include "funding/ethereum_watch.h"
#include "unit/fault_sweep.h"
#include "unit/test.h"

QUERY(test_eth_events, "select object, kind, asset, minor, fine, state, reference"
                       " from payment_event order by id");
QUERY(test_eth_jobs, "select count(*) from job where kind = 'ethereum-watch'");
QUERY(test_eth_job_at, "select coalesce(min(run_at), 0) from job where kind = 'ethereum-watch'");
QUERY(test_eth_watch, "select coalesce(max(id), 0) from ethereum_watch");
QUERY(test_eth_final,
      "select coalesce(max(number), -1) from ethereum_block where final = 1 and watch = 1");
QUERY(test_eth_head, "select coalesce(max(number), -1) from ethereum_block");
QUERY(test_eth_blocks, "select count(*) from ethereum_block");
QUERY(test_eth_pending, "select count(*) from ethereum_pending");
QUERY(test_eth_paid, "select paid_at from wallet_address where id = 1");

static err promise(void *arg)
{
    struct watch_room *w = arg;
    return ethereum_watch_promise(&w->o.app, &w->o.setup);
}

void watch_start(struct watch_room *w, const char *lines)
{
    *w = (struct watch_room){
        .node = { .chain_id = 1, .latest = 100, .finalized = 90, .fork_from = FAKE_BLOCKS },
        .ours = fake_address(OURS),
        .giver = fake_address(GIVER),
        .coin = fake_address(COIN),
        .fake = fake_address(FAKE),
    };
    w->node.first_at = FUND_NOW / SECOND - 101 * 12;
    fake_start(&w->node);
    char config[1000];
    snprintf(config, sizeof config,
             "[channel.ethereum]\naddress = %s\nnode_url = http://127.0.0.1:%d/\n%s\n", OURS,
             w->node.port, lines);
    fund_room_start(&w->o, config);
    expect(fault_each(promise, w) == OK);
    w->job = (struct job){ .subject = 1 };
}

void watch_end(struct watch_room *w)
{
    fund_expect_sound(&w->o.fund);
    fake_end(&w->node);
    fund_room_end(&w->o);
}

static err pass(void *arg)
{
    struct watch_room *w = arg;
    return ethereum_watch_job(&w->o.app, &w->o.setup, &w->job);
}

void watch_pass(struct watch_room *w)
{
    fake_wake(&w->node);
    expect(fault_each(pass, w) == OK);
    fake_rest(&w->node);
}

void watch_mine(struct watch_room *w, int64_t n)
{
    w->node.latest += n;
    w->node.finalized += n;
    fund_room_at(&w->o, w->o.fund.now + n * 12 * SECOND);
}

int64_t watch_number(struct watch_room *w, enum watch_figure which)
{
    static const struct query *const figures[] = {
        [WATCH_JOBS] = &test_eth_jobs,       [WATCH_JOB_AT] = &test_eth_job_at,
        [WATCH_ROWS] = &test_eth_watch,      [WATCH_FINAL] = &test_eth_final,
        [WATCH_HEAD] = &test_eth_head,       [WATCH_BLOCKS] = &test_eth_blocks,
        [WATCH_PENDING] = &test_eth_pending, [WATCH_PAID_AT] = &test_eth_paid,
    };
    struct tx tx CLEANUP(tx_end) = { 0 };
    bool row = false;
    expect(store_read(w->o.fund.store, &tx) == OK);
    struct stmt *s = query_start(&tx, figures[which]);
    expect(query_step(s, &row) == OK && row);
    int64_t v = column_int(s, 0);
    query_end(s);
    return v;
}

struct str watch_events(struct watch_room *w)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct arena *a = &w->o.fund.arena;
    struct str all = S("");
    bool row = false;
    expect(store_read(w->o.fund.store, &tx) == OK);
    struct stmt *s = query_start(&tx, &test_eth_events);
    while (query_step(s, &row) == OK && row) {
        struct asset asset = { 0 };
        struct str object = column_str(s, 0, a);
        bool known = asset_parse(column_str(s, 2, a), &asset);
        struct amount m = { 0 };
        if (known)
            m = amount_join(column_int(s, 3), column_int(s, 4), asset);
        if (str_starts(object, S("0x00")))
            object = str_sub(object, 2 + 58, object.n);
        all = str_print(a, STR_FMT STR_FMT " " STR_FMT " " STR_FMT " " STR_FMT "\n", STR_ARG(all),
                        STR_ARG(column_str(s, 1, a)), STR_ARG(object),
                        STR_ARG(known && m.units ? amount_print(a, m) : S("-")),
                        STR_ARG(column_str(s, 5, a)));
    }
    return all;
}

struct channel_health watch_health(struct watch_room *w)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    const struct channel_health *all = NULL;
    size_t n = 0;
    expect(store_read(w->o.fund.store, &tx) == OK);
    expect(channel_health_list(&tx, NULL, w->o.fund.now, &w->o.fund.arena, &all, &n) == OK);
    expect(n <= 1);
    return n ? all[0] : (struct channel_health){ 0 };
}

bool watch_says(struct str s, const char *what)
{
    size_t at = 0;
    return str_find(s, str_from_z(what), &at);
}

void watch_configure(struct watch_room *w, const char *lines)
{
    char text[1000];
    struct str why = { 0 };
    struct arena *a = &w->o.fund.arena;
    snprintf(text, sizeof text, "[channel.ethereum]\naddress = %s\n%s\n", OURS, lines);
    channels_free(w->o.channels);
    config_free(w->o.config);
    expect(config_parse(S("d.ini"), str_from_z(text), a, &w->o.config, &why) == OK);
    expect(channels_make(w->o.config, S("d.ini"), a, &w->o.channels, &why) == OK);
    w->o.setup.config = w->o.config;
    w->o.setup.channels = w->o.channels;
}
