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
 * compiled (an unknown key is an error), and `{{asset.css/site.css}}` the public address of a
 * static file, /assets/HASH/css/site.css, which may be cached for ever.
 */
struct theme;

/*
 * `folder` may be NULL. `language` is a BCP 47 tag whose words/LANG.ini exists, else its parent's
 * does. On a refusal ret_why is a line "FILE:LINE: what is wrong", made in `a`.
 */
enum { THEME_WRONG = 1 };
MUST_USE err theme_load(const char *folder, struct str language, struct arena *a,
                        struct theme **ret_theme, struct str *ret_why);
void theme_free(struct theme *t);

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
    struct str path, type, bytes, hash; /* hash: 16 hex digits of its SHA-256 */
};
bool theme_asset(const struct theme *t, struct str path, struct theme_file *ret);
struct str theme_asset_url(const struct theme *t, const char *path); /* of one that must exist */
