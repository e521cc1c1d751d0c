#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/*
 * The head of a file for `diurnal publish`: lines of `key: value` between two lines `---`, then the
 * Markdown (docs/publish-format.md). Byte order mark and CRLF are fine. A value is the rest of its
 * line, without blanks at both ends; it may stand in "double quotes" (with \" and \\) or 'single
 * quotes' ('' for one). Lines that begin with # and empty lines are skipped.
 */
enum {
    FRONT_MATTER_BYTES_MAX = 16384, /* from the first --- to the second */
    FRONT_MATTER_LINES_MAX = 200,
};
enum front_key {
    FRONT_SERIES,
    FRONT_TITLE,
    FRONT_DATE,
    FRONT_SLUG,
    FRONT_BYLINE,
    FRONT_DATELINE,
    FRONT_STANDFIRST,
    FRONT_STATE,
    FRONT_REASON, /* why it was withdrawn */
    FRONT_ID,     /* the file's own name for the report, so that slug and date may change */
    FRONT_PAGE,   /* the slug of a standing page: the file is one, not a report */
    FRONT_KEYS,
};
struct front_matter {
    struct str file;               /* its name, for messages */
    struct str values[FRONT_KEYS]; /* .s is NULL where the key is not given */
    int lines[FRONT_KEYS];         /* where; 0 when not given */
    struct str body;               /* the Markdown, its line ends LF */
    int body_line;                 /* the file's line the body begins on */
};
const char *front_key_name(enum front_key k);

/*
 * Parses a file's text. FRONT_MATTER_WRONG with ret_why = "FILE:LINE: key: what is wrong": not
 * UTF-8, no front matter, an unknown, repeated or empty key, a line without a key, a value with
 * controls. What the values mean is checked by report_prepare() and page_prepare().
 */
enum { FRONT_MATTER_WRONG = 1 };
MUST_USE err front_matter_parse(struct str file, struct str text, struct arena *a,
                                struct front_matter *ret, struct str *ret_why);
