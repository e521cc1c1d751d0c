#include "people/daily.h"
#include "people/keys.h"
#include "store/job.h"
#include "unit/people_help.h"

/* Without these the key for addresses would stay for ever, and with it who wrote what from where.
 */

QUERY(test_count_rows, "select (select count(*) from session) * 100 + (select count(*) from link)");
QUERY(test_next_run, "select run_at from job where kind = 'people-daily'");

static int64_t number(struct office *o, bool next_run)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    bool row = false;
    expect(store_read(o->app.store, &tx) == OK);
    struct stmt *s = query_start(&tx, next_run ? &test_next_run : &test_count_rows);
    expect(query_step(s, &row) == OK && row);
    return column_int(s, 0);
}

TEST(once_a_day_what_is_over_goes_and_the_next_day_is_promised)
{
    struct office o;
    office_open(&o);
    uint8_t hash[KEYS_ADDRESS_BYTES];
    int64_t ada = office_person(&o, "Ada", "ada@example.org", ROLE_EDITOR, "");
    (void)office_session(&o, ada);
    (void)office_link(&o, ada);
    expect(people_daily_promise(o.app.store, NOON) == OK && number(&o, true) == NOON);
    o.app.clock.fixed = NOON + DAY - 1;
    expect(people_daily_promise(o.app.store, NOON + DAY) == OK && number(&o, true) == NOON);
    expect(people_daily(&o.app) == OK && number(&o, false) == 101);
    o.app.clock.fixed = NOON + DAY;
    expect(people_daily(&o.app) == OK && number(&o, false) == 0);
    expect(keys_hash_address(o.app.keys, S("192.0.2.1"), hash) == 1);
    o.app.clock.fixed = clock_now(&(struct clock){ 0 }) + KEYS_ADDRESS_DAYS * DAY;
    expect(people_daily(&o.app) == OK);
    expect(keys_hash_address(o.app.keys, S("192.0.2.1"), hash) == 2);
    office_close(&o);
}

static void count_finding(void *arg, const struct store_finding *f)
{
    int *n = arg;
    printf("# found: " STR_FMT "\n", STR_ARG(f->check));
    ++*n;
}

TEST(a_newsroom_that_was_used_passes_the_checks_of_people)
{
    struct office o;
    office_open(&o);
    struct recovery_codes codes = { 0 };
    int64_t findings = 0;
    int reported = 0;
    int64_t ada = office_person(&o, "Ada", "ada@example.org", ROLE_OWNER, "x");
    (void)office_totp(&o, ada, &codes);
    (void)office_session(&o, ada);
    expect(store_check(o.app.store, count_finding, &reported, &findings) == OK);
    expect(findings == 0 && reported == 0);
    office_close(&o);
}
