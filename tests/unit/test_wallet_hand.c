#include "funding/support.h"
#include "funding/wallet_hand.h"
#include "unit/fault_sweep.h"
#include "unit/fund_room.h"
#include "unit/test.h"

/*
 * Without these an address could be shown that the newsroom's wallet never looks at, and the gift
 * to it would be lost to everyone. The keys are those of published vectors (BIP 84).
 */

#define ZPUB                                                                                       \
    "zpub6rFR7y4Q2AijBEqTUquhVz398htDFrtymD9xYYfG1m4wAcvPhXNfE3EfH1r1ADqtfSdVCToUG868RvUUkgDKf3"   \
    "1mGDtKsAYz2oz2AGutZYs"
#define FIRST_ADDRESS  "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu"
#define SECOND_ADDRESS "bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g"

struct desk {
    struct fund_room room;
    const struct channel *channel;
};

static void desk_start(struct desk *d, const char *lines)
{
    struct arena a;
    arena_init(&a, 4096);
    fund_room_start(&d->room,
                    str_z(&a, str_print(&a, "[channel.bitcoin]\nkey = " ZPUB "\n%s", lines)));
    arena_free(&a);
    d->channel = channels_find(d->room.setup.channels, S("bitcoin"));
    expect(d->channel && d->channel->wallet);
}

static err hand_out(void *arg)
{
    struct desk *d = arg;
    struct job job = { .subject = 0 };
    return wallet_hand_job(&d->room.app, &d->room.setup, &job);
}

static void run(struct desk *d)
{
    expect(fault_each(hand_out, d) == OK);
}

static size_t list(struct desk *d, const struct wallet_address **ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    size_t n = 0;
    expect(store_read(d->room.fund.store, &tx) == OK);
    expect(wallet_address_list(&tx, S("bitcoin"), &d->room.fund.arena, ret, &n) == OK);
    return n;
}

static size_t count(struct desk *d, enum wallet_purpose purpose)
{
    const struct wallet_address *all = NULL;
    size_t n = list(d, &all);
    size_t found = 0;
    for (size_t i = 0; i < n; i++)
        found += all[i].purpose == purpose;
    return found;
}

static struct str shown(struct desk *d, const char *day)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct date date = { 0 };
    struct str text = { 0 };
    expect(date_parse(str_from_z(day), &date));
    expect(store_read(d->room.fund.store, &tx) == OK);
    expect(wallet_shown(&tx, d->channel, date, &d->room.fund.arena, &text) == OK);
    return text;
}

struct asking {
    struct desk *d;
    int64_t now;
    struct str address;
};

static err do_own(struct tx *tx, void *arg)
{
    struct asking *k = arg;
    return wallet_hand_own(tx, k->d->channel, k->now, &k->d->room.fund.arena, &k->address);
}

/* Empty: there was none. */
static struct str own(struct desk *d, int64_t now)
{
    struct asking k = { .d = d, .now = now };
    if (fault_passes)
        (void)fault_sweep(d->room.fund.store, do_own, &k);
    err e = store_write(d->room.fund.store, do_own, &k);
    expect(e == OK || e == WALLET_NONE_LEFT);
    return e ? S("") : k.address;
}

static err do_paid(struct tx *tx, void *arg)
{
    return wallet_address_paid(tx, *(const int64_t *)arg, 77);
}

static void pay(struct desk *d, struct str address)
{
    const struct wallet_address *all = NULL;
    size_t n = list(d, &all);
    int64_t id = 0;
    for (size_t i = 0; i < n; i++)
        if (str_eq(all[i].text, address))
            id = all[i].id;
    expect(id > 0 && store_write(d->room.fund.store, do_paid, &id) == OK);
}

static int64_t jobs(struct desk *d)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct job_counts counts = { 0 };
    expect(store_read(d->room.fund.store, &tx) == OK && job_counts(&tx, &counts) == OK);
    return counts.waiting;
}

static bool handed(struct desk *d, struct str address)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    bool yes = false;
    expect(store_read(d->room.fund.store, &tx) == OK);
    expect(wallet_was_handed(&tx, d->channel, address, &yes) == OK);
    return yes;
}

TEST_AND_FAULTS(spares_reach_just_to_the_gap_and_move_with_the_last_paid_address)
{
    struct desk d = { 0 };
    const struct wallet_address *all = NULL;
    desk_start(&d, "gap = 4\nown_addresses = yes\n");
    run(&d);
    expect(list(&d, &all) == 4 && count(&d, WALLET_SPARE) == 3 && count(&d, WALLET_FIXED) == 1);
    expect_str(all[0].text, S(FIRST_ADDRESS));
    expect_str(all[1].text, S(SECOND_ADDRESS));
    expect(all[3].number == 3);
    run(&d);
    expect(list(&d, &all) == 4); // again is nothing more
    pay(&d, S(SECOND_ADDRESS));  // number 1: four more behind it
    run(&d);
    expect(list(&d, &all) == 6 && all[5].number == 5);
    fund_room_end(&d.room);
}

TEST_AND_FAULTS(more_spares_than_one_write_takes_are_made)
{
    struct desk d = { 0 };
    const struct wallet_address *all = NULL;
    desk_start(&d, "gap = 250\nown_addresses = yes\n");
    run(&d);
    expect(list(&d, &all) == 250 && all[249].number == 249);
    fund_room_end(&d.room);
}

TEST_AND_FAULTS(a_wallet_that_hands_nothing_out_gets_no_spares_and_no_job)
{
    struct desk d = { 0 };
    const struct wallet_address *all = NULL;
    desk_start(&d, "gap = 4\n");
    expect(!wallet_hands(d.channel->wallet));
    expect(wallet_hand_promise(&d.room.app, &d.room.setup) == OK);
    expect(jobs(&d) == 0);
    run(&d);
    expect(list(&d, &all) == 0 && jobs(&d) == 0);
    expect_str(shown(&d, "2026-11-23"), S(FIRST_ADDRESS));
    fund_room_end(&d.room);
}

TEST_AND_FAULTS(a_giver_gets_an_address_that_nobody_else_is_shown_until_none_is_left)
{
    struct desk d = { 0 };
    desk_start(&d, "gap = 4\nown_addresses = yes\n");
    expect(own(&d, 1000).n == 0); // no spares were made yet
    run(&d);
    struct str first = own(&d, 1000);
    struct str second = own(&d, 2000);
    struct str third = own(&d, 3000);
    expect_str(first, S(SECOND_ADDRESS));
    expect(!str_eq(first, second) && !str_eq(second, third) && !str_eq(first, third));
    expect(count(&d, WALLET_SPARE) == 0 && count(&d, WALLET_OWN) == 3);
    expect_str(own(&d, 4000), first); // beyond the gap nothing: the oldest unpaid one again
    pay(&d, second);
    expect_str(own(&d, 5000), third); // not the one that was paid to
    run(&d);
    expect(count(&d, WALLET_SPARE) == 3); // number 2 was paid to: up to 6
    struct str fresh = own(&d, 6000);
    expect(!str_eq(fresh, first) && !str_eq(fresh, third));
    fund_room_end(&d.room);
}

TEST_AND_FAULTS(an_own_address_nobody_paid_to_is_given_again_after_a_week_before_a_spare_is)
{
    struct desk d = { 0 };
    desk_start(&d, "gap = 6\nown_addresses = yes\n");
    run(&d);
    struct str first = own(&d, 1000);
    struct str second = own(&d, 1000 + WALLET_OWN_KEPT - 1);
    expect(!str_eq(first, second));
    expect_str(own(&d, 1000 + WALLET_OWN_KEPT), first);
    expect(handed(&d, first) && handed(&d, second));
    expect(handed(&d, S(FIRST_ADDRESS)) && !handed(&d, S("bc1qnone")));
    const struct wallet_address *all = NULL;
    size_t n = list(&d, &all);
    expect(all[n - 1].purpose == WALLET_SPARE && !handed(&d, all[n - 1].text));
    fund_room_end(&d.room);
}

TEST_AND_FAULTS(each_month_has_an_address_and_givers_leave_some_for_months_to_come)
{
    struct desk d = { 0 };
    desk_start(&d, "gap = 6\nrotate = month\nown_addresses = yes\n");
    expect_str(shown(&d, "2026-11-23"), S(FIRST_ADDRESS)); // before the job has run
    run(&d);
    expect(count(&d, WALLET_PERIOD) == 1 && jobs(&d) == 1);
    run(&d);
    expect(count(&d, WALLET_PERIOD) == 1);
    struct str month = shown(&d, "9999-01-01");
    expect_str(month, S(SECOND_ADDRESS));
    expect_str(shown(&d, "1999-01-01"), S(FIRST_ADDRESS)); // it had none
    struct str a = own(&d, 1);
    struct str b = own(&d, 2);
    expect(a.n && b.n && count(&d, WALLET_SPARE) == WALLET_SPARES_KEPT);
    expect_str(own(&d, 3), a); // two stay for months
    fund_room_end(&d.room);
}

TEST_AND_FAULTS(the_pool_shows_one_address_a_day_in_turn)
{
    struct desk d = { 0 };
    desk_start(&d, "gap = 3\nrotate = pool\npool = 3\n");
    run(&d);
    expect(count(&d, WALLET_POOLED) == 2 && count(&d, WALLET_SPARE) == 0);
    struct str days[4];
    static const char *const names[] = { "1970-01-01", "1970-01-02", "1970-01-03", "1970-01-04" };
    for (size_t i = 0; i < COUNT(names); i++)
        days[i] = shown(&d, names[i]);
    expect_str(days[0], S(FIRST_ADDRESS));
    expect_str(days[3], S(FIRST_ADDRESS));
    expect(!str_eq(days[0], days[1]) && !str_eq(days[1], days[2]) && !str_eq(days[0], days[2]));
    fund_room_end(&d.room);
}
