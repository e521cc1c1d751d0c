#include "render/theme.h"

#include "base/check.h"
#include "base/crypto.h"
#include "base/embedded.h"
#include "base/encoding.h"
#include "render/template.h"
#include "render/theme_files.h"

#include <stdlib.h>
#include <unicode/uloc.h>

extern const struct template __start_templates[] WEAK, __stop_templates[] WEAK;

enum {
    THEME_MEMORY_MAX = 96 * 1024 * 1024, /* files, programs */
    SCRATCH_MEMORY_MAX = 64 * 1024 * 1024,
    HASH_DIGITS = 16,
    LANGUAGE_MAX = 35, /* RFC 5646, 4.4.1: the longest tag one need expect */
    WORD_FILES_MAX = 5,
};

struct theme {
    struct arena memory;
    struct theme_input in;
    struct program *programs; /* of in.pages[i] */
    struct sources sources;
    struct theme_file *assets; /* sorted by path */
    size_t assets_n;
    struct str assets_hash, language;
    struct words *words;
    bool rtl;
};

static struct str hash_of(struct arena *a, struct str s)
{
    uint8_t digest[SHA256_BYTES];
    sha256(s, digest);
    return str_sub(hex_print(a, bytes_str(digest, sizeof digest)), 0, HASH_DIGITS);
}

/* One hash for all, over their paths and own hashes. */
static void hash_assets(struct theme *t)
{
    struct buf b CLEANUP(buf_free) = buf_make(THEME_BYTES_MAX);
    for (size_t i = 0; i < t->assets_n; i++) {
        buf_put(&b, t->assets[i].path);
        buf_put_char(&b, '\n');
        buf_put(&b, t->assets[i].hash);
        buf_put_char(&b, '\n');
    }
    t->assets_hash = hash_of(&t->memory, buf_str(&b));
}

static void take_assets(struct theme *t)
{
    t->assets = arena_new(&t->memory, struct theme_file, t->sources.n);
    for (size_t i = 0; i < t->sources.n; i++) {
        const struct source *s = &t->sources.list[i];
        struct str type = S("application/octet-stream");
        if (s->kind != SOURCE_ASSET)
            continue;
        (void)source_type(s->path, &type); /* the folder's are known; the program's may be new */
        t->assets[t->assets_n++] = (struct theme_file){
            .path = s->path, .type = type, .bytes = s->bytes, .hash = hash_of(&t->memory, s->bytes)
        };
    }
    hash_assets(t);
    for (size_t i = 0; i < t->assets_n; i++)
        t->assets[i].url = str_print(&t->memory, "/assets/" STR_FMT "/" STR_FMT,
                                     STR_ARG(t->assets_hash), STR_ARG(t->assets[i].path));
}

static int file_by_path(const void *key, const void *file)
{
    const struct str *path = key;
    const struct theme_file *f = file;
    return str_cmp(*path, f->path);
}

bool theme_asset(const struct theme *t, struct str path, struct theme_file *ret)
{
    const struct theme_file *f = NULL;
    if (t->assets_n)
        f = bsearch(&path, t->assets, t->assets_n, sizeof *t->assets, file_by_path);
    if (f)
        *ret = *f;
    return f != NULL;
}

struct str theme_asset_url(const struct theme *t, const char *path)
{
    struct theme_file f = { .path = S("") };
    check(theme_asset(t, str_from_z(path), &f));
    return f.url;
}

struct str theme_assets_hash(const struct theme *t)
{
    return t->assets_hash;
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

static err load_words(struct theme *t, struct arena *a, struct str *ret_why)
{
    struct str tag = t->language, parent = tag, rest = S("");
    bool has_parent = str_cut(tag, '-', &parent, &rest);
    struct words_source english = source_of(t, S("en"));
    struct words_source list[WORD_FILES_MAX];
    size_t n = 0;
    if (!english.text.s)
        english.text = S("");
    bool shipped = str_eq(parent, S("en")) || source_of(t, parent).text.s;
    if (!shipped || (str_eq(parent, S("en")) && !source_of(t, S("en")).text.s))
        list[n++] = english; /* what an operator's own language lacks */
    size_t fallback = n;
    n += add_words(t, parent, list + n);
    if (has_parent)
        n += add_words(t, tag, list + n);
    if (n == fallback && !str_eq(parent, S("en"))) {
        *ret_why = str_print(a,
                             "words/" STR_FMT ".ini: there is no such file, so the site cannot "
                             "have this language",
                             STR_ARG(parent));
        return THEME_WRONG;
    }
    struct words *model = NULL;
    struct words_input in = { S("en"), &english, 1, NULL };
    err e = words_load(&in, a, &model, ret_why);
    if (!e) {
        in = (struct words_input){ t->in.language, list, n, model };
        e = words_load(&in, a, &t->words, ret_why);
    }
    words_free(model);
    return e ? THEME_WRONG : OK;
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
    struct str space = S(""), rest = S("");
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
        take_assets(t);
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
