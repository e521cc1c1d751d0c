#pragma once
#include "funding/contribution.h"
#include "funding/goal.h"
#include "funding/ledger.h"
#include "store/store.h"

/* What the tests of funding/ share: a store in memory and gifts in it. A failure ends the test. */
struct fund {
    struct store *store;
    struct arena arena;
    int64_t now;
};
#define FUND_NOW INT64_C(1525428000000000) /* 2018-05-04T10:00:00Z */

struct fund fund_start(void);
void fund_end(struct fund *f);

struct amount fund_amount(const char *text); /* "25.00 USD" */
int64_t fund_day(const char *text);          /* "2018-05-03", as days */
struct contribution_draft fund_draft(struct fund *f, const char *channel, const char *amount,
                                     const char *day);
err fund_try(struct fund *f, const struct contribution_draft *d, int64_t *ret_id);
int64_t fund_add(struct fund *f, const char *channel, const char *amount, const char *day);
int64_t fund_promise(struct fund *f, const char *channel, const char *amount, const char *day);
err fund_settle(struct fund *f, int64_t id);
err fund_reverse(struct fund *f, int64_t id);
err fund_value(struct fund *f, const struct contribution_price *p);
struct contribution fund_get(struct fund *f, int64_t id);
err fund_goal(struct fund *f, const char *amount, const char *period, int64_t *ret_id);

struct actor fund_treasurer(struct fund *f); /* a person of the staff */
struct str fund_csv(struct fund *f);         /* the whole ledger.csv, in the fund's arena */
void fund_expect_sound(struct fund *f);      /* store_check() finds nothing, the chain holds */
int64_t fund_findings(struct fund *f);       /* of store_check() */
bool fund_chain_holds(struct fund *f);       /* by ledger_check() */
