#include "site/notice_mail.h"
#include "discussion/comment.h"
#include "discussion/comment_desk.h"
#include "discussion/notice.h"
#include "people/keys.h"
#include "people/token.h"
#include "publishing/layout.h"
#include "publishing/letter.h"
#include "publishing/report.h"
#include "render/format.h"
#include "render/theme.h"
#include "site/follow_thing.h"

#include <inttypes.h>

struct notice_view {
    struct letter letter;
    struct str name, body, link, manage;
    struct html html;
    struct list asked; /* what waits to be confirmed, as text */
    bool ask;          /* a mail that asks for confirmation */
    bool last;         /* of this hour */
};
static const struct field notice_fields[] = {
    FIELD_VIEW(struct notice_view, letter, &letter_view),
    FIELD_STR(struct notice_view, name),
    FIELD_STR(struct notice_view, body),
    FIELD_STR(struct notice_view, link),
    FIELD_STR(struct notice_view, manage),
    FIELD_HTML(struct notice_view, html),
    FIELD_LIST(struct notice_view, asked, &text_item),
    FIELD_BOOL(struct notice_view, ask),
    FIELD_BOOL(struct notice_view, last),
};
static const struct view notice_view = VIEW(struct notice_view, notice_fields);
TEMPLATE(notice_text, "mail/notice.txt", &notice_view, TEMPLATE_TEXT);
TEMPLATE(notice_html, "mail/notice.html", &notice_view, TEMPLATE_HTML);

#define MANAGE_PURPOSE "subscriptions"
#define LEAVE_PURPOSE  "leave"
#define DIGEST_PURPOSE "leave-digest"

struct str subscriptions_path(const struct keys *k, struct arena *a, int64_t subscriber,
                              int64_t now)
{
    struct token t = { .purpose = S(MANAGE_PURPOSE),
                       .subject = subscriber,
                       .time = now + SUBSCRIPTIONS_LINK_DAYS * DAY };
    return str_print(a, SUBSCRIPTIONS_PATH "/" STR_FMT, STR_ARG(token_write(k, a, &t)));
}

struct str leave_path(const struct keys *k, struct arena *a, struct leaving what)
{
    struct token t = { .purpose = S(LEAVE_PURPOSE), .subject = what.subscription };
    if (!what.subscription)
        t = (struct token){ .purpose = S(DIGEST_PURPOSE),
                            .subject = what.subscriber,
                            .detail = what.pace };
    return str_print(a, SUBSCRIPTIONS_PATH "/leave/" STR_FMT, STR_ARG(token_write(k, a, &t)));
}

bool subscriptions_path_read(const struct keys *k, struct str token, int64_t now, int64_t *ret)
{
    struct token t = { 0 };
    if (!token_read(k, token, S(MANAGE_PURPOSE), &t) || t.time < now)
        return false;
    *ret = t.subject;
    return true;
}

bool leave_path_read(const struct keys *k, struct str token, struct leaving *ret)
{
    struct token t = { 0 };
    if (token_read(k, token, S(LEAVE_PURPOSE), &t)) {
        *ret = (struct leaving){ .subscription = t.subject };
        return true;
    }
    if (!token_read(k, token, S(DIGEST_PURPOSE), &t) || t.detail < 0 || t.detail >= PACES)
        return false;
    *ret = (struct leaving){ .subscriber = t.subject, .pace = (enum follow_pace)t.detail };
    return true;
}

/* ---- what all have */

struct writing {
    const struct app *app;
    const struct setup *setup;
    const struct mail_order *order;
    struct arena *arena;
    struct mail *mail;
    int64_t now;
};

static struct writing writing_of(const struct app *app, const struct setup *s,
                                 const struct mail_order *o, struct arena *a, struct mail *ret)
{
    return (struct writing){ app, s, o, a, ret, clock_now(&app->clock) };
}

static struct str say(const struct writing *w, const char *key, const char *name, struct str value)
{
    const struct word_arg args[] = { { .name = name, .text = value } };
    return theme_phrase(w->setup->theme, w->arena, key, args, COUNT(args));
}

/* MAIL_DROP when the person wants none any more. */
static err read_reader(struct tx *tx, struct arena *a, int64_t subscriber, struct subscriber *ret)
{
    err e = subscriber_get(tx, subscriber, a, ret);
    if (e == SUBSCRIBER_NONE)
        return MAIL_DROP;
    return e ? e : ret->confirmed && !ret->blocked && !ret->failed ? OK : MAIL_DROP;
}

static err read_follow(struct tx *tx, struct arena *a, int64_t id, struct follow *ret,
                       struct subscriber *ret_who)
{
    err e = follow_get(tx, id, ret);
    if (e == SUBSCRIBER_NONE || (!e && !ret->confirmed))
        return MAIL_DROP;
    return e ? e : read_reader(tx, a, ret->subscriber, ret_who);
}

/* Fills what every notice has, and renders it. */
static err finish(const struct writing *w, const struct subscriber *who, int64_t leave,
                  struct notice_view *v)
{
    struct mail *m = w->mail;
    struct arena *a = w->arena;
    struct str manage = subscriptions_path(w->app->keys, a, who->id, w->now);
    v->manage = letter_link(w->setup, a, manage);
    if (leave) {
        m->unsubscribe = letter_link(
            w->setup, a, leave_path(w->app->keys, a, (struct leaving){ .subscription = leave }));
        v->letter.unsubscribe = m->unsubscribe;
    }
    m->to = who->email;
    letter_fill(w->setup, a, &v->letter);
    return letter_render(w->setup, a, &(struct letter_pages){ &notice_text, &notice_html, v }, m);
}

/* ---- confirmation */

enum { ASKED_MAX = 10 }; /* things a mail lists; the page has all */

/* What the address was typed in for: titles of ours, never words of whoever typed it. */
static err read_asked(struct tx *tx, const struct writing *w, int64_t subscriber, struct list *ret)
{
    struct follows all = { 0 };
    struct str *texts = arena_new(w->arena, struct str, ASKED_MAX);
    size_t n = 0;
    err e = follow_list(tx, subscriber, w->arena, &all);
    for (size_t i = 0; !e && i < all.n && n < ASKED_MAX; i++) {
        const struct follow *f = &all.follows[i];
        struct follow_thing t = { 0 };
        if (f->confirmed)
            continue;
        e = follow_thing_read(tx, w->setup, w->arena, f->kind, f->object, &t);
        if (!e)
            texts[n++] = say(w, follow_thing_word(f->kind), "title", t.title);
        if (e > 0) // it is gone by now
            e = OK;
    }
    *ret = (struct list){ texts, n };
    return e;
}

err notice_mail_confirm(const struct app *app, const struct setup *s, const struct mail_order *o,
                        struct arena *a, struct mail *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct subscriber who = { 0 };
    struct writing w = writing_of(app, s, o, a, ret);
    struct notice_view v = { .ask = true };
    err e = store_read(app->store, &tx);
    if (!e)
        e = subscriber_get(&tx, o->subject, a, &who);
    if (e == SUBSCRIBER_NONE || (!e && who.blocked))
        return MAIL_DROP;
    if (!e)
        e = read_asked(&tx, &w, who.id, &v.asked);
    if (e)
        return e;
    tx_end(&tx);
    struct str site = config_text(s->config, &site_title);
    v.letter.heading = say(&w, "follow_mail_confirm_subject", "site", site);
    v.letter.why = theme_word(s->theme, "follow_mail_confirm_why");
    v.link = letter_link(s, a, subscriptions_path(app->keys, a, who.id, w.now));
    ret->subject = v.letter.heading;
    return finish(&w, &who, 0, &v);
}

/* ---- a new comment */

struct comment_read {
    struct follow follow;
    struct subscriber who;
    struct comment comment;
    struct comment_typed typed;
    struct report report;
};

static err read_comment(struct tx *tx, const struct writing *w, struct comment_read *c)
{
    struct arena *a = w->arena;
    bool own = false;
    err e = read_follow(tx, a, w->order->subject, &c->follow, &c->who);
    if (!e)
        e = comment_get(tx, w->order->detail, a, &c->comment);
    if (!e && c->comment.state != COMMENT_STATE_PUBLISHED)
        return MAIL_DROP;
    if (!e)
        e = notice_own(tx, c->comment.id, c->who.email, &own);
    if (!e && own)
        return MAIL_DROP;
    if (!e)
        e = comment_typed_get(tx, c->comment.id, a, &c->typed);
    if (!e)
        e = report_get(tx, c->comment.report, a, &c->report);
    if (!e && c->report.state != REPORT_PUBLISHED)
        return MAIL_DROP;
    return e > 0 ? MAIL_DROP : e;
}

static void write_comment(const struct writing *w, const struct comment_read *c,
                          struct notice_view *v)
{
    static const char *const subjects[FOLLOW_KINDS] = {
        [FOLLOW_REPORT] = "follow_mail_comment_subject",
        [FOLLOW_REPLIES] = "follow_mail_reply_subject",
        [FOLLOW_QUESTION] = "follow_mail_answer_subject",
        [FOLLOW_SERIES] = "follow_mail_comment_subject",
    };
    static const char *const whys[FOLLOW_KINDS] = {
        [FOLLOW_REPORT] = "follow_mail_comment_why",
        [FOLLOW_REPLIES] = "follow_mail_reply_why",
        [FOLLOW_QUESTION] = "follow_mail_answer_why",
        [FOLLOW_SERIES] = "follow_mail_comment_why",
    };
    struct arena *a = w->arena;
    struct mail *m = w->mail;
    const struct comment *k = &c->comment;
    m->subject = say(w, subjects[c->follow.kind], "title", c->report.title);
    m->id = str_print(a, "comment/%" PRId64, k->id);
    m->root = str_print(a, "report/%" PRId64, k->report);
    m->parent = k->parent ? str_print(a, "comment/%" PRId64, k->parent) : m->root;
    v->letter.heading = report_headline(w->setup, a, &c->report);
    v->letter.why = theme_word(w->setup->theme, whys[c->follow.kind]);
    v->name = k->erased ? theme_word(w->setup->theme, "comment_erased_author") : k->name;
    v->body = c->typed.body;
    v->html = k->html;
    v->link = letter_link(w->setup, a, str_print(a, "/comments/%" PRId64, k->id));
}

err notice_mail_comment(const struct app *app, const struct setup *s, const struct mail_order *o,
                        struct arena *a, struct mail *ret)
{
    struct writing w = writing_of(app, s, o, a, ret);
    struct comment_read *c = arena_new(a, struct comment_read, 1);
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(app->store, &tx);
    if (!e)
        e = read_comment(&tx, &w, c);
    if (e)
        return e;
    tx_end(&tx);
    struct notice_view v = { .last = str_eq(o->note, S(NOTICE_LAST)) };
    write_comment(&w, c, &v);
    return finish(&w, &c->who, c->follow.id, &v);
}

/* ---- a new report */

err notice_mail_report(const struct app *app, const struct setup *s, const struct mail_order *o,
                       struct arena *a, struct mail *ret)
{
    struct writing w = writing_of(app, s, o, a, ret);
    struct follow follow = { 0 };
    struct subscriber who = { 0 };
    struct report report = { 0 };
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(app->store, &tx);
    if (!e)
        e = read_follow(&tx, a, o->subject, &follow, &who);
    if (!e)
        e = report_get(&tx, o->detail, a, &report);
    if (!e && report.state != REPORT_PUBLISHED)
        return MAIL_DROP;
    if (e)
        return e > 0 ? MAIL_DROP : e;
    tx_end(&tx);
    struct notice_view v = { .body = report.standfirst };
    v.letter.heading = report_headline(s, a, &report);
    v.letter.why = say(&w, "follow_mail_report_why", "series", report.series_title);
    v.link = letter_link(s, a, report.path);
    ret->subject = v.letter.heading;
    ret->id = str_print(a, "report/%" PRId64, report.id);
    return finish(&w, &who, follow.id, &v);
}

err notice_report_job(const struct app *app, const struct setup *s, const struct job *job)
{
    enum { REPORT_MEMORY = 1024 * 1024 };
    int64_t report = job->subject;
    struct arena a CLEANUP(arena_free) = { 0 };
    arena_init(&a, REPORT_MEMORY);
    struct report r = { 0 };
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(app->store, &tx);
    if (!e)
        e = report_get(&tx, report, &a, &r);
    if (e)
        return e > 0 ? OK : e; // gone: nobody is told
    tx_end(&tx);
    struct date today = format_day_of(s->formats, clock_now(&app->clock));
    bool old = date_to_days(r.date) < date_to_days(today) - NOTICE_REPORT_DAYS;
    if (!mail_enabled(s) || r.state != REPORT_PUBLISHED || old)
        return OK;
    return fan_out(app, &(struct fan_out){ .mail = S(NOTICE_REPORT_MAIL),
                                           .kind = FOLLOW_SERIES,
                                           .object = r.series,
                                           .about = report,
                                           .job = job });
}

/* ---- addresses that are refused for good */

err notice_mail_subscriber_failed(struct tx *tx, const struct mail_order *o, int64_t now)
{
    return subscriber_failed(tx, o->subject, now);
}

err notice_mail_failed(struct tx *tx, const struct mail_order *o, int64_t now)
{
    struct follow f = { 0 };
    err e = follow_get(tx, o->subject, &f);
    if (e)
        return e == SUBSCRIBER_NONE ? OK : e;
    return subscriber_failed(tx, f.subscriber, now);
}
