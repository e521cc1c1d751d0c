#pragma once
#include "discussion/webhook.h"

/*
 * One message of a webhook as it goes out: its JSON, its signature (Standard Webhooks,
 * https://www.standardwebhooks.com/), the request. Knows no queue and no threads.
 *
 * Only what everybody may read is in a message: never an e-mail or an address, and name and text of
 * a comment only while it is published under a published report. A held, hidden or deleted one is
 * a number and a state.
 */
enum { WEBHOOK_BODY_MAX = 2 * 1024 * 1024 /* bytes: a comment's HTML with every byte escaped */ };

/* The JSON that tells of this message, from what the comment is now. */
MUST_USE err webhook_body(const struct app *app, const struct setup *s,
                          const struct webhook_message *m, struct arena *a, struct str *ret);
/* Of a message that tells of nothing: "type": "webhook.test". */
struct str webhook_test_body(const struct setup *s, const struct webhook_config *h, int64_t now,
                             struct arena *a);

/* "v1,BASE64": the HMAC-SHA-256 of "KEY.SECONDS.BODY"; with a former secret its signature too,
 * after a blank. */
struct str webhook_sign(const struct webhook_config *h, struct str key, int64_t seconds,
                        struct str body, struct arena *a);

struct webhook_try {
    const struct webhook_config *hook;
    struct str key, body;
    int64_t now;
    int timeout_ms;
    bool (*give_up)(void *arg); /* or NULL */
    void *arg;
};
struct webhook_answer {
    int64_t answer; /* an HTTP status, or enum webhook_trouble */
    int64_t wait;   /* microseconds that it asks us to wait, or 0 */
    bool given_up;  /* by give_up(): nothing is known of it */
};
struct webhook_answer webhook_post(const struct webhook_try *t, struct arena *a);
bool webhook_taken(int64_t answer); /* 2xx */
