#include "base/buf.h"
#include "funding/channel_alarm.h"
#include "mail/queue.h"
#include "people/person.h"
#include "unit/fault_sweep.h"
#include "unit/fund_room.h"
#include "unit/test.h"

#include <string.h>

/* Without these a channel could stop counting and nobody would hear of it, or treasurers would be
 * mailed every few minutes until they read none. */

static const char config[] = "[mail]\nserver = smtp://127.0.0.1:1\ntls = no\n"
                             "from = news@example.org\n"
                             "[channel.stripe]\nurl = https://buy.stripe.com/river\n";

static err do_hire(struct tx *tx, void *arg)
{
    const struct person_draft *d = arg;
    int64_t id = 0;
    return person_add(tx, ACTOR_CLI, d, &id);
}

static void hire(struct fund_room *o, const char *name, enum role role)
{
    struct person_draft d = {
        .name = str_from_z(name),
        .email = str_print(&o->fund.arena, "%s@example.org", name),
        .role = role,
        .now = FUND_NOW,
    };
    expect(store_write(o->app.store, do_hire, &d) == OK);
}

struct noting {
    enum health_fact fact;
    const char *why;
    int64_t now;
    int times;
};

static err do_note(struct tx *tx, void *arg)
{
    const struct noting *n = arg;
    err e = OK;
    for (int i = 0; !e && i < n->times; i++)
        e = channel_health_note(tx, S("stripe"), n->fact, str_from_z(n->why), n->now);
    return e;
}

static void note(struct fund_room *o, enum health_fact fact, const char *why, int times)
{
    struct noting n = { .fact = fact, .why = why, .now = o->app.clock.fixed, .times = times };
    expect(store_write(o->app.store, do_note, &n) == OK);
}

static size_t mails_of(struct fund_room *o, struct queued ret[8])
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    size_t n = 0;
    expect(store_read(o->app.store, &tx) == OK);
    expect(queue_due(&tx, INT64_MAX, 8, &o->fund.arena, ret, &n) == OK);
    return n;
}

static err alarm_job(void *arg)
{
    struct fund_room *o = arg;
    return channel_alarm_job(&o->app, &o->setup);
}

static void run(struct fund_room *o, int64_t later)
{
    fund_room_at(o, o->app.clock.fixed + later);
    expect(fault_each(alarm_job, o) == OK);
}

static struct channel_health health_of(struct fund_room *o)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    const struct channel_health *list = NULL;
    size_t n = 0;
    expect(store_read(o->app.store, &tx) == OK);
    expect(channel_health_list(&tx, o->setup.channels, o->app.clock.fixed, &o->fund.arena, &list,
                               &n) == OK &&
           n == 1);
    return list[0];
}

TEST_AND_FAULTS(an_alarm_is_mailed_to_treasurers_once_and_again_only_after_it_was_good)
{
    struct fund_room o = { 0 };
    struct queued mails[8];
    fund_room_start(&o, config);
    hire(&o, "ann", ROLE_TREASURER);
    hire(&o, "bob", ROLE_EDITOR);
    run(&o, MINUTE);
    expect(mails_of(&o, mails) == 0);
    note(&o, HEALTH_PAUSED, "the node is of another network", 1);
    run(&o, MINUTE);
    expect(mails_of(&o, mails) == 1);
    expect_str(mails[0].order.to, S("ann@example.org"));
    run(&o, MINUTE);
    run(&o, MINUTE);
    expect(mails_of(&o, mails) == 1);
    note(&o, HEALTH_RESUMED, "", 1);
    run(&o, MINUTE);
    note(&o, HEALTH_PAUSED, "the node is of another network", 1);
    run(&o, MINUTE);
    expect(mails_of(&o, mails) == 2);
    fund_room_end(&o);
}

TEST_AND_FAULTS(an_alarm_that_has_ended_when_its_mail_is_written_is_not_sent)
{
    struct fund_room o = { 0 };
    struct queued mails[8];
    struct mail m = { 0 };
    fund_room_start(&o, config);
    hire(&o, "ann", ROLE_TREASURER);
    note(&o, HEALTH_PAUSED, "the node is of another network", 1);
    run(&o, MINUTE);
    expect(mails_of(&o, mails) == 1);
    expect(channel_alarm_compose(&o.app, &o.setup, &mails[0].order, &o.fund.arena, &m) == OK);
    size_t at = 0;
    expect(str_find(m.text, S("It is paused"), &at));
    expect(str_find(m.text, S("(the node is of another network)"), &at));
    expect(str_find(m.text, S("/desk/funding/channels"), &at));
    note(&o, HEALTH_RESUMED, "", 1);
    expect(channel_alarm_compose(&o.app, &o.setup, &mails[0].order, &o.fund.arena, &m) ==
           MAIL_DROP);
    fund_room_end(&o);
}

TEST_AND_FAULTS(what_asks_for_somebody_is_said_in_words_and_what_does_not_is_not)
{
    static const struct {
        enum health_fact fact;
        int times;
        const char *says; /* NULL: no alarm */
    } cases[] = {
        { HEALTH_HEARD, 1, NULL },
        { HEALTH_IGNORED, 50, NULL },
        { HEALTH_POLL_FAILED, HEALTH_POLLS_FAILED - 1, NULL },
        { HEALTH_POLL_FAILED, HEALTH_POLLS_FAILED, "It did not answer 5 times in a row." },
        { HEALTH_FORGED, HEALTH_FORGED_AN_HOUR - 1, NULL },
        { HEALTH_FORGED, HEALTH_FORGED_AN_HOUR,
          "10 messages with wrong signatures within an hour." },
        { HEALTH_MALFORMED, 1, "1 message was not understood." },
        { HEALTH_DIFFERS, 1, "It told of one payment twice, with different amounts." },
        { HEALTH_PAUSED, 1, "It is paused: nothing is counted until this is put right." },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct fund_room o = { 0 };
        fund_room_start(&o, config);
        note(&o, cases[i].fact, "why", cases[i].times);
        struct channel_health h = health_of(&o);
        expect(h.alarm == (cases[i].says != NULL));
        expect_str(channel_alarm_sentence(&o.setup, &h, &o.fund.arena),
                   str_from_z(cases[i].says ? cases[i].says : ""));
        fund_room_end(&o);
    }
}

TEST_AND_FAULTS(without_mail_an_alarm_is_noted_and_nothing_queued)
{
    struct fund_room o = { 0 };
    struct queued mails[8];
    fund_room_start(&o, "[channel.stripe]\nurl = https://buy.stripe.com/river\n");
    hire(&o, "ann", ROLE_TREASURER);
    note(&o, HEALTH_PAUSED, "why", 1);
    run(&o, MINUTE);
    expect(mails_of(&o, mails) == 0);
    fund_room_end(&o);
}

TEST_AND_FAULTS(figures_of_channels_stand_in_metrics)
{
    struct fund_room o = { 0 };
    struct channel_figures f = { 0 };
    struct buf out CLEANUP(buf_free) = buf_make(10000);
    fund_room_start(&o, config);
    note(&o, HEALTH_HEARD, "", 1);
    note(&o, HEALTH_PAUSED, "why", 1);
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(o.app.store, &tx) == OK);
    expect(channel_figures(&tx, &o.setup, FUND_NOW, &o.fund.arena, &f) == OK);
    tx_end(&tx);
    channel_metrics(&f, &out);
    size_t at = 0;
    expect(str_find(buf_str(&out), S("\ndiurnal_channel_alarm{channel=\"stripe\"} 1\n"), &at));
    expect(str_find(buf_str(&out), S("\ndiurnal_payment_events_waiting 0\n"), &at));
    expect(str_find(buf_str(&out),
                    S("diurnal_channel_heard_timestamp_seconds{channel=\"stripe\"} "), &at));
    fund_room_end(&o);
}
