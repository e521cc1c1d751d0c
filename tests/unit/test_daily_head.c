#include "funding/daily_head.h"
#include "funding/ledger_csv.h"
#include "mail/queue.h"
#include "people/person.h"
#include "unit/fault_sweep.h"
#include "unit/fund_room.h"
#include "unit/test.h"

#include <string.h>

/* Without these nobody outside would hold the heads that keep us from writing the ledger anew. */

static const char config[] = "[mail]\nserver = smtp://127.0.0.1:1\ntls = no\n"
                             "from = news@example.org\n"
                             "[funding]\nwitnesses = ann@example.net  bob@example.com\n";
/* The first moment of a day of UTC. */
#define MIDNIGHT (FUND_NOW / DAY * DAY + DAY)

static const struct daily_head *heads_of(struct fund_room *o, size_t *ret_n)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    const struct daily_head *heads = NULL;
    expect(store_read(o->app.store, &tx) == OK);
    expect(daily_head_list(&tx, &o->fund.arena, &heads, ret_n) == OK);
    return heads;
}

static struct ledger_head head_of(struct fund_room *o)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct ledger_head head = { 0 };
    expect(store_read(o->app.store, &tx) == OK);
    expect(ledger_head(&tx, &o->fund.arena, &head) == OK);
    return head;
}

static size_t mails_of(struct fund_room *o, struct queued ret[8])
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    size_t n = 0;
    expect(store_read(o->app.store, &tx) == OK);
    expect(queue_due(&tx, INT64_MAX, 8, &o->fund.arena, ret, &n) == OK);
    return n;
}

static err heads_job(void *arg)
{
    struct fund_room *o = arg;
    return daily_head_job(&o->app, &o->setup);
}

TEST_AND_FAULTS(a_head_is_written_once_for_each_day_and_stays_when_the_ledger_grows)
{
    struct fund_room o = { 0 };
    size_t n = 0;
    fund_room_start(&o, "");
    fund_add(&o.fund, "bank", "25 USD", "2018-05-03");
    struct ledger_head first = head_of(&o);
    fund_room_at(&o, MIDNIGHT);
    expect(fault_each(heads_job, &o) == OK);
    fund_add(&o.fund, "bank", "5 USD", "2018-05-04");
    expect(fault_each(heads_job, &o) == OK); // again, as jobs may run twice
    const struct daily_head *heads = heads_of(&o, &n);
    expect(n == 1 && heads[0].day == fund_day("2018-05-04") && heads[0].head.seq == 2);
    expect(memcmp(heads[0].head.hash, first.hash, LEDGER_HASH) == 0);
    fund_room_at(&o, MIDNIGHT + DAY + HOUR);
    expect(fault_each(heads_job, &o) == OK);
    heads = heads_of(&o, &n);
    expect(n == 2 && heads[0].day == fund_day("2018-05-05") && heads[0].head.seq == 4);
    struct str line = daily_head_line(&o.fund.arena, &heads[1]);
    expect(str_starts(line, S("2018-05-04 2 ")) && line.n == 13 + 64);
    fund_expect_sound(&o.fund);
    fund_room_end(&o);
}

QUERY(test_head_change, "update ledger_head set seq = 1");
QUERY(test_head_delete, "delete from ledger_head");
QUERY(test_head_lie, "insert into ledger_head (day, seq, hash, noted_at)"
                     " values (1, 1, zeroblob(32), 1)");

static err run_query(struct tx *tx, void *arg)
{
    const struct query *const *q = arg;
    return query_run(query_start(tx, *q), NULL);
}

static err try_query(struct fund_room *o, const struct query *q)
{
    return store_write(o->app.store, run_query, &q);
}

TEST_AND_FAULTS(a_head_that_was_told_cannot_be_changed_and_one_that_is_not_in_the_chain_is_found)
{
    struct fund_room o = { 0 };
    fund_room_start(&o, "");
    fund_add(&o.fund, "bank", "25 USD", "2018-05-03");
    fund_room_at(&o, MIDNIGHT);
    expect(fault_each(heads_job, &o) == OK);
    expect(try_query(&o, &test_head_change) < 0);
    expect(try_query(&o, &test_head_delete) < 0);
    expect(fund_findings(&o.fund) == 0);
    expect(try_query(&o, &test_head_lie) == OK);
    expect(fund_findings(&o.fund) == 1);
    fund_room_end(&o);
}

static err hire(struct tx *tx, void *arg)
{
    const struct person_draft *d = arg;
    int64_t id = 0;
    return person_add(tx, ACTOR_CLI, d, &id);
}

TEST_AND_FAULTS(witnesses_and_treasurers_get_a_head_by_mail_when_anything_was_booked)
{
    struct fund_room o = { 0 };
    struct queued mails[8];
    struct mail m = { 0 };
    fund_room_start(&o, config);
    struct person_draft treasurer = {
        .name = S("Mara"), .email = S("ann@example.net"), .role = ROLE_TREASURER, .now = FUND_NOW
    };
    struct person_draft editor = {
        .name = S("Ed"), .email = S("ed@example.net"), .role = ROLE_EDITOR, .now = FUND_NOW
    };
    expect(store_write(o.app.store, hire, &treasurer) == OK);
    expect(store_write(o.app.store, hire, &editor) == OK);
    fund_room_at(&o, MIDNIGHT);
    expect(fault_each(heads_job, &o) == OK);
    expect(mails_of(&o, mails) == 0); // nothing was booked
    fund_add(&o.fund, "bank", "25 USD", "2018-05-03");
    fund_room_at(&o, MIDNIGHT + DAY);
    expect(fault_each(heads_job, &o) == OK);
    expect(mails_of(&o, mails) == 2); // who is both gets one
    fund_room_at(&o, MIDNIGHT + 2 * DAY);
    expect(fault_each(heads_job, &o) == OK);
    expect(mails_of(&o, mails) == 2); // nothing new
    expect_str(mails[0].order.to, S("ann@example.net"));
    expect_str(mails[1].order.to, S("bob@example.com"));
    struct arena *a = &o.fund.arena;
    expect(daily_head_compose(&o.app, &o.setup, &mails[0].order, a, &m) == OK);
    size_t at = 0;
    char hash[2 * LEDGER_HASH];
    ledger_hash_print(head_of(&o).hash, hash);
    expect(str_find(m.text, (struct str){ hash, sizeof hash }, &at));
    expect(str_find(m.html, (struct str){ hash, sizeof hash }, &at));
    expect(str_find(m.text, S("2018-05-05 2 "), &at));
    expect(str_find(m.subject, S("The ledger at the end of May 5, 2018 (UTC)"), &at));
    struct mail_order gone = { .subject = 1 };
    expect(daily_head_compose(&o.app, &o.setup, &gone, a, &m) == MAIL_DROP);
    fund_room_end(&o);
}

TEST_AND_FAULTS(witnesses_that_are_no_addresses_or_too_many_are_refused_with_their_line)
{
    static const char *const wrong[] = {
        "[funding]\nwitnesses = ann@example.net, bob@example.com\n",
        "[funding]\nwitnesses = ann\n",
        "[funding]\nwitnesses = a@b.org a@b.org a@b.org a@b.org a@b.org a@b.org a@b.org a@b.org "
        "a@b.org a@b.org a@b.org a@b.org a@b.org a@b.org a@b.org a@b.org a@b.org a@b.org a@b.org "
        "a@b.org a@b.org\n",
    };
    struct arena a;
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct config *c = NULL;
        struct str why = { 0 };
        expect(config_parse(S("d.ini"), str_from_z(wrong[i]), &a, &c, &why) == OK);
        expect(witnesses_check(c, S("d.ini"), &a, &why) == WITNESSES_WRONG);
        expect(str_starts(why, S("d.ini:2: funding.witnesses:")));
        config_free(c);
    }
    arena_free(&a);
}
