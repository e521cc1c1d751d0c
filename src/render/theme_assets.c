#include "render/theme_assets.h"

#include "base/buf.h"
#include "base/crypto.h"
#include "base/encoding.h"

#include <stdlib.h>

enum { HASH_DIGITS = 16 };

static struct str hash_of(struct arena *a, struct str s)
{
    uint8_t digest[SHA256_BYTES];
    sha256(s, digest);
    return str_sub(hex_print(a, bytes_str(digest, sizeof digest)), 0, HASH_DIGITS);
}

static void add(struct assets *to, struct str path, struct str bytes, struct arena *a)
{
    struct str type = S("application/octet-stream");
    (void)source_type(path, &type); // the folder's are known; the program's may be new
    to->list[to->n++] = (struct theme_file){
        .path = path, .type = type, .bytes = bytes, .hash = hash_of(a, bytes)
    };
}

static bool in_bundle(const struct source *s)
{
    return str_starts(s->path, S("css/")) && str_ends(s->path, S(".css")) &&
           !str_eq(s->path, S("css/site.css")) && !str_eq(s->path, S("css/desk.css"));
}

/* Stylesheets that the default theme has, or those that only the folder has. */
static void put_sheets(struct buf *b, const struct sources *sources, bool standard)
{
    for (size_t i = 0; i < sources->n; i++) {
        const struct source *s = &sources->list[i];
        if (!in_bundle(s) || (s->standard.s != NULL) != standard)
            continue;
        buf_put(b, s->bytes);
        buf_put_char(b, '\n');
    }
}

static void add_bundle(struct assets *to, const struct sources *sources, struct arena *a)
{
    const struct source *first = source_find(sources, S("css/site.css"));
    if (!first || source_find(sources, S("css/all.css")))
        return;
    struct buf b CLEANUP(buf_free) = buf_make(THEME_BYTES_MAX);
    buf_put(&b, first->bytes);
    buf_put_char(&b, '\n');
    put_sheets(&b, sources, true);
    put_sheets(&b, sources, false);
    add(to, S("css/all.css"), buf_copy(&b, a), a);
}

/* A report's page asks for one file less. */
static void add_report_script(struct assets *to, const struct sources *sources, struct arena *a)
{
    const struct source *copy = source_find(sources, S("js/copy.js"));
    const struct source *discussion = source_find(sources, S("js/discussion.js"));
    if (!copy || !discussion || source_find(sources, S("js/report.js")))
        return;
    add(to, S("js/report.js"),
        str_print(a, STR_FMT "\n" STR_FMT, STR_ARG(copy->bytes), STR_ARG(discussion->bytes)), a);
}

/* Over their paths and own hashes. */
static struct str hash_all(const struct assets *assets, struct arena *a)
{
    struct buf b CLEANUP(buf_free) = buf_make(THEME_BYTES_MAX);
    for (size_t i = 0; i < assets->n; i++)
        buf_print(&b, STR_FMT "\n" STR_FMT "\n", STR_ARG(assets->list[i].path),
                  STR_ARG(assets->list[i].hash));
    return hash_of(a, buf_str(&b));
}

static int by_path(const void *x, const void *y)
{
    const struct theme_file *f = x;
    const struct theme_file *g = y;
    return str_cmp(f->path, g->path);
}

struct assets assets_of(const struct sources *sources, struct arena *a)
{
    struct assets all = { .list = arena_new(a, struct theme_file, sources->n + 2) };
    for (size_t i = 0; i < sources->n; i++) {
        const struct source *s = &sources->list[i];
        if (s->kind == SOURCE_ASSET)
            add(&all, s->path, s->bytes, a);
    }
    add_bundle(&all, sources, a);
    add_report_script(&all, sources, a);
    if (all.n)
        qsort(all.list, all.n, sizeof *all.list, by_path);
    all.hash = hash_all(&all, a);
    for (size_t i = 0; i < all.n; i++)
        all.list[i].url = str_print(a, "/assets/" STR_FMT "/" STR_FMT, STR_ARG(all.hash),
                                    STR_ARG(all.list[i].path));
    return all;
}

static int path_with(const void *key, const void *file)
{
    const struct str *path = key;
    const struct theme_file *f = file;
    return str_cmp(*path, f->path);
}

bool assets_find(const struct assets *assets, struct str path, struct theme_file *ret)
{
    const struct theme_file *f = NULL;
    if (assets->n)
        f = bsearch(&path, assets->list, assets->n, sizeof *assets->list, path_with);
    if (f)
        *ret = *f;
    return f != NULL;
}
