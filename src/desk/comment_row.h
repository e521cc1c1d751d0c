#pragma once
#include "desk/desk_page.h"
#include "discussion/comment_queue.h"

/*
 * One comment as the desk shows it, in lists and on its own page (theme/parts/desk-comment.html),
 * with the buttons that this person may press now.
 */
struct comment_row {
    int64_t id, flags;
    int64_t question; /* the one it answers, or 0 */
    int64_t seen; /* when it was changed last: sent back, so that nobody decides about another's */
    struct str url, name, email, state, hold, hold_about, reason, assigned, flags_text, ban;
    struct desk_time at, changed;
    struct html html;
    struct str report_title, report_path, discussion, permalink;
    struct list reasons; /* of reason_option */
    bool erased, reply, staff, published, pinned, locked;
    bool may_approve, may_hide, may_spam, may_delete, may_erase, back;
};
extern const struct view comment_row_view;

struct reason_option {
    struct str name, text;
};
extern const struct view reason_option_view;
/* Those that a person can choose, the one that is meant when nothing is said first. */
struct list reason_options(const struct request *r);
struct str reason_word(const struct request *r, enum reason reason); /* empty for REASON_NONE */

/* What rows are made from, read once for a page; lives in the request. */
struct row_maker {
    const struct request *r;
    struct tx *tx;
    const struct person *people;
    size_t people_count;
    struct list reasons;
    struct { /* the report of the row before */
        int64_t id;
        struct str title, path, discussion;
        bool published;
    } under;
};
MUST_USE err row_maker_start(struct row_maker *m, const struct request *r, struct tx *tx);
MUST_USE err row_make(struct row_maker *m, const struct desk_comment *d, struct comment_row *ret);
/* "Mo", also of who has left; empty for 0 or nobody. */
struct str row_person(const struct row_maker *m, int64_t id);

/* A desk address of a comment. */
struct str comment_desk_url(const struct request *r, int64_t id);
