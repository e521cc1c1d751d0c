#pragma once
#include "funding/channel.h"
#include "funding/ledger.h"
#include "people/audit.h"

/*
 * A contribution: one gift as it happened. It is settled, or pending (announced, not yet in our
 * hands), or reversed; each step is a ledger transaction and none is undone by deletion. Rules
 * about what may be entered are here and nowhere else.
 *
 * Notes and outside references may speak of persons: they stand outside the ledger, are never
 * shown to the public and can be erased.
 */
enum contribution_state {
    CONTRIBUTION_PENDING,
    CONTRIBUTION_SETTLED,
    CONTRIBUTION_REVERSED, /* after being settled or pending */
};
enum {
    CONTRIBUTION_NOTE_MAX = 500,      /* bytes */
    CONTRIBUTION_REFERENCE_MAX = 200, /* bytes */
    CONTRIBUTION_PAGE = 50,
    CONTRIBUTION_PAGE_MAX = 200,
};
#define CONTRIBUTION_MINOR_MAX                                                                     \
    INT64_C(10000000000000)                   /* 10^13: a hundred thousand million dollars */
#define CONTRIBUTION_FIRST_DAY INT64_C(10957) /* 2000-01-01 */

struct contribution_draft {
    const struct channels *channels; /* what is configured; NULL: the ten kinds only */
    struct str channel;
    struct amount amount;
    struct date occurred_on; /* in the site's zone */
    bool pending;
    enum ledger_source source;
    struct str note;      /* the treasurer's, private */
    struct str reference; /* an outside number that is unique within the channel, private; a second
                             contribution with it is refused. Empty: none */
    struct actor by;      /* the treasurer, or ACTOR_CLI; stands in the audit log */
    int64_t now;
};
enum {
    CONTRIBUTION_CHANNEL_UNKNOWN = 1,
    CONTRIBUTION_AMOUNT_ZERO, /* or less */
    CONTRIBUTION_AMOUNT_LARGE,
    CONTRIBUTION_DAY_EARLY,  /* before 2000 */
    CONTRIBUTION_DAY_FUTURE, /* more than a day ahead of UTC */
    CONTRIBUTION_NOTE_WRONG, /* too long, or controls in it */
    CONTRIBUTION_REFERENCE_WRONG,
    CONTRIBUTION_REFERENCE_USED,
    CONTRIBUTION_MISSING,
    CONTRIBUTION_IS_REVERSED,
    CONTRIBUTION_IS_SETTLED,
    CONTRIBUTION_REFUSALS
};
struct str contribution_state_name(enum contribution_state s); /* "pending" */

/* A sentence for the command line; key of theme/words for pages. */
const char *contribution_refusal(err refusal);
const char *contribution_refusal_word(err refusal);

MUST_USE err contribution_add(struct tx *tx, const struct contribution_draft *d, struct arena *a,
                              int64_t *ret_id);
/* A pending one has arrived. */
MUST_USE err contribution_settle(struct tx *tx, int64_t id, struct actor by, int64_t now,
                                 struct arena *a);
/* It was entered in error, taken back or never came. */
struct contribution_reversal {
    int64_t id;
    struct str reason; /* private, as notes are; bound as they are */
    struct actor by;
    int64_t now;
};
MUST_USE err contribution_reverse(struct tx *tx, const struct contribution_reversal *r,
                                  struct arena *a);
/* Removes note, reference and reasons; the ledger stays as it is. */
MUST_USE err contribution_erase(struct tx *tx, int64_t id, struct actor by, int64_t now);

struct contribution {
    int64_t id;
    struct str channel;
    struct amount amount;
    struct date occurred_on;
    enum contribution_state state;
    enum ledger_source source;
    bool unvalued;           /* in another currency than the goal of its day: not counted */
    struct str note, reason; /* private: for the desk only */
    struct str reference;    /* private */
    int64_t by, created_at;  /* by: a person's id, or 0 */
};
MUST_USE err contribution_get(struct tx *tx, int64_t id, struct arena *a,
                              struct contribution *ret); /* CONTRIBUTION_MISSING */

/* Pages of the list, latest day first; equal days by id, latest first. */
struct contribution_cursor {
    int64_t day, id; /* the last one shown; { INT64_MAX, INT64_MAX } is the begin */
};
#define CONTRIBUTION_BEGIN ((struct contribution_cursor){ INT64_MAX, INT64_MAX })
bool contribution_cursor_parse(struct str s, struct contribution_cursor *ret); /* "2018-05-03.17" */
struct str contribution_cursor_print(struct arena *a, struct contribution_cursor c);
struct contribution_page {
    const struct contribution *items;
    size_t n;
    bool more;
    struct contribution_cursor next; /* when more */
};
MUST_USE err contribution_list(struct tx *tx, struct contribution_cursor after, size_t most,
                               struct arena *a, struct contribution_page *ret);
