#include "discussion/notice.h"
#include "base/check.h"
#include "discussion/comment.h"

#include <inttypes.h>

QUERY(notice_comment,
      "select report, coalesce(parent, 0), coalesce(question, 0), state = 'published', created_at "
      "from comment where id = $1");

QUERY(notice_author, "select 1 from comment_origin where comment = $1 and email = $2");
/* What a digest names of each thing that is followed. The latest are read until one is too old. */
#define NEW_ROWS "select id, created_at, coalesce(parent, 0), state = 'published' from comment "
QUERY(notice_report,
      NEW_ROWS "where report = $1 and state = 'published' order by id desc limit $2");
QUERY(notice_replies,
      NEW_ROWS "where root = (select coalesce(root, id) from comment where id = $1) "
               "and root is not null and visible = 1 order by id desc limit $2");
QUERY(notice_answers, NEW_ROWS "where question = $1 and question is not null and visible = 1 "
                               "order by created_at desc, id desc limit $2");
/* And those that were held then, and were approved since. */
QUERY(notice_approved,
      "select c.id, d.at, c.created_at, c.report, coalesce(c.parent, 0), coalesce(c.question, 0), "
      "c.state = 'published' and d.was = 'held' and d.became = 'published' and d.undone = 0 "
      "from decision d join comment c on c.id = d.comment order by d.id desc limit $1");

enum { SCRATCH = 256 * 1024 };

struct about {
    int64_t report, parent, question, created_at;
    bool published;
};

static err read_about(struct tx *tx, int64_t comment, struct about *ret)
{
    struct stmt *s = query_start(tx, &notice_comment);
    bind_int(s, 1, comment);
    bool row = false;
    err e = query_step(s, &row);
    if (e || !row)
        return e;
    *ret = (struct about){ .report = column_int(s, 0),
                           .parent = column_int(s, 1),
                           .question = column_int(s, 2),
                           .published = column_int(s, 3),
                           .created_at = column_int(s, 4) };
    query_end(s);
    return OK;
}

err notice_promise(struct tx *tx, int64_t comment, int64_t report, int64_t now)
{
    bool any = false;
    struct about c = { 0 };
    err e = follow_any(tx, FOLLOW_REPORT, report, &any);
    if (!e && !any)
        e = read_about(tx, comment, &c);
    if (!e && !any && c.parent)
        e = follow_any(tx, FOLLOW_REPLIES, c.parent, &any);
    if (!e && !any && c.question)
        e = follow_any(tx, FOLLOW_QUESTION, c.question, &any);
    return e || !any ? e : job_add(tx, S(NOTICE_JOB), comment, now);
}

err notice_own(struct tx *tx, int64_t comment, struct str email, bool *ret)
{
    struct stmt *s = query_start(tx, &notice_author);
    bind_int(s, 1, comment);
    bind_str(s, 2, email);
    err e = query_step(s, ret);
    if (!e && *ret)
        query_end(s);
    return e;
}

/* ---- what is new */

struct news {
    struct tx *tx;
    struct notice_span span;
    int64_t *ids;
    size_t n;
};

static bool add_news(struct news *w, int64_t id)
{
    w->ids[w->n++] = id;
    return w->n < NOTICE_NEW_MAX;
}

static err look_at_written(struct news *w)
{
    const struct notice_span *span = &w->span;
    const struct query *q = span->kind == FOLLOW_REPORT    ? &notice_report
                            : span->kind == FOLLOW_REPLIES ? &notice_replies
                                                           : &notice_answers;
    struct stmt *s = query_start(w->tx, q);
    bind_int(s, 1, span->object);
    bind_int(s, 2, NOTICE_LOOK_MAX);
    for (bool more = true; more;) {
        bool row = false;
        err e = query_step(s, &row);
        if (e || !row)
            return e;
        int64_t at = column_int(s, 1);
        bool meant = span->kind != FOLLOW_REPLIES || column_int(s, 2) == span->object;
        more = at > span->after;
        if (more && at <= span->until && meant && column_int(s, 3))
            more = add_news(w, column_int(s, 0));
    }
    query_end(s);
    return OK;
}

static err look_at_approved(struct news *w)
{
    enum { REPORT = 3 }; /* columns: what a follow's kind is about */
    const struct notice_span *span = &w->span;
    int about = REPORT + (int)span->kind - FOLLOW_REPORT;
    struct stmt *s = query_start(w->tx, &notice_approved);
    bind_int(s, 1, NOTICE_LOOK_MAX);
    for (bool more = w->n < NOTICE_NEW_MAX; more;) {
        bool row = false;
        err e = query_step(s, &row);
        if (e || !row)
            return e;
        int64_t at = column_int(s, 1);
        bool meant = column_int(s, about) == span->object && column_int(s, REPORT + 3);
        more = at > span->after;
        if (more && at <= span->until && meant && column_int(s, 2) <= span->after)
            more = add_news(w, column_int(s, 0));
    }
    query_end(s);
    return OK;
}

err notice_new(struct tx *tx, const struct notice_span *span, struct arena *a, const int64_t **ret,
               size_t *ret_n)
{
    check(span->kind >= FOLLOW_REPORT && span->kind <= FOLLOW_QUESTION);
    struct news w = { .tx = tx, .span = *span, .ids = arena_new(a, int64_t, NOTICE_NEW_MAX) };
    err e = look_at_written(&w);
    if (!e && w.n < NOTICE_NEW_MAX)
        e = look_at_approved(&w);
    if (e)
        return fault(e);
    *ret = w.ids;
    *ret_n = w.n;
    return OK;
}

/* ---- one fan-out */

struct piece {
    const struct fan_out *f;
    struct arena *arena;
    int64_t now;
    bool ended;
};

static err queue_one(struct tx *tx, const struct piece *p, const struct follow *who)
{
    const struct fan_out *f = p->f;
    struct mail_order o = { .key = str_print(p->arena, STR_FMT "/%" PRId64 "/%" PRId64,
                                             STR_ARG(f->mail), f->about, who->subscriber),
                            .kind = f->mail,
                            .subject = who->id,
                            .detail = f->about };
    int64_t n = 0;
    err e = str_eq(f->mail, S(NOTICE_MAIL)) ? subscriber_told(tx, who->subscriber, p->now, &n) : OK;
    if (e || n > NOTICE_HOUR_MAX)
        return e;
    if (n == NOTICE_HOUR_MAX)
        o.note = S(NOTICE_LAST);
    return mail_add(tx, &o, p->now, NULL);
}

static err queue_some(struct tx *tx, void *arg)
{
    struct piece *p = arg;
    const struct fan_out *f = p->f;
    struct follows them = { 0 };
    int64_t last = 0;
    enum follow_kind kind = f->kind;
    struct follow_place from = { .kind = kind, .object = f->object };
    err e = fan_out_at(tx, kind, f->about, &from.after);
    if (!e)
        e = follow_followers(tx, &from, p->arena, &them, &last);
    for (size_t i = 0; !e && i < them.n; i++)
        e = queue_one(tx, p, &them.follows[i]);
    p->ended = !last;
    if (e)
        return e;
    return last ? fan_out_set(tx, kind, f->about, last) : fan_out_end(tx, kind, f->about);
}

err fan_out(const struct app *app, const struct fan_out *f)
{
    struct arena a CLEANUP(arena_free) = { 0 };
    struct piece p = { .f = f, .arena = &a };
    while (!p.ended) {
        if (job_stopping(f->job))
            return fault(ERR_BUSY); // it goes on where it was after the next start
        arena_free(&a);
        arena_init(&a, SCRATCH);
        p.now = clock_now(&app->clock);
        err e = store_write(app->store, queue_some, &p);
        if (e)
            return e;
    }
    return OK;
}

static err look(const struct app *app, int64_t comment, struct about *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(app->store, &tx);
    return e ? e : read_about(&tx, comment, ret);
}

err notice_job(const struct app *app, const struct job *job)
{
    int64_t comment = job->subject;
    struct about c = { 0 };
    err e = look(app, comment, &c);
    bool old = c.created_at < clock_now(&app->clock) - NOTICE_DAYS * DAY;
    if (e || !c.published || old) // taken down meanwhile, or come back after a long time
        return e;
    struct fan_out f = { .mail = S(NOTICE_MAIL), .about = comment, .job = job };
    const struct {
        enum follow_kind kind;
        int64_t object;
    } to[] = { { FOLLOW_REPLIES, c.parent },
               { FOLLOW_QUESTION, c.question },
               { FOLLOW_REPORT, c.report } };
    for (size_t i = 0; !e && i < COUNT(to); i++) {
        f.kind = to[i].kind;
        f.object = to[i].object;
        if (f.object)
            e = fan_out(app, &f);
    }
    return e;
}
