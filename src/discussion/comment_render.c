#include "discussion/comment_render.h"
#include "base/buf.h"
#include "discussion/comment.h"
#include "render/markdown.h"
#include "store/job.h"

#include <inttypes.h>

enum { RENDER_SOME = 50, RENDER_ARENA = 64 * 1024 * 1024 };

QUERY(oldest_version, "select c.html_version, (select max(id) from comment) from comment c "
                      "join comment_origin o on o.comment = c.id order by c.id limit 1");
QUERY(words_below, "select c.id, c.report, c.html_version, o.body from comment c "
                   "join comment_origin o on o.comment = c.id where c.id < $1 "
                   "order by c.id desc limit $2");
/* The words may have changed since they were read: then they have been rendered with them. */
QUERY(html_set, "update comment set html = $2, html_version = $3 "
                "where id = $1 and html_version = $4");
QUERY(version_set, "update comment set html_version = $2 where id = $1 and html_version = $3");

struct old {
    int64_t id, report, version;
    struct str body;
    struct html html; /* empty: the words are more than is rendered now; what there is stays */
};
struct some {
    struct old rows[RENDER_SOME];
    size_t n;
    int64_t now;
};

static err read_some(const struct app *app, int64_t below, struct arena *a, struct some *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(app->store, &tx);
    if (e)
        return e;
    struct stmt *s = query_start(&tx, &words_below);
    bind_int(s, 1, below);
    bind_int(s, 2, RENDER_SOME);
    for (;;) {
        bool row = false;
        e = query_step(s, &row);
        if (e || !row)
            return e;
        ret->rows[ret->n++] = (struct old){ .id = column_int(s, 0),
                                            .report = column_int(s, 1),
                                            .version = column_int(s, 2),
                                            .body = column_str(s, 3, a) };
    }
}

static err render_one(struct old *row, struct arena *a)
{
    err e = markdown_comment(a, row->body, &row->html);
    if (e == MARKDOWN_TOO_LONG || row->html.s.n > COMMENT_HTML_MAX)
        row->html = (struct html){ 0 };
    return e < 0 ? e : OK;
}

static err write_one(struct tx *tx, const struct old *row)
{
    bool new_html = row->html.s.n > 0;
    struct stmt *s = query_start(tx, new_html ? &html_set : &version_set);
    int i = 1;
    bind_int(s, i++, row->id);
    if (new_html)
        bind_str(s, i++, row->html.s);
    bind_int(s, i++, MARKDOWN_VERSION);
    bind_int(s, i, row->version);
    err e = query_run(s, NULL);
    if (!e)
        tx_touch(tx, "report/%" PRId64, row->report);
    return e;
}

static err write_some(struct tx *tx, void *arg)
{
    const struct some *some = arg;
    err e = OK;
    for (size_t i = 0; !e && i < some->n; i++)
        if (some->rows[i].version < MARKDOWN_VERSION)
            e = write_one(tx, &some->rows[i]);
    if (!e && some->n == RENDER_SOME)
        e = job_add(tx, S(COMMENT_RENDER_JOB), some->rows[some->n - 1].id, some->now);
    return e;
}

err comment_render_job(const struct app *app, int64_t subject)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, RENDER_ARENA);
    struct some *some = arena_new(&a, struct some, 1);
    some->now = clock_now(&app->clock);
    err e = read_some(app, subject, &a, some);
    for (size_t i = 0; !e && i < some->n; i++)
        if (some->rows[i].version < MARKDOWN_VERSION)
            e = render_one(&some->rows[i], &a);
    if (!e)
        e = store_write(app->store, write_some, some);
    return e ? fault(e) : OK;
}

struct start {
    int64_t below, now;
};

static err promise(struct tx *tx, void *arg)
{
    const struct start *start = arg;
    return job_add(tx, S(COMMENT_RENDER_JOB), start->below, start->now);
}

err comment_render_promise(const struct app *app)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct start start = { .now = clock_now(&app->clock) };
    bool row = false;
    err e = store_read(app->store, &tx);
    if (e)
        return fault(e);
    struct stmt *s = query_start(&tx, &oldest_version);
    e = query_step(s, &row);
    if (e)
        return fault(e);
    bool old = row && column_int(s, 0) < MARKDOWN_VERSION;
    if (old)
        start.below = column_int(s, 1) + 1;
    tx_end(&tx);
    return old ? store_write(app->store, promise, &start) : OK;
}
