#pragma once
#include "base/embedded.h"
#include "base/err.h"
#include "base/str.h"

/*
 * The files of a theme: the default ones from the binary, those of a site's folder over them.
 *
 * In the folder only these count: files at its top and in the default theme's own subfolders, and
 * in parts, css, js, icons, fonts, images and words. Names beginning with . or ending with ~ are
 * passed over; symbolic links, other folders, text that is not UTF-8 and what is too large are
 * refused. A page, mail or feed that the default theme has not is refused too, for nothing would
 * ever show it: its name is misspelt.
 */
enum {
    THEME_FILES_MAX = 500, /* in the folder */
    THEME_FILE_BYTES_MAX = 4 * 1024 * 1024,
    THEME_BYTES_MAX = 32 * 1024 * 1024, /* of the folder's files together */
    THEME_TEMPLATES_BYTES_MAX = 2 * 1024 * 1024,
    THEME_PATH_MAX = 128,
};

enum source_kind { SOURCE_TEMPLATE, SOURCE_ASSET, SOURCE_WORDS };
struct source {
    struct str path; /* below the theme: "css/site.css" */
    enum source_kind kind;
    struct str bytes;
    struct str standard; /* the default theme's, .s NULL when it has none */
    bool own;            /* from the folder */
};
struct sources {
    struct source *list; /* sorted by path */
    size_t n;
};

/* THEME_WRONG (theme.h) with ret_why "FILE: what is wrong". All is made in, or borrowed by, `a`. */
MUST_USE err sources_read(const struct embedded *standard, const char *folder, struct arena *a,
                          struct sources *ret, struct str *ret_why);
const struct source *source_find(const struct sources *s, struct str path);

/* The content type of a static file, by the end of its name. False when it is of no known type. */
bool source_type(struct str path, struct str *ret);
