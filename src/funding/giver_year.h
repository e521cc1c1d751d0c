#pragma once
#include "funding/amount.h"
#include "funding/giver.h"
#include "mail/mail.h"
#include "render/view.h"

/*
 * What one giver gave in one year of the site's zone, for the giver's tax office: each gift that
 * arrived and was not given back whole, what went out of it again until now, and sums by currency.
 * A giver is everyone with the same e-mail address, in any case of its letters; who left none is
 * one gift's giver.
 */
enum {
    GIVER_YEAR_ROWS = 1000 /* gifts; more are left out, and it says so */,
    GIVER_YEARS_MAX = 60
};
struct giver_year_row {
    int64_t contribution;
    struct date day;
    struct str channel;
    struct amount amount, out, left;
    struct amount value; /* in the currency of its day's goal; asset "": it has none */
};
struct giver_year {
    struct giver giver; /* the latest of that address */
    int year;
    const struct giver_year_row *rows; /* in the order of their days */
    size_t n;
    bool more;
    const struct amount *totals; /* of what is left */
    size_t total_count;
};
/* GIVER_MISSING: there is none, or it was erased. A year without gifts has no rows. */
MUST_USE err giver_year_read(struct tx *tx, int64_t giver, int year, struct arena *a,
                             struct giver_year *ret);
/* The years that giver gave in, the latest first. */
MUST_USE err giver_years(struct tx *tx, int64_t giver, struct arena *a, const int **ret,
                         size_t *ret_n);

/* All gifts of that giver, pending and taken back ones too, latest first; at most GIVER_YEAR_ROWS.
 */
MUST_USE err giver_gifts(struct tx *tx, int64_t giver, struct arena *a, const int64_t **ret,
                         size_t *ret_n);

/*
 * Those whose address is `who` or whose name begins with it, by their names; without `who` the
 * latest that were added before that one (INT64_MAX: all). One row an address, at most GIVER_LIST;
 * at most GIVER_LOOK are looked at.
 */
enum { GIVER_LIST = 50, GIVER_LOOK = 500 };
struct giver_found {
    const struct giver *list;
    size_t n;
    bool more;     /* of the name there may be others */
    int64_t older; /* of the latest: where to go on; 0: there are none */
};
MUST_USE err giver_find(struct tx *tx, struct str who, int64_t before, struct arena *a,
                        struct giver_found *ret);

/* All of that address, with what waits in the mail for it. GIVER_IS_FROZEN: nothing was done. */
MUST_USE err giver_forget_all(struct tx *tx, int64_t giver, struct actor by, int64_t now,
                              struct arena *a);

/*
 * The statement as a mail: to one giver, again and again, or to all who gave in that year, each
 * once within MAIL_KEPT_DAYS, but for addresses to which mail came back. The mail is made from what
 * stands in the ledger when it is sent.
 */
#define GIVER_YEAR_MAIL "gift-year"
#define GIVER_YEAR_JOB  "gift-years"
enum { GIVER_YEAR_BATCH = 100 /* givers of one transaction */ };
enum {
    GIVER_YEAR_NOBODY = GIVER_EMAIL_WRONG + 1 /* no address */,
    GIVER_YEAR_EMPTY /* no gifts */
};
MUST_USE err giver_year_send(struct tx *tx, int64_t giver, int year, struct actor by, int64_t now,
                             struct arena *a);
MUST_USE err giver_year_send_all(struct tx *tx, int year, struct actor by, int64_t now);
struct job;
MUST_USE err giver_year_job(const struct app *app, const struct job *job);
MUST_USE err giver_year_compose(const struct app *app, const struct setup *s,
                                const struct mail_order *o, struct arena *a, struct mail *ret);
MUST_USE err giver_year_failed(struct tx *tx, const struct mail_order *o, int64_t now);

/* A statement as pages and mails show it. */
struct giver_year_shown {
    struct str day, channel, amount, out, left; /* out: empty when nothing went back */
    struct str value;                           /* empty when it has none */
};
struct giver_year_total {
    struct str amount;
};
struct giver_year_table {
    int64_t year;
    struct str name, email, as_of; /* as_of: the day it was made on */
    struct list gifts;             /* of giver_year_shown */
    struct list totals;            /* of giver_year_total */
    bool more;
};
extern const struct view giver_year_table_view;
struct giver_year_table giver_year_show(const struct setup *s, struct arena *a, int64_t now,
                                        const struct giver_year *y);
