#pragma once
#include "base/app.h"
#include "base/config.h"
#include "store/job.h"

/*
 * Kept messages as evidence: read again they must say what was booked, and after a while their
 * bytes go.
 */

/*
 * Maps every kept message of a configured provider again and compares: its bytes with their hash,
 * what it says with the events that there are, and the other way round. A difference is
 * EVIDENCE_WRONG with the first one named in ret_why (made in `a`). Messages whose bytes have gone,
 * and those that were only a hint, say nothing.
 */
enum { EVIDENCE_WRONG = 1 };
MUST_USE err payment_evidence_check(struct tx *tx, const struct setup *s, struct arena *a,
                                    struct str *ret_why);

/* The job: forgets the bytes of messages older than funding.message_days; once a day. Their hashes
 * stay. */
#define EVIDENCE_JOB "payment-evidence"
extern const struct config_key funding_message_days;
MUST_USE err payment_evidence_promise(const struct app *app);
MUST_USE err payment_evidence_job(const struct app *app, int64_t days);
