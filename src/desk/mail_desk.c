#include "desk/mail_desk.h"
#include "http/error.h"
#include "mail/post.h"
#include "mail/queue.h"

#include <inttypes.h>

struct mail_row {
    struct str to, kind, answer, again; /* again: where the button leads, or empty */
    struct desk_time at;
    int64_t code;
    bool bounced;
};
static const struct field mail_row_fields[] = {
    FIELD_STR(struct mail_row, to),
    FIELD_STR(struct mail_row, kind),
    FIELD_STR(struct mail_row, answer),
    FIELD_STR(struct mail_row, again),
    FIELD_VIEW(struct mail_row, at, &desk_time_view),
    FIELD_INT(struct mail_row, code),
    FIELD_BOOL(struct mail_row, bounced),
};
static const struct view mail_row_view = VIEW(struct mail_row, mail_row_fields);

struct mail_view {
    struct desk_top top;
    bool enabled;
    struct str waiting, sent, failed, putoff; /* sentences */
    struct desk_time oldest, down;
    struct str trouble; /* what the server said when it went away */
    struct list mails;  /* of mail_row: those that failed or came back */
    struct str older;
};
static const struct field mail_fields[] = {
    DESK_FIELDS(struct mail_view),
    FIELD_BOOL(struct mail_view, enabled),
    FIELD_STR(struct mail_view, waiting),
    FIELD_STR(struct mail_view, sent),
    FIELD_STR(struct mail_view, failed),
    FIELD_STR(struct mail_view, putoff),
    FIELD_VIEW(struct mail_view, oldest, &desk_time_view),
    FIELD_VIEW(struct mail_view, down, &desk_time_view),
    FIELD_STR(struct mail_view, trouble),
    FIELD_LIST(struct mail_view, mails, &mail_row_view),
    FIELD_STR(struct mail_view, older),
};
static const struct view mail_view = VIEW(struct mail_view, mail_fields);
TEMPLATE(mail_page, "pages/desk/mail.html", &mail_view, TEMPLATE_HTML);

static struct mail_row row_of(const struct request *r, const struct queued *q)
{
    bool bounced = q->state == MAIL_BOUNCED;
    return (struct mail_row){
        .to = q->order.to,
        .kind = q->order.kind,
        .answer = q->answer,
        .again = bounced ? S("") : str_print(r->arena, "/desk/mail/%" PRId64 "/again", q->id),
        .at = desk_time(r, q->ended_at),
        .code = q->code,
        .bounced = bounced,
    };
}

static void fill_rows(const struct request *r, const struct queue_page *page, struct mail_view *v)
{
    struct mail_row *rows = arena_new(r->arena, struct mail_row, QUEUE_PAGE);
    for (size_t i = 0; i < page->n; i++)
        rows[i] = row_of(r, &page->rows[i]);
    v->mails = (struct list){ rows, page->n };
    if (page->next)
        v->older = str_print(r->arena, "/desk/mail?before=%" PRId64, page->next);
}

static err read_queue(const struct request *r, struct mail_view *v)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct queue_counts counts = { 0 };
    struct queue_page *page = arena_new(r->arena, struct queue_page, 1);
    int64_t before = 0;
    (void)desk_query_id(r, "before", &before); // else from the latest
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = queue_counts(&tx, r->now, &counts);
    if (!e)
        e = queue_failed(&tx, before, r->arena, page);
    if (e)
        return fault(e);
    v->waiting = desk_count(r, "desk_mail_waiting", counts.waiting);
    v->sent = desk_count(r, "desk_mail_sent", counts.sent);
    v->failed = desk_count(r, "desk_mail_failed", counts.failed);
    if (counts.putoff)
        v->putoff = desk_count(r, "desk_mail_put_off", counts.putoff);
    if (counts.oldest && counts.oldest < r->now)
        v->oldest = desk_time(r, counts.oldest);
    fill_rows(r, page, v);
    return OK;
}

err mail_desk_show(struct request *r, struct response *ret)
{
    struct mail_view v = { .enabled = mail_enabled(r->setup) };
    struct post_state state = post_state(r->app->post, r->arena);
    v.down = desk_time(r, state.down_since);
    v.trouble = state.answer;
    err e = read_queue(r, &v);
    if (!e)
        e = desk_fill(r, DESK_AT_MAIL, "desk_mail", &v.top);
    return e ? fault(e) : desk_respond(r, ret, &mail_page, &v, 200);
}

struct again {
    const struct request *r;
    int64_t id;
    bool done;
};

static err try_again(struct tx *tx, void *arg)
{
    struct again *g = arg;
    err e = queue_again(tx, g->id, g->r->now, &g->done);
    if (e || !g->done)
        return e;
    return desk_note(
        tx, g->r, &(struct desk_deed){ .action = "mail.again", .kind = "mail", .object = g->id });
}

err mail_desk_again(struct request *r, struct response *ret)
{
    struct again g = { .r = r };
    if (!desk_segment_id(r, "id", &g.id))
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    err e = store_write(r->app->store, try_again, &g);
    if (e)
        return fault(e);
    if (!g.done)
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    return desk_done(r, ret, S("/desk/mail"), "mail_again");
}
