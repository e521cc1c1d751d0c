/* How long the filter takes for a comment of 16 KB, with a full model: CPU time of the whole
 * decision, features and all, for other programs run beside it. Prints the median and the 99th
 * percentile in microseconds. */
#include "base/arena.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "discussion/filter.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { BYTES = 16384, TIMES = 500, TAUGHT = 60 };

static uint32_t next(uint32_t *x)
{
    *x = *x * 1664525 + 1013904223;
    return *x >> 8;
}

/* Words of two scripts, three quarters of them from a vocabulary. */
static struct str text_make(struct arena *a, uint32_t *x)
{
    char *p = arena_new(a, char, BYTES + 64);
    size_t n = 0;
    while (n < BYTES - 40) {
        uint32_t word = next(x) % 4 ? next(x) % 4000 : next(x);
        uint32_t first = word & 1 ? 0x430 : 'a';
        for (uint32_t w = word * 2654435761U, i = 0; i < 3 + word % 6; i++, w /= 26)
            n += utf8_put(p + n, first + w % 26);
        p[n++] = next(x) % 12 ? ' ' : '.';
    }
    return (struct str){ p, n };
}

static int by_time(const void *x, const void *y)
{
    const int64_t *a = x;
    const int64_t *b = y;
    return (*a > *b) - (*a < *b);
}

static void teach(struct filter *f, struct arena *a, uint32_t *x, bool spam)
{
    struct features of = filter_features(a, S("Tove"), text_make(a, x));
    struct filter_counts by = { !spam, spam };
    check(filter_add(f, 0, by));
    for (size_t i = 0; i < of.n; i++)
        (void)filter_add(f, of.items[i].hash, by); // until it is full
}

static int64_t cpu_micros(void)
{
    struct timespec t = { 0 };
    check(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t) == 0);
    return t.tv_sec * SECOND + t.tv_nsec / 1000;
}

int main(void)
{
    static int64_t took[TIMES]; // a program of its own, with one thread
    uint32_t x = 7;
    struct arena a;
    struct arena each;
    arena_init(&a, 1 << 30);
    arena_init(&each, 64 << 20);
    struct filter *f = filter_make(&a);
    for (int i = 0; i < TAUGHT; i++) {
        teach(f, &each, &x, i % 2);
        arena_reset(&each);
    }
    for (int64_t i = 1; filter_size(f) < FILTER_FEATURES_MAX; i++)
        check(filter_add(f, i * 46116860184273, (struct filter_counts){ .good = 1, .bad = 1 }));
    for (size_t i = 0; i < TIMES; i++) {
        struct filter_guess guess = { 0 };
        struct str text = text_make(&a, &x);
        int64_t begun = cpu_micros();
        filter_judge(f, filter_features(&each, S("Tove"), text), &guess);
        took[i] = cpu_micros() - begun;
        check(guess.guess > 0);
        arena_reset(&each);
    }
    qsort(took, TIMES, sizeof took[0], by_time);
    printf("%zu features in the model; 16 KB: median %" PRId64 " us, 99%% %" PRId64 " us\n",
           filter_size(f), took[TIMES / 2], took[TIMES * 99 / 100]);
    arena_free(&each);
    arena_free(&a);
    return 0;
}
