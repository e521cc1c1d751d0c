#pragma once
#include "funding/channel.h"
#include "funding/ledger.h"
#include "funding/rate.h"
#include "people/audit.h"

/*
 * A contribution: one gift as it happened. It is settled, or pending (announced, not yet in our
 * hands), or reversed (nothing is left of it); each step is a ledger transaction and none is undone
 * by deletion. Rules about what may be entered are here and nowhere else.
 *
 * What goes out again (refunds, disputes, corrections) is a part of it, `out`, and never more than
 * the whole. A settled gift of another asset than the currency of its day's goal has a value in
 * that currency, fixed once, with the rate it came from; parts go out at that value. Without a rate
 * it has none and is not counted; the treasurer may give it one, once.
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
    const struct channels *channels; /* what is configured; NULL: the kinds' own names only. Of what
                                        was not entered by hand any name may stand */
    struct str channel;
    struct amount amount;
    struct date occurred_on; /* in the site's zone */
    bool pending;
    enum ledger_source source;
    struct str note;      /* the treasurer's, private */
    struct str reference; /* an outside number that is unique within the channel, private; a second
                             contribution with it is refused. Empty: none */
    struct str public_reference; /* for the ledger (ledger.h); not unique */
    int64_t occurred_at; /* which moment's rate values it; 0: of a gift by hand, where only the day
                            is known: `now` if that is its day in UTC, else there is no rate */
    int64_t giver;       /* 0: not known */
    struct actor by;     /* the treasurer, or ACTOR_CLI; stands in the audit log, which says nothing
                            of gifts that were not entered by hand */
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
    CONTRIBUTION_IS_PENDING,
    CONTRIBUTION_OTHER_ASSET, /* a part is of another asset than the whole */
    CONTRIBUTION_TOO_MUCH,    /* more than is left of it */
    CONTRIBUTION_IS_VALUED,
    CONTRIBUTION_VALUE_WRONG, /* no goal on its day, of the goal's own currency, or no good rate */
    CONTRIBUTION_IS_FROZEN,
    CONTRIBUTION_IS_FREE,        /* it is not frozen */
    CONTRIBUTION_REASON_MISSING, /* a reason or note says nothing */
    CONTRIBUTION_NOTES_MANY,
    CONTRIBUTION_NOT_BY_HAND, /* what a provider, a bank or a chain says is not entered anew */
    CONTRIBUTION_REFUSALS
};
struct str contribution_state_name(enum contribution_state s); /* "pending" */

/* A sentence for the command line; key of theme/words for pages. */
const char *contribution_refusal(err refusal);
const char *contribution_refusal_word(err refusal);

MUST_USE err contribution_add(struct tx *tx, const struct contribution_draft *d, struct arena *a,
                              int64_t *ret_id);
/* The same, with its ledger transaction. */
MUST_USE err contribution_book(struct tx *tx, const struct contribution_draft *d, struct arena *a,
                               int64_t *ret_id, int64_t *ret_transaction);
/* A pending one has arrived. */
MUST_USE err contribution_settle(struct tx *tx, int64_t id, struct actor by, int64_t now,
                                 struct arena *a);
/* The same, told by a provider or chain: what it knows of the moment, and the ledger's number. */
struct contribution_arrival {
    int64_t id, occurred_at;
    struct str public_reference;
    struct actor by;
    int64_t now;
};
MUST_USE err contribution_arrive(struct tx *tx, const struct contribution_arrival *v,
                                 struct arena *a, int64_t *ret_transaction);
/*
 * A part of a settled one goes out again, at its original value: LEDGER_REFUND, _DISPUTE,
 * _REORG_REVERSAL, or _REVERSAL for a correction by hand. When nothing is left it is reversed.
 * What nobody `told` is done by hand, by whomever: it stands in the audit log, its reason is kept
 * among the notes, and frozen ones refuse it.
 */
struct contribution_part {
    int64_t id;
    enum ledger_kind kind;
    struct amount amount; /* units 0: all that is left */
    struct str reason;    /* private; bound as notes are */
    struct str public_reference;
    bool told; /* by a provider, a bank or a chain: a fact that no freezing keeps away */
    struct actor by;
    int64_t now;
};
MUST_USE err contribution_take_back(struct tx *tx, const struct contribution_part *p,
                                    struct arena *a, int64_t *ret_transaction);
/* Such a part comes back: `transaction` is the one that took it out, `kind` LEDGER_REFUND_FAILED,
 * _DISPUTE_WON or _REORG_RESTORE. To be asked for once a transaction, which is the caller's to
 * know. */
struct contribution_undo {
    int64_t id, transaction;
    enum ledger_kind kind;
    struct str public_reference;
    bool told; /* as above */
    struct actor by;
    int64_t now;
};
MUST_USE err contribution_put_back(struct tx *tx, const struct contribution_undo *u,
                                   struct arena *a, int64_t *ret_transaction);
/* What the provider kept of it, in whatever currency it says. */
MUST_USE err contribution_fee(struct tx *tx, int64_t id, struct amount fee, int64_t now,
                              struct arena *a, int64_t *ret_transaction);
/* The treasurer gives a settled, unvalued one its value: by a price of one whole unit and where it
 * is from. Once. */
struct contribution_price {
    int64_t id;
    struct str price, source; /* rate.h */
    struct date day;          /* whose price it is; year 0: that of now */
    struct actor by;
    int64_t now;
};
MUST_USE err contribution_value(struct tx *tx, const struct contribution_price *p, struct arena *a);
/* Frozen: set aside for a look. It stays counted; nothing is done to it by hand until it is freed.
 * Why is kept among the notes. IS_FROZEN or IS_FREE when it is so already: nothing is written. */
struct contribution_freezing {
    int64_t id;
    bool frozen;
    struct str reason; /* private; not empty; bound as notes are */
    struct actor by;
    int64_t now;
};
MUST_USE err contribution_freeze(struct tx *tx, const struct contribution_freezing *z);
/* The SHA-256 of a paper that proves it; public. Again: the new one stands. */
MUST_USE err contribution_set_evidence(struct tx *tx, int64_t id, struct str hash, struct actor by,
                                       int64_t now);
/* It was entered in error, taken back or never came: all that is left of it goes. */
struct contribution_reversal {
    int64_t id;
    struct str reason; /* private, as notes are; bound as they are */
    struct actor by;
    int64_t now;
};
MUST_USE err contribution_reverse(struct tx *tx, const struct contribution_reversal *r,
                                  struct arena *a);
/* It was entered wrong: all that is left of it is reversed, and what is right is entered as another
 * gift, in one: only of what was entered by hand. Each has a note that names the other. A reference
 * goes over with its channel. */
struct contribution_correction {
    int64_t id;
    struct str reason; /* private; not empty; bound as notes are */
    struct contribution_draft draft;
};
MUST_USE err contribution_correct(struct tx *tx, const struct contribution_correction *c,
                                  struct arena *a, int64_t *ret_id);
/* Removes note, reference and reasons, and empties what was noted (contribution_note.h); the ledger
 * stays as it is. */
MUST_USE err contribution_erase(struct tx *tx, int64_t id, struct actor by, int64_t now);

struct contribution {
    int64_t id;
    struct str channel;
    struct amount amount;
    struct date occurred_on;
    enum contribution_state state;
    enum ledger_source source;
    bool unvalued;     /* in another currency than the goal of its day, and without a value: not
                          counted */
    struct amount out; /* of it, what went out again */
    struct amount value, value_out; /* in the goal's currency; asset "" when it has none */
    struct str rate, rate_source;   /* the price its value came from */
    int64_t rate_at, occurred_at, giver;
    bool frozen;
    struct str evidence;     /* 32 bytes, or empty */
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
