#include "funding/channel.h"
#include "funding/channel_health.h"
#include "funding/payment_evidence.h"
#include "funding/provider_take.h"
#include "unit/fault_sweep.h"
#include "unit/fund_room.h"
#include "unit/store_help.h"
#include "unit/test.h"

/*
 * What is written of a provider's words, whatever it says and whichever statement fails meanwhile.
 * Without these a message could be answered and forgotten, a poll's cursor move past what was not
 * booked, or a job that failed be called done. The provider is made up, and says what a test puts
 * into `says`; the real ones are in tests/http.
 */
QUERY(take_gifts, "select count(*) from contribution");
QUERY(take_messages, "select count(*) from payment_message");
QUERY(take_last_message, "select max(id) from payment_message");
QUERY(take_forgotten, "select count(*) from payment_message where body is null");
QUERY(take_row, "select id from channel_health where channel = 'shop'");
QUERY(take_at_c2, "select poll_cursor = 'c2' from channel_health");
QUERY(take_pledges, "select count(*) from pledge");

static struct says {
    err received, mapped, confirmed, polled;
    struct str delivery;
    struct provider_events events, later; /* of map(); of confirm() and poll() */
} says;

static err says_receive(const struct provider_call *c, const struct provider_message *m,
                        struct str *ret_delivery)
{
    expect(c->now > 0 && m->body.n > 0);
    *ret_delivery = says.delivery;
    return says.received;
}

static err says_map(const struct provider_call *c, struct str body, struct provider_events *ret)
{
    expect(c->now > 0 && body.n > 0);
    *ret = says.events;
    return says.mapped;
}

static err says_confirm(const struct provider_call *c, struct str body, struct provider_events *ret)
{
    expect(!c->give_up(c->arg) && body.n > 0);
    *ret = says.later;
    return says.confirmed;
}

static err says_poll(const struct provider_call *c, struct str cursor, struct provider_events *ret)
{
    expect(!c->give_up(c->arg) && cursor.n < 100);
    *ret = says.later;
    return says.polled;
}

static const struct provider_key keys[] = { { "secret", 200, true, true },
                                            { "former_secret", 200, false, true } };
static const struct provider made_up = { .name = "webhook",
                                         .word = "funding_channel_webhook",
                                         .url_optional = true,
                                         .keys = keys,
                                         .key_count = COUNT(keys),
                                         .receive = says_receive,
                                         .map = says_map,
                                         .confirm = says_confirm,
                                         .poll = says_poll };

static const struct channel *shop(struct fund_room *o)
{
    const struct channel *c = channels_find(o->channels, S("shop"));
    expect(c);
    return c;
}

static void begin(struct fund_room *o)
{
    says = (struct says){ .delivery = S("d1") };
    fund_room_start(o, "[channel.shop]\nkind = webhook\n"
                       "secret = whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n");
    ((struct channel *)(uintptr_t)shop(o))->provider = &made_up;
}

static void end(struct fund_room *o)
{
    fault_passes = false;
    fund_expect_sound(&o->fund);
    fund_room_end(o);
}

static struct payment_event gift(struct fund_room *o, const char *object, const char *amount)
{
    return (struct payment_event){ .kind = PAYMENT_RECEIVED,
                                   .object = str_from_z(object),
                                   .amount = fund_amount(amount),
                                   .occurred_at = o->fund.now - MINUTE,
                                   .day = (o->fund.now - MINUTE) / DAY,
                                   .source = LEDGER_BY_PROVIDER };
}

/* ---- one message, one job */

struct hooking {
    struct fund_room *room;
    struct str body;
    enum hook_verdict verdict;
};

static err hook(void *arg)
{
    struct hooking *h = arg;
    struct fund_room *o = h->room;
    struct provider_call call = {
        .channel = shop(o), .formats = o->formats, .now = o->fund.now, .arena = &o->fund.arena
    };
    struct provider_message m = { .body = h->body };
    return provider_hook(&o->app, &call, &m, &h->verdict);
}

static enum hook_verdict told(struct fund_room *o, const char *body)
{
    struct hooking h = { .room = o, .body = str_from_z(body) };
    expect(fault_each(hook, &h) == OK);
    return h.verdict;
}

static int64_t number(struct fund_room *o, const struct query *q)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    bool row = false;
    expect(store_read(o->app.store, &tx) == OK);
    struct stmt *s = query_start(&tx, q);
    expect(query_step(s, &row) == OK && row);
    int64_t ret = column_int(s, 0);
    query_end(s);
    return ret;
}

struct jobbing {
    struct fund_room *room;
    int64_t subject;
    err (*run)(const struct app *app, const struct setup *s, const struct job *job);
};

static err run_job(void *arg)
{
    const struct jobbing *j = arg;
    struct job job = { .id = 1, .subject = j->subject, .attempt = 1 };
    return j->run(&j->room->app, &j->room->setup, &job);
}

static err confirm(struct fund_room *o)
{
    struct jobbing j = { o, number(o, &take_last_message), provider_confirm_job };
    return fault_each(run_job, &j);
}

static err poll(struct fund_room *o)
{
    struct jobbing j = { o, number(o, &take_row), provider_poll_job };
    return fault_each(run_job, &j);
}

static err begin_polls(void *arg)
{
    struct fund_room *o = arg;
    return provider_polls_begin(&o->app, &o->setup);
}

static struct channel_health health(struct fund_room *o)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    const struct channel_health *list = NULL;
    size_t n = 0;
    expect(store_read(o->app.store, &tx) == OK);
    expect(channel_health_list(&tx, o->channels, o->fund.now, &o->fund.arena, &list, &n) == OK);
    expect(n == 1);
    return list[0];
}

/* ---- messages */

TEST_AND_FAULTS(provider_message_is_kept_and_booked_once)
{
    struct fund_room o;
    begin(&o);
    struct payment_event e[] = { gift(&o, "g1", "5.00 USD"), gift(&o, "g2", "7.00 USD") };
    says.events = (struct provider_events){ .events = e, .n = 2, .poll = true };
    for (int i = 0; i < 2; i++) {
        expect(told(&o, "two gifts") == HOOK_TAKEN);
        expect(number(&o, &take_gifts) == 2 && number(&o, &take_messages) == 1);
        expect(jobs_of(o.app.store, S(PROVIDER_POLL_JOB)) == 1);
    }
    expect(health(&o).heard_at == o.fund.now && !health(&o).alarm);
    end(&o);
}

TEST_AND_FAULTS(provider_message_that_says_something_else_of_a_gift_is_an_alarm)
{
    struct fund_room o;
    begin(&o);
    struct payment_event e = gift(&o, "g1", "5.00 USD");
    says.events = (struct provider_events){ .events = &e, .n = 1 };
    expect(told(&o, "five") == HOOK_TAKEN);
    e.amount = fund_amount("6.00 USD");
    says.delivery = S("");
    expect(told(&o, "six") == HOOK_TAKEN);
    expect(number(&o, &take_gifts) == 1 && health(&o).differs == 1 && health(&o).alarm);
    e = gift(&o, "g 2", "5.00 USD"); // a number with a blank
    says.delivery = S("d\x7f");
    expect(told(&o, "seven") == HOOK_TAKEN);
    expect(number(&o, &take_gifts) == 1 && health(&o).malformed == 1);
    end(&o);
}

TEST_AND_FAULTS(provider_message_that_is_not_understood_is_kept_and_a_forged_one_is_not)
{
    struct fund_room o;
    begin(&o);
    static const err forged[] = { PROVIDER_FORGED, PROVIDER_STALE };
    for (size_t i = 0; i < COUNT(forged); i++) {
        says.received = forged[i];
        expect(told(&o, "forged") == HOOK_FORGED);
    }
    expect(number(&o, &take_messages) == 0);
    says.received = PROVIDER_MALFORMED;
    expect(told(&o, "signed rubbish") == HOOK_MALFORMED);
    says.received = OK;
    says.mapped = PROVIDER_MALFORMED;
    says.delivery = S("d2");
    expect(told(&o, "of another version") == HOOK_MALFORMED);
    expect(number(&o, &take_messages) == 2 && health(&o).malformed == 2);
    says.mapped = OK;
    says.delivery = S("d3");
    says.events = (struct provider_events){ .why = "test mode" };
    expect(told(&o, "a test") == HOOK_TAKEN);
    expect(health(&o).ignored == 1 && number(&o, &take_gifts) == 0);
    end(&o);
}

TEST(provider_message_whose_reading_fails_is_not_answered)
{
    struct fund_room o;
    begin(&o);
    struct hooking h = { .room = &o, .body = S("x") };
    says.received = ERR_LIMIT;
    expect(hook(&h) == ERR_LIMIT);
    says.received = OK;
    says.mapped = ERR_LIMIT;
    expect(hook(&h) == ERR_LIMIT);
    expect(number(&o, &take_messages) == 0);
    end(&o);
}

static err count_forged(void *arg)
{
    struct fund_room *o = arg;
    struct provider_call call = { .channel = shop(o), .now = o->fund.now };
    return provider_hook_forged(&o->app, &call);
}

TEST_AND_FAULTS(provider_forged_messages_are_counted_and_ten_an_hour_are_an_alarm)
{
    struct fund_room o;
    begin(&o);
    for (int i = 1; i <= HEALTH_FORGED_AN_HOUR; i++) {
        expect(fault_each(count_forged, &o) == OK);
        expect(health(&o).forged == i && health(&o).alarm == (i == HEALTH_FORGED_AN_HOUR));
    }
    end(&o);
}

/* ---- what the API is asked about */

static void hinted(struct fund_room *o)
{
    begin(o);
    says.events = (struct provider_events){ .confirm = true };
    expect(told(o, "a hint") == HOOK_TAKEN);
    expect(number(o, &take_gifts) == 0 && jobs_of(o->app.store, S(PROVIDER_CONFIRM_JOB)) == 1);
}

TEST_AND_FAULTS(provider_hint_is_booked_when_the_api_says_so)
{
    struct fund_room o;
    hinted(&o);
    struct payment_event e = gift(&o, "g1", "5.00 USD");
    says.later = (struct provider_events){ .events = &e, .n = 1 };
    for (int i = 0; i < 2; i++) {
        expect(confirm(&o) == OK);
        expect(number(&o, &take_gifts) == 1 && health(&o).heard_at == o.fund.now);
    }
    end(&o);
}

TEST_AND_FAULTS(provider_hint_that_the_api_denies_books_nothing)
{
    struct fund_room o;
    hinted(&o);
    static const err again[] = { PROVIDER_DOWN, PROVIDER_DENIED };
    for (size_t i = 0; i < COUNT(again); i++) {
        says.confirmed = again[i];
        expect(confirm(&o) == ERR_BUSY);
    }
    says.confirmed = ERR_LIMIT;
    expect(confirm(&o) == ERR_LIMIT);
    says.confirmed = PROVIDER_MALFORMED;
    expect(confirm(&o) == OK && health(&o).malformed == 1);
    says.confirmed = OK;
    says.later = (struct provider_events){ .why = "test mode" };
    expect(confirm(&o) == OK && health(&o).ignored == 1);
    says.confirmed = PROVIDER_FORGED;
    expect(confirm(&o) == OK && health(&o).forged == 1);
    expect(number(&o, &take_forgotten) == 1);
    says.confirmed = OK;
    struct payment_event e = gift(&o, "g1", "5.00 USD");
    says.later = (struct provider_events){ .events = &e, .n = 1 };
    expect(confirm(&o) == OK && number(&o, &take_gifts) == 0); // its bytes are forgotten
    end(&o);
}

TEST(provider_hints_beyond_the_most_that_wait_are_refused_unwritten)
{
    struct fund_room o;
    begin(&o);
    says.events = (struct provider_events){ .confirm = true };
    for (int i = 0; i < PROVIDER_CONFIRM_MAX; i++) {
        says.delivery = str_print(&o.fund.arena, "d%d", i);
        expect(told(&o, "a hint") == HOOK_TAKEN);
    }
    says.delivery = S("one more");
    expect(told(&o, "a hint") == HOOK_FULL);
    expect(number(&o, &take_messages) == PROVIDER_CONFIRM_MAX);
    end(&o);
}

static void provide(struct fund_room *o, const struct provider *p)
{
    ((struct channel *)(uintptr_t)shop(o))->provider = p;
}

TEST(provider_jobs_of_a_channel_that_is_gone_or_another_kind_end)
{
    struct fund_room o;
    static const struct provider quiet = { .name = "webhook", .keys = keys, .key_count = 2 };
    hinted(&o);
    expect(begin_polls(&o) == OK);
    provide(&o, &quiet);
    expect(confirm(&o) == OK && poll(&o) == OK);
    provide(&o, NULL);
    expect(confirm(&o) == OK && poll(&o) == OK);
    provide(&o, &made_up);
    struct jobbing none = { &o, 777, provider_confirm_job };
    expect(run_job(&none) == OK);
    none.run = provider_poll_job;
    expect(run_job(&none) == OK && number(&o, &take_gifts) == 0);
    struct config *empty = NULL;
    struct channels *no_channels = NULL;
    struct str why = { 0 };
    expect(config_parse(S("d.ini"), S(""), &o.fund.arena, &empty, &why) == OK);
    expect(channels_make(empty, S("d.ini"), &o.fund.arena, &no_channels, &why) == OK);
    o.setup.channels = no_channels;
    expect(confirm(&o) == OK && poll(&o) == OK);
    channels_free(no_channels);
    config_free(empty);
    end(&o);
}

/* ---- polls */

static void polling(struct fund_room *o)
{
    begin(o);
    expect(fault_each(begin_polls, o) == OK);
    expect(jobs_of(o->app.store, S(PROVIDER_POLL_JOB)) == 1);
}

TEST_AND_FAULTS(provider_poll_books_and_moves_its_cursor_together)
{
    struct fund_room o;
    polling(&o);
    struct payment_event e[] = { gift(&o, "g1", "5.00 USD"), gift(&o, "g2", "7.00 USD") };
    says.later = (struct provider_events){ .events = e, .n = 2, .cursor = S("c2") };
    for (int i = 0; i < 2; i++) {
        expect(poll(&o) == OK);
        expect(number(&o, &take_gifts) == 2);
        expect(number(&o, &take_at_c2) == 1);
    }
    says.later.poll = true;
    says.later.why = "one was not understood";
    expect(poll(&o) == OK && health(&o).ignored == 1);
    expect(jobs_of(o.app.store, S(PROVIDER_POLL_JOB)) == 1);
    end(&o);
}

TEST_AND_FAULTS(provider_poll_sets_and_ends_a_pledge)
{
    struct fund_room o;
    polling(&o);
    says.later =
        (struct provider_events){ .pledge = PROVIDER_PLEDGE, .pledged = fund_amount("4.00 EUR") };
    expect(poll(&o) == OK && number(&o, &take_pledges) == 1);
    says.later.pledge = PROVIDER_SAME_PLEDGE;
    expect(poll(&o) == OK && number(&o, &take_pledges) == 1);
    says.later.pledge = PROVIDER_NO_PLEDGE;
    expect(poll(&o) == OK && number(&o, &take_pledges) == 0);
    end(&o);
}

TEST_AND_FAULTS(provider_polls_that_fail_are_counted_until_one_does_not)
{
    struct fund_room o;
    polling(&o);
    static const err fails[] = { PROVIDER_DOWN, PROVIDER_DENIED, PROVIDER_MALFORMED, PROVIDER_DOWN,
                                 PROVIDER_DOWN };
    for (size_t i = 0; i < COUNT(fails); i++) {
        says.polled = fails[i];
        expect(poll(&o) == ERR_BUSY && health(&o).polls_failed == (int64_t)i + 1);
    }
    expect(health(&o).alarm && health(&o).why.n > 0);
    says.polled = ERR_LIMIT;
    expect(poll(&o) == ERR_LIMIT);
    says.polled = OK;
    expect(poll(&o) == OK && health(&o).polls_failed == 0 && !health(&o).alarm);
    end(&o);
}

/* ---- silence */

TEST(provider_that_was_heard_and_is_silent_for_its_days_is_an_alarm)
{
    struct fund_room o;
    struct provider talkative = made_up;
    talkative.silent_days = 30;
    begin(&o);
    provide(&o, &talkative);
    expect(count_forged(&o) == OK);
    fund_room_at(&o, o.fund.now + 100 * DAY);
    expect(!health(&o).silent && !health(&o).alarm); // never heard
    expect(told(&o, "a word") == HOOK_TAKEN);
    fund_room_at(&o, o.fund.now + 30 * DAY);
    expect(!health(&o).silent && !health(&o).alarm);
    fund_room_at(&o, o.fund.now + 1);
    expect(health(&o).silent && health(&o).alarm);
    provide(&o, &made_up); // whose silence says nothing
    expect(!health(&o).silent);
    provide(&o, NULL);
    expect(!health(&o).silent);
    provide(&o, &made_up);
    end(&o);
}

/* ---- messages read again */

struct evidence {
    struct fund_room *room;
    struct str why;
};

static err read_again(void *arg)
{
    struct evidence *v = arg;
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(v->room->app.store, &tx);
    return e ? e : payment_evidence_check(&tx, &v->room->setup, &v->room->fund.arena, &v->why);
}

static struct str evidence(struct fund_room *o)
{
    struct evidence v = { .room = o, .why = S("good") };
    err e = fault_each(read_again, &v);
    expect(e == (str_eq(v.why, S("good")) ? OK : EVIDENCE_WRONG));
    return v.why;
}

static err forget(void *arg)
{
    struct fund_room *o = arg;
    return payment_evidence_job(&o->app, 30);
}

static err promise_forgetting(void *arg)
{
    struct fund_room *o = arg;
    return payment_evidence_promise(&o->app);
}

#define MESSAGE   "message 1 of shop: "
#define OTHERWISE MESSAGE "it tells something else than was booked"

TEST_AND_FAULTS(provider_messages_read_again_must_say_what_was_booked)
{
    struct fund_room o;
    begin(&o);
    struct payment_event e[] = { gift(&o, "g1", "5.00 USD"), gift(&o, "g2", "7.00 USD") };
    says.events = (struct provider_events){ .events = e, .n = 2 };
    expect(told(&o, "two gifts") == HOOK_TAKEN);
    says.delivery = S("d2"); // the same again, by another message
    expect(told(&o, "two gifts") == HOOK_TAKEN);
    const struct payment_event was = e[1];
    expect_str(evidence(&o), S("good"));
    e[1].amount = fund_amount("7.01 USD");
    expect_str(evidence(&o), S(OTHERWISE));
    e[1].amount = fund_amount("7.00 EUR");
    expect_str(evidence(&o), S(OTHERWISE));
    e[1] = was;
    e[1].occurred_at--;
    expect_str(evidence(&o), S(OTHERWISE));
    e[1] = was;
    e[1].of = S("g1");
    expect_str(evidence(&o), S(OTHERWISE));
    e[1] = was;
    e[1].object = S("g3");
    expect_str(evidence(&o), S(MESSAGE "it tells of an event that is not there"));
    e[1].object = S("g 3"); // would have been refused
    expect_str(evidence(&o), S(MESSAGE "events were booked from it of which it tells nothing"));
    says.mapped = PROVIDER_MALFORMED;
    expect_str(evidence(&o), S(MESSAGE "events were booked from it of which it tells nothing"));
    says.mapped = OK;
    says.events.poll = true; // a hint says nothing by itself
    expect_str(evidence(&o), S("good"));
    end(&o);
}

TEST(provider_messages_of_channels_that_are_gone_or_do_not_listen_are_not_read_again)
{
    struct fund_room o;
    static const struct provider quiet = { .name = "webhook", .keys = keys, .key_count = 2 };
    begin(&o);
    struct payment_event e = gift(&o, "g1", "5.00 USD");
    says.events = (struct provider_events){ .events = &e, .n = 1 };
    expect(told(&o, "a gift") == HOOK_TAKEN);
    says.events.n = 0;
    expect_str(evidence(&o), S(MESSAGE "events were booked from it of which it tells nothing"));
    struct evidence v = { .room = &o };
    says.mapped = ERR_LIMIT;
    expect(read_again(&v) == ERR_LIMIT);
    provide(&o, &quiet);
    expect_str(evidence(&o), S("good"));
    provide(&o, NULL);
    expect_str(evidence(&o), S("good"));
    provide(&o, &made_up);
    end(&o);
}

TEST_AND_FAULTS(provider_messages_bytes_are_forgotten_after_their_days_and_not_before)
{
    struct fund_room o;
    begin(&o);
    struct payment_event e = gift(&o, "g1", "5.00 USD");
    says.events = (struct provider_events){ .events = &e, .n = 1 };
    expect(told(&o, "a gift") == HOOK_TAKEN);
    expect(fault_each(promise_forgetting, &o) == OK);
    fund_room_at(&o, o.fund.now + 30 * DAY);
    expect(fault_each(forget, &o) == OK && number(&o, &take_forgotten) == 0);
    fund_room_at(&o, o.fund.now + 1);
    expect(fault_each(forget, &o) == OK && number(&o, &take_forgotten) == 1);
    expect(jobs_of(o.app.store, S(EVIDENCE_JOB)) == 1);
    says.events.n = 0;
    expect_str(evidence(&o), S("good")); // nothing is left to read
    end(&o);
}
