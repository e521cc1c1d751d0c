#pragma once
#include "base/app.h"
#include "funding/goal_mark.h"
#include "funding/ledger.h"
#include "render/view.h"

/*
 * The meter: how far a goal is, summed from the ledger's sums and never counted elsewhere. Gifts in
 * another currency than the goal's are not counted; they are listed beside it as unvalued.
 *
 * `settled` is gross: what givers gave, less what went out again, which counts on the day of its
 * gift; so no part of it can be below zero. It is the sum of what is provable, attested and by
 * hand.
 */
struct meter {
    struct goal goal;
    int64_t settled;               /* minor units of the goal's currency; all sources */
    int64_t provable;              /* of it: seen on a chain, where anybody can look */
    int64_t attested;              /* of it: told by a payment provider or a bank */
    int64_t by_hand;               /* of it: entered by hand */
    int64_t fees;                  /* what providers kept; not taken off the others */
    int64_t pending;               /* apart from settled */
    int64_t percent;               /* of the goal, settled only, rounded down */
    const struct amount *unvalued; /* per other asset: settled and pending together, not zero */
    size_t unvalued_count;
    const struct amount *unconfirmed; /* on its way, in no block yet and in no sum (mempool.h) */
    size_t unconfirmed_count;
    const struct goal_mark *marks; /* stretch marks, lowest first */
    size_t mark_count;
};
int64_t meter_net(const struct meter *m); /* settled without fees */
enum { METER_UNVALUED_MAX = 256 }; /* assets: more than there are in ISO 4217 and the coins */
#define METER_PERCENT_MAX INT64_C(999999999)
/* With goal->id 0 an empty meter. ERR_OVERFLOW when a sum does not fit. */
MUST_USE err meter_get(struct tx *tx, const struct goal *goal, struct arena *a, struct meter *ret);

/* The meter of the goal whose period holds the day; ret->goal.id is 0 when there is none. */
MUST_USE err meter_for_day(struct tx *tx, struct date day, struct arena *a, struct meter *ret);
/* The meter of the running goal, else of the last that ended, else of the next (goal_running). */
MUST_USE err meter_running(struct tx *tx, struct date today, struct arena *a, struct meter *ret);

/* What an address asks for: the goal of exactly this period ("2018-05"), else the running one.
 * ret->goal.id is 0 when there is none, or the text is no period. */
struct meter_query {
    bool asked; /* the address names a period */
    struct str period;
    struct date today;
};
MUST_USE err meter_asked(struct tx *tx, const struct meter_query *q, struct arena *a,
                         struct meter *ret);

/* What theme/parts/meter.html shows. All text is in the site's language. The page that shows it
 * rests on the topic "meter". */
struct meter_mark_view {
    struct str sentence; /* "$7,500: a second boat" */
    bool reached;
    int64_t at; /* its place on the bar, 0..1000 */
};
struct meter_view {
    bool any;                       /* there is a goal; without one nothing is shown */
    bool ended;                     /* its period is over */
    bool future;                    /* it has not begun */
    bool over;                      /* more than 100 percent: said in words, the bar is full */
    bool embedded;                  /* in a frame on another site: its link leaves the frame */
    bool full;                      /* says all parts in words; on reports it is short */
    struct str title;               /* the goal's label, or its period when it has none */
    struct str period;              /* empty when it is the title */
    struct str start, middle, goal; /* the scale: $0, $2,500, $5,000 */
    struct str settled;             /* $2,550 */
    struct str now_sentence;        /* 51% of $5,000 */
    struct str sentence;            /* $2,550 of $5,000 raised, 51%: the text alternative */
    struct str over_sentence;
    struct str provable_sentence, attested_sentence, hand_sentence, pending_sentence,
        net_sentence;        /* empty when there is nothing of it */
    struct list unvalued;    /* of text */
    struct list unconfirmed; /* of text; only while the period runs */
    struct list marks; /* of meter_mark_view: the goal and what lies beyond; without marks empty */
    int64_t now;       /* 0..100, for aria-valuenow */
    /* The bar in thousandths, from its start: provable; attested; by hand; pending. */
    int64_t provable_width, provided_at, provided_width, hand_at, hand_width, pending_at,
        pending_width;
    struct str link; /* to the ledger: /funding; a page that is it empties it */
};
extern const struct view meter_view;
/* The same with every part in words: for /funding and frames. */
struct meter_view meter_show_full(const struct meter *m, const struct setup *setup,
                                  struct date today, struct arena *a);
struct meter_view meter_show(const struct meter *m, const struct setup *setup, struct date today,
                             struct arena *a);
