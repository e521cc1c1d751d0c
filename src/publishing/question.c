#include "publishing/question.h"
#include "base/check.h"
#include "publishing/report_inside.h"

QUERY(question_live, "select p.question, p.text, p.passage from revision_question p"
                     " join report r on r.words = p.revision where r.id = $1 and p.question = $2");
QUERY(question_one, "select id, text, passage from question where report = $1 and id = $2");
QUERY(question_all, "select id, text, passage from question where report = $1 order by id"
                    " limit $2");
QUERY(question_insert, "insert into question (report, text, passage, made_at)"
                       " values ($1, $2, $3, $4) returning id");
QUERY(question_update, "update question set text = $2, passage = $3 where id = $1");
QUERY(question_drop_places, "delete from revision_question where revision = $1");
QUERY(question_insert_place,
      "insert into revision_question (revision, place, question, text, passage, at)"
      " values ($1, $2, $3, $4, $5, $6)");

enum { QUESTIONS_MAX = 5000 }; /* of one report that are looked at, over all its revisions */

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

static err read_one(struct tx *tx, const struct query *q, const int64_t ids[2], struct arena *a,
                    struct question *ret)
{
    bool row = false;
    struct stmt *s = query_start(tx, q);
    bind_int(s, 1, ids[0]);
    bind_int(s, 2, ids[1]);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    if (!row)
        return QUESTION_NONE;
    *ret = read_row(s, a);
    query_end(s);
    return OK;
}

err question_get(struct tx *tx, int64_t report, int64_t id, struct arena *a, struct question *ret)
{
    const int64_t ids[2] = { report, id };
    err e = read_one(tx, &question_live, ids, a, ret);
    return e == QUESTION_NONE ? read_one(tx, &question_one, ids, a, ret) : e;
}

static err read_known(struct matching *m)
{
    bool row = true;
    m->known = arena_new(m->a, struct question, QUESTIONS_MAX);
    m->claimed = arena_new(m->a, bool, QUESTIONS_MAX);
    struct stmt *s = query_start(m->tx, &question_all);
    bind_int(s, 1, m->report);
    bind_int(s, 2, QUESTIONS_MAX);
    while (m->n < QUESTIONS_MAX) {
        err e = query_step(s, &row);
        if (e)
            return fault(e);
        if (!row)
            break;
        m->known[m->n++] = read_row(s, m->a);
    }
    query_end(s);
    return OK;
}

/* The first that nothing of this revision stands for yet: by its text, else by its passage. */
static struct question *match(struct matching *m, const struct body_question *q, bool by_text)
{
    for (size_t i = 0; i < m->n; i++) {
        struct question *k = &m->known[i];
        bool same = by_text ? str_eq(k->text, q->text) : str_eq(k->passage, q->passage);
        if (m->claimed[i] || !same)
            continue;
        m->claimed[i] = true;
        return k;
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

/* All matches by text come first, so that a passage asked anew cannot take a question away that
 * stands word for word further down. */
static err place_all(struct matching *m, int64_t revision, const struct body *body)
{
    size_t n = body->question_count;
    struct question **found = arena_new(m->a, struct question *, n);
    for (size_t i = 0; i < n; i++)
        found[i] = match(m, &body->questions[i], true);
    for (size_t i = 0; i < n; i++)
        if (!found[i])
            found[i] = match(m, &body->questions[i], false);
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
