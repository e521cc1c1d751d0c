#pragma once
#include "base/clock.h"
#include "discussion/decision.h"
#include "people/keys.h"

/*
 * The author of a comment that staff removed has a private page with the reason, and may appeal
 * once against that decision, for APPEAL_DAYS. The appeal is for somebody else than who made the
 * decision to judge; while there is nobody else, it stays open. Granted, it publishes the comment
 * again, but for one that was deleted: its words are gone, and only the finding stays.
 *
 * Who the author is, is known by the hash of the visitor's cookie (people/visitor.h). It is kept
 * beside the comment for those days even when all else of the author was deleted with it, then
 * dropped by appeal_prune(). Or by the e-mail address given with the comment, once a person has
 * shown it to be theirs (people/claim.h): of a deleted comment's, a keyed hash is kept as long.
 * Then a signed link on /mine leads to the page (appeal_http.h). So are the words of an appeal,
 * APPEAL_WORDS_DAYS after its end: those about a deleted comment could not be found by who wants to
 * be erased.
 */
enum {
    APPEAL_DAYS = 30,
    APPEAL_WORDS_DAYS = 90,
    APPEAL_BYTES_MAX = 4000,
    APPEAL_ANSWER_MAX = 2000
};

enum appeal_state {
    APPEAL_NONE, /* not made */
    APPEAL_OPEN,
    APPEAL_GRANTED,
    APPEAL_REFUSED,
    APPEAL_MOOT, /* the comment came back without it */
};
struct appeal {
    int64_t id, comment, decision;
    int64_t against; /* the person who removed the comment; 0: the program */
    struct str body, answer;
    int64_t created_at, decided_at;
    enum appeal_state state;
};

/* Who asks: either is enough. */
enum { APPEAL_HASH_BYTES = KEYS_MAC_BYTES };
struct appellant {
    struct str visitor;    /* hash; empty: none */
    struct str email;      /* shown to be theirs, lower case; empty: none */
    struct str email_hash; /* appeal_email_hash() of it */
};
struct str appeal_email_hash(const struct keys *k, struct arena *a, struct str email);

/* What the author's private page shows. */
struct appeal_case {
    int64_t comment, report;
    enum comment_state now;
    struct decision decision; /* the removal */
    struct appeal appeal;     /* state APPEAL_NONE: not made yet */
    int64_t until;            /* the last moment to make it */
};
enum {
    APPEAL_NOT_YOURS = 1, /* no such comment, not removed by staff, or by another visitor */
    APPEAL_MADE,          /* once is enough */
    APPEAL_TOO_LATE,
    APPEAL_EMPTY,
    APPEAL_TOO_LONG,
    APPEAL_NOT_TEXT,
    APPEAL_MISSING, /* none of that number */
    APPEAL_OWN,     /* against the own decision */
    APPEAL_DECIDED, /* it is not open any more */
};
MUST_USE err appeal_case_get(struct tx *tx, int64_t comment, const struct appellant *who,
                             struct arena *a, struct appeal_case *ret);

/* Deleted comments of that address with a right to appeal, latest first, APPEAL_GONE_MAX at most.
 */
enum { APPEAL_GONE_MAX = 50 };
MUST_USE err appeal_gone(struct tx *tx, struct str email_hash, int64_t ret[APPEAL_GONE_MAX],
                         size_t *ret_n);

/* OK, APPEAL_EMPTY, APPEAL_TOO_LONG or APPEAL_NOT_TEXT. */
err appeal_check(struct str body);
/* Of a checked body, by the author. */
MUST_USE err appeal_add(struct tx *tx, int64_t comment, const struct appellant *who,
                        struct str body, int64_t now);

/* For the desk: the open ones oldest first, those decided latest first. */
enum { APPEAL_PAGE = 50 };
struct appeals {
    const struct appeal *appeals;
    size_t count;
    int64_t next; /* `after` of the next page, or 0 */
};
MUST_USE err appeal_list(struct tx *tx, bool open, int64_t after, struct arena *a,
                         struct appeals *ret);
MUST_USE err appeal_get(struct tx *tx, int64_t id, struct arena *a, struct appeal *ret);
/* The one that was made against the latest removal of a comment, state APPEAL_NONE if none was. */
MUST_USE err appeal_of(struct tx *tx, int64_t comment, struct arena *a, struct appeal *ret);
/* How many are open, counted to a thousand. */
MUST_USE err appeal_open_count(struct tx *tx, int64_t *ret);

struct appeal_judgement {
    int64_t id;
    bool granted;
    struct str answer; /* for the author; may be empty */
    int64_t by, now;
};
/* Refuses with APPEAL_MISSING, APPEAL_OWN, APPEAL_DECIDED. */
MUST_USE err appeal_judge(struct tx *tx, const struct appeal_judgement *j);

/* For decision.c, in its transaction: before a removal, after a comment came back, and when either
 * is undone. With keys, of one that deletes, the address is bound to the right; NULL: it is not. */
MUST_USE err appeal_right_give(struct tx *tx, int64_t comment, int64_t removed_at,
                               const struct keys *keys);
MUST_USE err appeal_right_end(struct tx *tx, int64_t comment, int64_t now);
MUST_USE err appeal_reopen(struct tx *tx, int64_t comment, int64_t ended_at);

/* Drops what was kept for authors whose time is over. */
MUST_USE err appeal_prune(struct tx *tx, int64_t now);

/* Its author is erased: what was written in appeals goes. */
MUST_USE err appeal_forget(struct tx *tx, int64_t comment);
/* The same for the deleted comments of an address, with their rights. */
MUST_USE err appeal_forget_gone(struct tx *tx, struct str email_hash);
