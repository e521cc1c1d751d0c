#pragma once
#include "discussion/gate.h"

/*
 * The proof of work that is asked for while the discussion is under attack. A *challenge* is a
 * signed token (people/token.h) for one act on one object: writing under a report, voting on a
 * comment, flagging one. It is good for WORK_SPAN, once, and not beyond the process that made it.
 * The proof is a number such that SHA-256 of "CHALLENGE.NUMBER" begins with as many zero bits as
 * the challenge asks; it comes in the header Diurnal-Work as that same text.
 *
 * Bits adapt: one more for each doubling of the trouble in the last minute, and for each doubling
 * of the challenges that one neighbourhood asked for beyond WORK_FREE in a minute.
 */
enum { WORK_BITS_LEAST = 12, WORK_BITS = 15, WORK_BITS_MOST = 20, WORK_FREE = 8 };
enum { WORK_TEXT_MAX = 100 }; /* bytes of a proof */
#define WORK_SPAN (2 * MINUTE)

/*
 * GET /challenge?for=comment|vote|flag&object=ID, never stored: {"wanted": whether one is asked for
 * now, "challenge": text, "bits": 15}.
 */
err work_challenge_show(struct request *r, struct response *ret);

/* What gate.c asks: whether the request brings a proof for this. It is spent by that. */
bool work_done(const struct request *r, enum gate_act act, int64_t object);
