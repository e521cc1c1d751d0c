#include "site/follow_thing.h"
#include "discussion/comment.h"
#include "mail/mail.h"
#include "people/email.h"
#include "people/visitor.h"
#include "publishing/question.h"
#include "publishing/report.h"
#include "publishing/series.h"

#include <inttypes.h>

static err take_report(struct tx *tx, const struct setup *s, struct arena *a, int64_t id,
                       struct follow_thing *ret)
{
    struct report r = { 0 };
    err e = report_get(tx, id, a, &r);
    if (e || r.state != REPORT_PUBLISHED)
        return e < 0 ? e : FOLLOW_THING_NONE;
    ret->title = report_headline(s, a, &r);
    ret->path = r.path;
    return OK;
}

/* A comment is told by its report's headline. */
static err take_comment(struct tx *tx, const struct setup *s, struct arena *a, int64_t id,
                        struct follow_thing *ret)
{
    struct comment c = { 0 };
    err e = comment_get(tx, id, a, &c);
    if (e || !c.visible)
        return e < 0 ? e : FOLLOW_THING_NONE;
    e = take_report(tx, s, a, c.report, ret);
    ret->path = str_print(a, "/comments/%" PRId64, id);
    return e;
}

static err take_question(struct tx *tx, struct arena *a, int64_t id, struct follow_thing *ret)
{
    struct question q = { 0 };
    err e = question_get(tx, id, a, &q);
    if (e)
        return e < 0 ? e : FOLLOW_THING_NONE;
    ret->title = q.text;
    ret->path = str_print(a, "/questions/%" PRId64, id);
    return OK;
}

static err take_series(struct tx *tx, struct arena *a, int64_t id, struct follow_thing *ret)
{
    struct series s = { 0 };
    err e = series_get_by_id(tx, id, a, &s);
    if (e)
        return e < 0 ? e : FOLLOW_THING_NONE;
    ret->title = s.title;
    ret->path = s.path;
    return OK;
}

err follow_thing_read(struct tx *tx, const struct setup *s, struct arena *a, enum follow_kind kind,
                      int64_t object, struct follow_thing *ret)
{
    *ret = (struct follow_thing){ .kind = kind, .object = object };
    switch (kind) {
    case FOLLOW_REPORT: return take_report(tx, s, a, object, ret);
    case FOLLOW_REPLIES: return take_comment(tx, s, a, object, ret);
    case FOLLOW_QUESTION: return take_question(tx, a, object, ret);
    case FOLLOW_SERIES: return take_series(tx, a, object, ret);
    case FOLLOW_KINDS: break;
    }
    return FOLLOW_THING_NONE;
}

const char *follow_thing_field(enum follow_kind kind)
{
    static const char *const names[FOLLOW_KINDS] = { [FOLLOW_REPORT] = "report",
                                                     [FOLLOW_REPLIES] = "comment",
                                                     [FOLLOW_QUESTION] = "question",
                                                     [FOLLOW_SERIES] = "series" };
    return names[kind];
}

const char *follow_thing_word(enum follow_kind kind)
{
    static const char *const words[FOLLOW_KINDS] = { [FOLLOW_REPORT] = "follow_comments_on",
                                                     [FOLLOW_REPLIES] = "follow_replies_on",
                                                     [FOLLOW_QUESTION] = "follow_answers_to",
                                                     [FOLLOW_SERIES] = "follow_reports_of" };
    return words[kind];
}

err follow_thing_find(const struct request *r, enum follow_kind kind, int64_t object,
                      struct follow_thing *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    if (!mail_enabled(r->setup))
        return FOLLOW_THING_NONE;
    err e = store_read(r->app->store, &tx);
    return e ? e : follow_thing_read(&tx, r->setup, r->arena, kind, object, ret);
}

static err follow(struct tx *tx, void *arg)
{
    return subscriber_follow(tx, arg);
}

err follow_send(const struct request *r, const struct follow_thing *t, struct str email)
{
    struct follow_order o = { .kind = t->kind, .object = t->object, .now = r->now };
    if (!email_parse(email, r->arena, &o.email))
        return FOLLOW_EMAIL_WRONG;
    (void)visitor_get(r, &o.visitor); // nobody: it has to be confirmed
    err e = store_write(r->app->store, follow, &o);
    return e > 0 ? ERR_DATA : e;
}
