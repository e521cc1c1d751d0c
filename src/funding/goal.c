#include "funding/goal.h"
#include "base/check.h"
#include "base/scan.h"
#include "base/utf8.h"
#include "funding/goal_close.h"

QUERY(goal_insert, "insert into goal (currency, amount, first_day, end_day, label, set_at)"
                   " values ($1, $2, $3, $4, $5, $6) returning id");
QUERY(goal_update, "update goal set currency = $2, amount = $3, label = $4, set_at = $5"
                   " where id = $1");
QUERY(goal_mark_dropped, "update goal set dropped = 1 where id = $1 and dropped = 0");
QUERY(goal_insert_version,
      "insert into goal_version (goal, currency, amount, label, dropped, by_staff, set_at)"
      " select id, currency, amount, label, dropped, $2, $3 from goal where id = $1");
QUERY(goal_versions, "select currency, amount, label, dropped, by_staff, set_at"
                     " from goal_version where goal = $1 order by id desc limit $2");
QUERY(goal_one, "select id, currency, amount, first_day, end_day, label, set_at"
                " from goal where id = $1 and dropped = 0");
QUERY(goal_any, "select id, currency, amount, first_day, end_day, label, set_at"
                " from goal where id = $1");
/* The last to begin before $1: since none overlap, the only one that can hold days before it. */
QUERY(goal_before, "select id, currency, amount, first_day, end_day, label, set_at"
                   " from goal where dropped = 0 and first_day < $1"
                   " order by first_day desc limit $2");
QUERY(goal_next, "select id, currency, amount, first_day, end_day, label, set_at"
                 " from goal where dropped = 0 and first_day > $1"
                 " order by first_day limit 1");

static const struct refusal {
    const char *sentence, *word;
} refusals[GOAL_REFUSALS] = {
    [GOAL_PERIOD_WRONG] = { "a period is YYYY-MM, or FROM..TO as YYYY-MM-DD..YYYY-MM-DD, where TO "
                            "is the first day after it",
                            "funding_refused_period" },
    [GOAL_AMOUNT_WRONG] = { "the goal must be above zero and not beyond a hundred thousand "
                            "million",
                            "funding_refused_goal_amount" },
    [GOAL_LABEL_WRONG] = { "the label is longer than 120 bytes, or not one line",
                           "funding_refused_label" },
    [GOAL_OVERLAPS] = { "days of this period belong to another goal; drop that one first",
                        "funding_refused_overlap" },
    [GOAL_MISSING] = { "there is no such goal", "funding_refused_no_goal" },
    [GOAL_IS_CLOSED] = { "the period of this goal is closed", "funding_refused_closed" },
};

const char *goal_refusal(err refusal)
{
    check(refusal > 0 && refusal < GOAL_REFUSALS);
    return refusals[refusal].sentence;
}

const char *goal_refusal_word(err refusal)
{
    check(refusal > 0 && refusal < GOAL_REFUSALS);
    return refusals[refusal].word;
}

static int64_t month_after(struct date first)
{
    return date_to_days(first.month == 12 ? (struct date){ first.year + 1, 1, 1 }
                                          : (struct date){ first.year, first.month + 1, 1 });
}

static bool period_is_valid(int64_t first_day, int64_t end_day)
{
    return first_day >= GOAL_FIRST_DAY && end_day <= GOAL_END_DAY && first_day < end_day &&
           end_day - first_day <= GOAL_DAYS_MAX;
}

static bool month_parse(struct str s, int64_t *ret_first_day, int64_t *ret_end_day)
{
    int64_t year = 0;
    int64_t month = 0;
    if (!scan_digits(&s, 4, &year) || !scan_char(&s, '-') || !scan_digits(&s, 2, &month) || s.n)
        return false;
    if (month < 1 || month > 12)
        return false;
    struct date first = { (int)year, (int)month, 1 };
    *ret_first_day = date_to_days(first);
    *ret_end_day = month_after(first);
    return true;
}

static bool range_parse(struct str s, int64_t *ret_first_day, int64_t *ret_end_day)
{
    struct date first = { 0 };
    struct date end = { 0 };
    size_t at = 0;
    if (!str_find(s, S(".."), &at) || !date_parse(str_sub(s, 0, at), &first) ||
        !date_parse(str_sub(s, at + 2, s.n), &end))
        return false;
    *ret_first_day = date_to_days(first);
    *ret_end_day = date_to_days(end);
    return true;
}

bool goal_period_parse(struct str s, int64_t *ret_first_day, int64_t *ret_end_day)
{
    int64_t first = 0;
    int64_t end = 0;
    if (!month_parse(s, &first, &end) && !range_parse(s, &first, &end))
        return false;
    if (!period_is_valid(first, end))
        return false;
    *ret_first_day = first;
    *ret_end_day = end;
    return true;
}

bool goal_is_month(const struct goal *g)
{
    struct date first = date_from_days(g->first_day);
    return first.day == 1 && month_after(first) == g->end_day;
}

struct str goal_period_print(struct arena *a, int64_t first_day, int64_t end_day)
{
    struct goal g = { .first_day = first_day, .end_day = end_day };
    struct date first = date_from_days(first_day);
    if (goal_is_month(&g))
        return str_print(a, "%04d-%02d", first.year, first.month);
    struct str from = date_print(a, first);
    struct str to = date_print(a, date_from_days(end_day));
    return str_print(a, STR_FMT ".." STR_FMT, STR_ARG(from), STR_ARG(to));
}

static err row_read(struct stmt *s, struct arena *a, struct goal *ret)
{
    struct currency currency = { 0 };
    if (!currency_parse(column_str(s, 1, a), &currency))
        return fault(ERR_DATA);
    *ret = (struct goal){
        .id = column_int(s, 0),
        .amount = { .minor = column_int(s, 2), .cur = currency },
        .first_day = column_int(s, 3),
        .end_day = column_int(s, 4),
        .label = column_str(s, 5, a),
        .set_at = column_int(s, 6),
    };
    return OK;
}

/* The one row of a started query; ret->id is 0 when there is none. */
static err one(struct stmt *s, struct arena *a, struct goal *ret)
{
    struct goal g = { 0 };
    bool row = false;
    err e = query_step(s, &row);
    if (!e && row) {
        e = row_read(s, a, &g);
        query_end(s);
    }
    if (e)
        return fault(e);
    *ret = g;
    return OK;
}

static err last_before(struct tx *tx, int64_t day, struct arena *a, struct goal *ret)
{
    struct stmt *s = query_start(tx, &goal_before);
    bind_int(s, 1, day);
    bind_int(s, 2, 1);
    return one(s, a, ret);
}

static err check_draft(const struct goal_draft *d)
{
    if (!period_is_valid(d->first_day, d->end_day))
        return GOAL_PERIOD_WRONG;
    if (d->amount.minor <= 0 || d->amount.minor > GOAL_MINOR_MAX)
        return GOAL_AMOUNT_WRONG;
    if (d->label.n > GOAL_LABEL_MAX || text_check(d->label, true) != TEXT_FINE)
        return GOAL_LABEL_WRONG;
    return OK;
}

static err insert(struct tx *tx, const struct goal_draft *d, int64_t *ret_id)
{
    bool row = false;
    struct stmt *s = query_start(tx, &goal_insert);
    bind_str(s, 1, currency_str(&d->amount.cur));
    bind_int(s, 2, d->amount.minor);
    bind_int(s, 3, d->first_day);
    bind_int(s, 4, d->end_day);
    bind_str(s, 5, d->label);
    bind_int(s, 6, d->now);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    *ret_id = column_int(s, 0);
    query_end(s);
    return OK;
}

static err update(struct tx *tx, const struct goal_draft *d, int64_t id)
{
    struct stmt *s = query_start(tx, &goal_update);
    bind_int(s, 1, id);
    bind_str(s, 2, currency_str(&d->amount.cur));
    bind_int(s, 3, d->amount.minor);
    bind_str(s, 4, d->label);
    bind_int(s, 5, d->now);
    err e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

/* A change of a goal: what it is now is kept as a version, and who made it so in the audit log. */
struct change {
    struct str action;
    int64_t id, now;
    struct actor by;
};

static err note(struct tx *tx, const struct change *c, struct arena *a)
{
    struct goal g = { 0 };
    struct stmt *s = query_start(tx, &goal_any);
    bind_int(s, 1, c->id);
    err e = one(s, a, &g);
    if (e)
        return e;
    struct str period = goal_period_print(a, g.first_day, g.end_day);
    struct str amount = money_print(a, g.amount);
    struct audit_note n = {
        .action = c->action,
        .kind = S("goal"),
        .object = c->id,
        .detail = str_print(a, STR_FMT ", " STR_FMT " %s", STR_ARG(period), STR_ARG(amount),
                            g.amount.cur.code),
        .now = c->now,
    };
    return audit_add(tx, c->by, &n);
}

static err changed(struct tx *tx, const struct change *c, struct arena *a)
{
    struct stmt *s = query_start(tx, &goal_insert_version);
    bind_int(s, 1, c->id);
    bind_int(s, 2, c->by.person);
    bind_int(s, 3, c->now);
    err e = query_run(s, NULL);
    if (!e)
        e = note(tx, c, a);
    if (e)
        return fault(e);
    tx_touch(tx, "meter");
    tx_touch(tx, "funding");
    return OK;
}

static err refuse_closed(struct tx *tx, int64_t id, struct arena *a)
{
    struct goal_close close = { 0 };
    err e = goal_close_get(tx, id, a, &close);
    return !e && close.goal ? GOAL_IS_CLOSED : e;
}

err goal_set(struct tx *tx, const struct goal_draft *d, struct arena *a, int64_t *ret_id)
{
    struct goal known = { 0 };
    int64_t id = 0;
    err e = check_draft(d);
    if (!e)
        e = last_before(tx, d->end_day, a, &known);
    if (e)
        return e;
    bool overlaps = known.id && known.end_day > d->first_day;
    bool same = overlaps && known.first_day == d->first_day && known.end_day == d->end_day;
    if (overlaps && !same)
        return GOAL_OVERLAPS;
    id = known.id;
    e = same ? refuse_closed(tx, id, a) : OK;
    if (!e)
        e = same ? update(tx, d, id) : insert(tx, d, &id);
    struct change change = { .action = S("goal.set"), .id = id, .by = d->by, .now = d->now };
    if (!e)
        e = changed(tx, &change, a);
    if (e)
        return e;
    *ret_id = id;
    return OK;
}

err goal_drop(struct tx *tx, int64_t id, struct actor by, int64_t now, struct arena *a)
{
    struct change change = { .action = S("goal.drop"), .id = id, .by = by, .now = now };
    int64_t changes = 0;
    err e = refuse_closed(tx, id, a);
    if (e)
        return e;
    struct stmt *s = query_start(tx, &goal_mark_dropped);
    bind_int(s, 1, id);
    e = query_run(s, &changes);
    if (e)
        return fault(e);
    return changes ? changed(tx, &change, a) : GOAL_MISSING;
}

err goal_get(struct tx *tx, int64_t id, struct arena *a, struct goal *ret)
{
    struct goal g = { 0 };
    struct stmt *s = query_start(tx, &goal_one);
    bind_int(s, 1, id);
    err e = one(s, a, &g);
    if (e)
        return e;
    if (!g.id)
        return GOAL_MISSING;
    *ret = g;
    return OK;
}

err goal_for_day(struct tx *tx, struct date day, struct arena *a, struct goal *ret)
{
    struct goal g = { 0 };
    int64_t days = date_to_days(day);
    err e = last_before(tx, days + 1, a, &g);
    if (e)
        return e;
    *ret = g.end_day > days ? g : (struct goal){ 0 };
    return OK;
}

err goal_running(struct tx *tx, struct date today, struct arena *a, struct goal *ret)
{
    struct goal g = { 0 };
    int64_t days = date_to_days(today);
    err e = last_before(tx, days + 1, a, &g); // runs today, or ended last
    if (!e && !g.id) {
        struct stmt *s = query_start(tx, &goal_next);
        bind_int(s, 1, days);
        e = one(s, a, &g);
    }
    if (e)
        return e;
    *ret = g;
    return OK;
}

err goal_list(struct tx *tx, int64_t before, size_t most, struct arena *a, const struct goal **ret,
              size_t *ret_n)
{
    check(most <= GOAL_PAGE + 1);
    struct goal *goals = arena_new(a, struct goal, most);
    size_t n = 0;
    bool row = false;
    struct stmt *s = query_start(tx, &goal_before);
    bind_int(s, 1, before);
    bind_int(s, 2, (int64_t)most);
    err e = query_step(s, &row);
    while (!e && row) {
        e = row_read(s, a, &goals[n]);
        if (e) {
            query_end(s);
            return e;
        }
        n++;
        e = query_step(s, &row);
    }
    if (e)
        return fault(e);
    *ret = goals;
    *ret_n = n;
    return OK;
}

static err version_read(struct stmt *s, struct arena *a, struct goal_version *ret)
{
    struct currency currency = { 0 };
    if (!currency_parse(column_str(s, 0, a), &currency))
        return fault(ERR_DATA);
    *ret = (struct goal_version){
        .amount = { .minor = column_int(s, 1), .cur = currency },
        .label = column_str(s, 2, a),
        .dropped = column_int(s, 3) != 0,
        .by = column_int(s, 4),
        .set_at = column_int(s, 5),
    };
    return OK;
}

err goal_history(struct tx *tx, int64_t id, struct arena *a, const struct goal_version **ret,
                 size_t *ret_n)
{
    struct goal_version *versions = arena_new(a, struct goal_version, GOAL_VERSIONS_MAX);
    size_t n = 0;
    bool row = false;
    struct stmt *s = query_start(tx, &goal_versions);
    bind_int(s, 1, id);
    bind_int(s, 2, GOAL_VERSIONS_MAX);
    err e = query_step(s, &row);
    while (!e && row) {
        e = version_read(s, a, &versions[n]);
        if (e) {
            query_end(s);
            return e;
        }
        n++;
        e = query_step(s, &row);
    }
    if (e)
        return fault(e);
    *ret = versions;
    *ret_n = n;
    return OK;
}
