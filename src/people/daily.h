#pragma once
#include "base/app.h"
#include "base/err.h"

/*
 * What people/ does once a day: changes the key for addresses when it is old (keys.h), and drops
 * sessions and links that are over. It is a job that promises its next run itself; main promises
 * the first one at every start, which costs nothing when one waits already.
 */
#define PEOPLE_DAILY_JOB "people-daily"

struct store;
MUST_USE err people_daily_promise(struct store *store, int64_t at);
MUST_USE err people_daily(const struct app *app); /* the job */
