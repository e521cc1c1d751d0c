#include "site/teaser.h"
#include "discussion/discussion.h"

#include <inttypes.h>

static const struct field teaser_fields[] = {
    FIELD_STR(struct teaser, path),          FIELD_STR(struct teaser, title),
    FIELD_STR(struct teaser, standfirst),    FIELD_STR(struct teaser, byline),
    FIELD_STR(struct teaser, dateline),      FIELD_STR(struct teaser, series_title),
    FIELD_STR(struct teaser, series_path),   FIELD_STR(struct teaser, date),
    FIELD_STR(struct teaser, date_text),     FIELD_STR(struct teaser, image),
    FIELD_INT(struct teaser, comment_count), FIELD_STR(struct teaser, comments),
};
const struct view teaser_view = VIEW(struct teaser, teaser_fields);

static struct teaser teaser_of(const struct request *r, const struct report *report, int64_t count)
{
    struct arena *a = r->arena;
    const struct word_arg args[] = { { .name = "n", .count = count } };
    return (struct teaser){
        .path = report->path,
        .title = report->title,
        .standfirst = report->standfirst,
        .byline = report->byline,
        .dateline = report->dateline,
        .series_title = report->series_title,
        .series_path = str_print(a, "/series/" STR_FMT, STR_ARG(report->series_slug)),
        .date = date_print(a, report->date),
        .date_text = format_date(r->setup->formats, a, report->date),
        .image = report->image,
        .comment_count = count,
        .comments =
            count ? theme_phrase(r->setup->theme, a, "teaser_comments", args, COUNT(args)) : S(""),
    };
}

/* Which reports the list holds now, so that their topics can be said before their counts are read.
 */
static err say_topics(struct request *r, const struct report_query *q)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct report_rows rows = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = report_list(&tx, q, r->arena, &rows);
    if (e)
        return e;
    for (size_t i = 0; i < rows.n; i++)
        request_topic(r, "report/%" PRId64, rows.reports[i].id);
    return OK;
}

static err read_list(struct request *r, const struct report_query *q, struct teaser_list *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct report_rows rows = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = report_list(&tx, q, r->arena, &rows);
    if (e)
        return e;
    struct teaser *teasers = arena_new(r->arena, struct teaser, rows.n);
    for (size_t i = 0; i < rows.n; i++) {
        struct discussion d = { 0 };
        e = discussion_get(&tx, rows.reports[i].id, &d);
        if (e)
            return fault(e);
        teasers[i] = teaser_of(r, &rows.reports[i], d.published);
    }
    *ret = (struct teaser_list){ teasers, rows.n, rows.older, rows.newer };
    return OK;
}

err teaser_list(struct request *r, const struct report_query *q, struct teaser_list *ret)
{
    err e = say_topics(r, q);
    return e ? e : read_list(r, q, ret);
}

void teaser_cursors(const struct request *r, struct report_query *q)
{
    (void)request_query(r, "before", &q->before); // not there: from the newest
    (void)request_query(r, "after", &q->after);
}

struct str teaser_piece_url(struct arena *a, struct str path, const char *name, struct str cursor)
{
    if (!cursor.n)
        return S("");
    return str_print(a, STR_FMT "?%s=" STR_FMT, STR_ARG(path), name, STR_ARG(cursor));
}
