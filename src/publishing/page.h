#pragma once
#include "base/app.h"
#include "people/audit.h"
#include "publishing/media.h"
#include "render/view.h"
#include "store/store.h"

/*
 * Standing pages at /{slug}: about, imprint, privacy, comment-rules and whatever else a newsroom
 * keeps. Markdown without date or discussion. Every revision is kept; one of them may be public
 * (`live`), the newest is what the desk edits. A page's slug never takes an address of the
 * program's own (page_reserved). Topics: "page/SLUG", and "navigation" for the foot's list.
 */
enum {
    PAGE_TITLE_MAX = 120, /* code points */
    PAGE_MAX = 100,       /* pages of one newsroom */
};
enum page_refusal {
    PAGE_NONE = 1, /* no such page */
    PAGE_SLUG_WRONG,
    PAGE_SLUG_RESERVED,
    PAGE_TITLE_MISSING,
    PAGE_TITLE_TOO_LONG,
    PAGE_TITLE_NOT_TEXT,
    PAGE_BODY_MISSING,
    PAGE_BODY_TOO_LONG,
    PAGE_BODY_NOT_TEXT,
    PAGE_PICTURE_MISSING,
    PAGE_CHANGED, /* somebody saved a newer revision meanwhile */
    PAGE_TOO_MANY,
    PAGE_REFUSALS,
};
const char *page_refusal_text(err refusal);  /* English, for the command line */
const char *page_refusal_word(err refusal);  /* key of theme/words */
const char *page_refusal_field(err refusal); /* "page", "title", "body", or "" */

/* The first segment of one of the program's own addresses, or a year. */
bool page_reserved(struct str slug);

struct page {
    int64_t id;
    struct str slug, path; /* "/about" */
    struct str title;      /* of the public revision, else of the newest */
    int64_t live;          /* number of the public revision, 0: none */
    int64_t newest;
    int64_t changed_at; /* when the revision of `title` was saved */
};
struct page_rows {
    const struct page *pages;
    size_t n;
};
/* All (for the desk) or the public ones: about, imprint, privacy, comment-rules, then by title. */
MUST_USE err page_list(struct tx *tx, bool public_only, struct arena *a, struct page_rows *ret);
MUST_USE err page_get(struct tx *tx, struct str slug, struct arena *a, struct page *ret);
/* The HTML of its public revision; PAGE_NONE when it has none. */
MUST_USE err page_html(struct tx *tx, int64_t id, struct arena *a, struct html *ret);

struct page_revision {
    int64_t id, number, author, made_at;
    struct str author_name, title;
    struct str body; /* empty in page_revisions() */
};
MUST_USE err page_revision_get(struct tx *tx, int64_t page, int64_t number, struct arena *a,
                               struct page_revision *ret);
enum { PAGE_REVISIONS_MAX = 50 };
/* The newest ones, newest first. */
MUST_USE err page_revisions(struct tx *tx, int64_t page, struct arena *a,
                            const struct page_revision **ret, size_t *ret_n);
MUST_USE err page_media(struct tx *tx, int64_t revision, struct arena *a, struct media_names *ret);
