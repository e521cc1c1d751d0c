#include "render/theme.h"

#include "base/check.h"
#include "base/embedded.h"
#include "render/template.h"
#include "render/theme_assets.h"

#include <unicode/uloc.h>

extern const struct template __start_templates[] WEAK, __stop_templates[] WEAK;

enum {
    THEME_MEMORY_MAX = 96 * 1024 * 1024, /* files, programs */
    SCRATCH_MEMORY_MAX = 64 * 1024 * 1024,
    LANGUAGE_MAX = 35, /* RFC 5646, 4.4.1: the longest tag one need expect */
    WORD_TAGS_MAX = 4, /* subtags of a language that have words of their own */
};

struct theme {
    struct arena memory;
    struct theme_input in;
    struct program *programs; /* of in.pages[i] */
    struct sources sources;
    struct assets assets;
    struct str language;
    struct words *words;
    bool rtl;
};

bool theme_asset(const struct theme *t, struct str path, struct theme_file *ret)
{
    return assets_find(&t->assets, path, ret);
}

struct str theme_asset_url(const struct theme *t, const char *path)
{
    struct theme_file f = { .path = S("") };
    check(theme_asset(t, str_from_z(path), &f));
    return f.url;
}

struct str theme_assets_hash(const struct theme *t)
{
    return t->assets.hash;
}

/* The tag without -u- and other extensions, which say how and not what language. */
static struct str without_extension(struct str tag)
{
    for (size_t i = 0; i + 2 < tag.n; i++) {
        if (tag.s[i] == '-' && tag.s[i + 2] == '-')
            return str_sub(tag, 0, i);
    }
    return tag;
}

static bool tag_valid(struct str tag)
{
    for (size_t i = 0; i < tag.n; i++) {
        char c = tag.s[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && c != '-' && !(c >= '0' && c <= '9'))
            return false;
    }
    return tag.n > 0 && tag.n <= LANGUAGE_MAX;
}

static struct words_source source_of(struct theme *t, struct str language)
{
    struct str path = str_print(&t->memory, "words/" STR_FMT ".ini", STR_ARG(language));
    const struct source *s = source_find(&t->sources, path);
    return (struct words_source){ path, s ? s->standard : (struct str){ NULL, 0 } };
}

/* The default file and the folder's over it, those that there are. */
static size_t add_words(struct theme *t, struct str language, struct words_source *list)
{
    struct words_source standard = source_of(t, language);
    const struct source *s = source_find(&t->sources, standard.file);
    size_t n = 0;
    if (standard.text.s)
        list[n++] = standard;
    if (s && s->own)
        list[n++] = (struct words_source){ standard.file, s->bytes };
    return n;
}

/* Of the language and its parents ("zh", "zh-Hant", "zh-Hant-TW"), the most general first. */
static size_t gather_words(struct theme *t, struct words_source *list)
{
    size_t n = 0;
    size_t tags = 0;
    for (size_t i = 0; i <= t->language.n && tags < WORD_TAGS_MAX; i++) {
        if (i < t->language.n && t->language.s[i] != '-')
            continue;
        n += add_words(t, str_sub(t->language, 0, i), list + n);
        tags++;
    }
    return n;
}

static err read_words(struct theme *t, struct words_source english, const struct words_input *in,
                      struct arena *a, struct str *ret_why)
{
    struct words *model = NULL;
    struct words_input standard = { S("en"), &english, 1, NULL };
    err e = words_load(&standard, a, &model, ret_why);
    if (!e) {
        struct words_input all = *in;
        all.model = model;
        e = words_load(&all, a, &t->words, ret_why);
    }
    words_free(model);
    if (e < 0)
        return fault(e);
    return e ? THEME_WRONG : OK;
}

static err load_words(struct theme *t, struct arena *a, struct str *ret_why)
{
    struct str first = t->language;
    struct str rest = S("");
    (void)str_cut(t->language, '-', &first, &rest);
    struct words_source list[1 + 2 * WORD_TAGS_MAX];
    struct words_source english = source_of(t, S("en"));
    bool shipped = source_of(t, first).text.s;
    if (!english.text.s)
        english.text = S("");
    list[0] = english; /* for what an operator's own language lacks */
    size_t n = gather_words(t, list + 1);
    if (n == 0 && !str_eq(first, S("en"))) {
        *ret_why = str_print(a, "words/" STR_FMT ".ini: there is no such file", STR_ARG(first));
        return THEME_WRONG;
    }
    struct words_input in = { t->in.language, list, n + 1, NULL };
    if (shipped)
        in = (struct words_input){ t->in.language, list + 1, n, NULL };
    return read_words(t, english, &in, a, ret_why);
}

static err set_language(struct theme *t, struct arena *a, struct str *ret_why)
{
    t->in.language = str_copy(&t->memory, t->in.language);
    t->language = without_extension(t->in.language);
    if (!tag_valid(t->language)) {
        *ret_why = str_print(a, "`" STR_FMT "` is not a language", STR_ARG(t->in.language));
        return THEME_WRONG;
    }
    t->rtl = uloc_isRightToLeft(str_z(a, t->language));
    return load_words(t, a, ret_why);
}

static bool set_file(const void *from, struct str name, struct str *ret_text)
{
    const struct theme *t = from;
    const struct source *s = source_find(&t->sources, name);
    if (!s || s->kind != SOURCE_TEMPLATE)
        return false;
    *ret_text = s->bytes;
    return true;
}

static const char *word_constant(const struct theme *t, struct str key, struct arena *a,
                                 struct str *ret)
{
    if (words_get(t->words, key, ret))
        return NULL;
    struct str known = S("");
    for (size_t i = 0; words_key(t->words, i, &known); i++) {
        if (str_eq(known, key))
            return str_z(a, str_print(a,
                                      "`words." STR_FMT "` has places to be filled, which only "
                                      "the program can",
                                      STR_ARG(key)));
    }
    return str_z(a, str_print(a, "no word `" STR_FMT "` in words/" STR_FMT ".ini", STR_ARG(key),
                              STR_ARG(t->language)));
}

static const char *set_constant(const void *from, struct str name, struct arena *a, struct str *ret)
{
    const struct theme *t = from;
    struct str space = S("");
    struct str rest = S("");
    check(str_cut(name, '.', &space, &rest));
    if (str_eq(space, S("words")))
        return word_constant(t, rest, a, ret);
    struct theme_file file = { .path = S("") };
    bool known = true;
    if (str_eq(space, S("asset"))) {
        known = theme_asset(t, rest, &file);
        *ret = file.url;
    } else if (str_eq(rest, S("language"))) {
        *ret = t->language;
    } else if (str_eq(rest, S("direction"))) {
        *ret = t->rtl ? S("rtl") : S("ltr");
    } else {
        known = false;
    }
    return known ? NULL : str_z(a, str_print(a, "the theme has no `" STR_FMT "`", STR_ARG(name)));
}

static err compile_pages(struct theme *t, struct arena *a, struct str *ret_why)
{
    struct template_set set = { t, set_file, set_constant };
    struct arena scratch CLEANUP(arena_free);
    arena_init(&scratch, SCRATCH_MEMORY_MAX);
    struct templates *all = templates_make(&set, &t->memory, &scratch);
    t->programs = arena_new(&t->memory, struct program, t->in.n);
    for (size_t i = 0; i < t->in.n; i++) {
        struct str why = S("");
        err e = template_compile(all, &t->in.pages[i], false, &t->programs[i], &why);
        if (!e)
            continue;
        *ret_why = str_copy(a, why);
        return e < 0 ? fault(e) : THEME_WRONG;
    }
    return OK;
}

static err read_sources(struct theme *t, struct arena *a, struct str *ret_why)
{
    struct str why = S("");
    err e = sources_read(t->in.files, t->in.folder, &t->memory, &t->sources, &why);
    if (e)
        *ret_why = str_copy(a, why);
    return e;
}

err theme_load_from(const struct theme_input *in, struct arena *a, struct theme **ret_theme,
                    struct str *ret_why)
{
    struct arena memory;
    arena_init(&memory, THEME_MEMORY_MAX);
    struct theme *t = arena_new(&memory, struct theme, 1);
    t->memory = memory; /* from here on the arena is in its own memory */
    t->in = *in;
    err e = read_sources(t, a, ret_why);
    if (!e) {
        t->assets = assets_of(&t->sources, &t->memory);
        e = set_language(t, a, ret_why);
    }
    if (!e)
        e = compile_pages(t, a, ret_why);
    if (e)
        theme_free(t);
    else
        *ret_theme = t;
    return e;
}

err theme_load(const char *folder, struct str language, struct arena *a, struct theme **ret_theme,
               struct str *ret_why)
{
    struct theme_input in = { .files = embedded_files,
                              .pages = __start_templates,
                              .n = (size_t)(__stop_templates - __start_templates),
                              .folder = folder,
                              .language = language };
    return theme_load_from(&in, a, ret_theme, ret_why);
}

void theme_free(struct theme *t)
{
    if (!t)
        return;
    words_free(t->words);
    struct arena memory = t->memory;
    arena_free(&memory);
}

err theme_render(const struct theme *t, const struct template *page, const void *view,
                 struct buf *out)
{
    check(page >= t->in.pages && page < t->in.pages + t->in.n);
    return template_run(&t->programs[page - t->in.pages], page->view, view, out);
}

struct str theme_word(const struct theme *t, const char *key)
{
    struct str word = S("");
    check(words_get(t->words, str_from_z(key), &word));
    return word;
}

struct str theme_phrase(const struct theme *t, struct arena *a, const char *key,
                        const struct word_arg *args, size_t n)
{
    return words_phrase(t->words, a, str_from_z(key), args, n);
}

bool theme_rtl(const struct theme *t)
{
    return t->rtl;
}

struct str theme_language(const struct theme *t)
{
    return t->language;
}
