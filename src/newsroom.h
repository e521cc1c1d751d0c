#pragma once
#include "base/app.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/*
 * One newsroom put together: its data folder opened, its configuration and theme loaded. `diurnal
 * serve` and the commands that work on a folder directly begin here.
 */
struct newsroom;

struct newsroom_options {
    struct str data_dir,
        config_file; /* config_file empty: DATA_DIR/diurnal.ini, which may be missing */
    bool create;     /* make the folder when it is missing */
};
enum { NEWSROOM_REFUSED = 1 };
/* Refuses with one sentence for the operator in ret_why, made in `a`. */
MUST_USE err newsroom_open(const struct newsroom_options *o, struct arena *a, struct newsroom **ret,
                           struct str *ret_why);
void newsroom_close(struct newsroom *n); /* NULL is fine; no setup may be pinned any more */

struct app *newsroom_app(struct newsroom *n);

/* The setup in force, kept alive until dropped. Any thread. */
const struct setup *newsroom_pin(struct newsroom *n);
void newsroom_drop(struct newsroom *n, const struct setup *s);

/* Reads configuration and theme again and puts them in force; the old ones stay when the new are
 * wrong. */
MUST_USE err newsroom_reload(struct newsroom *n, struct arena *a, struct str *ret_why);

/*
 * What the configuration file says now of a folder, whether or not a server holds it: for commands
 * that prepare what the server will hold itself to. Refuses as newsroom_open().
 */
struct newsroom_file {
    struct config *config;
    struct channels *channels;
    struct str name;
};
MUST_USE err newsroom_file_read(const struct newsroom_options *o, struct arena *a,
                                struct newsroom_file *ret, struct str *ret_why);
void newsroom_file_free(struct newsroom_file *f); /* a zeroed one is fine */
