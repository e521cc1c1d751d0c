/* Finds the questions of a report again in a new revision, and notes which of them are public. */
#include "base/check.h"
#include "publishing/report_inside.h"

QUERY(question_all, "select id, text, passage from question where report = $1 order by id desc"
                    " limit $2");
QUERY(question_insert, "insert into question (report, text, passage, made_at)"
                       " values ($1, $2, $3, $4) returning id");
QUERY(question_update, "update question set text = $2, passage = $3 where id = $1");
QUERY(question_drop_places, "delete from revision_question where revision = $1");
QUERY(question_insert_place,
      "insert into revision_question (revision, place, question, text, passage, at)"
      " values ($1, $2, $3, $4, $5, $6)");
QUERY(question_count_all, "select count(*) from question where report = $1");
QUERY(question_count_places, "select count(*) from revision_question where revision = $1");
QUERY(question_move_place,
      "update revision_question set at = $3 where revision = $1 and place = $2");

#define SHOWN                                                                                      \
    "(select p.question from revision_question p join report r on r.words = p.revision"            \
    " where r.id = $1 and r.state = 'published')"
#define ITS(column)                                                                                \
    "(select p." column " from revision_question p join report r on r.words = p.revision"          \
    " where r.id = $1 and p.question = question.id)"
QUERY(question_show_those,
      "update question set shown = 1, series = (select series from report where id = $1),"
      " asked_at = coalesce(asked_at, $2), asked_text = " ITS("text") ", asked_passage = " ITS(
          "passage") " where id in " SHOWN);
QUERY(question_hide_others,
      "update question set shown = 0 where report = $1 and shown = 1 and id not in " SHOWN);

enum { QUESTIONS_MAX = 5000 }; /* the latest of one report, looked at to find an old one again */

struct matching {
    struct tx *tx;
    struct arena *a;
    int64_t report, now;
    struct question *known;
    bool *claimed; /* beside known */
    size_t n;
};

static struct question read_row(struct stmt *s, struct arena *a)
{
    return (struct question){ .id = column_int(s, 0),
                              .text = column_str(s, 1, a),
                              .passage = column_str(s, 2, a) };
}

static err count(struct tx *tx, const struct query *q, int64_t of, int64_t *ret)
{
    bool row = false;
    struct stmt *s = query_start(tx, q);
    bind_int(s, 1, of);
    err e = query_step(s, &row);
    if (e || !row)
        return e ? e : ERR_DATA;
    *ret = column_int(s, 0);
    query_end(s);
    return OK;
}

static err read_known(struct matching *m)
{
    bool row = true;
    int64_t max = 0;
    err e = count(m->tx, &question_count_all, m->report, &max);
    if (e)
        return fault(e);
    max = max < QUESTIONS_MAX ? max : QUESTIONS_MAX;
    m->known = arena_new(m->a, struct question, (size_t)max);
    m->claimed = arena_new(m->a, bool, (size_t)max);
    struct stmt *s = query_start(m->tx, &question_all);
    bind_int(s, 1, m->report);
    bind_int(s, 2, max);
    for (;;) {
        e = query_step(s, &row);
        if (e)
            return fault(e);
        if (!row)
            break;
        m->known[m->n++] = read_row(s, m->a);
    }
    return OK;
}

/* By what a question is found again, the surest first. */
enum sameness { SAME_ALL, SAME_TEXT, SAME_PASSAGE, SAMENESSES };

static bool same(const struct question *k, const struct body_question *q, enum sameness by)
{
    bool text = str_eq(k->text, q->text);
    bool passage = str_eq(k->passage, q->passage);
    switch (by) {
    case SAME_ALL: return text && passage;
    case SAME_TEXT: return text;
    case SAME_PASSAGE: return passage;
    case SAMENESSES: break;
    }
    check(false);
    return false;
}

/* The latest that nothing of this revision stands for yet. */
static struct question *match(struct matching *m, const struct body_question *q, enum sameness by)
{
    for (size_t i = 0; i < m->n; i++) {
        if (m->claimed[i] || !same(&m->known[i], q, by))
            continue;
        m->claimed[i] = true;
        return &m->known[i];
    }
    return NULL;
}

static err insert(struct matching *m, const struct body_question *q, int64_t *ret_id)
{
    bool row = false;
    struct stmt *s = query_start(m->tx, &question_insert);
    bind_int(s, 1, m->report);
    bind_str(s, 2, q->text);
    bind_str(s, 3, q->passage);
    bind_int(s, 4, m->now);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    *ret_id = column_int(s, 0);
    query_end(s);
    return OK;
}

/* Its words move with the revision. */
static err update(struct matching *m, const struct question *k, const struct body_question *q)
{
    if (str_eq(k->text, q->text) && str_eq(k->passage, q->passage))
        return OK;
    struct stmt *s = query_start(m->tx, &question_update);
    bind_int(s, 1, k->id);
    bind_str(s, 2, q->text);
    bind_str(s, 3, q->passage);
    err e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

static err place(struct matching *m, int64_t revision, size_t i, int64_t question,
                 const struct body_question *q)
{
    struct stmt *s = query_start(m->tx, &question_insert_place);
    bind_int(s, 1, revision);
    bind_int(s, 2, (int64_t)i);
    bind_int(s, 3, question);
    bind_str(s, 4, q->text);
    bind_str(s, 5, q->passage);
    bind_int(s, 6, (int64_t)q->at);
    err e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

/* What stands there unchanged comes first, then what has its text, so that neither a passage asked
 * anew nor one of several questions in the same words can take another's answers away. */
static err place_all(struct matching *m, int64_t revision, const struct body *body)
{
    size_t n = body->question_count;
    struct question **found = arena_new(m->a, struct question *, n);
    for (size_t by = SAME_ALL; by < SAMENESSES; by++)
        for (size_t i = 0; i < n; i++)
            if (!found[i])
                found[i] = match(m, &body->questions[i], (enum sameness)by);
    for (size_t i = 0; i < n; i++) {
        const struct body_question *q = &body->questions[i];
        int64_t id = found[i] ? found[i]->id : 0;
        err e = found[i] ? update(m, found[i], q) : insert(m, q, &id);
        if (!e)
            e = place(m, revision, i, id, q);
        if (e)
            return e;
    }
    return OK;
}

err question_place(struct tx *tx, int64_t report, int64_t revision, const struct body *body,
                   int64_t now, struct arena *a)
{
    struct stmt *s = query_start(tx, &question_drop_places);
    bind_int(s, 1, revision);
    err e = query_run(s, NULL);
    if (e)
        return fault(e);
    if (!body->question_count)
        return OK;
    struct matching m = { .tx = tx, .a = a, .report = report, .now = now };
    e = read_known(&m);
    return e ? e : place_all(&m, revision, body);
}

err question_move(struct tx *tx, int64_t report, int64_t revision, const struct body *body,
                  int64_t now, struct arena *a)
{
    int64_t places = 0;
    err e = count(tx, &question_count_places, revision, &places);
    if (e)
        return fault(e);
    if (places != (int64_t)body->question_count) {
        e = question_place(tx, report, revision, body, now, a);
        return e ? e : question_show(tx, report, now);
    }
    for (size_t i = 0; !e && i < body->question_count; i++) {
        struct stmt *s = query_start(tx, &question_move_place);
        bind_int(s, 1, revision);
        bind_int(s, 2, (int64_t)i);
        bind_int(s, 3, (int64_t)body->questions[i].at);
        e = query_run(s, NULL);
    }
    return e ? fault(e) : OK;
}

err question_show(struct tx *tx, int64_t report, int64_t now)
{
    struct stmt *s = query_start(tx, &question_show_those);
    bind_int(s, 1, report);
    bind_int(s, 2, now);
    err e = query_run(s, NULL);
    if (e)
        return fault(e);
    s = query_start(tx, &question_hide_others);
    bind_int(s, 1, report);
    e = query_run(s, NULL);
    return e ? fault(e) : OK;
}
