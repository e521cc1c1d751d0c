#include "people/audit.h"
#include "unit/people_help.h"

#include <string.h>

/* Without these what was done at the desk could be undone in the log. */

QUERY(test_change_audit, "update audit set actor = 'nobody' where id = $1");
QUERY(test_drop_audit, "delete from audit where id = $1");

struct deed {
    struct actor by;
    struct audit_note note;
    int count;
};

static err add(struct tx *tx, void *arg)
{
    const struct deed *d = arg;
    err e = OK;
    for (int i = 0; !e && i < d->count; i++)
        e = audit_add(tx, d->by, &d->note);
    return e;
}

static struct audit_page page(struct office *o, struct audit_query q)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct audit_page found = { 0 };
    expect(store_read(o->app.store, &tx) == OK);
    expect(audit_list(&tx, &q, &o->a, &found) == OK);
    return found;
}

static err change(struct tx *tx, void *arg)
{
    const bool *drop = arg;
    struct stmt *s = query_start(tx, *drop ? &test_drop_audit : &test_change_audit);
    bind_int(s, 1, 1);
    return query_run(s, NULL);
}

TEST(the_audit_log_is_listed_latest_first_in_pages)
{
    struct office o;
    office_open(&o);
    struct deed d = { .by = ACTOR_CLI,
                      .note = { .action = S("goal.set"), .now = NOON },
                      .count = AUDIT_PAGE + 1 };
    expect(page(&o, (struct audit_query){ 0 }).count == 0);
    expect(office_write(&o, add, &d) == OK);
    struct audit_page one = page(&o, (struct audit_query){ 0 });
    expect(one.count == AUDIT_PAGE && one.entries[0].id == AUDIT_PAGE + 1 && one.next == 2);
    struct audit_page two = page(&o, (struct audit_query){ .before = one.next });
    expect(two.count == 1 && two.entries[0].id == 1 && two.next == 0);
    expect(page(&o, (struct audit_query){ .before = 1 }).count == 0);
    d.count = AUDIT_PAGE - 1;
    expect(office_write(&o, add, &d) == OK);
    two = page(&o, (struct audit_query){ .before = AUDIT_PAGE + 1 });
    expect(two.count == AUDIT_PAGE && two.next == 0); /* exactly full: nothing follows */
    office_close(&o);
}

TEST(the_audit_log_is_found_by_who_and_by_what)
{
    struct office o;
    office_open(&o);
    int64_t ada = office_person(&o, "Ada", "ada@example.org", ROLE_EDITOR, "");
    struct deed d = { .by = { .person = ada, .name = S("Ada") },
                      .note = { .action = S("report.publish"),
                                .kind = S("report"),
                                .object = 77,
                                .detail = S("Floodwater Breaches the Southern Dike"),
                                .now = NOON },
                      .count = 1 };
    expect(office_write(&o, add, &d) == OK);
    d.by = ACTOR_SERVER;
    expect(office_write(&o, add, &d) == OK);
    struct audit_page by = page(&o, (struct audit_query){ .person = ada });
    expect(by.count == 1 && by.entries[0].at == NOON && by.entries[0].object == 77);
    expect_str(by.entries[0].by.name, S("Ada"));
    expect_str(by.entries[0].detail, S("Floodwater Breaches the Southern Dike"));
    struct audit_page of = page(&o, (struct audit_query){ .kind = S("report"), .object = 77 });
    expect(of.count == 2 && of.entries[0].by.person == 0);
    expect_str(of.entries[0].by.name, S("server"));
    expect(page(&o, (struct audit_query){ .kind = S("report"), .object = 78 }).count == 0);
    expect(
        page(&o, (struct audit_query){ .kind = S("report"), .object = 77, .person = ada }).count ==
        1);
    office_close(&o);
}

TEST(the_audit_log_cannot_be_changed_or_shortened)
{
    struct office o;
    office_open(&o);
    struct deed d = { .by = ACTOR_CLI, .note = { .action = S("a.b"), .now = 1 }, .count = 1 };
    expect(office_write(&o, add, &d) == OK);
    expect(office_write(&o, change, &(bool){ false }) < 0);
    expect(office_write(&o, change, &(bool){ true }) < 0);
    struct audit_page all = page(&o, (struct audit_query){ 0 });
    expect(all.count == 1);
    expect_str(all.entries[0].by.name, S("cli"));
    office_close(&o);
}

TEST(a_long_detail_is_cut_between_characters)
{
    struct office o;
    office_open(&o);
    char text[AUDIT_DETAIL_MAX + 2];
    memset(text, 'x', sizeof text);
    memcpy(text + AUDIT_DETAIL_MAX - 1, "é", 2);
    struct deed d = { .by = ACTOR_CLI,
                      .note = { .action = S("a.b"), .detail = { text, sizeof text }, .now = 1 },
                      .count = 1 };
    expect(office_write(&o, add, &d) == OK);
    expect(page(&o, (struct audit_query){ 0 }).entries[0].detail.n == AUDIT_DETAIL_MAX - 1);
    office_close(&o);
}

TEST(an_undone_deed_leaves_no_trace_in_the_audit_log)
{
    struct office o;
    office_open(&o);
    struct deed d = { .by = { .person = 99, .name = S("no such person") },
                      .note = { .action = S("a.b"), .now = 1 },
                      .count = 1 };
    expect(office_write(&o, add, &d) < 0);
    expect(page(&o, (struct audit_query){ 0 }).count == 0);
    office_close(&o);
}
