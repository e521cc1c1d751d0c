#include "funding/pledge.h"
#include "unit/fund_room.h"
#include "unit/test.h"

/* Without these a promise could be shown of a channel that is gone, or long after it was made. */

struct setting {
    struct pledge pledge;
    bool end;
    err e;
};

static err do_set(struct tx *tx, void *arg)
{
    struct setting *s = arg;
    s->e = s->end ? pledge_end(tx, s->pledge.channel) : pledge_set(tx, &s->pledge);
    return s->e;
}

static err set(struct fund_room *o, const char *channel, const char *amount, int64_t at)
{
    struct setting s = {
        .pledge = { .channel = str_from_z(channel), .amount = fund_amount(amount), .told_at = at }
    };
    return store_write(o->app.store, do_set, &s);
}

static size_t list(struct fund_room *o, int64_t now, const struct pledge **ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    size_t n = 0;
    expect(store_read(o->app.store, &tx) == OK);
    expect(pledge_list(&tx, o->setup.channels, now, &o->fund.arena, ret, &n) == OK);
    return n;
}

TEST(the_latest_pledge_of_a_channel_stands_for_eight_days)
{
    struct fund_room o = { 0 };
    const struct pledge *all = NULL;
    fund_room_start(&o, "[channel.liberapay]\nurl = https://liberapay.com/m\nusername = m\n");
    expect(set(&o, "liberapay", "40.00 EUR", FUND_NOW) == OK);
    expect(set(&o, "liberapay", "41.50 EUR", FUND_NOW + 1) == OK);
    expect(set(&o, "gone", "9.00 EUR", FUND_NOW) == OK); // a channel that was configured once
    expect(list(&o, FUND_NOW + 1 + PLEDGE_KEPT, &all) == 1);
    expect_str(all[0].channel, S("liberapay"));
    expect(all[0].amount.units == 4150 && all[0].told_at == FUND_NOW + 1);
    expect(list(&o, FUND_NOW + 2 + PLEDGE_KEPT, &all) == 0);
    fund_room_end(&o);
}

TEST(a_pledge_that_ended_is_gone_and_one_too_large_for_a_column_refused)
{
    struct fund_room o = { 0 };
    const struct pledge *all = NULL;
    fund_room_start(&o, "[channel.liberapay]\nurl = https://liberapay.com/m\nusername = m\n");
    struct setting end = { .pledge = { .channel = S("liberapay") }, .end = true };
    expect(set(&o, "liberapay", "40.00 EUR", FUND_NOW) == OK);
    expect(store_write(o.app.store, do_set, &end) == OK);
    expect(list(&o, FUND_NOW, &all) == 0);
    struct setting large = { .pledge = { .channel = S("liberapay") } };
    large.pledge.amount = (struct amount){ (int128)INT64_MAX * 10, { "EUR" } };
    expect(store_write(o.app.store, do_set, &large) == ERR_OVERFLOW);
    fund_room_end(&o);
}
