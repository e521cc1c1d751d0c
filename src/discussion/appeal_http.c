#include "discussion/appeal_http.h"
#include "base/check.h"
#include "base/scan.h"
#include "discussion/appeal.h"
#include "http/error.h"
#include "people/person.h"
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

static err read_case(const struct request *r, int64_t id, struct found *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct str visitor = { 0 };
    if (!visitor_get(r, &visitor))
        return APPEAL_NOT_YOURS;
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = appeal_case_get(&tx, id, visitor, r->arena, &ret->at);
    if (e)
        return e;
    e = comment_get(&tx, id, r->arena, &ret->comment);
    if (!e)
        e = look_for_judges(&tx, r->arena, ret->at.decision.person, &ret->alone);
    return e > 0 ? ERR_DATA : e;
}

bool appeal_is_for(const struct request *r, int64_t comment)
{
    struct found f = { 0 };
    return read_case(r, comment, &f) == OK; // a fault is said by what is asked next
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

static err show(struct request *r, struct response *ret, int64_t id, const char *trouble,
                int status)
{
    struct found f = { 0 };
    struct str typed = { 0 };
    err e = read_case(r, id, &f);
    if (e > 0)
        return http_refuse(r, ret, 404, "error_appeal_not_yours");
    if (e)
        return fault(e);
    const struct decision *d = &f.at.decision;
    struct str key = str_print(r->arena, "reason_" STR_FMT, STR_ARG(reason_str(d->reason)));
    struct appeal_view v = {
        .page = { .title = word(r, "appeal_title"), .kind = S("appeal-page"), .noindex = true },
        .action = appeal_path(r, id),
        .what = word(r, what_of(d)),
        .reason = word(r, str_z(r->arena, key)),
        .note = d->note,
        .html = f.comment.html,
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
    if (!segment_id(r, &id))
        return http_refuse(r, ret, 404, "error_no_such_comment");
    return show(r, ret, id, NULL, 200);
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
    struct str visitor, body;
};

static err add_work(struct tx *tx, void *arg)
{
    const struct adding *a = arg;
    return appeal_add(tx, a->comment, a->visitor, a->body, a->now);
}

err appeal_send(const struct request *r, int64_t comment, struct str body)
{
    struct adding a = { .comment = comment, .now = r->now, .body = str_trim(body) };
    if (!visitor_get(r, &a.visitor))
        return APPEAL_NOT_YOURS;
    err e = appeal_check(a.body);
    return e ? e : store_write(r->app->store, add_work, &a);
}

err appeal_post(struct request *r, struct response *ret)
{
    struct str body = { 0 };
    struct str visitor = { 0 };
    int64_t comment = 0;
    if (!segment_id(r, &comment) || !visitor_get(r, &visitor))
        return http_refuse(r, ret, 404, "error_appeal_not_yours");
    (void)request_field(r, "body", &body); // none is an empty one
    if (!request_limit(r, LIMIT_FLAG))
        return show(r, ret, comment, "flag_too_often", 429);
    err e = appeal_send(r, comment, body);
    if (e < 0)
        return fault(e);
    if (e == APPEAL_NOT_YOURS)
        return http_refuse(r, ret, 404, "error_appeal_not_yours");
    if (e)
        return show(r, ret, comment, appeal_trouble(e), e < APPEAL_EMPTY ? 409 : 422);
    return response_redirect(r, ret, 303, appeal_path(r, comment));
}
