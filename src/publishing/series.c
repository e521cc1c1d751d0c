#include "publishing/series.h"
#include "base/check.h"
#include "base/utf8.h"
#include "render/slug.h"

#define SERIES_ROW "select id, slug, title, about, report_count, latest_day from series"
QUERY(series_by_slug, SERIES_ROW " where slug = $1");
QUERY(series_by_id, SERIES_ROW " where id = $1");
QUERY(series_by_title, SERIES_ROW " where title = $1");
/* The most recent ones, then in the order they were begun, so that the navigation does not jump. */
QUERY(series_recent, "select id, slug, title, about, report_count, latest_day from (" SERIES_ROW
                     " where report_count > 0 order by latest_day desc, id desc"
                     " limit $1) as recent order by id");
QUERY(series_all, SERIES_ROW " order by title, id limit $1");
QUERY(series_close, "select coalesce(close_after, -1) from series where id = $1");
QUERY(series_close_set, "update series set close_after = $2 where id = $1");
QUERY(series_total, "select count(*) from series");
QUERY(series_insert, "insert into series (slug, title, about, made_at) values ($1, $2, $3, $4)"
                     " returning id");
QUERY(series_update, "update series set title = $2, about = $3 where id = $1");

CHECK_ROWS(series_counts, "a series' count of reports is the number of its published ones",
           "select id, report_count, (select count(*) from report where report.series = series.id"
           " and report.state = 'published') as counted from series"
           " where report_count <> (select count(*) from report"
           " where report.series = series.id and report.state = 'published')");
CHECK_ROWS(series_latest, "a series' latest day is that of its newest published report",
           "select id, latest_day from series where coalesce(latest_day, -1000000) <>"
           " coalesce((select max(day) from report where report.series = series.id"
           " and report.state = 'published'), -1000000)");

static const struct refusal {
    const char *text, *word;
} refusals[SERIES_REFUSALS] = {
    [SERIES_NONE] = { "there is no such series", "series_none" },
    [SERIES_TITLE_MISSING] = { "is missing", "series_title_missing" },
    [SERIES_TITLE_TOO_LONG] = { "is longer than 120 characters", "series_title_too_long" },
    [SERIES_TITLE_NOT_TEXT] = { "is not one line of plain text", "series_title_not_text" },
    [SERIES_ABOUT_TOO_LONG] = { "is longer than 1000 characters", "series_about_too_long" },
    [SERIES_ABOUT_NOT_TEXT] = { "is not plain text", "series_about_not_text" },
    [SERIES_SLUG_WRONG] = { "is not made of a-z, 0-9 and hyphens between them, at most 80",
                            "series_slug_wrong" },
    [SERIES_SLUG_TAKEN] = { "another series has this address", "series_slug_taken" },
    [SERIES_TITLE_TAKEN] = { "another series has this title", "series_title_taken" },
    [SERIES_TOO_MANY] = { "there are 500 series already", "series_too_many" },
};

const char *series_refusal_text(err refusal)
{
    check(refusal > 0 && refusal < SERIES_REFUSALS);
    return refusals[refusal].text;
}

const char *series_refusal_word(err refusal)
{
    check(refusal > 0 && refusal < SERIES_REFUSALS);
    return refusals[refusal].word;
}

static struct series read_row(struct stmt *s, struct arena *a)
{
    struct series row = { .id = column_int(s, 0),
                          .slug = column_str(s, 1, a),
                          .title = column_str(s, 2, a),
                          .about = column_str(s, 3, a),
                          .report_count = column_int(s, 4) };
    row.path = str_print(a, "/series/" STR_FMT, STR_ARG(row.slug));
    if (!column_null(s, 5))
        row.latest = date_from_days(column_int(s, 5));
    return row;
}

/* The one row of a started query, or SERIES_NONE. */
static err read_one(struct stmt *s, struct arena *a, struct series *ret)
{
    bool row = false;
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    if (!row)
        return SERIES_NONE;
    *ret = read_row(s, a);
    query_end(s);
    return OK;
}

err series_get(struct tx *tx, struct str slug, struct arena *a, struct series *ret)
{
    struct stmt *s = query_start(tx, &series_by_slug);
    bind_str(s, 1, slug);
    return read_one(s, a, ret);
}

err series_get_by_id(struct tx *tx, int64_t id, struct arena *a, struct series *ret)
{
    struct stmt *s = query_start(tx, &series_by_id);
    bind_int(s, 1, id);
    return read_one(s, a, ret);
}

err series_get_by_title(struct tx *tx, struct str title, struct arena *a, struct series *ret)
{
    struct stmt *s = query_start(tx, &series_by_title);
    bind_str(s, 1, title);
    return read_one(s, a, ret);
}

static err read_rows(struct stmt *s, size_t max, struct arena *a, struct series_rows *ret)
{
    struct series *rows = arena_new(a, struct series, max);
    size_t n = 0;
    bool row = true;
    bind_int(s, 1, (int64_t)max);
    while (n < max) {
        err e = arena_full(a) ? ERR_LIMIT : query_step(s, &row);
        if (e)
            return fault(e);
        if (!row)
            break;
        rows[n++] = read_row(s, a);
    }
    query_end(s);
    *ret = (struct series_rows){ rows, n };
    return OK;
}

err series_list(struct tx *tx, size_t max, struct arena *a, struct series_rows *ret)
{
    return read_rows(query_start(tx, &series_recent), max < SERIES_MAX ? max : SERIES_MAX, a, ret);
}

err series_list_all(struct tx *tx, struct arena *a, struct series_rows *ret)
{
    return read_rows(query_start(tx, &series_all), SERIES_MAX, a, ret);
}

err series_prepare(struct arena *a, struct str language, struct series_draft *d)
{
    d->title = str_trim(d->title);
    d->about = str_trim(d->about);
    d->slug = str_trim(d->slug);
    if (!d->title.n)
        return SERIES_TITLE_MISSING;
    if (text_check(d->title, true) != TEXT_FINE)
        return SERIES_TITLE_NOT_TEXT;
    if (utf8_length(d->title) > SERIES_TITLE_MAX)
        return SERIES_TITLE_TOO_LONG;
    if (text_check(d->about, false) != TEXT_FINE)
        return SERIES_ABOUT_NOT_TEXT;
    if (utf8_length(d->about) > SERIES_ABOUT_MAX)
        return SERIES_ABOUT_TOO_LONG;
    if (!d->slug.n)
        d->slug = slug_make(a, d->title, language);
    return slug_valid(d->slug) ? OK : SERIES_SLUG_WRONG;
}

/* Whether another series has what this query looks for. */
static err is_taken(struct tx *tx, const struct query *q, struct str value, int64_t own,
                    bool *ret_taken)
{
    bool row = false;
    struct stmt *s = query_start(tx, q);
    bind_str(s, 1, value);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    *ret_taken = row && column_int(s, 0) != own;
    query_end(s);
    return OK;
}

static err check_free(struct tx *tx, const struct series_draft *d)
{
    bool slug = false;
    bool title = false;
    err e = d->id ? OK : is_taken(tx, &series_by_slug, d->slug, 0, &slug);
    if (!e)
        e = is_taken(tx, &series_by_title, d->title, d->id, &title);
    if (e)
        return e;
    return slug ? SERIES_SLUG_TAKEN : title ? SERIES_TITLE_TAKEN : OK;
}

static err insert(struct tx *tx, const struct series_draft *d, int64_t *ret_id)
{
    bool row = false;
    struct stmt *s = query_start(tx, &series_total);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    bool many = column_int(s, 0) >= SERIES_MAX;
    query_end(s);
    if (many)
        return SERIES_TOO_MANY;
    s = query_start(tx, &series_insert);
    bind_str(s, 1, d->slug);
    bind_str(s, 2, d->title);
    bind_str(s, 3, d->about);
    bind_int(s, 4, d->now);
    e = query_step(s, &row);
    if (e)
        return fault(e);
    *ret_id = column_int(s, 0);
    query_end(s);
    return OK;
}

static err update(struct tx *tx, const struct series_draft *d)
{
    int64_t changes = 0;
    struct stmt *s = query_start(tx, &series_update);
    bind_int(s, 1, d->id);
    bind_str(s, 2, d->title);
    bind_str(s, 3, d->about);
    err e = query_run(s, &changes);
    if (e)
        return fault(e);
    return changes ? OK : SERIES_NONE;
}

err series_set(struct tx *tx, struct actor by, const struct series_draft *d, int64_t *ret_id)
{
    int64_t id = d->id;
    err e = check_free(tx, d);
    if (!e)
        e = id ? update(tx, d) : insert(tx, d, &id);
    if (e)
        return e;
    tx_touch(tx, "series/%lld", (long long)id);
    tx_touch(tx, "navigation");
    tx_touch(tx, "front");
    struct audit_note note = { .action = d->id ? S("series.change") : S("series.add"),
                               .kind = S("series"),
                               .object = id,
                               .detail = d->title,
                               .now = d->now };
    e = audit_add(tx, by, &note);
    if (e)
        return fault(e);
    *ret_id = id;
    return OK;
}

err series_close_after(struct tx *tx, int64_t id, int64_t *ret_days)
{
    struct stmt *s = query_start(tx, &series_close);
    bind_int(s, 1, id);
    bool row = false;
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    if (!row)
        return SERIES_NONE;
    *ret_days = column_int(s, 0);
    query_end(s);
    return OK;
}

err series_set_close_after(struct tx *tx, int64_t id, int64_t days)
{
    struct stmt *s = query_start(tx, &series_close_set);
    bind_int(s, 1, id);
    if (days < 0)
        bind_null(s, 2);
    else
        bind_int(s, 2, days);
    err e = query_run(s, NULL);
    return e ? fault(e) : OK;
}
