#include "site/mine.h"
#include "base/scan.h"
#include "discussion/appeal_http.h"
#include "discussion/author_export.h"
#include "discussion/comment_author.h"
#include "discussion/comment_own.h"
#include "discussion/discussion_http.h"
#include "http/error.h"
#include "people/claim.h"
#include "people/email.h"
#include "people/visitor.h"
#include "publishing/layout.h"

#include <inttypes.h>

enum { MINE_COMMENTS = 50 };

struct mine_row {
    int64_t id;
    struct str url, report_title, time, time_text, state;
    struct str reason, appeal_url; /* of one that the newsroom removed */
    struct html html;
    bool edited, own;
};
static const struct field row_fields[] = {
    FIELD_INT(struct mine_row, id),           FIELD_STR(struct mine_row, url),
    FIELD_STR(struct mine_row, report_title), FIELD_STR(struct mine_row, time),
    FIELD_STR(struct mine_row, time_text),    FIELD_STR(struct mine_row, state),
    FIELD_STR(struct mine_row, reason),       FIELD_STR(struct mine_row, appeal_url),
    FIELD_HTML(struct mine_row, html),        FIELD_BOOL(struct mine_row, edited),
    FIELD_BOOL(struct mine_row, own),
};
static const struct view row_view = VIEW(struct mine_row, row_fields);

struct mine_view {
    struct layout page;
    struct list comments; /* of mine_row */
    struct list gone;     /* of mine_row: deleted by the newsroom, without words */
    struct str next_url;
    struct str confirmed; /* "You have shown that ... is yours." */
    struct str error;     /* about the address that was typed */
    struct str email, action;
    bool mail; /* links can be mailed */
};
static const struct field mine_fields[] = {
    FIELD_VIEW(struct mine_view, page, &layout_view),
    FIELD_LIST(struct mine_view, comments, &row_view),
    FIELD_LIST(struct mine_view, gone, &row_view),
    FIELD_STR(struct mine_view, next_url),
    FIELD_STR(struct mine_view, confirmed),
    FIELD_STR(struct mine_view, error),
    FIELD_STR(struct mine_view, email),
    FIELD_STR(struct mine_view, action),
    FIELD_BOOL(struct mine_view, mail),
};
static const struct view mine_view = VIEW(struct mine_view, mine_fields);
TEMPLATE(mine_page, "pages/mine.html", &mine_view, TEMPLATE_HTML);
TEMPLATE(mine_link_page, "pages/mine-link.html", &mine_view, TEMPLATE_HTML);
TEMPLATE(mine_erase_page, "pages/mine-erase.html", &mine_view, TEMPLATE_HTML);

static struct str word(const struct request *r, const char *key)
{
    return theme_word(r->setup->theme, key);
}

static struct str of_email(const struct request *r, const char *key, struct str email)
{
    const struct word_arg args[] = { { .name = "email", .text = email } };
    return theme_phrase(r->setup->theme, r->arena, key, args, COUNT(args));
}

static struct mine_view view_of(const struct request *r, const char *title)
{
    return (struct mine_view){
        .page = { .title = word(r, title), .kind = S("own-page"), .noindex = true },
        .mail = mail_enabled(r->setup),
    };
}

static err respond(struct request *r, struct response *ret, const struct template *t,
                   struct mine_view *v, int status)
{
    err e = layout_fill(r, &v->page);
    return e ? fault(e) : layout_respond(r, ret, t, v, status);
}

/* ---- the list */

static struct str state_text(const struct request *r, enum comment_state s)
{
    if (s == COMMENT_STATE_PUBLISHED)
        return S("");
    return word(r, s == COMMENT_STATE_HELD ? "mine_held" : "mine_taken_down");
}

/* Whose list it is. */
struct reader {
    struct author author;
    struct claim claim;
    struct appellant appellant;
};

/* Why it was removed, and where to appeal: by the link when the address was shown to be theirs. */
static err fill_removal(const struct request *r, struct tx *tx, const struct reader *who,
                        struct mine_row *ret)
{
    struct appeal_case c = { 0 };
    err e = appeal_case_get(tx, ret->id, &who->appellant, r->arena, &c);
    if (e)
        return e > 0 ? OK : e; // no right, or its time is over
    ret->reason = appeal_reason(r, &c);
    ret->appeal_url =
        who->claim.id ? appeal_link(r, ret->id, &who->claim) : appeal_path(r, ret->id);
    return OK;
}

static err fill_gone(struct request *r, struct tx *tx, const struct reader *who,
                     struct mine_view *v)
{
    int64_t ids[APPEAL_GONE_MAX];
    size_t n = 0;
    err e = appeal_gone(tx, who->appellant.email_hash, ids, &n);
    struct mine_row *rows = arena_new(r->arena, struct mine_row, n);
    for (size_t i = 0; !e && i < n; i++) {
        struct comment c = { 0 };
        struct report report = { 0 };
        e = comment_get(tx, ids[i], r->arena, &c);
        if (!e)
            e = report_get(tx, c.report, r->arena, &report);
        rows[i] = (struct mine_row){
            .id = ids[i],
            .report_title = report.title,
            .time = time_print(r->arena, c.created_at),
            .time_text = format_time(r->setup->formats, r->arena, c.created_at),
        };
        if (!e)
            e = fill_removal(r, tx, who, &rows[i]);
    }
    v->gone = (struct list){ rows, n };
    return e > 0 ? ERR_DATA : e;
}

static err fill_row(struct request *r, struct tx *tx, const struct author_comment *c,
                    struct mine_row *ret)
{
    struct report report = { 0 };
    enum comment_state state = c->comment.state;
    err e = report_get(tx, c->comment.report, r->arena, &report);
    if (e)
        return e > 0 ? ERR_DATA : e;
    bool standing = state == COMMENT_STATE_HELD || state == COMMENT_STATE_PUBLISHED;
    bool in_time = r->now - c->comment.created_at < own_window(r->setup->config);
    *ret = (struct mine_row){
        .id = c->comment.id,
        .url = report.state == REPORT_PUBLISHED && standing
                   ? str_print(r->arena, "/comments/%" PRId64, c->comment.id)
                   : S(""),
        .report_title = report.title,
        .time = time_print(r->arena, c->comment.created_at),
        .time_text = format_time(r->setup->formats, r->arena, c->comment.created_at),
        .state = state_text(r, state),
        .html = c->comment.html,
        .edited = c->comment.edited_at != 0,
        .own = standing && !c->comment.person && (c->by_email || in_time),
    };
    return OK;
}

static bool query_before(const struct request *r, int64_t *ret)
{
    struct str text = { 0 };
    *ret = 0;
    return !request_query(r, "before", &text) || int_parse(text, 1, INT64_MAX, ret);
}

static err find_reader(const struct request *r, struct tx *tx, struct reader *ret)
{
    struct str visitor = { 0 };
    (void)visitor_get(r, &visitor); // nobody: nothing is theirs
    err e = claim_of(r, tx, &ret->claim);
    struct str email = ret->claim.email;
    ret->author = (struct author){ .visitor = visitor, .email = email };
    ret->appellant = (struct appellant){ .visitor = visitor, .email = email };
    if (email.n)
        ret->appellant.email_hash = appeal_email_hash(r->app->keys, r->arena, email);
    return e;
}

static err read_comments(struct request *r, struct tx *tx, int64_t before, struct mine_view *v)
{
    struct reader who = { 0 };
    struct author_list list = { 0 };
    err e = find_reader(r, tx, &who);
    struct str email = who.claim.email;
    struct reader by_cookie = { .appellant = { .visitor = who.author.visitor } };
    if (!e)
        e = author_comments(tx, &who.author, (struct trace_piece){ before, MINE_COMMENTS },
                            r->arena, &list);
    struct mine_row *rows = arena_new(r->arena, struct mine_row, list.n);
    for (size_t i = 0; !e && i < list.n; i++) {
        const struct author_comment *c = &list.comments[i];
        e = fill_row(r, tx, c, &rows[i]);
        if (!e && c->comment.state != COMMENT_STATE_PUBLISHED)
            e = fill_removal(r, tx, c->by_email ? &who : &by_cookie, &rows[i]);
    }
    if (!e && email.n && !before)
        e = fill_gone(r, tx, &who, v);
    if (e)
        return e;
    v->comments = (struct list){ rows, list.n };
    if (list.next)
        v->next_url = str_print(r->arena, "/mine?before=%" PRId64, list.next);
    if (email.n)
        v->confirmed = of_email(r, "mine_confirmed", email);
    return OK;
}

/* What was just done, as ?done= says it. */
static struct str done_text(const struct request *r)
{
    struct str done = { 0 };
    if (!request_query(r, "done", &done))
        return S("");
    if (str_eq(done, S("asked")))
        return word(r, "mine_done_asked");
    return str_eq(done, S("erase")) ? word(r, "mine_done_erase") : S("");
}

static err show(struct request *r, struct response *ret, struct mine_view *v, int status)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    int64_t before = 0;
    if (!query_before(r, &before))
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = read_comments(r, &tx, before, v);
    tx_end(&tx);
    return e ? fault(e) : respond(r, ret, &mine_page, v, status);
}

err mine_show(struct request *r, struct response *ret)
{
    struct mine_view v = view_of(r, "mine_heading");
    v.page.notice = done_text(r);
    return show(r, ret, &v, 200);
}

err mine_export(struct request *r, struct response *ret)
{
    struct author who = { 0 };
    struct claim claim = { 0 };
    struct tx tx CLEANUP(tx_end) = { 0 };
    (void)visitor_get(r, &who.visitor); // as above
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = claim_of(r, &tx, &claim);
    if (e)
        return fault(e);
    who.email = claim.email;
    response_header(ret, "Content-Disposition", S("attachment; filename=\"comments.json\""));
    author_export(r, ret, &who);
    return OK;
}

/* ---- an address */

struct asking {
    const struct keys *keys;
    struct str email;
    int64_t now;
    struct arena *a;
};

/* One mail an hour, whoever asks: its key says so. Nothing was written with it: none. */
static err ask(struct tx *tx, void *arg)
{
    const struct asking *w = arg;
    int64_t claim = 0;
    int64_t asked_at = 0;
    bool known = false;
    bool busy = false;
    err e = author_known(tx, w->keys, w->email, &known);
    if (!e && known)
        e = claim_mailbox_busy(tx, w->email, w->now, &busy);
    if (e || !known || busy)
        return e;
    e = claim_ask(tx, w->email, w->now, &claim, &asked_at);
    if (e)
        return e;
    struct mail_order o = { .key = str_print(w->a, MINE_LINK_MAIL "/%" PRId64 "/%" PRId64, claim,
                                             asked_at),
                            .kind = S(MINE_LINK_MAIL),
                            .to = w->email,
                            .ahead = true,
                            .subject = claim };
    return mail_add(tx, &o, w->now, NULL);
}

err mine_ask_post(struct request *r, struct response *ret)
{
    struct mine_view v = view_of(r, "mine_heading");
    struct asking w = { .keys = r->app->keys, .now = r->now, .a = r->arena };
    if (!v.mail)
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    (void)request_field(r, "email", &v.email); // none is refused as such
    if (request_damage(r)) {
        v.error = word(r, request_damage(r));
        return show(r, ret, &v, 400);
    }
    if (!email_parse(v.email, r->arena, &w.email)) {
        v.error = word(r, "comment_email_wrong");
        return show(r, ret, &v, 422);
    }
    err e = store_write(r->app->store, ask, &w);
    return e ? fault(e) : response_redirect(r, ret, 303, S("/mine?done=asked"));
}

static struct str token_of(const struct request *r)
{
    struct str token = { 0 };
    (void)request_segment(r, "token", &token); // the pattern has it
    return token;
}

err mine_link_show(struct request *r, struct response *ret)
{
    struct claim claim = { 0 };
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = claim_look(&tx, r, token_of(r), &claim);
    tx_end(&tx);
    if (e)
        return e < 0 ? fault(e) : http_refuse(r, ret, 410, "error_mine_link");
    struct mine_view v = view_of(r, "mine_link_heading");
    v.action = r->path;
    v.confirmed = of_email(r, "mine_link_what", claim.email);
    return respond(r, ret, &mine_link_page, &v, 200);
}

struct using
{
    const struct request *r;
    struct claim claim;
};

static err use(struct tx *tx, void *arg)
{
    struct using *w = arg;
    return claim_use(tx, w->r, token_of(w->r), &w->claim);
}

err mine_link_post(struct request *r, struct response *ret)
{
    struct using w = { .r = r };
    err e = store_write(r->app->store, use, &w);
    if (e)
        return e < 0 ? fault(e) : http_refuse(r, ret, 410, "error_mine_link");
    claim_cookie(r, ret, &w.claim);
    return response_redirect(r, ret, 303, S("/mine"));
}

err mine_leave_post(struct request *r, struct response *ret)
{
    claim_cookie_drop(r, ret);
    return response_redirect(r, ret, 303, S("/mine"));
}

/* ---- erasing */

/* CLAIM_GONE: nobody. */
static err claimed(const struct request *r, struct claim *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = claim_of(r, &tx, ret);
    return e ? fault(e) : ret->id ? OK : CLAIM_GONE;
}

err mine_erase_show(struct request *r, struct response *ret)
{
    struct claim claim = { 0 };
    err e = claimed(r, &claim);
    if (e)
        return e < 0 ? fault(e) : http_refuse(r, ret, 403, "error_mine_address");
    struct mine_view v = view_of(r, "mine_erase_heading");
    v.confirmed = of_email(r, "mine_erase_what", claim.email);
    return respond(r, ret, &mine_erase_page, &v, 200);
}

static err erase(struct tx *tx, void *arg)
{
    const struct asking *w = arg;
    return author_erase_ask(tx, w->email, w->now);
}

err mine_erase_post(struct request *r, struct response *ret)
{
    struct claim claim = { 0 };
    err e = claimed(r, &claim);
    if (e)
        return e < 0 ? fault(e) : http_refuse(r, ret, 403, "error_mine_address");
    struct asking w = { .email = claim.email, .now = r->now };
    e = store_write(r->app->store, erase, &w);
    if (e)
        return fault(e);
    claim_cookie_drop(r, ret);
    response_fresh(r, ret);
    return response_redirect(r, ret, 303, S("/mine?done=erase"));
}
