#pragma once
#include "base/app.h"
#include "publishing/publish_cli.h"
#include "publishing/report_edit.h"
#include "store/store.h"

/* What the tests of publishing/ share: a newsroom in memory, with the program's own theme, English,
 * and a clock that stands still. A failure ends the test. */
struct press {
    struct arena arena;
    struct app app;
    struct setup setup;
    struct config *config;
    struct theme *theme;
    struct formats *formats;
    struct buf out; /* what publish_files() said last */
};
#define PRESS_NOW INT64_C(1525428000000000) /* 2018-05-04T10:00:00Z */

void press_start(struct press *p, const char *config);
void press_end(struct press *p);

struct actor press_reporter(struct press *p); /* a person of the staff, Mara Lindqvist */

/* The refusal or fault of report_prepare() or report_save(); on OK *ret, which may be NULL. */
err press_try(struct press *p, const struct report_input *in, struct report_saved *ret);
struct report_saved press_save(struct press *p, const struct report_input *in);
/* A published report of "River Watch" on that day. */
struct report_saved press_report(struct press *p, const char *date, const char *title);
struct report press_get(struct press *p, int64_t report);
struct str press_html(struct press *p, int64_t report); /* of what is public */
/* What stands at the address: its state is in ret->standing; REPORT_NONE. */
err press_find(struct press *p, const char *date, const char *slug, struct report_found *ret);

/* publish_files() of one file, and of several with pictures. */
err press_publish(struct press *p, const char *path, const char *text);
err press_publish_all(struct press *p, const struct publish_file *files, size_t n,
                      const struct publish_file *pictures, size_t picture_count);

int64_t press_findings(struct press *p);                    /* of store_check() */
struct str press_sample(struct press *p, const char *name); /* a picture of the fuzzer's corpus */
