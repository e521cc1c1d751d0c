#include "site/digest.h"
#include "base/scan.h"
#include "discussion/comment.h"
#include "discussion/notice.h"
#include "people/digest_round.h"
#include "people/keys.h"
#include "publishing/layout.h"
#include "publishing/letter.h"
#include "publishing/report.h"
#include "render/format.h"
#include "render/theme.h"
#include "site/follow_thing.h"
#include "site/notice_mail.h"
#include "store/job.h"

#include <inttypes.h>

struct digest_item {
    struct str title, url;
    struct list news; /* of layout_link */
    bool more;
};
static const struct field item_fields[] = {
    FIELD_STR(struct digest_item, title),
    FIELD_STR(struct digest_item, url),
    FIELD_LIST(struct digest_item, news, &layout_link_view),
    FIELD_BOOL(struct digest_item, more),
};
static const struct view item_view = VIEW(struct digest_item, item_fields);

struct digest_view {
    struct letter letter;
    struct list items;
    struct str manage;
};
static const struct field digest_fields[] = {
    FIELD_VIEW(struct digest_view, letter, &letter_view),
    FIELD_LIST(struct digest_view, items, &item_view),
    FIELD_STR(struct digest_view, manage),
};
static const struct view digest_view = VIEW(struct digest_view, digest_fields);
TEMPLATE(digest_text, "mail/digest.txt", &digest_view, TEMPLATE_TEXT);
TEMPLATE(digest_html, "mail/digest.html", &digest_view, TEMPLATE_HTML);

/* ---- when */

enum { MONDAY = 4, DAYS = 7 }; /* 1970-01-01 was a Thursday: days % 7 of a Monday */

static int64_t hour_of(const struct setup *s, int64_t day)
{
    return format_instant(s->formats, date_from_days(day), DIGEST_HOUR * 60);
}

/* The latest hour at which a digest of this pace was due. */
static int64_t due_of(const struct setup *s, enum follow_pace pace, int64_t now)
{
    int64_t day = date_to_days(format_day_of(s->formats, now));
    int64_t step = pace == PACE_WEEKLY ? DAYS : 1;
    day -= (day + DAYS - MONDAY) % step;
    int64_t at = hour_of(s, day);
    return at <= now ? at : hour_of(s, day - step);
}

static err promise(struct tx *tx, void *arg)
{
    const int64_t *at = arg;
    return job_add(tx, S(DIGEST_JOB), 0, *at);
}

err digest_promise(const struct app *app)
{
    int64_t now = clock_now(&app->clock);
    return store_write(app->store, promise, &now);
}

static err promise_next(const struct app *app, const struct setup *s)
{
    int64_t now = clock_now(&app->clock);
    int64_t day = date_to_days(format_day_of(s->formats, now));
    int64_t at = hour_of(s, day);
    if (at <= now)
        at = hour_of(s, day + 1);
    return store_write(app->store, promise, &at);
}

/* ---- whom */

struct telling {
    struct digest_round round;
    int64_t due, now;
    struct arena *arena;
    bool any, ended;
};

static err queue_one(struct tx *tx, const struct telling *t, int64_t subscriber)
{
    const struct digest_round *r = &t->round;
    struct str pace = follow_pace_str(r->pace);
    struct mail_order o = {
        .key = str_print(t->arena, "digest/" STR_FMT "/%" PRId64 "/%" PRId64, STR_ARG(pace),
                         r->until, subscriber),
        .kind = S(DIGEST_MAIL),
        .subject = subscriber,
        .detail = r->until,
        .note = str_print(t->arena, STR_FMT "/%" PRId64, STR_ARG(pace), r->since),
    };
    return mail_add(tx, &o, t->now, NULL);
}

static err begin(struct tx *tx, void *arg)
{
    struct telling *t = arg;
    return digest_round_begin(tx, t->round.pace, t->due, &t->round, &t->any);
}

static err queue_some(struct tx *tx, void *arg)
{
    struct telling *t = arg;
    struct digest_round *r = &t->round;
    const int64_t *ids = NULL;
    size_t n = 0;
    err e = subscriber_of_pace(tx, r->pace, r->last, t->arena, &ids, &n);
    for (size_t i = 0; !e && i < n; i++)
        e = queue_one(tx, t, ids[i]);
    t->ended = n < FOLLOWERS_MAX;
    if (n)
        r->last = ids[n - 1];
    if (e)
        return e;
    return t->ended ? digest_round_end(tx, r) : digest_round_set(tx, r);
}

static err run_round(const struct app *app, struct telling *t)
{
    enum { ROUND_MEMORY = 256 * 1024 };
    struct arena a CLEANUP(arena_free) = { 0 };
    t->arena = &a;
    t->ended = false;
    err e = OK;
    while (!e && !t->ended) {
        arena_free(&a);
        arena_init(&a, ROUND_MEMORY);
        e = store_write(app->store, queue_some, t);
    }
    return e;
}

/* One that was cut off, if any, and what has become due since. */
static err run_pace(const struct app *app, const struct setup *s, enum follow_pace pace)
{
    int64_t now = clock_now(&app->clock);
    struct telling t = { .round = { .pace = pace }, .due = due_of(s, pace, now), .now = now };
    err e = store_write(app->store, begin, &t);
    while (!e && t.any) {
        e = run_round(app, &t);
        if (!e)
            e = store_write(app->store, begin, &t);
    }
    return e;
}

err digest_job(const struct app *app, const struct setup *s)
{
    err e = OK;
    if (mail_enabled(s))
        e = run_pace(app, s, PACE_DAILY);
    if (!e && mail_enabled(s))
        e = run_pace(app, s, PACE_WEEKLY);
    return e ? e : promise_next(app, s);
}

/* ---- what */

struct gathering {
    const struct setup *setup;
    struct arena *arena;
    enum follow_pace pace;
    int64_t after, until;
    struct digest_item *items;
    size_t n, links;
};

static err add_comment(struct tx *tx, const struct gathering *g, int64_t id,
                       struct layout_link *ret)
{
    struct comment c = { 0 };
    err e = comment_get(tx, id, g->arena, &c);
    if (e)
        return e;
    struct str who = c.erased ? theme_word(g->setup->theme, "comment_erased_author") : c.name;
    *ret = (struct layout_link){
        .title = who,
        .url = letter_link(g->setup, g->arena, str_print(g->arena, "/comments/%" PRId64, id)),
    };
    return OK;
}

static err find_comments(struct tx *tx, const struct gathering *g, const struct follow *f,
                         struct layout_link *links, size_t *ret_n)
{
    struct notice_span span = { f->kind, f->object, g->after, g->until };
    const int64_t *ids = NULL;
    size_t n = 0;
    err e = notice_new(tx, &span, g->arena, &ids, &n);
    for (size_t i = 0; !e && i < n; i++)
        e = add_comment(tx, g, ids[i], &links[i]);
    *ret_n = n;
    return e;
}

/* Reports that became public within the span; a list is in order of their dates, so the latest ones
 * are looked through. */
static err find_reports(struct tx *tx, const struct gathering *g, const struct follow *f,
                        struct layout_link *links, size_t *ret_n)
{
    struct report_query q = { .series = f->object, .max = 20 };
    struct report_rows rows = { 0 };
    err e = report_list(tx, &q, g->arena, &rows);
    size_t n = 0;
    for (size_t i = 0; !e && i < rows.n && n < NOTICE_NEW_MAX; i++) {
        const struct report *r = &rows.reports[i];
        if (r->published_at > g->after && r->published_at <= g->until)
            links[n++] = (struct layout_link){ .title = report_headline(g->setup, g->arena, r),
                                               .url = letter_link(g->setup, g->arena, r->path) };
    }
    *ret_n = n;
    return e;
}

static err add_item(struct tx *tx, struct gathering *g, const struct follow *f)
{
    struct follow_thing t = { 0 };
    struct layout_link *links = arena_new(g->arena, struct layout_link, NOTICE_NEW_MAX);
    size_t n = 0;
    err e = follow_thing_read(tx, g->setup, g->arena, f->kind, f->object, &t);
    if (e)
        return e < 0 ? e : OK; // gone: nothing is new of it
    e = f->kind == FOLLOW_SERIES ? find_reports(tx, g, f, links, &n)
                                 : find_comments(tx, g, f, links, &n);
    if (e || !n)
        return e;
    const struct word_arg args[] = { { .name = "title", .text = t.title } };
    g->items[g->n++] = (struct digest_item){
        .title =
            theme_phrase(g->setup->theme, g->arena, follow_thing_word(f->kind), args, COUNT(args)),
        .url = letter_link(g->setup, g->arena, t.path),
        .news = { links, n },
        .more = n == NOTICE_NEW_MAX,
    };
    g->links += n;
    return OK;
}

static err gather(struct tx *tx, struct gathering *g, int64_t subscriber, enum follow_pace pace)
{
    struct follows all = { 0 };
    err e = follow_list(tx, subscriber, g->arena, &all);
    g->items = arena_new(g->arena, struct digest_item, all.n);
    for (size_t i = 0; !e && i < all.n && g->links < DIGEST_MAX; i++)
        if (all.follows[i].confirmed && all.follows[i].pace == pace)
            e = add_item(tx, g, &all.follows[i]);
    return e;
}

static err read_digest(const struct app *app, const struct mail_order *o, struct gathering *g,
                       struct subscriber *who)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(app->store, &tx);
    if (!e)
        e = subscriber_get(&tx, o->subject, g->arena, who);
    if (e || !who->confirmed || who->blocked || who->failed)
        return e < 0 ? e : MAIL_DROP;
    e = gather(&tx, g, who->id, g->pace);
    return e ? e : g->n ? OK : MAIL_DROP;
}

/* "weekly/SINCE" */
static bool parse_note(struct str note, enum follow_pace *ret_pace, int64_t *ret_since)
{
    struct str pace = { 0 };
    struct str since = { 0 };
    return str_cut(note, '/', &pace, &since) && follow_pace_parse(pace, ret_pace) &&
           int_parse(since, 0, INT64_MAX, ret_since);
}

err digest_mail(const struct app *app, const struct setup *s, const struct mail_order *o,
                struct arena *a, struct mail *ret)
{
    struct gathering g = { .setup = s, .arena = a, .until = o->detail };
    struct subscriber who = { 0 };
    if (!parse_note(o->note, &g.pace, &g.after))
        return MAIL_DROP;
    err e = read_digest(app, o, &g, &who);
    if (e)
        return e;
    const struct word_arg args[] = { { .name = "site",
                                       .text = config_text(s->config, &site_title) } };
    struct str manage = subscriptions_path(app->keys, a, who.id, clock_now(&app->clock));
    struct digest_view v = { .items = { g.items, g.n }, .manage = letter_link(s, a, manage) };
    v.letter.heading = theme_phrase(s->theme, a, "follow_mail_digest_subject", args, COUNT(args));
    v.letter.why = theme_word(s->theme, "follow_mail_digest_why");
    struct leaving leaving = { .subscriber = who.id, .pace = g.pace };
    ret->unsubscribe = letter_link(s, a, leave_path(app->keys, a, leaving));
    v.letter.unsubscribe = ret->unsubscribe;
    letter_fill(s, a, &v.letter);
    ret->subject = v.letter.heading;
    ret->to = who.email;
    return letter_render(s, a, &(struct letter_pages){ &digest_text, &digest_html, &v }, ret);
}
