#include "sim/sim.h"
#include "base/clock.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/*
 * make sim SEEDS=n [SEED=first]: without it nobody would know whether some order of duplicates,
 * refunds, reorganisations and crashes makes money appear or vanish.
 *
 *     sim SEEDS [FIRST]        each as one stream, every 64th by 64 threads, every 256th under kill
 * -9 sim replay FILE          those kept in FILE: lines "MODE SEED", MODE stream, threads or kills
 */
enum { THREADS_EVERY = 64, KILLS_EVERY = 256, SAY_EVERY = 1000 };

struct tally {
    struct store *store;
    int streams, threads, killed, kills, bad;
    int64_t stream_time;
    int64_t done[OP_KINDS];
};

/* A check() that does not hold ends the process: which seed it was must be said all the same. */
static char under_way[96];

static void say_it(int signal)
{
    if (write(STDOUT_FILENO, under_way, strlen(under_way)) < 0)
        _Exit(3);
    if (signal != SIGABRT) // which goes on by itself
        _Exit(4);
}

static void begin(const char *mode, uint64_t seed)
{
    snprintf(under_way, sizeof under_way, "not ok - %s %" PRIu64 " ended by a signal\n", mode,
             seed);
}

static void note(struct tally *t, bool good, const char *mode, uint64_t seed)
{
    if (!good) {
        t->bad++;
        printf("not ok - %s %" PRIu64 "   (keep it: a line of tests/sim/kept-seeds)\n", mode, seed);
        fflush(stdout);
    }
}

/* Microseconds of CPU of this thread: others on the machine do not slow it down by much. */
static int64_t of_this_core(void)
{
    struct timespec t = { 0 };
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * SECOND + t.tv_nsec / 1000;
}

static void stream(struct tally *t, uint64_t seed)
{
    begin("stream", seed);
    int64_t from = of_this_core();
    note(t, drive_at_once(t->store, seed, t->done), "stream", seed);
    t->stream_time += of_this_core() - from;
    t->streams++;
}

static void threads(struct tally *t, uint64_t seed)
{
    begin("threads", seed);
    note(t, drive_threads(seed), "threads", seed);
    t->threads++;
}

static void kills(struct tally *t, uint64_t seed)
{
    begin("kills", seed);
    note(t, drive_kills(seed, &t->kills), "kills", seed);
    t->killed++;
}

static int replay(struct tally *t, const char *path)
{
    char mode[16];
    char line[256];
    uint64_t seed = 0;
    FILE *f = fopen(path, "r");
    if (!f)
        return 2;
    while (fgets(line, sizeof line, f)) {
        if (line[0] == '#' || sscanf(line, "%15s %" SCNu64, mode, &seed) != 2)
            continue;
        if (!strcmp(mode, "threads"))
            threads(t, seed);
        else if (!strcmp(mode, "kills"))
            kills(t, seed);
        else
            stream(t, seed);
    }
    fclose(f);
    return 0;
}

/* How far it is: a long run that is ended from outside has told what it did. */
static void say(const struct tally *t)
{
    int64_t rate = t->stream_time ? t->streams * 10 * SECOND / t->stream_time : 0;
    printf("# %d seeds of %d steps, %" PRId64 ".%" PRId64 " seeds/s on one core; %d more by 64"
           " threads, %d under %d kill -9; %d differ\n#",
           t->streams, SIM_OPS, rate / 10, rate % 10, t->threads, t->killed, t->kills, t->bad);
    for (int i = 0; i < OP_KINDS; i++)
        printf(" %s %" PRId64, sim_op_names[i], t->done[i]);
    puts("");
    fflush(stdout);
}

static void run(struct tally *t, uint64_t seeds, uint64_t first)
{
    for (uint64_t seed = first; seed < first + seeds; seed++) {
        stream(t, seed);
        if (t->streams % SAY_EVERY == 0)
            say(t);
        if (seed % THREADS_EVERY == 0)
            threads(t, seed);
        if (seed % KILLS_EVERY == 0)
            kills(t, seed);
    }
}

int main(int argc, char **argv)
{
    struct tally t = { 0 };
    struct arena a;
    struct str why = { 0 };
    int status = 0;
    arena_init(&a, 64 << 20);
    signal(SIGABRT, say_it);
    signal(SIGSEGV, say_it);
    signal(SIGBUS, say_it);
    signal(SIGFPE, say_it);
    if (!getenv("SIM_LOG") && !freopen("/dev/null", "w", stderr)) // the faults are on purpose
        return 2;
    if (argc < 2 || store_open(&(struct store_options){ .readers = 1 }, &a, &t.store, &why))
        return 2;
    if (argc == 3 && !strcmp(argv[1], "replay"))
        status = replay(&t, argv[2]);
    else
        run(&t, strtoull(argv[1], NULL, 10), argc > 2 ? strtoull(argv[2], NULL, 10) : 1);
    say(&t);
    printf("%s - simulation\n", t.bad || status ? "not ok" : "ok");
    store_close(t.store);
    arena_free(&a);
    return t.bad || status;
}
