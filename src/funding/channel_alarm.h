#pragma once
#include "base/buf.h"
#include "funding/channel_health.h"
#include "mail/mail.h"

/*
 * Channels that ask for a person (struct channel_health.alarm) are told: to the treasurers by mail,
 * once when it begins and again only after it was good between, and to whoever watches the server
 * in /metrics. The desk shows all of it.
 */
#define CHANNEL_ALARM_JOB  "channel-alarm"
#define CHANNEL_ALARM_MAIL "channel-alarm"

MUST_USE err channel_alarm_job(const struct app *app, const struct setup *s);
MUST_USE err channel_alarm_promise(const struct app *app);
/* The mail: which channels ask for somebody now, and why. MAIL_DROP when none does any more. */
MUST_USE err channel_alarm_compose(const struct app *app, const struct setup *s,
                                   const struct mail_order *o, struct arena *a, struct mail *ret);

/* One sentence about what is wrong, in the site's language; empty: nothing is. */
struct str channel_alarm_sentence(const struct setup *s, const struct channel_health *h,
                                  struct arena *a);

/* Lines of /metrics: each channel that was ever heard, whether it asks for somebody and when it was
 * heard last; and how many events wait. */
struct channel_figures {
    const struct channel_health *channels;
    size_t n;
    int64_t waiting;
};
MUST_USE err channel_figures(struct tx *tx, const struct setup *s, int64_t now, struct arena *a,
                             struct channel_figures *ret);
void channel_metrics(const struct channel_figures *f, struct buf *out);
