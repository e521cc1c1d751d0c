#pragma once
#include "store/store.h"

/*
 * How each channel that counts by itself is doing: when it was last heard, what went wrong, whether
 * it stands still. The desk shows it; what asks for a person is an alarm.
 */
enum health_fact {
    HEALTH_HEARD,       /* a message that held, or an answer of its API or node */
    HEALTH_FORGED,      /* a message whose signature or token did not hold, or that was too old */
    HEALTH_MALFORMED,   /* one that held and was not understood */
    HEALTH_IGNORED,     /* one that does not count: `why` says it */
    HEALTH_DIFFERS,     /* it told of a payment again with another amount (PAYMENT_DIFFERS) */
    HEALTH_POLL_FAILED, /* its API or node did not answer, or not as it must */
    HEALTH_PAUSED,      /* it stands still until somebody looks: `why` says it */
    HEALTH_RESUMED,
    HEALTH_FACTS
};
enum {
    HEALTH_WHY_MAX = 300,       /* bytes */
    HEALTH_FORGED_AN_HOUR = 10, /* so many are an alarm */
    HEALTH_POLLS_FAILED = 5,    /* in a row */
};
/* `why` is English, for the treasurer; never words of a stranger. */
MUST_USE err channel_health_note(struct tx *tx, struct str channel, enum health_fact fact,
                                 struct str why, int64_t now);

struct channel_health {
    struct str channel;
    int64_t heard_at;                 /* 0: never */
    int64_t forged, forged_last_hour; /* messages */
    int64_t malformed, ignored, differs;
    int64_t polls_failed; /* in a row */
    int64_t paused_at;    /* 0: it runs */
    struct str why;       /* of the last fact that had one */
    struct str paused_why;
    bool silent; /* for longer than its provider says */
    bool alarm;  /* any of it asks for a person */
};
enum { CHANNEL_HEALTH_MAX = 64 };
struct channels;
/* Of all channels ever heard or noted, by name. `channels` says whose silence counts; NULL: none.
 */
MUST_USE err channel_health_list(struct tx *tx, const struct channels *channels, int64_t now,
                                 struct arena *a, const struct channel_health **ret, size_t *ret_n);
/* The treasurer has looked: counts begin anew. */
MUST_USE err channel_health_clear(struct tx *tx, struct str channel);
