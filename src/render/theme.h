#pragma once
#include "base/buf.h"
#include "base/err.h"
#include "render/view.h"
#include "render/words.h"

/*
 * A theme: templates, stylesheet, scripts, icons and words. The default one is in the binary; a
 * site's theme folder overrides it file by file. A theme is loaded whole, compiled against every
 * TEMPLATE of the program, and never changes afterwards.
 *
 * In templates `{{words.KEY}}` is the text of KEY in theme/words/LANG.ini, put in when the theme is
 * compiled (an unknown key, or a sentence with places to fill, is an error),
 * `{{asset.css/site.css}}` the public address of a static file, /assets/HASH/css/site.css, which
 * may be cached for ever, `{{theme.language}}` the language for <html lang> and
 * `{{theme.direction}}` ltr or rtl. HASH is of all static files together, so that one may name
 * another by a relative address and still get the one of its own theme.
 *
 * A theme does not change and takes no lock: any thread may use it until theme_free().
 */
struct theme;

/*
 * `folder` may be NULL; which of its files count says render/theme_files.h. `language` is a BCP 47
 * tag, also as formats_language() gives it (with digits): its words are those of words/LANG.ini,
 * or of its parent's ("de-AT": de.ini, then de-AT.ini over it). The folder's words lie over the
 * default ones key by key; in a language that only the folder has, missing words are English. On a
 * refusal ret_why is a line "FILE:LINE: what is wrong", made in `a`.
 */
enum { THEME_WRONG = 1 };
MUST_USE err theme_load(const char *folder, struct str language, struct arena *a,
                        struct theme **ret_theme, struct str *ret_why);
void theme_free(struct theme *t);

/* theme_load() of other default files and pages than the program's own, for tests and tools. */
struct theme_input {
    const struct embedded *files; /* "theme/pages/front.html" ..., ended by a NULL path */
    const struct template *pages;
    size_t n;
    const char *folder;
    struct str language;
};
MUST_USE err theme_load_from(const struct theme_input *in, struct arena *a,
                             struct theme **ret_theme, struct str *ret_why);

/* Renders at the end of `out`; ERR_LIMIT when it is full or sections nest too deep. */
MUST_USE err theme_render(const struct theme *t, const struct template *page, const void *view,
                          struct buf *out);

/* A word or sentence of the interface. An unknown key is a bug (check): `make check` walks all
 * keys. */
struct str theme_word(const struct theme *t, const char *key);
/*
 * The same with its places filled, in ICU MessageFormat's syntax, "{n, plural, one{# comment}
 * other{# comments}}" and "{name} wrote": see render/words.h.
 */
struct str theme_phrase(const struct theme *t, struct arena *a, const char *key,
                        const struct word_arg *args, size_t n);
bool theme_rtl(const struct theme *t);
struct str theme_language(const struct theme *t); /* for <html lang> */

/* A static file: its bytes and type; `path` as in "css/site.css". False when there is none. */
struct theme_file {
    struct str path, type, bytes, hash; /* hash: 16 hex digits of its SHA-256, for an ETag */
    struct str url;                     /* /assets/HASH/css/site.css */
};
bool theme_asset(const struct theme *t, struct str path, struct theme_file *ret);
struct str theme_asset_url(const struct theme *t, const char *path); /* of one that must exist */
struct str theme_assets_hash(const struct theme *t);                 /* the HASH in their URLs */

/* Every page of the program with the variables its template may use, in Markdown. */
struct str theme_manual(struct arena *a);
struct str theme_manual_of(struct arena *a, const struct template *first, size_t n);
