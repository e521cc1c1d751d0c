#pragma once
#include "base/app.h"
#include "base/err.h"

#include <stdint.h>

/*
 * When the Markdown renderer has changed (MARKDOWN_VERSION), the stored HTML of comments is made
 * anew from the words as they were typed: latest comments first, some at a time, so that the oldest
 * one tells whether all is done and the start of the program costs one look at it.
 */
/* the job's kind; its subject: ids below it are left */
#define COMMENT_RENDER_JOB "comment-render"
MUST_USE err comment_render_job(const struct app *app, int64_t subject);
/* Promises the job when there is something to do; call it at start. */
MUST_USE err comment_render_promise(const struct app *app);
