#pragma once
#include "funding/amount.h"
#include "store/store.h"

/*
 * The ledger: double entry, append-only, hash-chained. A transaction says what happened to one
 * contribution; its entries sum to zero per asset or it is not written. Nothing is ever changed or
 * deleted (triggers refuse): what was wrong is reversed by another transaction.
 *
 * Accounts are a class, a channel and a source: "income, bank, hand". Signs are those of double
 * entry: what we have is positive (assets, receivable), where it came from negative (income,
 * pending). A settled gift of 25.00 is assets +25.00, income -25.00; one that is still on its way
 * is receivable +25.00, pending -25.00, and its settlement moves both.
 *
 * A gift of another asset than its goal's currency has a value in that currency, fixed once. Two
 * pairs more say so: trading -0.001 BTC against the gift, trading +63.00 USD against income -63.00
 * USD; so income is in the goal's currency and the meter need not know of rates. One without a
 * value is income in its own asset.
 *
 * Every entry is one row of the public ledger.csv (funding/ledger_csv.h). The chain covers exactly
 * the bytes of that row: hash(n) = SHA-256(hash(n-1) || row n without its last field). Who gave,
 * notes and references stand elsewhere and can be erased. docs/ledger.md is the full account.
 *
 * An entry's `day` is the day the gift was made, in the site's zone; it decides which goal the
 * money counts for, in reversals too. `booked` is when we wrote it down (UTC).
 *
 * Sums per day and per month are kept beside the entries, written in the same transaction and
 * recomputed by ledger_check(): a meter costs the same with ten gifts and with a million.
 */
enum ledger_account {
    LEDGER_ASSETS,
    LEDGER_RECEIVABLE,
    LEDGER_INCOME,
    LEDGER_PENDING,
    LEDGER_FEES,    /* what providers kept */
    LEDGER_TRADING, /* between what was given and what it was worth in the goal's currency */
};
enum ledger_kind {
    LEDGER_GIFT,
    LEDGER_PROMISE,
    LEDGER_SETTLEMENT,
    LEDGER_REVERSAL,
    LEDGER_FEE,
    LEDGER_REFUND,
    LEDGER_REFUND_FAILED,
    LEDGER_DISPUTE,
    LEDGER_DISPUTE_WON,
    LEDGER_REORG_REVERSAL,
    LEDGER_REORG_RESTORE,
    LEDGER_VALUATION, /* a gift that was not valued got its value later */
};
enum ledger_source { LEDGER_BY_HAND, LEDGER_BY_PROVIDER, LEDGER_BY_CHAIN };
enum { LEDGER_HASH = 32, LEDGER_ENTRIES_MAX = 16, LEDGER_REFERENCE_MAX = 120 };

struct str ledger_account_name(enum ledger_account a); /* "income" */
struct str ledger_kind_name(enum ledger_kind k);       /* "reversal" */
struct str ledger_source_name(enum ledger_source s);   /* "hand" */
bool ledger_kind_parse(struct str s, enum ledger_kind *ret);
/* Whether a transaction of this kind may move the account this way (docs/ledger.md has the table).
 */
bool ledger_kind_moves(enum ledger_kind k, enum ledger_account a, bool above_zero);
bool ledger_account_parse(struct str s, enum ledger_account *ret);
bool ledger_source_parse(struct str s, enum ledger_source *ret);
bool ledger_reference_is_valid(struct str s); /* as struct ledger_transaction says; may be empty */

struct ledger_entry {
    enum ledger_account account;
    struct amount amount;
};
struct ledger_transaction {
    int64_t contribution;
    enum ledger_kind kind;
    enum ledger_source source;
    struct str channel;   /* a channel's name: a-z 0-9 - */
    struct str reference; /* public; empty, or a-z A-Z 0-9 : . / @ _ with a letter or digit first:
                             an outpoint on a chain. Never a person. */
    int64_t day;          /* days since 1970-01-01 */
    int64_t booked_at;
    int64_t by; /* staff; 0: the command line. Not public */
    const struct ledger_entry *entries;
    size_t count; /* 2..LEDGER_ENTRIES_MAX */
};
/*
 * Writes it at the end of the chain, with its sums. ERR_OVERFLOW when a sum does not fit. The chain
 * is hashed here, inside the writer: a row's number is known nowhere else, and it costs about a
 * microsecond.
 */
MUST_USE err ledger_post(struct tx *tx, const struct ledger_transaction *t, struct arena *a,
                         int64_t *ret_id);

/*
 * Writes `t` with the entries of transaction `of` turned round, at their original value; `t`'s own
 * are not looked at. What `of` moved out of assets comes in again.
 */
MUST_USE err ledger_undo(struct tx *tx, const struct ledger_transaction *t, int64_t of,
                         struct arena *a, int64_t *ret_id);
/* The entries of a transaction, LEDGER_ENTRIES_MAX at most. */
MUST_USE err ledger_entries(struct tx *tx, int64_t transaction, struct arena *a,
                            struct ledger_entry ret[LEDGER_ENTRIES_MAX], size_t *ret_n);

/* The end of the chain: seq 0 and the hash of the header line while the ledger is empty. */
struct ledger_head {
    int64_t seq;
    uint8_t hash[LEDGER_HASH];
};
MUST_USE err ledger_head(struct tx *tx, struct arena *a, struct ledger_head *ret);

/*
 * What each account received in days first..end-1 (the end is not included), per source and asset,
 * in the arena. Reads whole months from the months' sums.
 */
struct ledger_sum {
    enum ledger_account account;
    enum ledger_source source;
    struct str channel;
    struct amount sum;
};
enum {
    LEDGER_SUMS_MAX = 4096,
    LEDGER_FIRST_DAY = 0,     /* 1970-01-01 */
    LEDGER_END_DAY = 2932532, /* 9999-01-01 */
};
MUST_USE err ledger_sums(struct tx *tx, int64_t first_day, int64_t end_day, struct arena *a,
                         const struct ledger_sum **ret, size_t *ret_n);

/*
 * Recomputes everything: sequence, chain, zero sums, sums per day and month, and each
 * contribution's state and amount. A difference is LEDGER_WRONG with the first one named in ret_why
 * (made in `a`).
 */
enum { LEDGER_WRONG = 1 };
MUST_USE err ledger_check(struct tx *tx, struct arena *a, struct str *ret_why);
