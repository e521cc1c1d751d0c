#pragma once
#include "base/app.h"
#include "base/buf.h"

/*
 * `diurnal publish FILE.md ...`: the work behind the command. The caller's side calls
 * publish_pictures() on each file to know which pictures to read beside it; then publish_files()
 * carries it out where the data folder is open. Either every file is published or none: all are
 * checked first, and all reports and pages are written in one transaction.
 */
struct publish_file {
    struct str path, bytes;
};
enum { PUBLISH_FILES_MAX = 2000 }; /* Markdown files of one command */
enum { PUBLISH_WRONG = 1 };

struct publish_names {
    const struct str *names; /* relative to the file's folder, as written */
    size_t n;
};
/* The pictures that a Markdown file names. A file that is wrong names none; publish_files() says.
 */
struct publish_names publish_pictures(struct arena *a, struct str text);
/* Where the picture `name` of the Markdown file `path` lies: its folder and the name joined. */
struct str publish_beside(struct arena *a, struct str path, struct str name);

/*
 * `files` are the Markdown files, `pictures` what was found beside them, by path as
 * publish_beside() gives it. On OK `out` says for each file what happened, one line each; on
 * PUBLISH_WRONG one line for each file that is wrong, "FILE:LINE: key: what is wrong".
 */
struct publish_order {
    const struct app *app;
    const struct setup *setup;
    const struct publish_file *files, *pictures;
    size_t file_count, picture_count;
};
MUST_USE err publish_files(const struct publish_order *o, struct arena *a, struct buf *out);
