#include "discussion/filter_learn.h"
#include "base/buf.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/scan.h"
#include "base/utf8.h"
#include "discussion/gate_inside.h"
#include "store/job.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

// One row of values: see known_writer in hold_rules.c.
QUERY(lesson_put, "insert into filter_lesson (comment, spam, guess, at) values ($1, $2, "
                  "(select o.guess from comment_origin o where o.comment = $1), $3) "
                  "on conflict (comment) do update set spam = excluded.spam, at = excluded.at");
QUERY(lesson_back, "update filter_lesson set spam = null where comment = $1");
#define NEW_LESSON "coalesce(learned, -1) <> coalesce(spam, -1)"
QUERY(lesson_rows,
      "select l.comment, coalesce(l.spam, -1), coalesce(l.learned, -1), c.name, o.body "
      "from filter_lesson l join comment c on c.id = l.comment "
      "join comment_origin o on o.comment = l.comment "
      "where coalesce(l.learned, -1) <> coalesce(l.spam, -1) "
      "order by l.comment limit $1");
QUERY(lesson_done, "update filter_lesson set learned = spam where comment = $1 "
                   "and coalesce(spam, -1) = $2 and coalesce(learned, -1) = $3");
QUERY(lesson_lost, "delete from filter_lesson where " NEW_LESSON
                   " and not exists (select 1 from comment_origin o "
                   "where o.comment = filter_lesson.comment)");
QUERY(feature_add, "insert into filter_feature (feature, good, bad) values ($1, "
                   "case when $2 > 0 then $2 else 0 end, case when $3 > 0 then $3 else 0 end) "
                   "on conflict (feature) do update set "
                   "good = case when filter_feature.good + $2 > 0 "
                   "then filter_feature.good + $2 else 0 end, "
                   "bad = case when filter_feature.bad + $3 > 0 "
                   "then filter_feature.bad + $3 else 0 end");
QUERY(feature_rows, "select feature, good, bad from filter_feature order by feature limit $1");
QUERY(feature_count, "select count(*) from filter_feature where feature <> 0");
QUERY(feature_evict, "delete from filter_feature where feature in (select feature "
                     "from filter_feature where feature <> 0 and good + bad <= $1 limit $2)");
QUERY(feature_none, "delete from filter_feature");
QUERY(figures_row, "select coalesce(sum(1 - spam), 0), "
                   "coalesce(sum(case when spam = 0 and guess >= $2 then 1 else 0 end), 0), "
                   "coalesce(sum(spam), 0), "
                   "coalesce(sum(case when spam = 1 and guess < $2 then 1 else 0 end), 0) "
                   "from filter_lesson where at > $1 and guess is not null and spam is not null");
QUERY(comments_row, "select good, bad from filter_feature where feature = 0");

enum {
    LESSONS_AT_ONCE = 50,
    CHANGES_SOFT = 8000, /* features of one transaction: some 30 ms of the writer */
    EVICT_AT_ONCE = 5000,
    FEATURES_KEPT = FILTER_FEATURES_MAX / 4 * 3, /* when room is made */
    MODEL_BYTES_MAX = 8 * 1024 * 1024,
    JOB_BYTES_MAX = 64 * 1024 * 1024,
    LESSON_CHANGED = 1,
    WARM_LINE_MAX = 256 * 1024,
};

/* ---- lessons */

err filter_lesson(struct tx *tx, int64_t comment, enum lesson lesson, int64_t now)
{
    struct stmt *s = query_start(tx, lesson == LESSON_NONE ? &lesson_back : &lesson_put);
    int64_t changes = 0;
    bind_int(s, 1, comment);
    if (lesson != LESSON_NONE) {
        bind_int(s, 2, lesson == LESSON_SPAM);
        bind_int(s, 3, now);
    }
    err e = query_run(s, &changes);
    if (e)
        return fault(e);
    return changes ? job_add(tx, S(FILTER_LEARN_JOB), 0, now) : OK;
}

/* ---- changes of counts, gathered by feature */

struct change {
    int64_t hash;
    struct filter_counts counts;
};
struct changes {
    struct filter_counts comments;
    struct change *slots; /* open addressing */
    size_t size, n;       /* size: a power of two */
};

static struct changes changes_make(struct arena *a, size_t size)
{
    return (struct changes){ .slots = arena_new(a, struct change, size), .size = size };
}

static bool changes_add(struct changes *c, struct features of, struct filter_counts by)
{
    if (c->n + of.n >= c->size - c->size / 4)
        return false;
    c->comments.good += by.good;
    c->comments.bad += by.bad;
    for (size_t i = 0; i < of.n; i++) {
        size_t at = (size_t)of.items[i].hash & (c->size - 1);
        while (c->slots[at].hash && c->slots[at].hash != of.items[i].hash)
            at = (at + 1) & (c->size - 1);
        c->n += !c->slots[at].hash;
        c->slots[at].hash = of.items[i].hash;
        c->slots[at].counts.good += by.good;
        c->slots[at].counts.bad += by.bad;
    }
    return true;
}

static err write_one(struct tx *tx, int64_t hash, struct filter_counts by)
{
    if (!by.good && !by.bad)
        return OK;
    struct stmt *s = query_start(tx, &feature_add);
    bind_int(s, 1, hash);
    bind_int(s, 2, by.good);
    bind_int(s, 3, by.bad);
    return query_run(s, NULL);
}

static err changes_write(struct tx *tx, const struct changes *c)
{
    err e = write_one(tx, 0, c->comments);
    for (size_t i = 0; !e && i < c->size; i++)
        if (c->slots[i].hash)
            e = write_one(tx, c->slots[i].hash, c->slots[i].counts);
    return e ? fault(e) : OK;
}

static err count_features(struct tx *tx, int64_t *ret)
{
    struct stmt *s = query_start(tx, &feature_count);
    bool row = false;
    err e = query_step(s, &row);
    if (e || !row)
        return fault(e ? e : ERR_DATA);
    *ret = column_int(s, 0);
    query_end(s);
    return OK;
}

/* ---- the model in memory */

struct learner {
    struct store *store;
    pthread_mutex_t load;  /* of who reads the model anew, or writes what changes it */
    pthread_rwlock_t lock; /* of what follows */
    struct arena arena;
    struct filter *model; /* NULL: empty */
    atomic_bool stale;
};

struct learner *learner_make(struct arena *a, struct store *s)
{
    struct learner *l = arena_new(a, struct learner, 1);
    *l = (struct learner){ .store = s, .stale = true };
    check(pthread_mutex_init(&l->load, NULL) == 0 && pthread_rwlock_init(&l->lock, NULL) == 0);
    return l;
}

void learner_end(struct learner *l)
{
    if (!l)
        return;
    if (l->model)
        arena_free(&l->arena);
    pthread_rwlock_destroy(&l->lock);
    pthread_mutex_destroy(&l->load);
}

void learner_stale(struct learner *l)
{
    atomic_store(&l->stale, true);
}

static err read_model(struct store *s, struct arena *a, struct filter **ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(s, &tx);
    if (e)
        return fault(e);
    struct stmt *q = query_start(&tx, &feature_rows);
    bind_int(q, 1, FILTER_FEATURES_MAX + 1);
    for (;;) {
        bool row = false;
        e = query_step(q, &row);
        if (e)
            return fault(e);
        if (!row)
            return OK;
        if (!*ret)
            *ret = filter_make(a);
        struct filter_counts counts = { column_int(q, 1), column_int(q, 2) };
        if (!filter_add(*ret, column_int(q, 0), counts))
            return OK; // there may be too many until the job has made room
    }
}

/* Reads the model anew; under `load`. */
static err load(struct learner *l)
{
    struct arena fresh;
    struct filter *model = NULL;
    arena_init(&fresh, MODEL_BYTES_MAX);
    atomic_store(&l->stale, false); // before: what changes meanwhile makes it stale again
    err e = read_model(l->store, &fresh, &model);
    if (e) {
        atomic_store(&l->stale, true);
        arena_free(&fresh);
        return e;
    }
    pthread_rwlock_wrlock(&l->lock);
    struct arena old = l->arena;
    bool was = l->model != NULL;
    l->arena = fresh;
    l->model = model;
    pthread_rwlock_unlock(&l->lock);
    if (was)
        arena_free(&old);
    if (!model)
        arena_free(&fresh);
    return OK;
}

err learner_guess(struct learner *l, struct arena *a, struct str name, struct str body,
                  struct filter_guess *ret)
{
    *ret = (struct filter_guess){ 0 };
    err e = OK;
    if (atomic_load(&l->stale) && pthread_mutex_trylock(&l->load) == 0) {
        e = load(l);
        pthread_mutex_unlock(&l->load);
    }
    pthread_rwlock_rdlock(&l->lock);
    if (!e && l->model)
        filter_judge(l->model, filter_features(a, name, body), ret);
    pthread_rwlock_unlock(&l->lock);
    return e;
}

static void apply(struct learner *l, const struct changes *c)
{
    pthread_rwlock_wrlock(&l->lock);
    bool fits = l->model && filter_add(l->model, 0, c->comments);
    for (size_t i = 0; fits && i < c->size; i++)
        if (c->slots[i].hash)
            fits = filter_add(l->model, c->slots[i].hash, c->slots[i].counts);
    pthread_rwlock_unlock(&l->lock);
    if (!fits)
        learner_stale(l);
}

/* ---- the job */

struct taught {
    int64_t comment, spam, learned; /* -1: none */
};
struct lessons {
    struct taught taught[LESSONS_AT_ONCE];
    size_t n;
    struct changes changes;
};

static void count_lesson(int64_t verdict, int64_t by, struct filter_counts *counts)
{
    if (verdict == 0)
        counts->good += by;
    if (verdict == 1)
        counts->bad += by;
}

static err read_lessons(struct store *s, struct arena *a, struct lessons *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(s, &tx);
    if (e)
        return fault(e);
    struct stmt *q = query_start(&tx, &lesson_rows);
    bind_int(q, 1, LESSONS_AT_ONCE);
    while (ret->n < LESSONS_AT_ONCE && ret->changes.n < CHANGES_SOFT) {
        bool row = false;
        e = query_step(q, &row);
        if (e)
            return fault(e);
        if (!row)
            break;
        struct taught t = { column_int(q, 0), column_int(q, 1), column_int(q, 2) };
        struct filter_counts by = { 0 };
        count_lesson(t.learned, -1, &by);
        count_lesson(t.spam, 1, &by);
        struct features of = filter_features(a, column_str(q, 3, a), column_str(q, 4, a));
        check(changes_add(&ret->changes, of, by)); // there is room beyond the soft limit
        ret->taught[ret->n++] = t;
    }
    return OK;
}

static err learn_work(struct tx *tx, void *arg)
{
    const struct lessons *l = arg;
    for (size_t i = 0; i < l->n; i++) {
        int64_t changes = 0;
        struct stmt *s = query_start(tx, &lesson_done);
        bind_int(s, 1, l->taught[i].comment);
        bind_int(s, 2, l->taught[i].spam);
        bind_int(s, 3, l->taught[i].learned);
        err e = query_run(s, &changes);
        if (e)
            return fault(e);
        if (!changes)
            return LESSON_CHANGED; // decided anew meanwhile: read again
    }
    return changes_write(tx, &l->changes);
}

static err forget_lost(struct tx *tx, void *arg)
{
    (void)arg;
    return query_run(query_start(tx, &lesson_lost), NULL);
}

/* One round: *ret_n lessons were learned. */
static err learn_some(struct store *s, struct learner *l, size_t *ret_n)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, JOB_BYTES_MAX);
    struct lessons *lessons = arena_new(&a, struct lessons, 1);
    lessons->changes = changes_make(&a, 1 << 15);
    err e = read_lessons(s, &a, lessons);
    *ret_n = lessons->n;
    if (e || !lessons->n)
        return e;
    e = store_write(s, learn_work, lessons);
    if (!e && l)
        apply(l, &lessons->changes);
    return e == LESSON_CHANGED ? OK : e;
}

struct evicting {
    int64_t below, left;
};

static err evict_work(struct tx *tx, void *arg)
{
    struct evicting *v = arg;
    int64_t gone = 0;
    struct stmt *s = query_start(tx, &feature_evict);
    bind_int(s, 1, v->below);
    bind_int(s, 2, EVICT_AT_ONCE);
    err e = query_run(s, &gone);
    if (e)
        return fault(e);
    v->below += gone < EVICT_AT_ONCE;
    tx_touch(tx, "filter");
    return count_features(tx, &v->left);
}

/* Features that few comments had make room, until a quarter is free. */
static err make_room(struct store *s)
{
    struct evicting v = { .below = 1 };
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(s, &tx);
    if (!e)
        e = count_features(&tx, &v.left);
    tx_end(&tx);
    if (e || v.left <= FILTER_FEATURES_MAX)
        return e ? fault(e) : OK;
    while (!e && v.left > FEATURES_KEPT)
        e = store_write(s, evict_work, &v);
    return e;
}

err filter_learn_job(const struct app *app)
{
    struct learner *l = app->gate ? app->gate->learner : NULL;
    size_t n = 1;
    err e = OK;
    while (!e && n) {
        if (l)
            pthread_mutex_lock(&l->load);
        e = learn_some(app->store, l, &n);
        if (l)
            pthread_mutex_unlock(&l->load);
    }
    if (!e)
        e = store_write(app->store, forget_lost, NULL);
    return e ? fault(e) : make_room(app->store);
}

/* ---- figures and files */

err filter_figures_get(struct tx *tx, int64_t since, int64_t from, struct filter_figures *ret)
{
    struct stmt *s = query_start(tx, &figures_row);
    bind_int(s, 1, since);
    bind_int(s, 2, from);
    bool row = false;
    err e = query_step(s, &row);
    if (e || !row)
        return fault(e ? e : ERR_DATA);
    *ret = (struct filter_figures){ .good = column_int(s, 0),
                                    .good_wrong = column_int(s, 1),
                                    .spam = column_int(s, 2),
                                    .spam_wrong = column_int(s, 3) };
    query_end(s);
    s = query_start(tx, &comments_row);
    e = query_step(s, &row);
    if (!e && row) {
        ret->learned_good = column_int(s, 0);
        ret->learned_spam = column_int(s, 1);
        query_end(s);
    }
    return e ? fault(e) : count_features(tx, &ret->features);
}

err filter_export(struct store *s, struct arena *a, struct str *ret)
{
    struct buf out CLEANUP(buf_free) = buf_make(FILTER_FILE_MAX);
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(s, &tx);
    if (e)
        return fault(e);
    struct stmt *q = query_start(&tx, &feature_rows);
    bind_int(q, 1, FILTER_FEATURES_MAX + 1);
    bool head = false;
    for (;;) {
        bool row = false;
        e = query_step(q, &row);
        if (e)
            return fault(e);
        int64_t hash = row ? column_int(q, 0) : 1;
        if (!head && hash)
            buf_put(&out, S("diurnal-filter 1\ncomments 0 0\n"));
        head = true;
        if (!row)
            break;
        if (hash)
            buf_print(&out, "%016" PRIx64, (uint64_t)hash);
        else
            buf_put(&out, S("diurnal-filter 1\ncomments"));
        buf_print(&out, " %" PRId64 " %" PRId64 "\n", column_int(q, 1), column_int(q, 2));
    }
    *ret = buf_copy(&out, a);
    return buf_full(&out) ? fault(ERR_LIMIT) : OK;
}

struct importing {
    struct actor by;
    const struct filter_line *lines;
    size_t n;
    const struct changes *changes; /* instead of lines */
    int64_t now;
    struct str detail;
};

static err import_work(struct tx *tx, void *arg)
{
    const struct importing *i = arg;
    int64_t count = 0;
    err e = i->changes ? changes_write(tx, i->changes) : OK;
    for (size_t k = 0; !e && k < i->n; k++)
        e = write_one(tx, i->lines[k].hash, i->lines[k].counts);
    if (!e)
        e = count_features(tx, &count);
    if (e)
        return e;
    if (count > FILTER_FEATURES_MAX)
        return FILTER_REFUSED;
    tx_touch(tx, "filter");
    struct audit_note note = { .action = i->changes ? S("filter.warm") : S("filter.import"),
                               .detail = i->detail,
                               .now = i->now };
    return audit_add(tx, i->by, &note);
}

static err import(struct store *s, struct importing *i, struct str *ret_why)
{
    err e = store_write(s, import_work, i);
    if (e == FILTER_REFUSED)
        *ret_why =
            S("with this there would be more features than the filter holds; reset it first");
    return e;
}

err filter_import(struct store *s, struct actor by, struct str file, int64_t now, struct arena *a,
                  struct str *ret_why)
{
    struct importing i = { .by = by, .now = now };
    if (filter_parse(file, a, &i.lines, &i.n, ret_why))
        return FILTER_REFUSED;
    i.detail = str_print(a, "%zu features of %" PRId64 " good and %" PRId64 " bad comments",
                         i.n - 1, i.lines[0].counts.good, i.lines[0].counts.bad);
    return import(s, &i, ret_why);
}

err filter_reset(struct tx *tx, struct actor by, int64_t now)
{
    err e = query_run(query_start(tx, &feature_none), NULL);
    if (e)
        return fault(e);
    tx_touch(tx, "filter");
    return audit_add(tx, by, &(struct audit_note){ .action = S("filter.reset"), .now = now });
}

/* ---- decisions made elsewhere */

static bool warm_line(struct str line, struct arena *a, struct changes *c)
{
    const struct json *j = NULL;
    struct str why = { 0 };
    struct str other = { 0 };
    struct str name = { 0 };
    struct str body = { 0 };
    bool spam = false;
    if (json_parse(line, WARM_LINE_MAX, a, &j, &why) || j->kind != JSON_KIND_OBJECT ||
        !json_only(j, "spam name body", &other) || !json_get_bool(j, "spam", &spam) ||
        !json_get_str(j, "body", &body))
        return false;
    (void)json_get_str(j, "name", &name); // it may be missing
    struct features of = filter_features(a, name, body);
    return changes_add(c, of, (struct filter_counts){ .good = !spam, .bad = spam });
}

err filter_warm(struct store *s, struct actor by, struct str file, int64_t now, struct arena *a,
                struct filter_warmed *ret)
{
    struct changes changes = changes_make(a, 1 << 19);
    struct arena scratch CLEANUP(arena_free);
    arena_init(&scratch, JOB_BYTES_MAX);
    int64_t n = 0;
    for (int64_t at = 1; file.n; at++) {
        struct str line = scan_line(&file);
        if (!str_trim(line).n)
            continue;
        if (!warm_line(line, &scratch, &changes)) {
            ret->why = str_print(
                a, "line %" PRId64 ": not {\"spam\": …, \"body\": …}, or too much for one file",
                at);
            return FILTER_REFUSED;
        }
        arena_reset(&scratch);
        n++;
    }
    struct importing i = { .by = by,
                           .changes = &changes,
                           .now = now,
                           .detail = str_print(a, "%" PRId64 " decisions", n) };
    ret->n = n;
    return import(s, &i, &ret->why);
}
