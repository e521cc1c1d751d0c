#pragma once
#include "render/theme.h"
#include "render/theme_files.h"

/*
 * The static files of a theme, with one hash in the addresses of all. css/all.css is made here, if
 * the theme has none: css/site.css, then the default theme's other stylesheets and the folder's
 * own, by name, without css/desk.css, which only the desk needs. So a site's pages ask for one
 * stylesheet, and a stylesheet laid into the folder is on every page. js/report.js is js/copy.js
 * and js/discussion.js in one file, in the same way.
 */
struct assets {
    struct theme_file *list; /* sorted by path */
    size_t n;
    struct str hash;
};
struct assets assets_of(const struct sources *sources, struct arena *a);
bool assets_find(const struct assets *assets, struct str path, struct theme_file *ret);
