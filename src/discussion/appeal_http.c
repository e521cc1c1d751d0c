#include "discussion/appeal_http.h"
#include "base/check.h"
#include "base/scan.h"
#include "discussion/appeal.h"
#include "http/error.h"
#include "people/person.h"
#include "people/token.h"
#include "people/visitor.h"
#include "publishing/layout.h"

#include <inttypes.h>

struct appeal_view {
    struct layout page;
    struct str action, what, reason, note; /* what: "The newsroom has taken it down." */
    struct html html;                      /* the comment, while its words are there */
    struct str until;                      /* may appeal, until then */
    struct str typed, error;
    struct str said, standing, answer; /* the appeal, how it stands, what was answered */
    struct str alone;                  /* nobody else could judge it */
    struct str known_by;               /* how the page knows who asks */
};
static const struct field appeal_fields[] = {
    FIELD_VIEW(struct appeal_view, page, &layout_view),
    FIELD_STR(struct appeal_view, action),
    FIELD_STR(struct appeal_view, what),
    FIELD_STR(struct appeal_view, reason),
    FIELD_STR(struct appeal_view, note),
    FIELD_HTML(struct appeal_view, html),
    FIELD_STR(struct appeal_view, until),
    FIELD_STR(struct appeal_view, typed),
    FIELD_STR(struct appeal_view, error),
    FIELD_STR(struct appeal_view, said),
    FIELD_STR(struct appeal_view, standing),
    FIELD_STR(struct appeal_view, answer),
    FIELD_STR(struct appeal_view, alone),
    FIELD_STR(struct appeal_view, known_by),
};
static const struct view appeal_page_view = VIEW(struct appeal_view, appeal_fields);
TEMPLATE(appeal_page, "pages/appeal.html", &appeal_page_view, TEMPLATE_HTML);

static struct str word(const struct request *r, const char *key)
{
    return theme_word(r->setup->theme, key);
}

static bool segment_id(const struct request *r, int64_t *ret)
{
    struct str text = { 0 };
    return request_segment(r, "id", &text) && int_parse(text, 1, INT64_MAX, ret);
}

struct str appeal_path(const struct request *r, int64_t comment)
{
    return str_print(r->arena, "/comments/%" PRId64 "/appeal", comment);
}

/* What was found out for one page. */
struct found {
    struct appeal_case at;
    struct comment comment;
    bool alone;
};

/* Whether nobody who may judge is another than the one who removed it. */
static err look_for_judges(struct tx *tx, struct arena *a, int64_t against, bool *ret_alone)
{
    const struct person *people = NULL;
    size_t n = 0;
    size_t judges = 0;
    err e = person_list(tx, a, &people, &n);
    for (size_t i = 0; !e && i < n; i++)
        judges += people[i].active && people[i].id != against &&
                  role_may(people[i].role, PERMISSION_APPEAL_JUDGE);
    *ret_alone = judges == 0;
    return e;
}

/* Who asks about which comment, and where. */
struct asking {
    int64_t comment;
    struct appellant who;
    struct str action;
    const char *known_by;
};

static bool asking_visitor(const struct request *r, int64_t comment, struct asking *ret)
{
    *ret = (struct asking){ .comment = comment,
                            .action = appeal_path(r, comment),
                            .known_by = "appeal_private" };
    return visitor_get(r, &ret->who.visitor);
}

static err read_case(const struct request *r, const struct asking *w, struct found *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = appeal_case_get(&tx, w->comment, &w->who, r->arena, &ret->at);
    if (e)
        return e;
    e = comment_get(&tx, w->comment, r->arena, &ret->comment);
    if (!e)
        e = look_for_judges(&tx, r->arena, ret->at.decision.person, &ret->alone);
    return e > 0 ? ERR_DATA : e;
}

bool appeal_is_for(const struct request *r, int64_t comment)
{
    struct found f = { 0 };
    struct asking w = { 0 };
    return asking_visitor(r, comment, &w) &&
           read_case(r, &w, &f) == OK; // a fault is said by what is asked next
}

static const char *what_of(const struct decision *d)
{
    if (d->reason == REASON_FLAGS)
        return "appeal_by_program";
    if (d->became == COMMENT_STATE_DELETED)
        return "appeal_deleted";
    return d->became == COMMENT_STATE_SPAM ? "appeal_spam" : "appeal_hidden";
}

static void fill_appeal(const struct request *r, const struct found *f, struct appeal_view *v)
{
    static const char *const words[] = { [APPEAL_NONE] = "appeal_is_open",
                                         [APPEAL_OPEN] = "appeal_is_open",
                                         [APPEAL_GRANTED] = "appeal_is_granted",
                                         [APPEAL_REFUSED] = "appeal_is_refused",
                                         [APPEAL_MOOT] = "appeal_is_granted" };
    const struct appeal *a = &f->at.appeal;
    if (a->state == APPEAL_NONE) {
        const struct word_arg args[] = {
            { .name = "time", .text = format_time(r->setup->formats, r->arena, f->at.until) }
        };
        if (r->now <= f->at.until)
            v->until = theme_phrase(r->setup->theme, r->arena, "appeal_until", args, COUNT(args));
        return;
    }
    v->said = a->body;
    v->standing = word(r, words[a->state]);
    v->answer = a->answer;
    if (a->state == APPEAL_OPEN && f->alone)
        v->alone = word(r, "appeal_is_alone");
}

struct str appeal_reason(const struct request *r, const struct appeal_case *c)
{
    struct str name = reason_str(c->decision.reason);
    return word(r, str_z(r->arena, str_print(r->arena, "reason_" STR_FMT, STR_ARG(name))));
}

static err show(struct request *r, struct response *ret, const struct asking *w,
                const char *trouble, int status)
{
    struct found f = { 0 };
    struct str typed = { 0 };
    err e = read_case(r, w, &f);
    if (e > 0)
        return http_refuse(r, ret, 404, "error_appeal_not_yours");
    if (e)
        return fault(e);
    const struct decision *d = &f.at.decision;
    struct appeal_view v = {
        .page = { .title = word(r, "appeal_title"), .kind = S("appeal-page"), .noindex = true },
        .action = w->action,
        .what = word(r, what_of(d)),
        .reason = appeal_reason(r, &f.at),
        .note = d->note,
        .html = f.comment.html,
        .known_by = word(r, w->known_by),
        .error = trouble ? word(r, trouble) : S(""),
    };
    if (trouble && request_field(r, "body", &typed))
        v.typed = typed;
    fill_appeal(r, &f, &v);
    e = layout_fill(r, &v.page);
    return e ? fault(e) : layout_respond(r, ret, &appeal_page, &v, status);
}

err appeal_show(struct request *r, struct response *ret)
{
    int64_t id = 0;
    struct asking w = { 0 };
    if (!segment_id(r, &id))
        return http_refuse(r, ret, 404, "error_no_such_comment");
    if (!asking_visitor(r, id, &w))
        return http_refuse(r, ret, 404, "error_appeal_not_yours");
    return show(r, ret, &w, NULL, 200);
}

const char *appeal_trouble(err refusal)
{
    static const char *const words[] = {
        [APPEAL_MADE] = "appeal_made",         [APPEAL_TOO_LATE] = "appeal_too_late",
        [APPEAL_EMPTY] = "appeal_empty",       [APPEAL_TOO_LONG] = "appeal_too_long",
        [APPEAL_NOT_TEXT] = "appeal_not_text",
    };
    check(refusal > 0 && refusal < (err)COUNT(words) && words[refusal]);
    return words[refusal];
}

struct adding {
    int64_t comment, now;
    const struct appellant *who;
    struct str body;
};

static err add_work(struct tx *tx, void *arg)
{
    const struct adding *a = arg;
    return appeal_add(tx, a->comment, a->who, a->body, a->now);
}

static err send(const struct request *r, const struct asking *w, struct str body)
{
    struct adding a = {
        .comment = w->comment, .now = r->now, .who = &w->who, .body = str_trim(body)
    };
    err e = appeal_check(a.body);
    return e ? e : store_write(r->app->store, add_work, &a);
}

err appeal_send(const struct request *r, int64_t comment, struct str body)
{
    struct asking w = { 0 };
    return asking_visitor(r, comment, &w) ? send(r, &w, body) : APPEAL_NOT_YOURS;
}

static err post(struct request *r, struct response *ret, const struct asking *w)
{
    struct str body = { 0 };
    (void)request_field(r, "body", &body); // none is an empty one
    if (!request_limit(r, LIMIT_FLAG))
        return show(r, ret, w, "flag_too_often", 429);
    if (request_damage(r))
        return show(r, ret, w, request_damage(r), 400);
    err e = send(r, w, body);
    if (e < 0)
        return fault(e);
    if (e == APPEAL_NOT_YOURS)
        return http_refuse(r, ret, 404, "error_appeal_not_yours");
    if (e)
        return show(r, ret, w, appeal_trouble(e), e < APPEAL_EMPTY ? 409 : 422);
    return response_redirect(r, ret, 303, w->action);
}

err appeal_post(struct request *r, struct response *ret)
{
    struct asking w = { 0 };
    int64_t comment = 0;
    if (!segment_id(r, &comment) || !asking_visitor(r, comment, &w))
        return http_refuse(r, ret, 404, "error_appeal_not_yours");
    return post(r, ret, &w);
}

/* ---- by a link */

#define PURPOSE_APPEAL S("appeal")

struct str appeal_link(const struct request *r, int64_t comment, const struct claim *who)
{
    struct token t = { .purpose = PURPOSE_APPEAL,
                       .subject = comment,
                       .detail = who->id,
                       .time = r->now + CLAIM_LINK_SPAN };
    struct str token = token_write(r->app->keys, r->arena, &t);
    return str_print(r->arena, "/mine/appeals/" STR_FMT, STR_ARG(token));
}

/* CLAIM_GONE: the link is none of ours, or over. */
static err asking_link(const struct request *r, struct asking *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct token t = { 0 };
    struct str text = { 0 };
    struct claim claim = { 0 };
    if (!request_segment(r, "token", &text) ||
        !token_read(r->app->keys, text, PURPOSE_APPEAL, &t) || t.time <= r->now)
        return CLAIM_GONE;
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = claim_get(&tx, t.detail, r->arena, &claim);
    if (e)
        return e;
    if (claim.erase)
        return CLAIM_GONE;
    struct str hash = appeal_email_hash(r->app->keys, r->arena, claim.email);
    *ret = (struct asking){ .comment = t.subject,
                            .who = { .email = claim.email, .email_hash = hash },
                            .action = r->path,
                            .known_by = "appeal_private_link" };
    return OK;
}

err appeal_link_show(struct request *r, struct response *ret)
{
    struct asking w = { 0 };
    err e = asking_link(r, &w);
    if (e)
        return e < 0 ? fault(e) : http_refuse(r, ret, 410, "error_mine_link");
    return show(r, ret, &w, NULL, 200);
}

err appeal_link_post(struct request *r, struct response *ret)
{
    struct asking w = { 0 };
    err e = asking_link(r, &w);
    if (e)
        return e < 0 ? fault(e) : http_refuse(r, ret, 410, "error_mine_link");
    return post(r, ret, &w);
}
