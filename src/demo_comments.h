#pragma once
#include "base/app.h"
#include "base/arena.h"
#include "base/err.h"

/*
 * The demo's discussions: nine comments under the report of the breach, 200 under the count of
 * damage, 10,000 in many scripts under the report of answers. Votes on some of them.
 */
MUST_USE err demo_comments(const struct app *app, const struct setup *setup, size_t many,
                           struct arena *a);
