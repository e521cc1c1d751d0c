#include "render/theme_files.h"

#include "base/file.h"
#include "base/utf8.h"
#include "render/theme.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct reader {
    struct arena *a;
    const struct embedded *standard;
    struct source *list;
    size_t n, room, own, bytes, template_bytes;
    struct str why;
};
enum { FOLDER_DEPTH_MAX = 4 };

static bool wrong(struct reader *r, struct str path, const char *what)
{
    r->why = str_print(r->a, STR_FMT ": %s", STR_ARG(path), what);
    return false;
}

static bool in_folder(struct str path, const char *const *folders, size_t n)
{
    struct str top = S("");
    struct str rest = S("");
    if (!str_cut(path, '/', &top, &rest))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (str_eq(top, str_from_z(folders[i])))
            return true;
    }
    return false;
}

static enum source_kind kind_of(struct str path)
{
    static const char *const assets[] = { "css", "js", "icons", "fonts", "images" };
    if (in_folder(path, assets, COUNT(assets)))
        return SOURCE_ASSET;
    return str_starts(path, S("words/")) ? SOURCE_WORDS : SOURCE_TEMPLATE;
}

bool source_type(struct str path, struct str *ret)
{
    static const struct {
        const char *end, *type;
    } types[] = {
        { ".css", "text/css; charset=utf-8" },
        { ".js", "text/javascript; charset=utf-8" },
        { ".mjs", "text/javascript; charset=utf-8" },
        { ".svg", "image/svg+xml" },
        { ".png", "image/png" },
        { ".jpg", "image/jpeg" },
        { ".webp", "image/webp" },
        { ".avif", "image/avif" },
        { ".gif", "image/gif" },
        { ".ico", "image/x-icon" },
        { ".woff2", "font/woff2" },
        { ".json", "application/json" },
        { ".webmanifest", "application/manifest+json" },
        { ".txt", "text/plain; charset=utf-8" },
    };
    for (size_t i = 0; i < COUNT(types); i++) {
        if (!str_ends(path, str_from_z(types[i].end)))
            continue;
        *ret = str_from_z(types[i].type);
        return true;
    }
    return false;
}

static bool is_text(const struct source *s)
{
    struct str type = S("");
    bool known = source_type(s->path, &type);
    return s->kind != SOURCE_ASSET || str_eq(type, S("image/svg+xml")) ||
           (known && str_ends(type, S("utf-8")));
}

static struct source *add(struct reader *r, struct source s)
{
    if (r->n == r->room) {
        size_t room = r->room ? 2 * r->room : 128;
        struct source *list = arena_new(r->a, struct source, room);
        if (r->n)
            memcpy(list, r->list, r->n * sizeof *list);
        r->list = list;
        r->room = room;
    }
    r->list[r->n] = s;
    return &r->list[r->n++];
}

/* "theme/css/site.css" is "css/site.css" here; the migrations are none of ours. */
static bool path_of(const struct embedded *e, struct str *ret)
{
    struct str path = str_from_z(e->path);
    bool ours = str_starts(path, S("theme/"));
    if (ours)
        *ret = str_sub(path, 6, path.n);
    return ours;
}

static void add_standard(struct reader *r)
{
    for (const struct embedded *e = r->standard; e->path; e++) {
        struct str path = S("");
        if (!path_of(e, &path))
            continue;
        struct str bytes = { e->bytes, (size_t)(e->end - e->bytes) };
        add(r, (struct source){ path, kind_of(path), bytes, bytes, false });
    }
}

static struct source *find_in(const struct reader *r, struct str path)
{
    for (size_t i = 0; i < r->n; i++) {
        if (str_eq(r->list[i].path, path))
            return &r->list[i];
    }
    return NULL;
}

static bool known_folder(const struct reader *r, struct str path)
{
    static const char *const known[] = {
        "parts", "css", "js", "icons", "fonts", "images", "words"
    };
    struct str with = str_print(r->a, STR_FMT "/", STR_ARG(path));
    if (in_folder(with, known, COUNT(known)))
        return true;
    for (size_t i = 0; i < r->n; i++) {
        if (str_starts(r->list[i].path, with))
            return true;
    }
    return false;
}

/* Only what a page or another file names is of use: templates elsewhere than in parts are named by
 * the program. */
static bool may_be_new(struct str path, enum source_kind kind)
{
    return kind != SOURCE_TEMPLATE || str_starts(path, S("parts/")) || !str_has(path, '/');
}

static bool check_own(struct reader *r, const struct source *s)
{
    struct str type = S("");
    if (is_text(s) && !utf8_valid(s->bytes))
        return wrong(r, s->path, "not UTF-8");
    if (s->kind == SOURCE_ASSET && !source_type(s->path, &type))
        return wrong(r, s->path, "a file of no known type");
    if (!s->standard.s && !may_be_new(s->path, s->kind))
        return wrong(r, s->path, "the default theme has no such file, so nothing would show it");
    r->bytes += s->bytes.n;
    if (s->kind == SOURCE_TEMPLATE)
        r->template_bytes += s->bytes.n;
    if (r->bytes > THEME_BYTES_MAX || r->template_bytes > THEME_TEMPLATES_BYTES_MAX)
        return wrong(r, s->path, "the theme's files are too large together");
    return true;
}

static bool read_file(struct reader *r, int folder, const char *name, struct str path)
{
    struct str bytes = S("");
    if (++r->own > THEME_FILES_MAX)
        return wrong(r, path, "more than 500 files");
    err e = file_read_at(folder, name, THEME_FILE_BYTES_MAX, r->a, &bytes);
    if (e > 0)
        return wrong(r, path, file_refusal(e));
    if (e < 0)
        return wrong(r, path, "cannot be read");
    struct source *s = find_in(r, path);
    if (!s)
        s = add(r, (struct source){ .path = path, .kind = kind_of(path) });
    s->bytes = bytes;
    s->own = true;
    return check_own(r, s);
}

static void close_dir(DIR *const *d)
{
    if (*d)
        closedir(*d);
}

static bool plain_name(const char *name)
{
    return strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-@") ==
           strlen(name);
}

static bool read_folder(struct reader *r, int fd, struct str path, int depth);

static bool read_entry(struct reader *r, int folder, const char *name, struct str in, int depth)
{
    struct str path =
        in.n ? str_print(r->a, STR_FMT "/%s", STR_ARG(in), name) : str_print(r->a, "%s", name);
    if (!plain_name(name) || path.n > THEME_PATH_MAX)
        return wrong(r, path, "a name of letters, digits and . _ - is needed");
    int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == ENOTDIR)
        return read_file(r, folder, name, path);
    if (fd < 0)
        return wrong(r, path, errno == ELOOP ? "a symbolic link" : "cannot be read");
    if (depth == FOLDER_DEPTH_MAX || !known_folder(r, path)) {
        close(fd);
        return wrong(r, path, "a theme has no such folder");
    }
    return read_folder(r, fd, path, depth + 1);
}

/* Takes `fd`. */
static bool read_folder(struct reader *r, int fd, struct str path, int depth)
{
    DIR *d CLEANUP(close_dir) = fdopendir(fd);
    if (!d) {
        close(fd);
        return wrong(r, path, "cannot be read");
    }
    for (const struct dirent *e = readdir(d); e; e = readdir(d)) {
        size_t n = strlen(e->d_name);
        if (e->d_name[0] == '.' || e->d_name[n - 1] == '~')
            continue;
        if (!read_entry(r, dirfd(d), e->d_name, path, depth))
            return false;
    }
    return true;
}

static int by_path(const void *a, const void *b)
{
    const struct source *x = a;
    const struct source *y = b;
    return str_cmp(x->path, y->path);
}

static int path_with(const void *key, const void *source)
{
    const struct str *path = key;
    const struct source *s = source;
    return str_cmp(*path, s->path);
}

const struct source *source_find(const struct sources *s, struct str path)
{
    return s->n ? bsearch(&path, s->list, s->n, sizeof *s->list, path_with) : NULL;
}

err sources_read(const struct embedded *standard, const char *folder, struct arena *a,
                 struct sources *ret, struct str *ret_why)
{
    struct reader r = { .a = a, .standard = standard };
    bool fine = true;
    add_standard(&r);
    if (folder) {
        int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        fine = fd >= 0 ? read_folder(&r, fd, S(""), 0)
                       : wrong(&r, str_from_z(folder), "the theme's folder cannot be read");
    }
    if (!fine) {
        *ret_why = r.why;
        return THEME_WRONG;
    }
    if (r.n)
        qsort(r.list, r.n, sizeof *r.list, by_path);
    *ret = (struct sources){ r.list, r.n };
    return OK;
}
