
#include "discussion/filter_learn.h"
#include "discussion/gate.h"
#include "unit/discussion.h"

#include <string.h>

/* Without these the filter could learn a decision twice or never, judge by what it was not taught,
 * or take in a file that breaks it. */

static void teach(struct filter *f, struct arena *a, struct str text, bool spam, int times)
{
    struct features of = filter_features(a, S(""), text);
    struct filter_counts by = { spam ? 0 : times, spam ? times : 0 };
    expect(filter_add(f, 0, by));
    for (size_t i = 0; i < of.n; i++)
        expect(filter_add(f, of.items[i].hash, by));
}

static int64_t guess(const struct filter *f, struct arena *a, struct str text)
{
    struct filter_guess g = { 0 };
    filter_judge(f, filter_features(a, S(""), text), &g);
    return g.guess;
}

TEST(features_are_words_and_three_characters_of_any_script_once_each)
{
    struct arena a;
    arena_init(&a, 4 << 20);
    struct features of = filter_features(&a, S("Ada"), S("The the T\u200Bhe 洪水!"));
    size_t words = 0;
    for (size_t i = 0; i < of.n; i++)
        words += of.items[i].word;
    expect(words == 3); /* the name, "the", the two ideographs */
    expect_str(of.items[0].text, S("ada"));
    expect_str(of.items[1].text, S("the"));
    expect_str(of.items[2].text, S("洪水"));
    bool found = false;
    for (size_t i = 0; i < of.n; i++)
        for (size_t k = i + 1; k < of.n; k++)
            expect(of.items[i].hash != of.items[k].hash);
    for (size_t i = 0; i < of.n; i++)
        found = found || str_eq(of.items[i].text, S("洪水!"));
    expect(found);
    expect(filter_features(&a, S(""), S("")).n == 0);
    expect(filter_features(&a, S(""), S("x")).n == 0);
    arena_free(&a);
}

TEST(the_features_of_one_text_are_bounded)
{
    struct arena a;
    arena_init(&a, 16 << 20);
    char *text = arena_new(&a, char, 16384);
    uint32_t x = 1;
    for (size_t i = 0; i < 16384; i++) {
        x = x * 1664525 + 1013904223;
        text[i] = x >> 29 ? (char)('a' + (x >> 16) % 26) : ' ';
    }
    struct features of = filter_features(&a, S(""), (struct str){ text, 16384 });
    expect(of.n == FILTER_OF_TEXT_MAX);
    arena_free(&a);
}

TEST(a_filter_says_nothing_until_it_was_taught_and_then_why)
{
    struct arena a;
    arena_init(&a, 32 << 20);
    struct filter *f = filter_make(&a);
    expect(guess(f, &a, S("cheap pills online")) == 0);
    teach(f, &a, S("cheap pills online casino"), true, FILTER_LEAST - 1);
    teach(f, &a, S("the river rose in the night"), false, FILTER_LEAST);
    expect(guess(f, &a, S("cheap pills online")) == 0);
    teach(f, &a, S("cheap pills online casino"), true, 1);
    expect(guess(f, &a, S("cheap pills online")) > 950);
    expect(guess(f, &a, S("The river rose")) < 50 && guess(f, &a, S("The river rose")) > 0);
    expect(guess(f, &a, S("zzzz")) > 400 && guess(f, &a, S("zzzz")) < 600);
    struct filter_guess g = { 0 };
    filter_judge(f, filter_features(&a, S(""), S("CHEAP things at the river")), &g);
    expect(g.n > 2 && g.reasons[0].weight >= g.reasons[1].weight && g.reasons[0].weight > 0);
    bool cheap = false;
    bool river = false;
    for (size_t i = 0; i < g.n; i++) {
        cheap = cheap || (g.reasons[i].spam && str_eq(g.reasons[i].text, S("cheap")));
        river = river || (!g.reasons[i].spam && str_eq(g.reasons[i].text, S("river")));
    }
    expect(cheap && river);
    teach(f, &a, S("cheap pills online casino"), true, -FILTER_LEAST);
    expect(guess(f, &a, S("cheap pills online")) == 0);
    teach(f, &a, S("cheap pills online casino"), true, -5); /* counts do not go below 0 */
    expect(filter_counts_of(f, 0).bad == 0);
    arena_free(&a);
}

TEST(a_full_model_takes_no_more_features)
{
    struct arena a;
    arena_init(&a, 32 << 20);
    struct filter *f = filter_make(&a);
    for (int64_t i = 1; i <= FILTER_FEATURES_MAX; i++)
        expect(filter_add(f, i * 7919, (struct filter_counts){ .good = 1 }));
    expect(filter_size(f) == FILTER_FEATURES_MAX);
    expect(!filter_add(f, 3, (struct filter_counts){ .good = 1 }));
    expect(filter_add(f, 7919, (struct filter_counts){ .good = FILTER_COUNT_MAX }));
    expect(filter_counts_of(f, 7919).good == FILTER_COUNT_MAX);
    arena_free(&a);
}

TEST(a_filters_file_that_is_wrong_is_refused_with_its_line)
{
    static const struct {
        const char *text, *why;
    } wrong[] = {
        { "", "line 1: not a filter of ours" },
        { "diurnal-filter 2\ncomments 1 1\n", "line 1: not a filter of ours" },
        { "diurnal-filter 1\n", "line 1: not a filter of ours" },
        { "diurnal-filter 1\ncomments 1\n", "line 1: not a filter of ours" },
        { "diurnal-filter 1\ncomments 1 1\n0000000000000001 1\n",
          "line 3: not 16 hexadecimal digits and two numbers" },
        { "diurnal-filter 1\ncomments 1 1\n0000000000000000 1 1\n",
          "line 3: not 16 hexadecimal digits and two numbers" },
        { "diurnal-filter 1\ncomments 1 1\n8000000000000000 1 1\n",
          "line 3: not 16 hexadecimal digits and two numbers" },
        { "diurnal-filter 1\ncomments 1 1\n000000000000000A 1 1\n",
          "line 3: not 16 hexadecimal digits and two numbers" },
        { "diurnal-filter 1\ncomments 1 1\n0000000000000001 -1 1\n",
          "line 3: not 16 hexadecimal digits and two numbers" },
        { "diurnal-filter 1\ncomments 1 1\n0000000000000001 1 9999999999999999999\n",
          "line 3: not 16 hexadecimal digits and two numbers" },
        { "diurnal-filter 1\ncomments 1 1\n0000000000000002 1 1\n0000000000000002 1 1\n",
          "line 4: features are in rising order, none twice" },
        { "diurnal-filter 1\ncomments 1 1\n0000000000000002 2 1\n",
          "line 3: a feature of more comments than there are" },
    };
    struct arena a;
    arena_init(&a, 8 << 20);
    const struct filter_line *lines = NULL;
    size_t n = 0;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct str why = { 0 };
        expect(filter_parse(str_from_z(wrong[i].text), &a, &lines, &n, &why) == FILTER_FILE_WRONG);
        expect_str(why, str_from_z(wrong[i].why));
    }
    struct str why = { 0 };
    expect(filter_parse(S("diurnal-filter 1\ncomments 3 4\n0000000000000002 1 2\n"), &a, &lines, &n,
                        &why) == OK);
    expect(n == 2 && lines[0].counts.bad == 4 && lines[1].hash == 2 && lines[1].counts.good == 1);
    arena_free(&a);
}

/* ---- taught by the desk */

static struct filter_figures figures(struct room *r)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct filter_figures f = { 0 };
    expect(store_read(r->store, &tx) == OK);
    expect(filter_figures_get(&tx, 0, 950, &f) == OK);
    return f;
}

static int64_t say(struct room *r, const char *body)
{
    struct comment_added added = { 0 };
    struct said said = { .report = 1, .body = body, .hold = COMMENT_HOLD_ALL };
    expect(room_say(r, &said, &added) == OK);
    return added.id;
}

TEST(decisions_are_learned_once_and_unlearned_when_they_change)
{
    struct room r;
    room_open(&r);
    struct app app = { .store = r.store };
    int64_t good = say(&r, "the river rose");
    int64_t bad = say(&r, "cheap pills");
    expect(room_state(&r, good, COMMENT_STATE_PUBLISHED) == OK);
    expect(room_state(&r, bad, COMMENT_STATE_SPAM) == OK);
    expect(figures(&r).learned_good == 0);
    expect(filter_learn_job(&app) == OK && filter_learn_job(&app) == OK);
    struct filter_figures f = figures(&r);
    expect(f.learned_good == 1 && f.learned_spam == 1 && f.features > 10);
    struct str file = { 0 };
    expect(filter_export(r.store, &r.arena, &file) == OK);
    expect(str_starts(file, S("diurnal-filter 1\ncomments 1 1\n")));
    expect(room_state(&r, bad, COMMENT_STATE_PUBLISHED) == OK);
    expect(filter_learn_job(&app) == OK);
    f = figures(&r);
    expect(f.learned_good == 2 && f.learned_spam == 0);
    int64_t lost = say(&r, "gone before it was learned");
    expect(room_state(&r, lost, COMMENT_STATE_SPAM) == OK);
    expect(room_state(&r, lost, COMMENT_STATE_DELETED) == OK);
    expect(filter_learn_job(&app) == OK && figures(&r).learned_spam == 0);
    expect(room_findings(&r) == 0);
    room_close(&r);
}

static err reset_work(struct tx *tx, void *arg)
{
    (void)arg;
    return filter_reset(tx, ACTOR_CLI, SECOND);
}

TEST(a_filter_is_taken_out_and_in_and_emptied)
{
    struct room r;
    room_open(&r);
    struct str why = { 0 };
    struct str file = { 0 };
    struct str again = { 0 };
    struct filter_warmed warmed = { 0 };
    struct str lines = S("{\"spam\": true, \"name\": \"x\", \"body\": \"cheap pills\"}\n\n"
                         "{\"spam\": false, \"body\": \"the river\"}\n");
    expect(filter_warm(r.store, ACTOR_CLI, lines, r.now, &r.arena, &warmed) == OK && warmed.n == 2);
    expect(filter_export(r.store, &r.arena, &file) == OK);
    expect(store_write(r.store, reset_work, NULL) == OK && figures(&r).features == 0);
    expect(filter_export(r.store, &r.arena, &again) == OK);
    expect_str(again, S("diurnal-filter 1\ncomments 0 0\n"));
    expect(filter_import(r.store, ACTOR_CLI, file, r.now, &r.arena, &why) == OK);
    expect(filter_export(r.store, &r.arena, &again) == OK);
    expect_str(again, file);
    expect(filter_import(r.store, ACTOR_CLI, S("x"), r.now, &r.arena, &why) == FILTER_REFUSED);
    static const char *const bad[] = { "{\"spam\": 1, \"body\": \"x\"}", "{\"spam\": true}", "[]",
                                       "{\"spam\": true, \"body\": \"x\", \"more\": 1}", "x" };
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct str text = str_print(&r.arena, "{\"spam\":true,\"body\":\"y\"}\n%s\n", bad[i]);
        expect(filter_warm(r.store, ACTOR_CLI, text, r.now, &r.arena, &warmed) == FILTER_REFUSED);
        expect(str_starts(warmed.why, S("line 2: ")));
    }
    expect(figures(&r).learned_spam == 1); /* none of it was learned */
    room_close(&r);
}
