#include "desk/webhook_desk.h"
#include "discussion/webhook.h"
#include "http/error.h"

#include <inttypes.h>

/* ---- the page ---- */

struct hook_row {
    struct str name, host, waiting, failed, why;
    struct str again, on; /* where the buttons lead; empty: there is none */
    struct desk_time success, failure, off, pause, missed;
};
static const struct field hook_row_fields[] = {
    FIELD_STR(struct hook_row, name),
    FIELD_STR(struct hook_row, host),
    FIELD_STR(struct hook_row, waiting),
    FIELD_STR(struct hook_row, failed),
    FIELD_STR(struct hook_row, why),
    FIELD_STR(struct hook_row, again),
    FIELD_STR(struct hook_row, on),
    FIELD_VIEW(struct hook_row, success, &desk_time_view),
    FIELD_VIEW(struct hook_row, failure, &desk_time_view),
    FIELD_VIEW(struct hook_row, off, &desk_time_view),
    FIELD_VIEW(struct hook_row, pause, &desk_time_view),
    FIELD_VIEW(struct hook_row, missed, &desk_time_view),
};
static const struct view hook_row_view = VIEW(struct hook_row, hook_row_fields);

struct message_row {
    struct str hook, change, why, url;
    int64_t comment, attempts;
    struct desk_time at, due; /* due: it is tried again then; empty: it was given up */
};
static const struct field message_row_fields[] = {
    FIELD_STR(struct message_row, hook),
    FIELD_STR(struct message_row, change),
    FIELD_STR(struct message_row, why),
    FIELD_STR(struct message_row, url),
    FIELD_INT(struct message_row, comment),
    FIELD_INT(struct message_row, attempts),
    FIELD_VIEW(struct message_row, at, &desk_time_view),
    FIELD_VIEW(struct message_row, due, &desk_time_view),
};
static const struct view message_row_view = VIEW(struct message_row, message_row_fields);

struct webhooks_view {
    struct desk_top top;
    struct list hooks;    /* of hook_row */
    struct list messages; /* of message_row */
    struct str older;
};
static const struct field webhooks_fields[] = {
    DESK_FIELDS(struct webhooks_view),
    FIELD_LIST(struct webhooks_view, hooks, &hook_row_view),
    FIELD_LIST(struct webhooks_view, messages, &message_row_view),
    FIELD_STR(struct webhooks_view, older),
};
static const struct view webhooks_view = VIEW(struct webhooks_view, webhooks_fields);
TEMPLATE(webhooks_page, "pages/desk/webhooks.html", &webhooks_view, TEMPLATE_HTML);

/* What was read for it. */
struct found {
    struct webhook_rows hooks;
    struct webhook_page messages;
};

static err read_all(const struct request *r, struct found *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    int64_t before = 0;
    (void)desk_query_id(r, "before", &before); // else from the latest
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = webhook_list(&tx, r->arena, &ret->hooks);
    return e ? e : webhook_undelivered(&tx, before, r->arena, &ret->messages);
}

static struct str sentence_of(const struct request *r, int64_t answer)
{
    enum { REDIRECT_FIRST = 300, REDIRECT_LAST = 399 };
    if (!answer)
        return S("");
    if (answer < WEBHOOK_TROUBLES)
        return desk_word_of(r, "desk_webhook_", webhook_trouble_str((enum webhook_trouble)answer));
    bool redirect = answer >= REDIRECT_FIRST && answer <= REDIRECT_LAST;
    return desk_named(r, redirect ? "desk_webhook_redirect" : "desk_webhook_status",
                      str_print(r->arena, "%" PRId64, answer));
}

/* False: it is no longer in the configuration. */
static bool hook_row(const struct request *r, const struct webhook_row *found, struct hook_row *ret)
{
    const struct webhook *h = &found->hook;
    const struct webhook_config *c = webhook_find(r->setup->webhooks, h->name);
    if (!c)
        return false;
    bool undelivered = found->waiting || found->failed;
    *ret = (struct hook_row){
        .name = h->name,
        .host = c->host,
        .waiting = desk_count(r, "desk_webhook_waiting", found->waiting),
        .failed = desk_count(r, "desk_webhook_failed", found->failed),
        .why = sentence_of(r, h->answer),
        .success = desk_time(r, h->succeeded_at),
        .failure = desk_time(r, h->failed_at),
        .off = desk_time(r, h->off_at),
        .pause = desk_time(r, !h->off_at && h->pause_until > r->now ? h->pause_until : 0),
        .missed = desk_time(r, h->missed_at),
    };
    if (h->off_at)
        ret->on = str_print(r->arena, "/desk/webhooks/%" PRId64 "/on", h->id);
    else if (undelivered)
        ret->again = str_print(r->arena, "/desk/webhooks/%" PRId64 "/again", h->id);
    return true;
}

static void fill_hooks(const struct request *r, const struct webhook_rows *found,
                       struct webhooks_view *v)
{
    struct hook_row *rows = arena_new(r->arena, struct hook_row, WEBHOOKS_MAX);
    size_t n = 0;
    for (size_t i = 0; i < found->n; i++)
        n += hook_row(r, &found->rows[i], &rows[n]);
    v->hooks = (struct list){ rows, n };
}

static struct str name_of(const struct webhook_rows *hooks, int64_t id)
{
    for (size_t i = 0; i < hooks->n; i++)
        if (hooks->rows[i].hook.id == id)
            return hooks->rows[i].hook.name;
    return S("");
}

static void fill_messages(const struct request *r, const struct found *found,
                          struct webhooks_view *v)
{
    const struct webhook_page *page = &found->messages;
    struct message_row *rows = arena_new(r->arena, struct message_row, WEBHOOK_PAGE);
    for (size_t i = 0; i < page->n; i++) {
        const struct webhook_message *m = &page->rows[i];
        rows[i] = (struct message_row){
            .hook = name_of(&found->hooks, m->webhook),
            .change = comment_change_str(m->change),
            .why = sentence_of(r, m->answer),
            .url = str_print(r->arena, "/desk/comments/%" PRId64, m->comment),
            .comment = m->comment,
            .attempts = m->attempts,
            .at = desk_time(r, m->at),
            .due = desk_time(r, m->ended_at ? 0 : m->due_at),
        };
    }
    v->messages = (struct list){ rows, page->n };
    if (page->next)
        v->older = str_print(r->arena, "/desk/webhooks?before=%" PRId64, page->next);
}

err webhook_desk_show(struct request *r, struct response *ret)
{
    struct webhooks_view v = { 0 };
    struct found *found = arena_new(r->arena, struct found, 1);
    err e = read_all(r, found);
    if (e)
        return fault(e);
    fill_hooks(r, &found->hooks, &v);
    fill_messages(r, found, &v);
    e = desk_fill(r, DESK_AT_WEBHOOKS, "desk_webhooks", &v.top);
    return e ? fault(e) : desk_respond(r, ret, &webhooks_page, &v, 200);
}

/* ---- the buttons ---- */

struct press {
    const struct request *r;
    err (*act)(struct tx *tx, int64_t id, int64_t now, bool *ret_done);
    const char *action;
    int64_t id;
    bool done;
};

static err press_button(struct tx *tx, void *arg)
{
    struct press *p = arg;
    err e = p->act(tx, p->id, p->r->now, &p->done);
    if (e || !p->done)
        return e;
    return desk_note(
        tx, p->r, &(struct desk_deed){ .action = p->action, .kind = "webhook", .object = p->id });
}

static err press_and_tell(struct request *r, struct response *ret, struct press *p,
                          const char *notice)
{
    if (!desk_segment_id(r, "id", &p->id))
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    err e = store_write(r->app->store, press_button, p);
    if (e)
        return fault(e);
    if (!p->done)
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    return desk_done(r, ret, S("/desk/webhooks"), notice);
}

err webhook_desk_again(struct request *r, struct response *ret)
{
    struct press p = { .r = r, .act = webhook_again, .action = "webhook.again" };
    return press_and_tell(r, ret, &p, "webhook_again");
}

err webhook_desk_on(struct request *r, struct response *ret)
{
    struct press p = { .r = r, .act = webhook_switch_on, .action = "webhook.on" };
    return press_and_tell(r, ret, &p, "webhook_on");
}
