#include "publishing/page_edit.h"
#include "publishing/report_inside.h"
#include "store/job.h"

/* Stored HTML is made anew when the renderer has changed: its own mistakes are mended, too. */

QUERY(old_revision, "select id, report, number from revision where html_version < $1"
                    " order by html_version, id limit 1");
QUERY(keep_html, "update revision set html_version = $2 where id = $1");
QUERY(any_old, "select (select count(*) from (select id from revision where html_version < $1"
               " limit 1) as r) + (select count(*) from (select id from page_revision"
               " where html_version < $1 limit 1) as p)");

enum { RENDER_AT_A_TIME = 50, ROOM = 16 * 1024 * 1024 };
#define RENDER_KIND S("report-render")

struct rendering {
    int64_t revision, report, number, now;
    struct str text;
    struct media_names pictures;
    struct body body;
    struct arena *arena;
};

static err read_next(const struct app *app, struct rendering *r)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    bool row = false;
    err e = store_read(app->store, &tx);
    if (e)
        return fault(e);
    struct stmt *s = query_start(&tx, &old_revision);
    bind_int(s, 1, MARKDOWN_VERSION);
    e = query_step(s, &row);
    if (e || !row)
        return e;
    r->revision = column_int(s, 0);
    r->report = column_int(s, 1);
    r->number = column_int(s, 2);
    query_end(s);
    struct revision v = { 0 };
    e = revision_get(&tx, r->report, r->number, r->arena, &v);
    if (!e)
        e = revision_media(&tx, r->revision, r->arena, &r->pictures);
    r->text = v.body;
    return e > 0 ? fault(ERR_DATA) : e;
}

static err write_one(struct tx *tx, void *arg)
{
    const struct rendering *r = arg;
    tx_touch(tx, "report/%lld", (long long)r->report);
    tx_touch(tx, "front");
    return revision_set_html(tx, r->revision, r->report, &r->body, r->now, r->arena);
}

/* What was fit to be shown before stays as it is. */
static err keep_one(struct tx *tx, void *arg)
{
    const struct rendering *r = arg;
    struct stmt *s = query_start(tx, &keep_html);
    bind_int(s, 1, r->revision);
    bind_int(s, 2, MARKDOWN_VERSION);
    err e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

static err render_next(const struct app *app, const struct setup *setup, struct arena *a,
                       bool *ret_any)
{
    struct rendering r = { .arena = a, .now = clock_now(&app->clock) };
    err e = read_next(app, &r);
    *ret_any = r.revision != 0;
    if (e || !r.revision)
        return e;
    e = body_render(a, r.text, &r.pictures, theme_word(setup->theme, "back_to_text"), &r.body);
    if (e < 0)
        return fault(e);
    return store_write(app->store, e == BODY_TOO_LONG ? keep_one : write_one, &r);
}

typedef err render_function(const struct app *app, const struct setup *setup, struct arena *a,
                            bool *ret_any);

/* Some of one kind; *ret_more when it stopped before the last. */
static err render_some(const struct app *app, const struct setup *setup, render_function *next,
                       bool *ret_more)
{
    struct arena a CLEANUP(arena_free) = { 0 };
    arena_init(&a, ROOM);
    bool any = true;
    for (int n = 0; n < RENDER_AT_A_TIME; n++) {
        arena_reset(&a);
        err e = next(app, setup, &a, &any);
        if (e || !any)
            return e;
    }
    *ret_more = true;
    return OK;
}

static err promise(struct tx *tx, void *arg)
{
    const int64_t *now = arg;
    return job_add(tx, RENDER_KIND, 0, *now);
}

static err promise_now(const struct app *app)
{
    int64_t now = clock_now(&app->clock);
    return store_write(app->store, promise, &now);
}

err report_render_job(const struct app *app, const struct setup *setup, int64_t subject)
{
    (void)subject; // there is one job for all
    bool more = false;
    err e = render_some(app, setup, render_next, &more);
    if (!e)
        e = render_some(app, setup, page_render_next, &more);
    return e || !more ? e : promise_now(app);
}

err report_render_promise(const struct app *app)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    bool row = false;
    err e = store_read(app->store, &tx);
    if (e)
        return fault(e);
    struct stmt *s = query_start(&tx, &any_old);
    bind_int(s, 1, MARKDOWN_VERSION);
    e = query_step(s, &row);
    bool any = !e && row && column_int(s, 0) > 0;
    tx_end(&tx);
    if (e)
        return fault(e);
    return any ? promise_now(app) : OK;
}
