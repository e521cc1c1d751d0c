#include "demo_comments.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/embedded.h"
#include "base/scan.h"
#include "discussion/comment.h"
#include "discussion/comment_desk.h"
#include "discussion/vote.h"
#include "publishing/question.h"
#include "publishing/report.h"
#include "store/store.h"

#include <inttypes.h>
#include <string.h>

enum {
    BATCH = 500,     /* comments of one transaction */
    LINES_MAX = 200, /* of a text file of demo/ */
    RECENT = 64,     /* the comments that a new one may answer */
    FEW = 200,       /* comments under the second report */
    VOTERS = 12,     /* at most, on one comment */
    BATCH_BYTES = 16 * 1024 * 1024
};

/* xorshift64*: the same numbers everywhere, and good enough for a demo. */
struct dice {
    uint64_t state;
};
static size_t roll(struct dice *d, size_t sides)
{
    d->state ^= d->state >> 12;
    d->state ^= d->state << 25;
    d->state ^= d->state >> 27;
    return (size_t)((d->state * UINT64_C(2685821657736338717)) >> 33) % sides;
}

struct lines {
    struct str line[LINES_MAX];
    size_t n;
};
static void read_lines(const char *path, struct lines *ret)
{
    const struct embedded *f = embedded_files;
    while (f->path && strcmp(f->path, path) != 0)
        f++;
    check(f->path);
    struct str text = { f->bytes, (size_t)(f->end - f->bytes) };
    while (text.n && ret->n < LINES_MAX)
        ret->line[ret->n++] = scan_line(&text);
}

static err find_report(const struct app *app, struct str day, struct str slug, struct arena *a,
                       struct report *ret)
{
    struct date date = { 0 };
    check(date_parse(day, &date));
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct report_found found = { 0 };
    err e = store_read(app->store, &tx);
    if (!e)
        e = report_find(&tx, date, slug, a, &found);
    if (e)
        return fault(e > 0 ? ERR_DATA : e);
    *ret = found.report;
    return OK;
}

/* A hash as the visitors' and addresses' are: sixteen bytes made of a number. */
static struct str hash_of(struct arena *a, const char *what, size_t n)
{
    struct str text = str_print(a, "%-8.8s%08zu", what, n);
    return (struct str){ text.s, 16 };
}

static err find_question(const struct app *app, int64_t report, struct arena *a, int64_t *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct question_rows rows = { 0 };
    err e = store_read(app->store, &tx);
    if (!e)
        e = question_list(&tx, report, 0, a, &rows);
    if (e)
        return fault(e);
    check(rows.n); // the demo's report asks one
    *ret = rows.questions[0].id;
    return OK;
}

struct writing {
    const struct setup *setup;
    struct arena *arena;
    struct comment_draft draft;
    int64_t id;
};
static err prepare(struct writing *w)
{
    struct comment_problems problems;
    err e = comment_prepare(&w->draft, w->setup->config, w->arena, &problems);
    check(e <= 0); // the demo's own words keep the rules
    return e;
}
static err add(struct tx *tx, struct writing *w)
{
    struct comment_added added = { 0 };
    err e = comment_add(tx, &w->draft, &added);
    check(e <= 0);
    w->id = added.id;
    return e;
}
static err add_work(struct tx *tx, void *arg)
{
    return add(tx, arg);
}

static struct comment_draft draft_of(struct arena *a, int64_t report, size_t visitor, int64_t now)
{
    return (struct comment_draft){ .report = report,
                                   .visitor = hash_of(a, "visitor", visitor),
                                   .address = hash_of(a, "address", visitor),
                                   .prefix = hash_of(a, "prefix", visitor % 50),
                                   .key = 1,
                                   .now = now };
}

/* ---- nine comments with a story ---- */

static err erase_work(struct tx *tx, void *arg)
{
    const struct writing *w = arg;
    return comment_erase_author(tx, w->id, 0, w->draft.now);
}

/* A line is LEVEL|NAME|MINUTES AFTER SIX|TEXT; the level of an answer to the report's question is
 * ?. */
static err write_line(const struct app *app, struct writing *w, struct str line, int64_t parents[8],
                      int64_t start)
{
    int64_t level = 0;
    int64_t minutes = 0;
    bool answer = scan_char(&line, '?');
    check((answer || scan_int(&line, 6, &level)) && scan_char(&line, '|'));
    if (!answer)
        w->draft.question = 0;
    struct str name = scan_until(&line, '|');
    check(scan_int(&line, 100000, &minutes) && scan_char(&line, '|'));
    bool erased = str_eq(name, S("erased"));
    w->draft.name = erased ? S("Somebody") : name;
    w->draft.body = line;
    w->draft.parent = level ? parents[level - 1] : 0;
    w->draft.now = start + minutes * MINUTE;
    err e = prepare(w);
    if (!e)
        e = store_write(app->store, add_work, w);
    parents[level] = w->id;
    return e || !erased ? e : store_write(app->store, erase_work, w);
}

static err write_story(const struct app *app, const struct setup *setup, struct arena *a)
{
    struct report report = { 0 };
    err e = find_report(app, S("2018-05-04"), S("southern-dike"), a, &report);
    struct lines text = { 0 };
    read_lines("demo/discussion.txt", &text);
    int64_t question = 0;
    if (!e)
        e = find_question(app, report.id, a, &question);
    int64_t parents[8] = { 0 };
    int64_t start = date_to_days(report.date) * DAY + 6 * HOUR;
    for (size_t i = 0; !e && i < text.n; i++) {
        struct writing w = { .setup = setup,
                             .arena = a,
                             .draft = draft_of(a, report.id, i, start) };
        w.draft.question = question;
        e = write_line(app, &w, text.line[i], parents, start);
    }
    return e;
}

/* ---- crowds ---- */

struct crowd {
    const struct app *app;
    const struct setup *setup;
    struct arena *arena;
    struct lines names, sentences;
    struct dice dice;
    struct report report;
    size_t made, wanted;
    int64_t recent[RECENT]; /* ids of the last comments */
    struct writing batch[BATCH];
    size_t batched;
};

static struct str body_of(struct crowd *c)
{
    struct str body = { 0 };
    size_t n = 1 + roll(&c->dice, 3);
    for (size_t i = 0; i < n; i++) {
        struct str s = c->sentences.line[roll(&c->dice, c->sentences.n)];
        body =
            str_print(c->arena, STR_FMT "%s" STR_FMT, STR_ARG(body), i ? "\n\n" : "", STR_ARG(s));
    }
    // A number keeps two equal choices from being one comment sent twice.
    return str_print(c->arena, STR_FMT " (%zu)", STR_ARG(body), c->made + 1);
}

/* Two of three comments answer one of the last RECENT. */
static int64_t parent_of(struct crowd *c)
{
    if (c->made == 0 || roll(&c->dice, 3) == 0)
        return 0;
    size_t known = c->made - c->batched;
    size_t reach = known < RECENT ? known : RECENT;
    return reach ? c->recent[roll(&c->dice, reach)] : 0;
}

static err make_batch(struct crowd *c, int64_t start)
{
    c->batched = 0;
    while (c->batched < BATCH && c->made < c->wanted) {
        struct writing *w = &c->batch[c->batched];
        int64_t now = start + (int64_t)c->made * 13 * SECOND;
        *w = (struct writing){ .setup = c->setup,
                               .arena = c->arena,
                               .draft = draft_of(c->arena, c->report.id, 100 + c->made, now) };
        w->draft.name = c->names.line[roll(&c->dice, c->names.n)];
        w->draft.parent = parent_of(c);
        w->draft.body = body_of(c);
        err e = prepare(w);
        if (e)
            return e;
        c->batched++;
        c->made++;
        if (c->wanted <= FEW)
            return OK; // few: one at a time, so that each may answer the one before
    }
    return OK;
}

static err vote_on(struct tx *tx, struct crowd *c, const struct writing *w)
{
    size_t voters = roll(&c->dice, 4) ? roll(&c->dice, 3) : roll(&c->dice, VOTERS);
    err e = OK;
    for (size_t i = 0; !e && i < voters; i++) {
        struct vote v = { .comment = w->id,
                          .value = roll(&c->dice, 4) ? 1 : -1,
                          .voter = hash_of(c->arena, "voter", i),
                          .address = hash_of(c->arena, "address", i),
                          .prefix = hash_of(c->arena, "prefix", i % 50),
                          .key = 1,
                          .now = w->draft.now + HOUR };
        struct vote_sums sums = { 0 };
        e = vote_set(tx, &v, &sums);
        check(e <= 0);
    }
    return e;
}

static err batch_work(struct tx *tx, void *arg)
{
    struct crowd *c = arg;
    err e = OK;
    for (size_t i = 0; !e && i < c->batched; i++) {
        e = add(tx, &c->batch[i]);
        if (!e)
            e = vote_on(tx, c, &c->batch[i]);
    }
    return e;
}

static void remember(struct crowd *c)
{
    size_t before = c->made - c->batched;
    for (size_t i = 0; i < c->batched; i++)
        c->recent[(before + i) % RECENT] = c->batch[i].id;
}

static err write_crowd(struct crowd *c)
{
    int64_t start = date_to_days(c->report.date) * DAY + 7 * HOUR;
    err e = OK;
    while (!e && c->made < c->wanted) {
        struct arena a CLEANUP(arena_free);
        arena_init(&a, BATCH_BYTES);
        c->arena = &a;
        e = make_batch(c, start);
        if (!e)
            e = store_write(c->app->store, batch_work, c);
        remember(c);
    }
    return e;
}

static err crowd_under(const struct app *app, const struct setup *setup, struct arena *a,
                       struct report report, size_t wanted)
{
    struct crowd *c = arena_new(a, struct crowd, 1);
    c->app = app;
    c->setup = setup;
    c->dice.state = UINT64_C(0x9E3779B97F4A7C15) + wanted;
    c->report = report;
    c->wanted = wanted;
    read_lines("demo/names.txt", &c->names);
    read_lines("demo/sentences.txt", &c->sentences);
    return write_crowd(c);
}

err demo_comments(const struct app *app, const struct setup *setup, size_t many, struct arena *a)
{
    struct report few = { 0 };
    struct report crowded = { 0 };
    err e = write_story(app, setup, a);
    if (!e)
        e = find_report(app, S("2018-05-07"), S("counting-what-the-water-took"), a, &few);
    if (!e)
        e = find_report(app, S("2018-05-08"), S("ten-thousand-answers"), a, &crowded);
    if (!e)
        e = crowd_under(app, setup, a, few, FEW);
    return e ? e : crowd_under(app, setup, a, crowded, many);
}
