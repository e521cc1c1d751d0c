#pragma once
#include "http/http.h"
#include "publishing/media.h"
#include "render/view.h"
#include "store/store.h"

/*
 * Standing pages at /{slug}: about, imprint, privacy, comment-rules and whatever else a newsroom
 * keeps. Markdown without date or discussion; every revision is kept. A page's slug never takes an
 * address of the program's own (page_reserved). Topics: "page/SLUG" and "navigation".
 */
enum {
    PAGE_TITLE_MAX = 120, /* code points */
    PAGE_MAX = 100,       /* pages of one newsroom */
};
enum page_refusal {
    PAGE_NONE = 1,
    PAGE_SLUG_WRONG,
    PAGE_SLUG_RESERVED,
    PAGE_TITLE_MISSING,
    PAGE_TITLE_TOO_LONG,
    PAGE_TITLE_NOT_TEXT,
    PAGE_BODY_MISSING,
    PAGE_BODY_TOO_LONG,
    PAGE_BODY_NOT_TEXT,
    PAGE_CHANGED, /* somebody saved a newer revision meanwhile */
    PAGE_TOO_MANY,
    PAGE_PICTURE_GONE,
    PAGE_REFUSALS,
};
const char *page_refusal_text(err refusal);
const char *page_refusal_word(err refusal);
const char *page_refusal_field(err refusal);

/* The first segment of one of the program's own addresses, or a year. */
bool page_reserved(struct str slug);

struct page {
    int64_t id;
    struct str slug, path, title;
    bool published;
    int64_t newest; /* number of its newest revision */
    int64_t changed_at;
    struct str body;  /* Markdown; page_get() only */
    struct html html; /* page_get() only */
};
struct page_rows {
    const struct page *pages;
    size_t n;
};
/* In any state; a handler looks at `published`. */
MUST_USE err page_get(struct tx *tx, struct str slug, struct arena *a, struct page *ret);
/* All (for the desk) or the published ones: about, imprint, privacy, comment-rules, then others. */
MUST_USE err page_list(struct tx *tx, bool published_only, struct arena *a, struct page_rows *ret);

struct page_input {
    struct str slug, title, body;
    int64_t base; /* number of the revision the writer began with, 0 for a new page; -1: whatever */
    bool published;
    struct media_names pictures;
    int64_t author;
    struct str author_name;
};
struct page_draft; /* checked and rendered, in the arena it was made in */
MUST_USE err page_prepare(const struct setup *setup, struct arena *a, const struct page_input *in,
                          int64_t now, struct page_draft **ret);
struct html page_draft_html(const struct page_draft *d);
struct page_saved {
    int64_t page, number;
    bool new_page, new_revision;
};
MUST_USE err page_save(struct tx *tx, const struct page_draft *d, struct page_saved *ret);

/* GET /{slug} */
err page_show(struct request *r, struct response *ret);
