#pragma once
#include "base/app.h"
#include "funding/goal.h"
#include "funding/ledger.h"
#include "render/view.h"

/*
 * The meter: how far a goal is, summed from the ledger's sums and never counted elsewhere. Gifts in
 * another currency than the goal's are not counted; they are listed beside it as unvalued.
 *
 * `settled` is gross: what givers gave, less what was reversed. It may be below zero for a while
 * when a reversal comes late; the bar then stays empty and the figure says so.
 */
struct meter {
    struct goal goal;
    int64_t settled;               /* minor units of the goal's currency; all sources */
    int64_t by_hand;               /* the part of it that was entered by hand */
    int64_t pending;               /* apart from settled */
    int64_t percent;               /* of the goal, settled only, rounded down; below zero is 0 */
    const struct amount *unvalued; /* per other asset: settled and pending together */
    size_t unvalued_count;
};
MUST_USE err meter_get(struct tx *tx, const struct goal *goal, struct arena *a, struct meter *ret);

/* The meter of the goal whose period holds the day; ret->goal.id is 0 when there is none. */
MUST_USE err meter_for_day(struct tx *tx, struct date day, struct arena *a, struct meter *ret);
/* The meter of the running goal, else the last one's (goal_running). */
MUST_USE err meter_running(struct tx *tx, struct date today, struct arena *a, struct meter *ret);

/* What theme/parts/meter.html shows; all text is in the site's language. */
struct meter_view {
    bool any;    /* there is a goal; without one nothing is shown */
    bool ended;  /* its period is over */
    bool future; /* it has not begun */
    bool over;   /* more than 100 percent: said in words, the bar is full */
    bool negative;
    struct str label, period;
    struct str start, middle, goal;                /* the scale: $0, $2,500, $5,000 */
    struct str settled, by_hand, pending, percent; /* by_hand, pending: empty when zero */
    struct str sentence; /* "$2,550 of $5,000, 51%": the text alternative */
    struct str over_sentence;
    struct list unvalued;              /* of struct meter_amount */
    int64_t now;                       /* 0..100, for aria-valuenow */
    int64_t provided_width;            /* the bar in thousandths: settled but not by hand, ... */
    int64_t hand_width, hand_at;       /* ... by hand, behind it, ... */
    int64_t pending_width, pending_at; /* ... pending, at the end */
    struct str url;                    /* to the ledger: /funding */
};
struct meter_amount {
    struct str text;
};
extern const struct view meter_view;
struct meter_view meter_show(const struct meter *m, const struct setup *setup, struct date today,
                             struct arena *a);
