/* Without these tests a link from a mail could be good for ever, or for something else. */
#include "base/clock.h"
#include "site/notice_mail.h"
#include "unit/people_help.h"

/* The token at the end of a path. */
static struct str token_in(struct str path)
{
    size_t from = path.n;
    while (from && path.s[from - 1] != '/')
        from--;
    return str_sub(path, from, path.n);
}

TEST(a_link_to_all_that_one_follows_is_good_for_its_days)
{
    struct office o;
    office_open(&o);
    int64_t end = NOON + SUBSCRIPTIONS_LINK_DAYS * DAY;
    int64_t who = 0;
    struct str token = token_in(subscriptions_path(o.app.keys, &o.a, 7, NOON));
    expect(subscriptions_path_read(o.app.keys, token, end, &who) && who == 7);
    expect(!subscriptions_path_read(o.app.keys, token, end + 1, &who));
    office_close(&o);
}

TEST(links_that_end_something_say_what_and_are_no_others)
{
    struct office o;
    office_open(&o);
    const struct keys *k = o.app.keys;
    int64_t who = 0;
    struct leaving l = { 0 };
    struct leaving digest = { .subscriber = 7, .pace = PACE_WEEKLY };
    struct str one = token_in(leave_path(k, &o.a, (struct leaving){ .subscription = 7 }));
    struct str weekly = token_in(leave_path(k, &o.a, digest));
    struct str all = token_in(subscriptions_path(k, &o.a, 7, NOON));
    expect(leave_path_read(k, one, &l) && l.subscription == 7 && !l.subscriber);
    expect(leave_path_read(k, weekly, &l) && !l.subscription && l.subscriber == 7);
    expect(l.pace == PACE_WEEKLY);
    expect(!leave_path_read(k, all, &l));
    expect(!subscriptions_path_read(k, one, NOON, &who));
    expect(!subscriptions_path_read(k, weekly, NOON, &who));
    office_close(&o);
}
