#include "funding/accounts_export.h"
#include "funding/channel_alarm.h"
#include "funding/contribution_alike.h"
#include "funding/contribution_note.h"
#include "funding/contribution_search.h"
#include "funding/daily_head.h"
#include "funding/goal_close.h"
#include "funding/goal_mark.h"
#include "funding/ledger_csv.h"
#include "funding/ledger_export.h"
#include "funding/mempool.h"
#include "funding/meter.h"
#include "funding/payment_match.h"
#include "funding/payment_message.h"
#include "funding/pledge.h"
#include "funding/proof_file.h"
#include "funding/rate.h"
#include "unit/fault_sweep.h"
#include "unit/fund_room.h"
#include "unit/test.h"

/*
 * Each statement of what is done with money fails in turn, as on a full disk. Without these a fault
 * could be swallowed somewhere, and half of a deed be called done.
 */

#define TRY(call)                                                                                  \
    do {                                                                                           \
        err e_ = (call);                                                                           \
        if (e_)                                                                                    \
            return e_;                                                                             \
    } while (0)

static struct fund started(void)
{
    struct fund f = fund_start();
    int64_t id = 0;
    expect(fund_goal(&f, "5000.00 USD", "2018-05", &id) == OK);
    fund_rate(&f, "BTC", "9000");
    fund_paid(&f, LEDGER_BY_PROVIDER, "ch_1", "25.00 USD", "2018-05-03");
    fund_paid(&f, LEDGER_BY_CHAIN, "tx:0", "0.01 BTC", "2018-05-04");
    fund_event(&f, PAYMENT_REFUND, "re_1", "ch_1", "5.00 USD");
    fund_add(&f, "bank", "100.00 EUR", "2018-05-02");
    fund_promise(&f, "bank", "7.00 USD", "2018-05-02");
    return f;
}

static void swept(err (*work)(struct tx *tx, void *arg))
{
    struct fund f = started();
    expect(fault_sweep(f.store, work, &f) == OK);
    fund_expect_sound(&f);
    fund_end(&f);
}

/* ---- goals */

static err set_goals(struct tx *tx, struct fund *f)
{
    struct goal_draft d = { .amount = { .minor = 100000, .cur = { "USD" } },
                            .first_day = fund_day("2018-07-01"),
                            .end_day = fund_day("2018-08-01"),
                            .label = S("July"),
                            .by = ACTOR_CLI,
                            .now = f->now };
    struct goal_mark_draft m = {
        .goal = 2, .minor = 150000, .label = S("A boat"), .by = ACTOR_CLI, .now = f->now
    };
    int64_t id = 0;
    TRY(goal_set(tx, &d, &f->arena, &id));
    d.amount.minor = 120000;
    TRY(goal_set(tx, &d, &f->arena, &id));
    TRY(goal_mark_set(tx, &m, &f->arena));
    m.label = S("Two boats");
    TRY(goal_mark_set(tx, &m, &f->arena));
    m.minor = 200000;
    TRY(goal_mark_set(tx, &m, &f->arena));
    return goal_mark_drop(tx, &m, &f->arena);
}

static err read_goals(struct tx *tx, struct fund *f)
{
    const struct goal *goals = NULL;
    const struct goal_version *versions = NULL;
    const struct goal_mark *marks = NULL;
    const struct goal_adjustment *adjustments = NULL;
    struct goal g = { 0 };
    struct goal_close closed = { 0 };
    size_t n = 0;
    bool more = false;
    TRY(goal_list(tx, INT64_MAX, 10, &f->arena, &goals, &n));
    TRY(goal_history(tx, 2, &f->arena, &versions, &n));
    TRY(goal_mark_list(tx, 2, &f->arena, &marks, &n));
    TRY(goal_running(tx, date_from_days(fund_day("2018-06-20")), &f->arena, &g));
    TRY(goal_get(tx, 1, &f->arena, &g));
    TRY(goal_close_get(tx, 1, &f->arena, &closed));
    return goal_adjustments(tx, &g, &closed, &f->arena, &adjustments, &n, &more);
}

static err goals_work(struct tx *tx, void *arg)
{
    struct fund *f = arg;
    struct meter m = { 0 };
    struct meter_query q = { .asked = true,
                             .period = S("2018-05"),
                             .today = date_from_days(fund_day("2018-05-04")) };
    TRY(set_goals(tx, f));
    TRY(read_goals(tx, f));
    TRY(meter_running(tx, q.today, &f->arena, &m));
    TRY(meter_asked(tx, &q, &f->arena, &m));
    return goal_drop(tx, 2, ACTOR_CLI, f->now, &f->arena);
}

TEST(fund_faults_of_goals_and_meters_are_told)
{
    swept(goals_work);
}

/* ---- gifts */

enum { CHARGE = 1, COIN, EURO, PROMISE };

static err change_gifts(struct tx *tx, struct fund *f)
{
    uint8_t hash[32] = { 7 };
    struct contribution_part part = { .id = EURO,
                                      .kind = LEDGER_REVERSAL,
                                      .amount = fund_amount("1.00 EUR"),
                                      .reason = S("too much"),
                                      .by = ACTOR_CLI,
                                      .now = f->now };
    struct contribution_price price = {
        .id = EURO, .price = S("1.20"), .source = S("a paper"), .by = ACTOR_CLI, .now = f->now
    };
    struct contribution_freezing z = {
        .id = COIN, .frozen = true, .reason = S("a look"), .by = ACTOR_CLI, .now = f->now
    };
    struct contribution_note_draft n = {
        .contribution = COIN, .body = S("asked"), .by = ACTOR_CLI, .now = f->now
    };
    int64_t transaction = 0;
    TRY(contribution_settle(tx, PROMISE, ACTOR_CLI, f->now, &f->arena));
    TRY(contribution_value(tx, &price, &f->arena));
    TRY(contribution_take_back(tx, &part, &f->arena, &transaction));
    TRY(contribution_freeze(tx, &z));
    z.frozen = false;
    TRY(contribution_freeze(tx, &z));
    TRY(contribution_note_add(tx, &n));
    return contribution_set_evidence(tx, COIN, bytes_str(hash, 32), ACTOR_CLI, f->now);
}

static err end_gifts(struct tx *tx, struct fund *f)
{
    struct contribution_correction c = {
        .id = EURO, .reason = S("digits"), .draft = fund_draft(f, "bank", "90.00 EUR", "2018-05-02")
    };
    struct contribution_reversal r = {
        .id = COIN, .reason = S("an error"), .by = ACTOR_CLI, .now = f->now
    };
    struct contribution_draft promised = fund_draft(f, "bank", "3.00 USD", "2018-05-02");
    int64_t id = 0;
    promised.pending = true;
    promised.reference = S("p-1");
    TRY(contribution_correct(tx, &c, &f->arena, &id));
    TRY(contribution_reverse(tx, &r, &f->arena));
    TRY(contribution_add(tx, &promised, &f->arena, &id));
    r.id = id;
    TRY(contribution_reverse(tx, &r, &f->arena));
    return contribution_erase(tx, EURO, ACTOR_CLI, f->now);
}

static err find_gifts(struct tx *tx, struct fund *f)
{
    struct contribution_page page = { 0 };
    struct contribution_alike alike = { .channel = S("bank"),
                                        .day = fund_day("2018-05-02"),
                                        .amount = fund_amount("100.00 EUR") };
    const struct contribution_note *notes = NULL;
    size_t n = 0;
    bool found = false;
    for (int state = 0; state < SEARCH_STATES; state++) {
        struct contribution_search q = { .state = (enum search_state)state,
                                         .first_day = INT64_MIN,
                                         .last_day = INT64_MAX };
        TRY(contribution_search(tx, &q, CONTRIBUTION_BEGIN, &f->arena, &page));
        q.reference = S("tx");
        TRY(contribution_search(tx, &q, CONTRIBUTION_BEGIN, &f->arena, &page));
        q.giver = S("Reed");
        TRY(contribution_search(tx, &q, CONTRIBUTION_BEGIN, &f->arena, &page));
    }
    TRY(contribution_list(tx, CONTRIBUTION_BEGIN, 10, &f->arena, &page));
    TRY(contribution_notes(tx, COIN, &f->arena, &notes, &n));
    return contribution_alike_find(tx, &alike, &found);
}

static err gifts_work(struct tx *tx, void *arg)
{
    struct fund *f = arg;
    TRY(change_gifts(tx, f));
    TRY(find_gifts(tx, f));
    return end_gifts(tx, f);
}

TEST(fund_faults_of_gifts_are_told)
{
    swept(gifts_work);
}

/* ---- events */

static err take(struct tx *tx, struct fund *f, enum payment_kind kind, const char *object,
                const char *of)
{
    struct payment_result r = { 0 };
    struct payment_event e = { .channel = S("stripe"),
                               .kind = kind,
                               .object = str_from_z(object),
                               .of = str_from_z(of),
                               .amount = fund_amount("4.00 USD"),
                               .occurred_at = f->now,
                               .day = f->now / DAY,
                               .source = LEDGER_BY_PROVIDER };
    if (kind == PAYMENT_RECEIVED)
        e.fee = fund_amount("0.30 USD");
    if (!e.of.n)
        e.payer = (struct payer){ .name = S("Reed"), .email = S("reed@example.net") };
    return payment_take(tx, &e, f->now, &f->arena, &r);
}

static err look_at_waiting(struct tx *tx, struct fund *f, int64_t event)
{
    const struct payment_row *rows = NULL;
    struct payment_row row = { 0 };
    struct payment_aside aside = {
        .event = event, .reason = S("never"), .by = ACTOR_CLI, .now = f->now
    };
    int64_t alike[PAYMENT_CANDIDATES];
    int64_t many = 0;
    size_t n = 0;
    TRY(payment_waiting(tx, INT64_MAX, PAYMENT_PAGE, &f->arena, &rows, &n));
    TRY(payment_waiting_get(tx, event, &f->arena, &row));
    TRY(payment_candidates(tx, &row, alike, &n));
    TRY(payment_set_aside(tx, &aside));
    TRY(payment_aside_list(tx, INT64_MAX, PAYMENT_PAGE, &f->arena, &rows, &n));
    TRY(payment_waiting_count(tx, &many));
    return payment_take_up(tx, event, ACTOR_CLI, f->now);
}

static err events_work(struct tx *tx, void *arg)
{
    struct fund *f = arg;
    enum { REFUND_THAT_WAITS = 4 };
    struct payment_match m = {
        .event = REFUND_THAT_WAITS, .contribution = CHARGE, .by = ACTOR_CLI, .now = f->now
    };
    struct payment_result r = { 0 };
    const struct payment_row *rows = NULL;
    size_t n = 0;
    TRY(take(tx, f, PAYMENT_REFUND, "re_9", "ch_9"));
    TRY(look_at_waiting(tx, f, REFUND_THAT_WAITS));
    TRY(payment_match(tx, &m, &f->arena, &r));
    TRY(take(tx, f, PAYMENT_DISPUTE, "dp_2", "ch_2")); // waits
    TRY(take(tx, f, PAYMENT_PENDING, "ch_2", ""));
    TRY(take(tx, f, PAYMENT_RECEIVED, "ch_2", "")); // and all that waited with it
    TRY(take(tx, f, PAYMENT_DISPUTE_WON, "dp_2", "dp_2"));
    TRY(take(tx, f, PAYMENT_FEE, "fee_2", "ch_2"));
    TRY(take(tx, f, PAYMENT_PENDING, "ch_3", ""));
    TRY(take(tx, f, PAYMENT_FAILED, "ch_3", "ch_3"));
    TRY(take(tx, f, PAYMENT_RECEIVED, "ch_3", ""));
    return payment_of_contribution(tx, CHARGE, &f->arena, &rows, &n);
}

TEST(fund_faults_of_events_are_told)
{
    swept(events_work);
}

/* ---- what is read and exported */

static err read_ledger(struct tx *tx, struct fund *f)
{
    const struct ledger_row *rows = NULL;
    const struct ledger_sum *sums = NULL;
    const struct amount *amounts = NULL;
    const struct daily_head *heads = NULL;
    struct ledger_head head = { 0 };
    struct str why = { 0 };
    struct rate rate = { 0 };
    struct asset coin = { "BTC" };
    struct asset dollar = { "USD" };
    size_t n = 0;
    TRY(ledger_head(tx, &f->arena, &head));
    TRY(ledger_rows_of(tx, CHARGE, &f->arena, &rows, &n));
    TRY(ledger_sums(tx, 0, LEDGER_END_DAY, &f->arena, &sums, &n));
    TRY(ledger_check(tx, &f->arena, &why));
    TRY(mempool_sums(tx, &f->arena, &amounts, &n));
    TRY(daily_head_list(tx, &f->arena, &heads, &n));
    return rate_find(tx, coin, dollar, f->now, &f->arena, &rate);
}

static err export_ledger(struct tx *tx, struct fund *f, struct buf *out)
{
    struct accounts_export x = { .first_day = 0, .end_day = LEDGER_END_DAY, .names = true };
    struct ledger_export forms[3] = { 0 };
    struct proof_cursor proofs = { 0 };
    int64_t after = 0;
    bool end = false;
    struct ledger_head head = { 0 };
    TRY(ledger_head(tx, &f->arena, &head));
    TRY(ledger_csv_piece(tx, &after, head.seq, &f->arena, out));
    for (size_t i = 0; i < COUNT(forms); i++) {
        forms[i].form = (enum ledger_form)i;
        forms[i].head = head;
        while (!forms[i].ended)
            TRY(ledger_export_piece(tx, &forms[i], &f->arena, out));
    }
    TRY(accounts_export_start(tx, &x));
    while (!x.ended)
        TRY(accounts_export_piece(tx, &x, &f->arena, out));
    return proof_piece(tx, &proofs, &f->arena, out, &end);
}

static err reads_work(struct tx *tx, void *arg)
{
    struct buf out CLEANUP(buf_free) = buf_make(1 << 20);
    TRY(read_ledger(tx, arg));
    return export_ledger(tx, arg, &out);
}

TEST(fund_faults_of_what_is_read_and_exported_are_told)
{
    swept(reads_work);
}

/* ---- messages, pledges, health */

static err channels_work(struct tx *tx, void *arg)
{
    struct fund_room *o = arg;
    struct payment_message m = {
        .channel = S("stripe"), .delivery = S("evt_1"), .body = S("{}"), .received_at = o->fund.now
    };
    struct pledge p = { .channel = S("shop"),
                        .amount = fund_amount("12.00 USD"),
                        .told_at = o->fund.now };
    const struct pledge *pledges = NULL;
    struct channel_figures figures = { 0 };
    int64_t id = 0;
    bool fresh = false;
    size_t n = 0;
    TRY(payment_message_add(tx, &m, &id, &fresh));
    TRY(payment_message_add(tx, &m, &id, &fresh));
    TRY(pledge_set(tx, &p));
    TRY(pledge_list(tx, o->channels, o->fund.now, &o->fund.arena, &pledges, &n));
    TRY(pledge_end(tx, S("shop")));
    TRY(channel_health_note(tx, S("shop"), HEALTH_FORGED, S("a signature"), o->fund.now));
    TRY(channel_health_note(tx, S("shop"), HEALTH_HEARD, S(""), o->fund.now));
    TRY(channel_figures(tx, &o->setup, o->fund.now, &o->fund.arena, &figures));
    return channel_health_clear(tx, S("shop"));
}

TEST(fund_faults_of_messages_pledges_and_health_are_told)
{
    struct fund_room o;
    fund_room_start(&o, "[site]\nurl = https://river.test\ntitle = River\n[channel.shop]\n"
                        "kind = webhook\nsecret = whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX\n");
    expect(fault_sweep(o.fund.store, channels_work, &o) == OK);
    fund_room_end(&o);
}
