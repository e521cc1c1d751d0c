#pragma once
#include "base/app.h"
#include "base/config.h"
#include "store/store.h"

/*
 * What the discussion does by the hour: it closes the discussions of reports that have been public
 * for as many days as their series says, or else the site ([discussion] close_after_days; 0:
 * never), and drops what was kept for appeals whose time is over (appeal.h). A discussion that
 * somebody opened by hand stays open. Each closing is an act of nobody's (act.h), in the audit log
 * too.
 */
extern const struct config_key discussion_close_after_days;
#define CLOSING_JOB "discussion-closing"

/* The job, and its first promise at each start. It promises its next run itself. */
MUST_USE err closing_job(const struct app *app, int64_t days);
MUST_USE err closing_promise(struct store *store, int64_t at);

/* Closes up to CLOSING_STEP that are old enough at `now`; *ret_n: how many. */
enum { CLOSING_STEP = 100 };
MUST_USE err closing_step(struct tx *tx, int64_t days, int64_t now, size_t *ret_n);
