#include "render/words.h"
#include "base/check.h"
#include "base/scan.h"
#include "base/utf8.h"
#include "render/sentence.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    KEY_MAX = 64,
    SOURCES_MAX = 8,
    MEMORY_MAX = 8 * 1024 * 1024, /* of all compiled sentences */
};

struct word {
    struct str key, text;
    size_t source;
    int64_t line;
    struct sentence sentence;
};
struct words {
    struct arena memory;
    struct word *list; /* sorted by key */
    size_t n, room;
    struct grammar grammar;
};

/* What loading carries: the words so far, and the first thing that is wrong. */
struct load {
    const struct words_input *in;
    struct words *words;
    struct arena *a; /* for the message */
    struct str why;
    int64_t line;
};

static bool wrong(struct load *l, size_t source, int64_t line, const char *what, struct str key)
{
    struct str file = l->in->sources[source].file;
    if (!l->why.n)
        l->why = str_print(l->a, STR_FMT ":%" PRId64 ": %s%s" STR_FMT, STR_ARG(file), line, what,
                           key.n ? ": " : "", STR_ARG(key));
    return false;
}

static bool key_char(char c, bool first)
{
    return (c >= 'a' && c <= 'z') || (!first && ((c >= '0' && c <= '9') || c == '_'));
}

static bool key_valid(struct str key)
{
    if (key.n == 0 || key.n > KEY_MAX)
        return false;
    for (size_t i = 0; i < key.n; i++)
        if (!key_char(key.s[i], i == 0))
            return false;
    return true;
}

static bool add_word(struct load *l, struct word word)
{
    struct words *w = l->words;
    const char *why = sentence_parse(&w->memory, word.text, &word.sentence);
    if (why)
        return wrong(l, word.source, word.line, why, word.key);
    if (arena_full(&w->memory))
        return wrong(l, word.source, word.line, "the words take too much memory", S(""));
    if (w->n == w->room) {
        size_t room = w->room ? w->room * 2 : 256;
        struct word *list = arena_new(&w->memory, struct word, room);
        for (size_t i = 0; i < w->n; i++)
            list[i] = w->list[i];
        w->list = list;
        w->room = room;
    }
    w->list[w->n++] = word;
    return true;
}

/* One line that is neither blank nor a comment. */
static bool read_line(struct load *l, size_t source, struct str line)
{
    if (text_check(line, true) != TEXT_FINE)
        return wrong(l, source, l->line, "a character that may not stand here", S(""));
    if (line.s[0] == '[')
        return str_ends(line, S("]")) ||
               wrong(l, source, l->line, "a section without its ]", S(""));
    struct word word = { .source = source, .line = l->line };
    if (!str_cut(line, '=', &word.key, &word.text))
        return wrong(l, source, l->line, "neither `key = value` nor [section]", S(""));
    word.key = str_trim(word.key);
    word.text = str_trim(word.text);
    if (!key_valid(word.key))
        return wrong(l, source, l->line, "a key is a word of a-z, 0-9 and _", S(""));
    word.key = str_copy(&l->words->memory, word.key);
    word.text = str_copy(&l->words->memory, word.text);
    return add_word(l, word);
}

static bool read_source(struct load *l, size_t source)
{
    struct str text = l->in->sources[source].text;
    if (text.n > WORDS_BYTES_MAX)
        return wrong(l, source, 1, "the file is too large", S(""));
    (void)scan_text(&text, S("\xEF\xBB\xBF")); // a byte order mark, if there is one
    for (l->line = 1; text.n; l->line++) {
        struct str line = str_trim(scan_line(&text));
        if (line.n == 0 || line.s[0] == ';' || line.s[0] == '#')
            continue;
        if (!read_line(l, source, line))
            return false;
    }
    return true;
}

static int by_key(const void *a, const void *b)
{
    const struct word *x = a;
    const struct word *y = b;
    int c = str_cmp(x->key, y->key);
    if (c)
        return c;
    if (x->source != y->source)
        return x->source < y->source ? -1 : 1;
    return (x->line > y->line) - (x->line < y->line);
}

static int find_key(const void *key, const void *word)
{
    const struct str *k = key;
    const struct word *w = word;
    return str_cmp(*k, w->key);
}

static const struct word *find(const struct words *w, struct str key)
{
    return w->n ? bsearch(&key, w->list, w->n, sizeof *w->list, find_key) : NULL;
}

/* A sentence may use no more than the program gives: `standard` is what the program was written
 * with. */
static bool check_args(struct load *l, const struct word *word, const struct word *standard)
{
    for (size_t i = 0; i < word->sentence.n; i++) {
        const struct sentence_arg *arg = &word->sentence.args[i];
        const struct sentence_arg *given = sentence_arg(&standard->sentence, arg->name);
        if (!given)
            return wrong(l, word->source, word->line, "a place that this sentence does not have",
                         arg->name);
        if (arg->count && !given->count)
            return wrong(l, word->source, word->line, "a place that is not a count", arg->name);
    }
    return true;
}

/* Words of one key, in the order of their sources: list[0..n). */
static bool check_key(struct load *l, const struct word *list, size_t n)
{
    const struct words *model = l->in->model;
    const struct word *standard = model ? find(model, list[0].key) : &list[0];
    if (!standard || (!model && list[0].source > 0))
        return wrong(l, list[0].source, list[0].line, "a key that the program does not have",
                     list[0].key);
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && list[i].source == list[i - 1].source)
            return wrong(l, list[i].source, list[i].line, "a key that stands twice", list[i].key);
        if (!check_args(l, &list[i], standard))
            return false;
    }
    return true;
}

/* Sorts, checks, and keeps the last source's word of every key. */
static bool settle(struct load *l)
{
    struct words *w = l->words;
    if (w->n)
        qsort(w->list, w->n, sizeof *w->list, by_key);
    size_t kept = 0;
    for (size_t i = 0, n = 0; i < w->n; i += n) {
        for (n = 1; i + n < w->n && str_eq(w->list[i + n].key, w->list[i].key);)
            n++;
        if (!check_key(l, &w->list[i], n))
            return false;
        w->list[kept++] = w->list[i + n - 1];
    }
    w->n = kept;
    return true;
}

static bool check_complete(struct load *l)
{
    const struct words *model = l->in->model;
    for (size_t i = 0; model && i < model->n; i++)
        if (!find(l->words, model->list[i].key))
            return wrong(l, 0, 1, "a key is missing", model->list[i].key);
    return true;
}

static bool open_grammar(struct load *l)
{
    char locale[ICU_LOCALE_MAX] = { 0 };
    if (!icu_locale(l->in->language, locale))
        return wrong(l, 0, 1, "not a language tag", l->in->language);
    UErrorCode e = U_ZERO_ERROR;
    struct grammar *g = &l->words->grammar;
    g->cardinal = uplrules_openForType(locale, UPLURAL_TYPE_CARDINAL, &e);
    g->ordinal = uplrules_openForType(locale, UPLURAL_TYPE_ORDINAL, &e);
    check(U_SUCCESS(e));
    g->number = icu_number(locale, S(""));
    return true;
}

static bool load(struct load *l)
{
    for (size_t i = 0; i < l->in->n; i++)
        if (!read_source(l, i))
            return false;
    return settle(l) && check_complete(l) && open_grammar(l);
}

err words_load(const struct words_input *in, struct arena *a, struct words **ret_words,
               struct str *ret_why)
{
    check(in->n > 0 && in->n <= SOURCES_MAX);
    struct words *w = calloc(1, sizeof *w);
    check(w);
    arena_init(&w->memory, MEMORY_MAX);
    struct load l = { .in = in, .words = w, .a = a };
    if (!load(&l)) {
        words_free(w);
        *ret_why = l.why;
        return WORDS_WRONG;
    }
    *ret_words = w;
    return OK;
}

void words_free(struct words *w)
{
    if (!w)
        return;
    uplrules_close(w->grammar.cardinal);
    uplrules_close(w->grammar.ordinal);
    unumf_close(w->grammar.number);
    arena_free(&w->memory);
    free(w);
}

bool words_get(const struct words *w, struct str key, struct str *ret)
{
    const struct word *word = find(w, key);
    if (!word || word->sentence.n)
        return false;
    *ret = word->sentence.plain;
    return true;
}

struct str words_phrase(const struct words *w, struct arena *a, struct str key,
                        const struct word_arg *args, size_t n)
{
    const struct word *word = find(w, key);
    check(word);
    return sentence_fill(&word->sentence, &w->grammar, a, args, n);
}

bool words_key(const struct words *w, size_t i, struct str *ret_key)
{
    if (i >= w->n)
        return false;
    *ret_key = w->list[i].key;
    return true;
}
