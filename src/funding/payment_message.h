#pragma once
#include "base/crypto.h"
#include "store/store.h"

/*
 * What providers sent, byte for byte, kept once its signature or token held: the evidence of what
 * was booked. Its body goes after the time the operator set; its SHA-256 stays, so that a body that
 * somebody kept can still be told to be the one.
 */
enum { PAYMENT_MESSAGE_MAX = 1024 * 1024, PAYMENT_DELIVERY_MAX = 200 /* bytes */ };
struct payment_message {
    struct str channel;
    struct str delivery; /* the sender's number of it; who sends none: the hex of its SHA-256 */
    struct str body;
    uint8_t hash[SHA256_BYTES]; /* of the body: made by the caller, outside of the writer */
    int64_t received_at;
};
/* *ret_new is false when this delivery was there before: then nothing was written. */
MUST_USE err payment_message_add(struct tx *tx, const struct payment_message *m, int64_t *ret_id,
                                 bool *ret_new);
