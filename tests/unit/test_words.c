/* Without these a page could show the wrong plural, a raw pattern, or stop on a translator's slip.
 */
#include "base/buf.h"
#include "render/words.h"
#include "unit/test.h"

#include <pthread.h>
#include <string.h>

static struct arena memory;

static err load(const char *language, const char *text, const struct words *model,
                struct words **ret, struct str *why)
{
    if (!memory.limit)
        arena_init(&memory, 1000000);
    struct words_source source = { S("words/x.ini"), str_from_z(text) };
    return words_load(
        &(struct words_input){
            .language = str_from_z(language), .sources = &source, .n = 1, .model = model },
        &memory, ret, why);
}

static struct words *words_of(const char *language, const char *text)
{
    struct words *w = NULL;
    struct str why = { 0 };
    err e = load(language, text, NULL, &w, &why);
    expect_str(why, S(""));
    expect(e == OK && w);
    return w;
}

static void refused(const char *text, const char *want)
{
    struct words *w = NULL;
    struct str why = { 0 };
    expect(load("en", text, NULL, &w, &why) == WORDS_WRONG);
    expect(w == NULL);
    expect_str(why, str_from_z(want));
    arena_free(&memory);
}

static struct str count(const struct words *w, const char *key, int64_t n)
{
    struct word_arg arg = { .name = "n", .count = n };
    return words_phrase(w, &memory, str_from_z(key), &arg, 1);
}

static struct str say(const char *language, const char *pattern, const struct word_arg *args,
                      size_t n)
{
    char line[1000];
    snprintf(line, sizeof line, "key = %s\n", pattern);
    struct words *w = words_of(language, line);
    struct str s = words_phrase(w, &memory, S("key"), args, n);
    words_free(w);
    return s;
}

TEST(words_are_found_by_key_whatever_their_section)
{
    struct words *w = words_of("en", "\xEF\xBB\xBF; words\n\n[one]\nreply = Reply\r\n"
                                     "[two]\n  more_2=  Show = more \n# end\nempty =\nlast = x");
    struct str s = S("kept");
    expect(words_get(w, S("reply"), &s));
    expect_str(s, S("Reply"));
    expect(words_get(w, S("more_2"), &s));
    expect_str(s, S("Show = more"));
    expect(words_get(w, S("empty"), &s) && s.n == 0);
    expect(words_get(w, S("last"), &s));
    expect(!words_get(w, S("none"), &s));
    expect_str(s, S("x"));
    expect(words_key(w, 0, &s));
    expect_str(s, S("empty"));
    expect(words_key(w, 3, &s) && !words_key(w, 4, &s));
    words_free(w);
    arena_free(&memory);
    words_free(NULL);
}

TEST(a_sentence_with_places_is_not_a_word)
{
    struct words *w = words_of("en", "by = By {name}\nquoted = It''s '{name}'");
    struct str s = S("kept");
    expect(!words_get(w, S("by"), &s));
    expect_str(s, S("kept"));
    expect(words_get(w, S("quoted"), &s));
    expect_str(s, S("It's {name}"));
    words_free(w);
    arena_free(&memory);
}

TEST(plurals_take_the_forms_of_the_language)
{
    struct words *w = words_of("en", "c = {n, plural, =0 {No comments} one {# comment} "
                                     "other {# comments}}\n"
                                     "o = {n, selectordinal, one {#st} two {#nd} few {#rd} "
                                     "other {#th}}");
    expect_str(count(w, "c", 0), S("No comments"));
    expect_str(count(w, "c", 1), S("1 comment"));
    expect_str(count(w, "c", 2550), S("2,550 comments"));
    expect_str(count(w, "c", INT64_MAX), S("9,223,372,036,854,775,807 comments"));
    expect_str(count(w, "c", INT64_MIN), S("-9,223,372,036,854,775,808 comments"));
    expect_str(count(w, "o", 21), S("21st"));
    expect_str(count(w, "o", 12), S("12th"));
    words_free(w);
    w = words_of("ar", "c = {n, plural, zero {z} one {o} two {t} few {f#} many {m#} other {x#}}");
    expect_str(count(w, "c", 0), S("z"));
    expect_str(count(w, "c", 2), S("t"));
    expect_str(count(w, "c", 3), S("f٣"));
    expect_str(count(w, "c", 11), S("m١١"));
    expect_str(count(w, "c", 2550), S("m٢٬٥٥٠"));
    expect_str(count(w, "c", 100), S("x١٠٠"));
    words_free(w);
    w = words_of("ar-u-nu-latn", "c = {n, plural, few {f#} other {x#}}");
    expect_str(count(w, "c", 3), S("f3"));
    expect_str(count(w, "c", 2550), S("x2,550"));
    words_free(w);
    w = words_of("de", "c = {n, plural, one {# Kommentar} other {# Kommentare}}");
    expect_str(count(w, "c", 1), S("1 Kommentar"));
    expect_str(count(w, "c", 2550), S("2.550 Kommentare"));
    words_free(w);
    arena_free(&memory);
}

TEST(places_are_filled_by_name_with_texts_counts_and_choices)
{
    struct word_arg two[] = { { .name = "n", .count = 3 }, { .name = "who", .text = S("Ada") } };
    expect_str(say("en", "{who} wrote {n, number} of {n} to {who}", two, 2),
               S("Ada wrote 3 of 3 to Ada"));
    expect_str(say("en", "{n, plural, offset:1 =1 {{who}} other {{who} and # others}}", two, 2),
               S("Ada and 2 others"));
    expect_str(
        say("en", "{who, select, Ada {{n, plural, other {# by '#' her}}} other {x}}", two, 2),
        S("3 by # her"));
    expect_str(say("en", "{who,select,Bob{b}other{x # '}'}}", two, 2), S("x # }"));
    expect_str(say("en", "{n,select,3{three}other{x}}", two, 2), S("three"));
    expect_str(say("en", "{who, plural, one {1} other {<#>}}", two, 2), S("<Ada>"));
    expect_str(say("en", "Don't {who}, it''s '{'{n}'}'", two, 2), S("Don't Ada, it's {3}"));
    struct word_arg empty = { .name = "who", .text = S("") };
    expect_str(say("en", "[{who}]", &empty, 1), S("[]"));
}

TEST(a_wrong_file_is_refused_with_its_line)
{
    refused("a = x\nwhat\n", "words/x.ini:2: neither `key = value` nor [section]");
    refused("[a\n", "words/x.ini:1: a section without its ]");
    refused("Reply = x\n", "words/x.ini:1: a key is a word of a-z, 0-9 and _");
    refused(" = x\n", "words/x.ini:1: a key is a word of a-z, 0-9 and _");
    refused("a = x\n\nb = x\na = y\n", "words/x.ini:4: a key that stands twice: a");
    refused("a = \xFF\n", "words/x.ini:1: a character that may not stand here");
    refused("a = {n\n", "words/x.ini:1: a { without its }: a");
    refused("a = n}\n", "words/x.ini:1: a } without its {: a");
    refused("a = {}\n", "words/x.ini:1: a place has no name: a");
    refused("a = {n, date}\n",
            "words/x.ini:1: a place's kind is none of number, plural, selectordinal, select: a");
    refused("a = {n, plural}\n", "words/x.ini:1: a choice without its cases: a");
    refused("a = {n, plural, one {#}}\n", "words/x.ini:1: a choice without its case other: a");
    refused("a = {n, plural, ones {#} other {#}}\n",
            "words/x.ini:1: a plural's case is none of zero, one, two, few, many, other, =N: a");
    refused("a = {n, plural, one {#} one {#} other {#}}\n",
            "words/x.ini:1: a case stands twice: a");
    refused("a = {n, plural, =1 {#} =1 {#} other {#}}\n", "words/x.ini:1: a case stands twice: a");
    refused("a = {n, plural, = {#} other {#}}\n", "words/x.ini:1: = without its number: a");
    refused("a = {n, plural, other #}\n", "words/x.ini:1: a case without its {text}: a");
    refused("a = {n, plural, other {#}\n", "words/x.ini:1: a { without its }: a");
}

TEST(a_sentences_bounds_hold_at_and_one_past_them)
{
    struct word_arg args[9] = { 0 };
    static const char *const names[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i" };
    for (size_t i = 0; i < COUNT(args); i++)
        args[i] = (struct word_arg){ .name = names[i], .text = S("x") };
    expect_str(say("en", "{a}{b}{c}{d}{e}{f}{g}{h}", args, 8), S("xxxxxxxx"));
    refused("k = {a}{b}{c}{d}{e}{f}{g}{h}{i}", "words/x.ini:1: too many different places: k");
#define NEST(x) "{a, select, other {" x "}}"
    expect_str(say("en", NEST(NEST(NEST(NEST("deep")))), args, 1), S("deep"));
    refused("k = " NEST(NEST(NEST(NEST(NEST("deep"))))), "words/x.ini:1: choices nest too deep: k");
    static char file[WORDS_BYTES_MAX + 2];
    memset(file, '\n', sizeof file - 1);
    memcpy(file, "a = x", 5);
    file[WORDS_BYTES_MAX] = '\0';
    words_free(words_of("en", file));
    file[WORDS_BYTES_MAX] = '\n';
    refused(file, "words/x.ini:1: the file is too large");
    arena_free(&memory);
}

TEST(a_filled_sentence_is_cut_at_its_bound)
{
    static char text[60000];
    memset(text, 'x', sizeof text);
    struct word_arg arg = { .name = "t", .text = { text, sizeof text } };
    expect(say("en", "{t}{t}", &arg, 1).n == sizeof text);
}

TEST(a_site_may_change_words_but_not_what_they_are_given)
{
    arena_init(&memory, 1000000);
    struct words_source two[] = { { S("a.ini"), S("by = By {who}\nn = {n, number}\nyes = Yes\n") },
                                  { S("b.ini"), S("by = {who} wrote\n") } };
    struct words_input in = { .language = S("en"), .sources = two, .n = 2 };
    struct words *w = NULL;
    struct str why = { 0 }, s = { 0 };
    expect(words_load(&in, &memory, &w, &why) == OK);
    struct word_arg arg = { .name = "who", .text = S("Ada") };
    expect_str(words_phrase(w, &memory, S("by"), &arg, 1), S("Ada wrote"));
    expect(words_get(w, S("yes"), &s));
    words_free(w);
    static const struct {
        struct str text, why;
    } wrong[] = {
        { { "no = x", 6 }, { "b.ini:1: a key that the program does not have: no", 49 } },
        { { "by = {x}", 8 }, { "b.ini:1: a place that this sentence does not have: x", 52 } },
        { { "\nby = {who, number}", 19 }, { "b.ini:2: a place that is not a count: who", 41 } },
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        two[1].text = wrong[i].text;
        expect(words_load(&in, &memory, &w, &why) == WORDS_WRONG);
        expect_str(why, wrong[i].why);
    }
    arena_free(&memory);
}

TEST(another_language_must_have_exactly_the_models_keys)
{
    struct words *model = words_of("en", "by = By {who}\nc = {n, plural, other {#}}\n");
    struct words *w = NULL;
    struct str why = { 0 };
    expect(load("de", "by = Von {who}\nc = {n}\n", model, &w, &why) == OK);
    words_free(w);
    expect(load("de", "by = Von {who}\n", model, &w, &why) == WORDS_WRONG);
    expect_str(why, S("words/x.ini:1: a key is missing: c"));
    expect(load("de", "by = x\nc = x\nd = x\n", model, &w, &why) == WORDS_WRONG);
    expect_str(why, S("words/x.ini:3: a key that the program does not have: d"));
    expect(load("no such tag", "by = x\nc = x\n", model, &w, &why) == WORDS_WRONG);
    expect_str(why, S("words/x.ini:1: not a language tag: no such tag"));
    words_free(model);
}

static void *phrases(void *arg)
{
    const struct words *w = arg;
    struct arena a;
    arena_init(&a, 100000);
    for (int64_t i = 0; i < 500; i++) {
        struct word_arg n = { .name = "n", .count = i };
        struct str want = str_print(&a, "%lld %s", (long long)i, i == 1 ? "comment" : "comments");
        expect_str(words_phrase(w, &a, S("c"), &n, 1), want);
        arena_reset(&a);
    }
    arena_free(&a);
    return NULL;
}

TEST(phrases_are_made_by_many_threads_at_once)
{
    struct words *w = words_of("en", "c = {n, plural, one {# comment} other {# comments}}");
    pthread_t threads[4];
    for (size_t i = 0; i < COUNT(threads); i++)
        expect(pthread_create(&threads[i], NULL, phrases, w) == 0);
    for (size_t i = 0; i < COUNT(threads); i++)
        pthread_join(threads[i], NULL);
    words_free(w);
    arena_free(&memory);
}
