#include "desk/comment_desk_page.h"
#include "desk/deed.h"
#include "discussion/discussion.h"
#include "discussion/mark.h"
#include "http/error.h"
#include "publishing/report.h"

#include <inttypes.h>

struct discussion_view {
    struct desk_top top;
    struct str report_title, report_path, url, rules;
    bool open;
    struct str published, held, hidden, spam, deleted;
};
static const struct field discussion_fields[] = {
    DESK_FIELDS(struct discussion_view),
    FIELD_STR(struct discussion_view, report_title),
    FIELD_STR(struct discussion_view, report_path),
    FIELD_STR(struct discussion_view, url),
    FIELD_STR(struct discussion_view, rules),
    FIELD_BOOL(struct discussion_view, open),
    FIELD_STR(struct discussion_view, published),
    FIELD_STR(struct discussion_view, held),
    FIELD_STR(struct discussion_view, hidden),
    FIELD_STR(struct discussion_view, spam),
    FIELD_STR(struct discussion_view, deleted),
};
static const struct view discussion_page_view = VIEW(struct discussion_view, discussion_fields);
TEMPLATE(discussion_page, "pages/desk/discussion.html", &discussion_page_view, TEMPLATE_HTML);

struct change {
    const struct request *r;
    struct report report;
    struct discussion discussion;
    bool open;
};

static err look(struct tx *tx, struct change *c, int64_t id)
{
    err e = report_get(tx, id, c->r->arena, &c->report);
    return e ? e : discussion_get(tx, id, &c->discussion);
}

static struct str url_of(const struct change *c)
{
    return str_print(c->r->arena, "/desk/discussions/%" PRId64, c->report.id);
}

/* True when there is no such report and it answered. */
static bool missing(struct request *r, struct response *ret, struct change *c, err *ret_e)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    int64_t id = 0;
    c->r = r;
    err e = desk_segment_id(r, "id", &id) ? store_read(r->app->store, &tx) : REPORT_NONE;
    if (!e)
        e = look(&tx, c, id);
    if (e)
        *ret_e = e > 0 ? http_refuse(r, ret, 404, ERROR_NOT_FOUND) : fault(e);
    return e != OK;
}

static struct str figure(const struct request *r, int64_t n)
{
    return format_int(r->setup->formats, r->arena, n);
}

err discussion_desk_show(struct request *r, struct response *ret)
{
    struct change c = { 0 };
    err e = OK;
    if (missing(r, ret, &c, &e))
        return e;
    const struct discussion *d = &c.discussion;
    struct discussion_view v = {
        .report_title = c.report.title,
        .report_path = c.report.state == REPORT_PUBLISHED ? c.report.path : S(""),
        .url = url_of(&c),
        .rules = str_print(r->arena, "/desk/rules/report/%" PRId64, c.report.id),
        .open = d->open,
        .published = figure(r, d->published),
        .held = figure(r, d->held),
        .hidden = figure(r, d->hidden),
        .spam = figure(r, d->spam),
        .deleted = figure(r, d->deleted),
    };
    e = desk_fill(r, DESK_AT_COMMENTS, "desk_discussion", &v.top);
    return e ? fault(e) : desk_respond(r, ret, &discussion_page, &v, 200);
}

static err change_work(struct tx *tx, void *arg)
{
    const struct change *c = arg;
    return deed_open(tx, c->r, &c->report, c->open);
}

err discussion_desk_post(struct request *r, struct response *ret)
{
    struct change c = { 0 };
    err e = OK;
    if (missing(r, ret, &c, &e))
        return e;
    struct str wish = desk_field(r, "open");
    c.open = str_eq(wish, S("yes"));
    if (!c.open && !str_eq(wish, S("no")))
        return http_refuse(r, ret, 400, ERROR_BAD_FORM);
    e = store_write(r->app->store, change_work, &c);
    if (e)
        return fault(e);
    return desk_done(r, ret, url_of(&c), c.open ? "discussion_opened" : "discussion_closed");
}
