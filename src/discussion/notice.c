#include "discussion/notice.h"
#include "discussion/comment.h"
#include "mail/mail.h"

#include <inttypes.h>

QUERY(notice_comment,
      "select report, coalesce(parent, 0), coalesce(question, 0), state = 'published' "
      "from comment where id = $1");

QUERY(notice_author, "select 1 from comment_origin where comment = $1 and email = $2");
/* What a digest names of each thing that is followed: the latest within its days. */
QUERY(notice_report, "select id from comment where report = $1 and state = 'published' "
                     "and created_at > $2 and created_at <= $3 order by id desc limit $4");
QUERY(notice_replies, "select id from comment where root = (select coalesce(root, id) from comment "
                      "where id = $1) and visible = 1 and root is not null and parent = $1 and "
                      "state = 'published' and created_at > $2 and created_at <= $3 "
                      "order by id desc limit $4");
QUERY(notice_answers, "select id from comment where question = $1 and state = 'published' "
                      "and created_at > $2 and created_at <= $3 order by id desc limit $4");

enum { SCRATCH = 256 * 1024 };

struct about {
    int64_t report, parent, question;
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
    *ret = (struct about){ column_int(s, 0), column_int(s, 1), column_int(s, 2), column_int(s, 3) };
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

err notice_new(struct tx *tx, const struct notice_span *w, struct arena *a, const int64_t **ret,
               size_t *ret_n)
{
    const struct query *q = w->kind == FOLLOW_REPORT    ? &notice_report
                            : w->kind == FOLLOW_REPLIES ? &notice_replies
                                                        : &notice_answers;
    int64_t *ids = arena_new(a, int64_t, NOTICE_NEW_MAX);
    struct stmt *s = query_start(tx, q);
    bind_int(s, 1, w->object);
    bind_int(s, 2, w->after);
    bind_int(s, 3, w->until);
    bind_int(s, 4, NOTICE_NEW_MAX);
    bool row = false;
    size_t n = 0;
    err e = query_step(s, &row);
    for (; !e && row && n < NOTICE_NEW_MAX; e = query_step(s, &row))
        ids[n++] = column_int(s, 0);
    *ret = ids;
    *ret_n = n;
    return e;
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
    return mail_add(tx, &o, p->now, NULL);
}

static err queue_some(struct tx *tx, void *arg)
{
    struct piece *p = arg;
    const struct fan_out *f = p->f;
    struct follows them = { 0 };
    int64_t after = 0;
    int64_t last = 0;
    enum follow_kind kind = f->kind;
    err e = fan_out_at(tx, kind, f->about, &after);
    if (!e)
        e = follow_followers(tx, kind, f->object, after, p->arena, &them, &last);
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
    if (e || !c.published) // taken down meanwhile
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
