#include "publishing/report.h"
#include "base/check.h"
#include "base/scan.h"
#include "render/slug.h"

#define REPORT_COLUMNS                                                                             \
    "select r.id, r.state, r.series, s.slug, s.title, r.day, r.slug, v.title, v.standfirst,"       \
    " v.byline, v.dateline, coalesce(r.published_at, 0), coalesce(r.updated_at, 0),"               \
    " coalesce(r.publish_at, 0), r.reason, r.live, r.newest, r.scheduled, v.id, v.image,"          \
    " r.edited_at"
#define REPORT_ROW                                                                                 \
    REPORT_COLUMNS " from report r join series s on s.id = r.series join revision v on v.id ="     \
                   " r.words"
/* Days bound a list to a month; (day, published_at, id) is its order. */
#define REPORT_PUBLIC REPORT_ROW " where r.state = 'published' and r.day >= $4 and r.day < $5"
#define REPORT_BEHIND                                                                              \
    " and (r.day, r.published_at, r.id) < ($1, $2, $3)"                                            \
    " order by r.day desc, r.published_at desc, r.id desc limit $6"
#define REPORT_AHEAD                                                                               \
    " and (r.day, r.published_at, r.id) > ($1, $2, $3)"                                            \
    " order by r.day, r.published_at, r.id limit $6"

QUERY(report_by_id, REPORT_ROW " where r.id = $1");
QUERY(report_is_public, "select 1 from report where id = $1 and state = 'published'");
QUERY(report_by_address, REPORT_ROW " where r.day = $1 and r.slug = $2");
QUERY(report_by_old_address, REPORT_ROW " join report_path p on p.report = r.id"
                                        " where p.day = $1 and p.slug = $2");
QUERY(report_all_behind, REPORT_PUBLIC REPORT_BEHIND);
QUERY(report_all_ahead, REPORT_PUBLIC REPORT_AHEAD);
QUERY(report_series_behind, REPORT_PUBLIC " and r.series = $7" REPORT_BEHIND);
QUERY(report_series_ahead, REPORT_PUBLIC " and r.series = $7" REPORT_AHEAD);
QUERY(report_key, "select day, published_at, id from report where id = $1 and published_at is"
                  " not null");
QUERY(report_day_before, "select max(day) from report where state = 'published' and day < $1");
QUERY(report_public_addresses, "select id, coalesce(updated_at, 0), day, slug from report"
                               " where state = 'published' and id > $1 order by id limit $2");
QUERY(report_edited_key, "select edited_at from report where id = $1");
QUERY(report_edited, REPORT_ROW " where (r.edited_at, r.id) < ($1, $2)"
                                " order by r.edited_at desc, r.id desc limit $3");
QUERY(report_edited_in_state, REPORT_ROW " where r.state = $4 and (r.edited_at, r.id) < ($1, $2)"
                                         " order by r.edited_at desc, r.id desc limit $3");
QUERY(report_states, "select count(*) filter (where state = 'draft'),"
                     " count(*) filter (where state = 'scheduled'),"
                     " count(*) filter (where state = 'published'),"
                     " count(*) filter (where state = 'withdrawn'),"
                     " count(*) filter (where state = 'published' and newest > live) from report");

CHECK_ROWS(report_words, "a report has words, the public ones once it was public",
           "select report.id, live, number from report left join revision on revision.id = words"
           " where number is null or (live > 0 and number <> live) or revision.report <>"
           " report.id");
CHECK_ROWS(report_times, "a published report has the times of that, and a public revision",
           "select id, live from report where state = 'published'"
           " and (published_at is null or updated_at is null or live = 0)");
CHECK_ROWS(report_schedules, "a scheduled report knows when and what",
           "select id, scheduled from report where (scheduled > 0) <> (publish_at is not null)"
           " or (state = 'scheduled' and scheduled = 0)");

CONFIG_INT(limit_report_bytes, "limits", "report_bytes", 262144, 1000, 2000000,
           "Longest text of a report or a standing page, in bytes of Markdown.");

static const struct str state_names[] = {
    [REPORT_DRAFT] = { "draft", 5 },
    [REPORT_SCHEDULED] = { "scheduled", 9 },
    [REPORT_PUBLISHED] = { "published", 9 },
    [REPORT_WITHDRAWN] = { "withdrawn", 9 },
};

struct str report_state_str(enum report_state s)
{
    check((size_t)s < COUNT(state_names));
    return state_names[s];
}

bool report_state_parse(struct str s, enum report_state *ret)
{
    for (size_t i = 0; i < COUNT(state_names); i++) {
        if (!str_eq(s, state_names[i]))
            continue;
        *ret = (enum report_state)i;
        return true;
    }
    return false;
}

struct str report_path_print(struct arena *a, struct date d, struct str slug)
{
    return str_print(a, "/%04d/%02d/%02d/" STR_FMT, d.year, d.month, d.day, STR_ARG(slug));
}

bool report_address(struct str year, struct str month, struct str day, struct str slug,
                    struct date *ret_date)
{
    char text[10];
    if (year.n != 4 || month.n != 2 || day.n != 2 || !slug_valid(slug))
        return false;
    for (size_t i = 0; i < 4; i++)
        text[i] = year.s[i];
    text[4] = text[7] = '-';
    for (size_t i = 0; i < 2; i++) {
        text[5 + i] = month.s[i];
        text[8 + i] = day.s[i];
    }
    return date_parse((struct str){ text, sizeof text }, ret_date);
}

/* ---- Rows ---- */

static err read_row(struct stmt *s, struct arena *a, struct report *ret)
{
    struct report r = {
        .id = column_int(s, 0),
        .series = column_int(s, 2),
        .series_slug = column_str(s, 3, a),
        .series_title = column_str(s, 4, a),
        .date = date_from_days(column_int(s, 5)),
        .slug = column_str(s, 6, a),
        .title = column_str(s, 7, a),
        .standfirst = column_str(s, 8, a),
        .byline = column_str(s, 9, a),
        .dateline = column_str(s, 10, a),
        .published_at = column_int(s, 11),
        .updated_at = column_int(s, 12),
        .publish_at = column_int(s, 13),
        .reason = column_str(s, 14, a),
        .live = column_int(s, 15),
        .newest = column_int(s, 16),
        .scheduled = column_int(s, 17),
        .revision = column_int(s, 18),
        .image = column_str(s, 19, a),
        .edited_at = column_int(s, 20),
    };
    if (!report_state_parse(column_str(s, 1, a), &r.state))
        return fault(ERR_DATA);
    r.path = report_path_print(a, r.date, r.slug);
    *ret = r;
    return OK;
}

/* The one row of a started query, or REPORT_NONE. */
static err read_one(struct stmt *s, struct arena *a, struct report *ret)
{
    bool row = false;
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    if (!row)
        return REPORT_NONE;
    e = read_row(s, a, ret);
    query_end(s);
    return e;
}

/* At most `max` rows; *ret_more when there are further ones. */
static err read_rows(struct stmt *s, size_t max, struct arena *a, struct report **ret,
                     size_t *ret_n, bool *ret_more)
{
    struct report *rows = arena_new(a, struct report, max);
    size_t n = 0;
    bool row = true;
    for (;;) {
        err e = arena_full(a) ? ERR_LIMIT : query_step(s, &row);
        if (!e && row && n < max)
            e = read_row(s, a, &rows[n]);
        if (e)
            return fault(e);
        if (!row || n == max)
            break;
        n++;
    }
    query_end(s);
    *ret = rows;
    *ret_n = n;
    *ret_more = row;
    return OK;
}

err report_get(struct tx *tx, int64_t id, struct arena *a, struct report *ret)
{
    struct stmt *s = query_start(tx, &report_by_id);
    bind_int(s, 1, id);
    return read_one(s, a, ret);
}

err report_published(struct tx *tx, int64_t id, bool *ret)
{
    struct stmt *s = query_start(tx, &report_is_public);
    bind_int(s, 1, id);
    bool row = false;
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    if (row)
        query_end(s);
    *ret = row;
    return OK;
}

static err find_by(struct tx *tx, const struct query *q, struct date date, struct str slug,
                   struct arena *a, struct report *ret)
{
    struct stmt *s = query_start(tx, q);
    bind_int(s, 1, date_to_days(date));
    bind_str(s, 2, slug);
    return read_one(s, a, ret);
}

static bool was_public(const struct report *r)
{
    return r->state == REPORT_PUBLISHED || r->state == REPORT_WITHDRAWN;
}

err report_find(struct tx *tx, struct date date, struct str slug, struct arena *a,
                struct report_found *ret)
{
    struct report_found found = { .standing = REPORT_SHOWN };
    err e = find_by(tx, &report_by_address, date, slug, a, &found.report);
    if (e == REPORT_NONE || (!e && !was_public(&found.report))) { // a draft hides nothing
        found.standing = REPORT_MOVED;
        e = find_by(tx, &report_by_old_address, date, slug, a, &found.report);
    }
    if (e)
        return e;
    if (!was_public(&found.report))
        return REPORT_NONE;
    if (found.standing == REPORT_SHOWN && found.report.state == REPORT_WITHDRAWN)
        found.standing = REPORT_GONE;
    *ret = found;
    return OK;
}

/* ---- Lists ---- */

/* A place in the order of lists. */
struct key {
    int64_t day, published_at, id;
};
static const struct key before_all = { INT64_MAX, INT64_MAX, INT64_MAX };

static err read_key(struct tx *tx, struct str cursor, struct key *ret)
{
    int64_t id = 0;
    bool row = false;
    if (!int_parse(cursor, 1, INT64_MAX, &id))
        return REPORT_CURSOR_WRONG;
    struct stmt *s = query_start(tx, &report_key);
    bind_int(s, 1, id);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    if (!row)
        return REPORT_CURSOR_WRONG;
    *ret = (struct key){ column_int(s, 0), column_int(s, 1), column_int(s, 2) };
    query_end(s);
    return OK;
}

static void month_days(const struct report_query *q, int64_t *ret_from, int64_t *ret_to)
{
    *ret_from = INT64_MIN;
    *ret_to = INT64_MAX;
    if (!q->year)
        return;
    bool last = q->month == 12;
    *ret_from = date_to_days((struct date){ q->year, q->month, 1 });
    *ret_to = date_to_days((struct date){ q->year + last, last ? 1 : q->month + 1, 1 });
}

static struct stmt *start_list(struct tx *tx, const struct report_query *q, struct key at,
                               bool ahead)
{
    static const struct query *const queries[2][2] = {
        { &report_all_behind, &report_all_ahead }, { &report_series_behind, &report_series_ahead }
    };
    int64_t from = 0;
    int64_t to = 0;
    month_days(q, &from, &to);
    struct stmt *s = query_start(tx, queries[q->series != 0][ahead]);
    bind_int(s, 1, at.day);
    bind_int(s, 2, at.published_at);
    bind_int(s, 3, at.id);
    bind_int(s, 4, from);
    bind_int(s, 5, to);
    bind_int(s, 6, (int64_t)q->max + 1);
    if (q->series)
        bind_int(s, 7, q->series);
    return s;
}

static void reverse(struct report *rows, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        struct report r = rows[i];
        rows[i] = rows[n - 1 - i];
        rows[n - 1 - i] = r;
    }
}

static struct str cursor_of(struct arena *a, const struct report *r)
{
    return str_print(a, "%lld", (long long)r->id);
}

err report_list(struct tx *tx, const struct report_query *q, struct arena *a,
                struct report_rows *ret)
{
    check(q->max >= 1 && q->max <= REPORT_LIST_MAX);
    bool ahead = q->after.n > 0;
    struct key at = before_all;
    struct str cursor = ahead ? q->after : q->before;
    err e = cursor.n ? read_key(tx, cursor, &at) : OK;
    if (e)
        return e;
    struct report *rows = NULL;
    size_t n = 0;
    bool more = false;
    e = read_rows(start_list(tx, q, at, ahead), q->max, a, &rows, &n, &more);
    if (e)
        return e;
    if (ahead)
        reverse(rows, n);
    *ret = (struct report_rows){ .reports = rows, .n = n };
    if (n && (ahead ? more : cursor.n > 0))
        ret->newer = cursor_of(a, &rows[0]);
    if (n && (ahead || more))
        ret->older = cursor_of(a, &rows[n - 1]);
    return OK;
}

static err neighbour(struct tx *tx, const struct report *r, bool ahead, struct arena *a,
                     struct report *ret)
{
    struct report_query q = { .series = r->series, .max = 1 };
    struct key at = { date_to_days(r->date), r->published_at, r->id };
    struct report *rows = NULL;
    size_t n = 0;
    bool more = false;
    err e = read_rows(start_list(tx, &q, at, ahead), 1, a, &rows, &n, &more);
    if (!e && n)
        *ret = rows[0];
    return e;
}

err report_neighbours(struct tx *tx, const struct report *r, struct arena *a,
                      struct report_neighbours *ret)
{
    struct report_neighbours both = { 0 };
    err e = neighbour(tx, r, false, a, &both.older);
    if (!e)
        e = neighbour(tx, r, true, a, &both.newer);
    if (!e)
        *ret = both;
    return e;
}

/* The newest day with a published report before `day`; false when there is none. */
static err day_before(struct tx *tx, int64_t day, int64_t *ret, bool *ret_any)
{
    bool row = false;
    struct stmt *s = query_start(tx, &report_day_before);
    bind_int(s, 1, day);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    *ret_any = row && !column_null(s, 0);
    if (*ret_any)
        *ret = column_int(s, 0);
    query_end(s);
    return OK;
}

err report_months(struct tx *tx, struct arena *a, struct report_months *ret)
{
    struct report_month *months = arena_new(a, struct report_month, REPORT_MONTHS_MAX);
    size_t n = 0;
    int64_t day = INT64_MAX;
    while (n < REPORT_MONTHS_MAX) {
        bool any = false;
        err e = day_before(tx, day, &day, &any);
        if (e)
            return e;
        if (!any)
            break;
        struct date d = date_from_days(day);
        months[n++] = (struct report_month){ d.year, d.month };
        day = date_to_days((struct date){ d.year, d.month, 1 });
    }
    *ret = (struct report_months){ months, n };
    return OK;
}

err report_addresses(struct tx *tx, int64_t after, struct arena *a, struct report_addresses *ret)
{
    struct report_address_row *rows = arena_new(a, struct report_address_row, REPORT_ADDRESSES_MAX);
    size_t n = 0;
    bool row = true;
    struct stmt *s = query_start(tx, &report_public_addresses);
    bind_int(s, 1, after);
    bind_int(s, 2, REPORT_ADDRESSES_MAX + 1);
    for (;;) {
        err e = arena_full(a) ? ERR_LIMIT : query_step(s, &row);
        if (e)
            return fault(e);
        if (!row || n == REPORT_ADDRESSES_MAX)
            break;
        struct date d = date_from_days(column_int(s, 2));
        rows[n++] = (struct report_address_row){
            .id = column_int(s, 0),
            .updated_at = column_int(s, 1),
            .path = report_path_print(a, d, column_str(s, 3, a)),
        };
    }
    query_end(s);
    *ret = (struct report_addresses){ rows, n, row };
    return OK;
}

/* ---- For the desk ---- */

static err edited_at(struct tx *tx, struct str cursor, int64_t *ret_at, int64_t *ret_id)
{
    bool row = false;
    int64_t id = 0;
    if (!int_parse(cursor, 1, INT64_MAX, &id))
        return REPORT_CURSOR_WRONG;
    struct stmt *s = query_start(tx, &report_edited_key);
    bind_int(s, 1, id);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    if (!row)
        return REPORT_CURSOR_WRONG;
    *ret_at = column_int(s, 0);
    *ret_id = id;
    query_end(s);
    return OK;
}

err report_list_desk(struct tx *tx, const struct report_desk_query *q, struct arena *a,
                     struct report_rows *ret)
{
    check(q->max >= 1 && q->max <= REPORT_LIST_MAX);
    int64_t at = INT64_MAX;
    int64_t id = INT64_MAX;
    err e = q->before.n ? edited_at(tx, q->before, &at, &id) : OK;
    if (e)
        return e;
    struct stmt *s = query_start(tx, q->any ? &report_edited : &report_edited_in_state);
    bind_int(s, 1, at);
    bind_int(s, 2, id);
    bind_int(s, 3, (int64_t)q->max + 1);
    if (!q->any)
        bind_str(s, 4, report_state_str(q->state));
    struct report *rows = NULL;
    size_t n = 0;
    bool more = false;
    e = read_rows(s, q->max, a, &rows, &n, &more);
    if (e)
        return e;
    *ret = (struct report_rows){ .reports = rows, .n = n };
    if (more)
        ret->older = cursor_of(a, &rows[n - 1]);
    return OK;
}

err report_count(struct tx *tx, struct report_counts *ret)
{
    bool row = false;
    struct stmt *s = query_start(tx, &report_states);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    *ret = (struct report_counts){ .draft = column_int(s, 0),
                                   .scheduled = column_int(s, 1),
                                   .published = column_int(s, 2),
                                   .withdrawn = column_int(s, 3),
                                   .pending = column_int(s, 4) };
    query_end(s);
    return OK;
}

struct str report_headline(const struct setup *setup, struct arena *a, const struct report *r)
{
    const struct word_arg args[] = {
        { .name = "series", .text = r->series_title },
        { .name = "date", .text = format_date(setup->formats, a, r->date) },
        { .name = "title", .text = r->title },
    };
    return theme_phrase(setup->theme, a, "report_headline", args, COUNT(args));
}
