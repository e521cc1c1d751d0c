#pragma once
#include "base/app.h"
#include "discussion/comment.h"
#include "discussion/trace.h"

/*
 * All that one person wrote here: the comments of a visitor's cookie, and those that were given
 * with an address which the person has shown to be theirs (people/claim.h). To list, to export, and
 * to erase.
 */
struct author {
    struct str visitor; /* hash; empty: none */
    struct str email;   /* lower case; empty: none */
};
struct author_comment {
    struct comment comment; /* with its html, whatever its state */
    struct str email, body; /* as typed; empty when deleted */
    bool by_email;          /* found by the address: it can be changed at any time */
};
struct author_list {
    const struct author_comment *comments; /* latest first; deleted ones are nobody's */
    size_t n;
    int64_t next; /* go on before this one; 0: there are no more */
};
/* Fewer than the piece's most when their words come to AUTHOR_BYTES: a page has to hold them. */
enum { AUTHOR_BYTES = 512 * 1024 };
MUST_USE err author_comments(struct tx *tx, const struct author *who, struct trace_piece piece,
                             struct arena *a, struct author_list *ret);

/* Whether anything was given with that address: also what was deleted, while it may be appealed. */
MUST_USE err author_known(struct tx *tx, const struct keys *keys, struct str email, bool *ret);

/*
 * Erasing deletes the comments given with an address: words, former words, name, address and
 * hashes go, placeholders stay where there are replies. author_erase_ask() promises it to the job;
 * author_erase() does it now, AUTHOR_ERASE_STEP comments a transaction, then forgets the claim and
 * what mail/ knows of the address. Both may be called again at any time.
 */
enum { AUTHOR_ERASE_STEP = 100 };
#define AUTHOR_ERASE_JOB "author-erase"
MUST_USE err author_erase_ask(struct tx *tx, struct str email, int64_t now);
MUST_USE err author_erase(const struct app *app, struct str email, int64_t *ret_comments);
MUST_USE err author_erase_job(const struct app *app, int64_t claim);
