#pragma once
#include "publishing/page.h"

/*
 * How a standing page is written: page_prepare() checks and renders what was typed, outside any
 * transaction, page_save() keeps it. Saving what is already there makes no new revision.
 */
struct page_input {
    struct str slug, title, body; /* as typed */
    int64_t base; /* number of the revision the writer began with, 0 for a new page; -1: whatever */
    bool publish; /* make it public; else what is public stays */
    struct media_names pictures;
    struct actor by;
};
struct page_faults {
    err refusals[PAGE_REFUSALS];
    size_t n;
    struct str picture; /* of PAGE_PICTURE_MISSING: the first one's name */
};
struct page_draft; /* in the arena it was made in */
MUST_USE err page_prepare(const struct setup *setup, struct arena *a, const struct page_input *in,
                          int64_t now, struct page_draft **ret, struct page_faults *ret_faults);
struct html page_draft_html(const struct page_draft *d); /* for a preview */

struct page_saved {
    int64_t page, number;
    bool new_page, new_revision, now_public;
};
MUST_USE err page_save(struct tx *tx, const struct page_draft *d, struct page_saved *ret);

/* Takes a page from the public; its revisions stay. Writes the audit log. */
MUST_USE err page_take_down(struct tx *tx, struct actor by, struct str slug, int64_t now);

/* New HTML for one revision whose HTML is of an older MARKDOWN_VERSION, for report_render_job().
 * *ret_any: there was one. */
MUST_USE err page_render_next(const struct app *app, const struct setup *setup, struct arena *a,
                              bool *ret_any);
