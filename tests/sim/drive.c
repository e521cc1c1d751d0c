#include "base/check.h"
#include "fault.h"
#include "sim/sim.h"
#include "store/db.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

QUERY(sim_begin, "savepoint sim");
QUERY(sim_undo, "rollback to sim");
QUERY(sim_keep, "release sim");

enum { ARENA_MAX = 256 << 20, THREADS = 64, UNDONE = 1 };

/* --- one transaction that is undone: a new ledger for each seed costs nothing --- */

struct whole {
    uint64_t seed;
    struct plan plan;
    struct model model;
    struct dice dice; /* when statements fail */
    struct arena arena;
    int64_t *done;
    bool good;
};

static void show(const struct op *op, int at)
{
    printf("# step %d: %s %s o%d of o%d at gift %" PRId64 "\n", at, sim_op_names[op->kind],
           op->kind == OP_EVENT ? payment_kind_name(op->event).s : "", op->object, op->of, op->id);
}

/* As one participant of the writer: what it did is kept, or nothing of it is. */
static err step(struct tx *tx, const struct op *op, struct arena *a, int fail_at,
                struct answer *ret)
{
    err e = db_run(tx->db, &sim_begin);
    if (e)
        return e;
    fault_arm(fail_at, false);
    e = core_do(tx, op, a, ret);
    bool struck = fault_disarm();
    check(e >= 0 || struck); // it fails only where it was told to
    db_end_statements(tx->db);
    if (e) {
        check(!db_run(tx->db, &sim_undo));
    } else if (struck) {
        printf("# a fault was swallowed\n");
        e = ERR_DATA;
    }
    return db_run(tx->db, &sim_keep) ? ERR_DATA : e;
}

/* Fails at each statement in turn until there are no more, or at one of them. What neither fails
 * nor is refused needs no savepoint, which would cost a fifth. */
static bool with_faults(struct whole *w, struct tx *tx, const struct op *op, bool refused,
                        struct answer *ret)
{
    int at = 0;
    if (dice_chance(&w->dice, 4))
        at = 1 + dice_below(&w->dice, 20);
    if (dice_below(&w->dice, op->kind == OP_EVENT ? 1200 : 200) == 0)
        for (int i = 1; i < 400; i++)
            if (step(tx, op, &w->arena, i, ret) >= 0)
                return true;
    if (at && step(tx, op, &w->arena, at, ret) >= 0)
        return true; // it has fewer statements
    if (refused)
        return step(tx, op, &w->arena, 0, ret) >= 0;
    return core_do(tx, op, &w->arena, ret) == OK;
}

static bool same_answer(const struct answer *x, const struct answer *y, bool event)
{
    if (x->refused || y->refused || !event)
        return x->refused == y->refused;
    return x->outcome == y->outcome && x->gift == y->gift && x->released == y->released;
}

static bool run_plan(struct whole *w, struct tx *tx)
{
    for (int i = 0; i < w->plan.n; i++) {
        const struct op *op = &w->plan.ops[i];
        struct answer theirs = { 0 };
        struct answer ours = model_do(&w->model, op);
        arena_reset(&w->arena);
        if (!with_faults(w, tx, op, ours.refused, &theirs)) {
            show(op, i);
            return false;
        }
        if (!same_answer(&ours, &theirs, op->kind == OP_EVENT)) {
            show(op, i);
            printf("# model: refused %d outcome %d gift %" PRId64 " released %" PRId64
                   "; core: %d %d %" PRId64 " %" PRId64 "\n",
                   ours.refused, ours.outcome, ours.gift, ours.released, theirs.refused,
                   theirs.outcome, theirs.gift, theirs.released);
            return false;
        }
        w->done[op->kind] += !ours.refused;
    }
    return true;
}

static err whole_work(struct tx *tx, void *arg)
{
    struct whole *w = arg;
    err e = core_start(tx, &w->plan, &w->arena);
    if (e)
        return e;
    w->good = run_plan(w, tx);
    arena_reset(&w->arena);
    w->good = w->good && core_compare(tx, &w->model, &w->arena) &&
              core_rows_hold(tx, w->seed % 16 == 0, &w->arena);
    return UNDONE;
}

bool drive_at_once(struct store *s, uint64_t seed, int64_t done[OP_KINDS])
{
    static struct whole w;
    w.seed = seed;
    w.done = done;
    w.good = false;
    w.dice = (struct dice){ ~seed };
    arena_init(&w.arena, ARENA_MAX);
    plan_make(&w.plan, seed);
    model_start(&w.model, &w.plan);
    err e = store_write(s, whole_work, &w);
    arena_free(&w.arena);
    return e == UNDONE && w.good;
}

/* --- many at once --- */

struct crowd {
    struct store *store;
    struct plan plan;
    struct model model;
    struct op kept[SIM_OPS];
    atomic_int next, bad;
};

struct one {
    const struct op *op;
    struct arena *arena;
};

static err one_work(struct tx *tx, void *arg)
{
    struct one *o = arg;
    struct answer r = { 0 };
    return core_do(tx, o->op, o->arena, &r);
}

static void *deliver(void *arg)
{
    struct crowd *c = arg;
    struct arena a;
    arena_init(&a, 16 << 20);
    for (;;) {
        int i = atomic_fetch_add(&c->next, 1);
        if (i >= c->plan.n)
            break;
        arena_reset(&a);
        struct one o = { .op = &c->plan.ops[i], .arena = &a };
        if (o.op->kind == OP_EVENT && store_write(c->store, one_work, &o) < 0)
            atomic_fetch_add(&c->bad, 1);
    }
    arena_free(&a);
    return NULL;
}

static err start_work(struct tx *tx, void *arg)
{
    struct crowd *c = arg;
    struct arena a;
    struct answer r = { 0 };
    arena_init(&a, 16 << 20);
    err e = core_start(tx, &c->plan, &a);
    for (int i = 0; i < c->plan.n && !e; i++)
        if (c->plan.ops[i].kind == OP_RATE)
            e = core_do(tx, &c->plan.ops[i], &a, &r);
    arena_free(&a);
    return e;
}

static bool start(struct crowd *c, const char *dir, uint64_t seed)
{
    struct arena a;
    struct str why = { 0 };
    plan_make(&c->plan, seed);
    arena_init(&a, 1 << 20);
    err e = store_open(
        &(struct store_options){
            .dir = dir, .create = true, .unsafe = true, .readers = 2, .wait_ms = 60000 },
        &a, &c->store, &why);
    if (!e)
        e = store_write(c->store, start_work, c);
    if (e)
        printf("# no store: " STR_FMT "\n", STR_ARG(why));
    arena_free(&a);
    return e == OK;
}

/* The model is told the events in the order in which the writer kept them, and all the rates: they
 * were there before. */
static bool end(struct crowd *c)
{
    struct arena a;
    struct tx tx CLEANUP(tx_end) = { 0 };
    arena_init(&a, ARENA_MAX);
    model_start(&c->model, &c->plan);
    for (int i = 0; i < c->plan.n; i++)
        if (c->plan.ops[i].kind == OP_RATE)
            (void)model_do(&c->model, &c->plan.ops[i]);
    bool good = store_read(c->store, &tx) == OK;
    int n = good ? core_events(&tx, &a, c->kept, SIM_OPS) : -1;
    for (int i = 0; i < n; i++)
        good = good && !model_do(&c->model, &c->kept[i]).refused;
    good = good && n >= 0 && core_compare(&tx, &c->model, &a) && core_rows_hold(&tx, true, &a);
    tx_end(&tx);
    arena_free(&a);
    return good;
}

/* Nothing that was told and is no nonsense may be missing: told once more it is known or refused.
 */
static bool all_known(struct crowd *c)
{
    bool there[SIM_CHANNELS][SIM_OBJECTS][PAYMENT_KINDS] = { 0 };
    for (int i = 1; i <= c->model.told_count; i++) {
        const struct op *op = &c->model.told[i].op;
        there[op->channel][op->object][op->event] = true;
    }
    for (int i = 0; i < c->plan.n; i++) {
        const struct op *op = &c->plan.ops[i];
        if (op->kind != OP_EVENT || there[op->channel][op->object][op->event])
            continue;
        if (!model_do(&c->model, op).refused) {
            show(op, i);
            printf("# was told, and is not there\n");
            return false;
        }
    }
    return true;
}

bool drive_threads(uint64_t seed)
{
    static struct crowd c;
    pthread_t threads[THREADS];
    atomic_store(&c.next, 0);
    atomic_store(&c.bad, 0);
    if (!start(&c, NULL, seed))
        return false;
    for (int i = 0; i < THREADS; i++)
        check(!pthread_create(&threads[i], NULL, deliver, &c));
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    bool good = atomic_load(&c.bad) == 0 && end(&c) && all_known(&c);
    store_close(c.store);
    return good;
}

/* --- killed --- */

/* A life of the process that delivers: it goes on where the last answer came, and is killed at a
 * statement of its choice. Every event that was not answered is told again by the next one. */
static void live(const char *dir, uint64_t seed, atomic_int *done, int kill_after)
{
    static struct crowd c;
    struct arena a;
    arena_init(&a, 16 << 20);
    if (!start(&c, dir, seed))
        _Exit(3);
    fault_arm(kill_after, true);
    for (int i = atomic_load(done); i < c.plan.n; i++) {
        struct one o = { .op = &c.plan.ops[i], .arena = &a };
        arena_reset(&a);
        if (o.op->kind == OP_EVENT && store_write(c.store, one_work, &o) < 0)
            _Exit(4);
        atomic_store(done, i + 1);
    }
    (void)fault_disarm();
    bool good = end(&c) && all_known(&c);
    fflush(stdout);
    store_close(c.store);
    _Exit(good ? 0 : 5);
}

bool drive_kills(uint64_t seed, int *kills)
{
    char dir[] = "/tmp/diurnal-sim-XXXXXX";
    char remove[64];
    struct dice dice = { seed * 3 + 1 };
    atomic_int *done =
        mmap(NULL, sizeof *done, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    check(done != MAP_FAILED && mkdtemp(dir));
    int status = 0;
    for (int lives = 0; lives < 200; lives++) {
        int kill_after = lives < 12 ? 1 + dice_below(&dice, 4000) : 0;
        fflush(stdout);
        pid_t pid = fork();
        if (pid == 0)
            live(dir, seed, done, kill_after);
        check(pid > 0);
        if (kill_after && dice_chance(&dice, 30)) { // from outside, wherever it is just now
            usleep((useconds_t)(5000 + dice_below(&dice, 60000)));
            kill(pid, SIGKILL);
        }
        check(waitpid(pid, &status, 0) == pid);
        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
            break;
        ++*kills;
    }
    snprintf(remove, sizeof remove, "rm -rf '%s'", dir);
    munmap(done, sizeof *done);
    return system(remove) == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
