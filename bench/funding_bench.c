/*
 * Fills a data folder with gifts as a provider tells them, for bench/run funding: `funding_bench
 * DIR COUNT`. All are of May 2018, which has a goal. Prints how many were taken in a second.
 */
#include "base/check.h"
#include "base/clock.h"
#include "funding/contribution.h"
#include "funding/goal.h"
#include "funding/payment.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { AT_ONCE = 1000, DAYS = 31, FIRST_DAY = 17652, END_DAY = FIRST_DAY + DAYS };

struct filling {
    struct arena arena;
    int64_t first, end;
};

static err goal_work(struct tx *tx, void *arg)
{
    struct filling *f = arg;
    struct amount m = { .units = 500000, .asset = { "USD" } };
    struct goal_draft d = {
        .first_day = FIRST_DAY, .end_day = END_DAY, .by = ACTOR_CLI, .now = FIRST_DAY * DAY
    };
    int64_t id = 0;
    check(amount_money(m, &d.amount));
    return goal_set(tx, &d, &f->arena, &id);
}

static err fill_work(struct tx *tx, void *arg)
{
    struct filling *f = arg;
    for (int64_t i = f->first; i < f->end; i++) {
        int64_t day = FIRST_DAY + i % DAYS;
        struct payment_result r = { 0 };
        arena_reset(&f->arena);
        struct payment_event e = { .channel = S("shop"),
                                   .kind = PAYMENT_RECEIVED,
                                   .object = str_print(&f->arena, "b%" PRId64, i),
                                   .amount = { .units = 500 + i * 7919 % 9500, .asset = { "USD" } },
                                   .occurred_at = day * DAY,
                                   .day = day,
                                   .source = LEDGER_BY_PROVIDER };
        err why = payment_take(tx, &e, END_DAY * DAY, &f->arena, &r);
        if (why)
            return why;
    }
    return OK;
}

int main(int argc, char **argv)
{
    struct arena a;
    struct store *store = NULL;
    struct str why = { 0 };
    struct filling f = { 0 };
    if (argc != 3)
        return 2;
    int64_t count = strtoll(argv[2], NULL, 10);
    arena_init(&a, 16 << 20);
    arena_init(&f.arena, 16 << 20);
    check(!store_open(&(struct store_options){ .dir = argv[1], .create = true, .readers = 1 }, &a,
                      &store, &why));
    check(!store_write(store, goal_work, &f));
    int64_t from = clock_monotonic();
    for (f.end = 0; f.end < count;) {
        f.first = f.end;
        f.end = count - f.first < AT_ONCE ? count : f.first + AT_ONCE;
        check(!store_write(store, fill_work, &f));
    }
    int64_t took = clock_monotonic() - from;
    printf("%" PRId64 " gifts, %" PRId64 " a second\n", count, count * SECOND / (took + 1));
    store_close(store);
    arena_free(&f.arena);
    arena_free(&a);
    return 0;
}
