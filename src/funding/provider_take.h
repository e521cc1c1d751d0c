#pragma once
#include "base/app.h"
#include "funding/provider.h"
#include "store/job.h"

/*
 * From providers' words to bookings: the one place where a provider's functions are called and what
 * they say is written.
 */

/* What became of a message that came in. */
enum hook_verdict {
    HOOK_TAKEN,     /* written: booked, waiting, of no account, or there before */
    HOOK_FORGED,    /* by its signature, token or time: nothing was written */
    HOOK_MALFORMED, /* it held, and was not understood: kept, and an alarm */
    HOOK_FULL,      /* too many wait to be confirmed: nothing was written, it may come again */
};
/* Messages that wait until their provider was asked about them; whoever makes some up costs no more
 * than asking about so many. */
enum { PROVIDER_CONFIRM_MAX = 50 };
MUST_USE err provider_hook(const struct app *app, const struct provider_call *c,
                           const struct provider_message *m, enum hook_verdict *ret);

/* Counts a forged one; the caller bounds how often. */
MUST_USE err provider_hook_forged(const struct app *app, const struct provider_call *c);

/* Jobs; .subject: the message's id; the channel's row in channel_health. */
#define PROVIDER_CONFIRM_JOB "provider-confirm"
#define PROVIDER_POLL_JOB    "provider-poll"
MUST_USE err provider_confirm_job(const struct app *app, const struct setup *s,
                                  const struct job *job);
MUST_USE err provider_poll_job(const struct app *app, const struct setup *s, const struct job *job);
/* Promises a poll of each channel that has an API, now. At start. */
MUST_USE err provider_polls_begin(const struct app *app, const struct setup *s);
