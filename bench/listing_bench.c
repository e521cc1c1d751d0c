/*
 * What the first page of a discussion costs to read (20 threads, 5 replies each, counts), for each
 * sort, under a report with 1,000 comments and under one with 1,000,000, in one store and one run;
 * and what storing those comments cost.
 *
 *     listing_bench FOLDER [COMMENTS]
 *
 * FOLDER is made and must not exist. The two discussions have the same shape: a sixth of the
 * comments begin threads, replies mostly go to young threads, a tenth of the comments have votes.
 * The two are read in turns, and medians are compared, so that a busy machine disturbs both alike.
 */
#include "base/check.h"
#include "base/clock.h"
#include "base/scan.h"
#include "discussion/discussion_view.h"
#include "discussion/listing.h"
#include "discussion/vote.h"
#include "newsroom.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

TEMPLATE(bench_discussion, "parts/discussion.html", &discussion_view, TEMPLATE_HTML);
enum { SMALL = 1000, TURNS = 2000, BATCH = 20, YOUNG = 400 };

struct fill {
    struct arena arena; /* of one batch */
    const struct config *config;
    int64_t report, next, seed;
    int64_t ids[YOUNG]; /* of the latest comments: what is answered */
    size_t known;
};

static int64_t chance(struct fill *f, int64_t of)
{
    f->seed =
        (int64_t)(((uint64_t)f->seed * UINT64_C(6364136223846793005) + 1442695040888963407u) >> 1);
    return (f->seed >> 20) % of;
}

static err add_one(struct tx *tx, struct fill *f)
{
    struct comment_problems problems = { 0 };
    struct comment_added added = { 0 };
    struct str visitor = str_print(&f->arena, "%016" PRId64, chance(f, 1000000));
    struct comment_draft d = {
        .report = f->report,
        .parent = f->known && chance(f, 6) ? f->ids[chance(f, (int64_t)f->known)] : 0,
        .name = S("Marta Quint"),
        .body = str_print(&f->arena,
                          "I live behind the dike and the water stood in the cellar by six. The "
                          "harbour office told us nothing until noon. Number %" PRId64
                          " of what I want to know: who had the keys of the sluice?",
                          f->next),
        .visitor = visitor,
        .address = visitor,
        .prefix = visitor,
        .now = (INT64_C(1525428000) + f->next) * SECOND,
    };
    check(comment_prepare(&d, f->config, &f->arena, &problems) == OK);
    err e = comment_add(tx, &d, &added);
    if (e)
        return e;
    f->ids[f->known < YOUNG ? f->known++ : (size_t)chance(f, YOUNG)] = added.id;
    f->next++;
    if (chance(f, 10))
        return OK;
    struct vote_sums sums = { 0 };
    for (int64_t i = chance(f, 4); !e && i >= 0; i--) {
        struct vote v = { .comment = f->ids[chance(f, (int64_t)f->known)],
                          .value = chance(f, 4) ? 1 : -1,
                          .voter = str_print(&f->arena, "voter %010" PRId64, chance(f, 1000000)),
                          .now = d.now };
        e = vote_set(tx, &v, &sums);
    }
    return e;
}

static err add_batch(struct tx *tx, void *arg)
{
    struct fill *f = arg;
    for (int i = 0; i < BATCH; i++) {
        err e = add_one(tx, f);
        if (e)
            return e;
    }
    return OK;
}

static void fill(struct newsroom *n, int64_t report, int64_t comments)
{
    struct fill f = { .config = n->setup.config, .report = report, .seed = 7 };
    int64_t began = clock_monotonic();
    arena_init(&f.arena, 64 << 20);
    while (f.next < comments) {
        check(store_write(n->store, add_batch, &f) == OK);
        arena_reset(&f.arena);
    }
    arena_free(&f.arena);
    int64_t each = (clock_monotonic() - began) * 1000 / comments;
    printf("stored comments=%" PRId64 " nanoseconds_each=%" PRId64 "\n", comments, each);
}

static int64_t nanoseconds(void)
{
    struct timespec t;
    check(clock_gettime(CLOCK_MONOTONIC, &t) == 0);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static int64_t read_once(struct store *store, struct arena *a, const struct listing_query *q,
                         struct str *ret_next)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct listing l = { 0 };
    int64_t began = nanoseconds();
    check(store_read(store, &tx) == OK);
    check(listing_get(&tx, a, q, &l) == OK);
    int64_t took = nanoseconds() - began;
    check(l.count > 0);
    *ret_next = l.next;
    return took;
}

/* Reading, filling the view and rendering: what a fresh page costs for its discussion. */
static int64_t draw_once(struct newsroom *n, struct arena *a, const struct listing_query *q,
                         size_t *ret_bytes)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct listing l = { 0 };
    struct discussion_view v = { 0 };
    struct buf out CLEANUP(buf_free) = buf_make(4 << 20);
    int64_t began = nanoseconds();
    check(store_read(n->store, &tx) == OK);
    check(listing_get(&tx, a, q, &l) == OK);
    tx_end(&tx);
    struct discussion_place place = { .setup = &n->setup,
                                      .path = S("/2018/05/04/report-1"),
                                      .listing = &l };
    check(discussion_view_fill(&place, a, &v) == OK);
    check(theme_render(n->setup.theme, &bench_discussion, &v, &out) == OK);
    *ret_bytes = buf_str(&out).n;
    return nanoseconds() - began;
}

static int by_size(const void *x, const void *y)
{
    const int64_t *a = x;
    const int64_t *b = y;
    return (*a > *b) - (*a < *b);
}

static void compare(struct store *store, enum listing_sort sort, bool all)
{
    static int64_t took[2][TURNS];
    struct arena a;
    arena_init(&a, 64 << 20);
    for (int i = 0; i < TURNS; i++) {
        for (int64_t report = 1; report <= 2; report++) {
            struct listing_query q = { .report = report, .sort = sort, .all = all };
            struct str next = { 0 };
            took[report - 1][i] = read_once(store, &a, &q, &next);
            arena_reset(&a);
        }
    }
    for (int i = 0; i < 2; i++)
        qsort(took[i], TURNS, sizeof took[i][0], by_size);
    int64_t small = took[0][TURNS / 2];
    int64_t large = took[1][TURNS / 2];
    printf("%s sort=" STR_FMT " small_us=%.1f large_us=%.1f ratio=%.2f large_p99_us=%.1f\n",
           all ? "all" : "first_page", STR_ARG(listing_sort_str(sort)), (double)small / 1000,
           (double)large / 1000, (double)large / (double)small,
           (double)took[1][TURNS * 99 / 100] / 1000);
    arena_free(&a);
}

static void draw(struct newsroom *n, enum listing_sort sort, bool all)
{
    static int64_t took[2][TURNS];
    size_t bytes = 0;
    struct arena a;
    arena_init(&a, 64 << 20);
    for (int i = 0; i < TURNS; i++) {
        for (int64_t report = 1; report <= 2; report++) {
            struct listing_query q = { .report = report, .sort = sort, .all = all };
            took[report - 1][i] = draw_once(n, &a, &q, &bytes);
            arena_reset(&a);
        }
    }
    for (int i = 0; i < 2; i++)
        qsort(took[i], TURNS, sizeof took[i][0], by_size);
    printf("drawn %s sort=" STR_FMT " small_us=%.1f large_us=%.1f bytes=%zu\n",
           all ? "all" : "first_page", STR_ARG(listing_sort_str(sort)),
           (double)took[0][TURNS / 2] / 1000, (double)took[1][TURNS / 2] / 1000, bytes);
    arena_free(&a);
}

/* Ten thousand comments by "view all": the dearest piece. */
static void walk_all(struct store *store)
{
    struct arena a;
    struct str next = { 0 };
    int64_t dearest = 0;
    arena_init(&a, 64 << 20);
    for (int i = 0; i < 50; i++) {
        char after[LISTING_CURSOR_MAX];
        struct listing_query q = { .report = 2, .all = true };
        for (size_t j = 0; j < next.n; j++)
            after[j] = next.s[j];
        q.after = (struct str){ after, next.n };
        arena_reset(&a);
        int64_t took = read_once(store, &a, &q, &next);
        dearest = took > dearest ? took : dearest;
    }
    printf("view_all pieces=50 dearest_us=%.1f\n", (double)dearest / 1000);
    arena_free(&a);
}

int main(int argc, char **argv)
{
    int64_t comments = 1000000;
    if (argc < 2 || (argc > 2 && !int_parse(str_from_z(argv[2]), SMALL, 100000000, &comments))) {
        fprintf(stderr, "usage: listing_bench FOLDER [COMMENTS]\n");
        return 2;
    }
    static struct newsroom n;
    struct store_options o = { .dir = argv[1], .create = true, .unsafe = true, .readers = 2 };
    newsroom_open(&n, &o, 2);
    fill(&n, 1, SMALL);
    fill(&n, 2, comments);
    for (int sort = LISTING_NEWEST; sort <= LISTING_VOTES; sort++)
        compare(n.store, (enum listing_sort)sort, false);
    compare(n.store, LISTING_NEWEST, true);
    walk_all(n.store);
    for (int sort = LISTING_NEWEST; sort <= LISTING_VOTES; sort++)
        draw(&n, (enum listing_sort)sort, false);
    draw(&n, LISTING_OLDEST, true);
    store_close(n.store);
    return 0;
}
