#pragma once
#include "people/subscriber.h"

/*
 * How far the digests of each pace have come. A *round* is one digest to everybody of a pace: it
 * names what is new since the one before, until a certain hour. It is noted here when it begins, so
 * one that was cut off goes on with the same span behind the subscriber who was dealt with last,
 * and the next one begins where it ended, however long the server was down.
 */
struct digest_round {
    enum follow_pace pace;
    int64_t since, until;
    int64_t last; /* the subscriber who was dealt with last */
};
/*
 * The round to be done, when `due` is the latest hour at which there should have been one: what was
 * cut off, else from the last one's end until `due`. False in *ret_any: that one was made; or there
 * never was one, and the first will begin at `due`.
 */
MUST_USE err digest_round_begin(struct tx *tx, enum follow_pace pace, int64_t due,
                                struct digest_round *ret, bool *ret_any);
MUST_USE err digest_round_set(struct tx *tx, const struct digest_round *r); /* .last has moved */
MUST_USE err digest_round_end(struct tx *tx, const struct digest_round *r);
