#pragma once
#include "discussion/comment.h"
#include "http/http.h"

/*
 * What a comment, a vote or a flag passes before it is stored: bans, the names of the staff, the
 * rules that hold (hold_rules.h), the proof of work while the discussion is under attack (work.h).
 * Everything is judged in the request's own thread from a copy of the rules in memory and from
 * counts of what came lately, so that the writer of the store has nothing to do with it.
 *
 * The copy is made anew, by the next who asks, after the topics "rules", "bans" or "staff" moved;
 * the filter's after "filter". The counts are of this process and forgotten with it.
 *
 * *Under attack*: by the operator's switch, or by itself for ATTACK_SPAN after the rules held or
 * limits refused more than ATTACK_TROUBLES within a minute, of which one neighbourhood's count as
 * TROUBLES_OF_ONE at most.
 */
enum { ATTACK_TROUBLES = 60, TROUBLES_OF_ONE = 15 };
#define ATTACK_SPAN    (10 * MINUTE)
#define DUPLICATE_SPAN HOUR
#define FLOOD_SPAN     (10 * MINUTE)
#define SLOW_SPAN      (10 * MINUTE) /* how long slow mode lasts */
#define SLOW_GAP       MINUTE        /* and how far apart one's comments must be then */
enum { DUPLICATE_BYTES_LEAST = 24 }; /* shorter words are often the same by chance */

struct gate;
/* Lives in the arena, which lives as long as the process. The arena and the store are only used
 * when something is asked. */
struct gate *gate_make(struct arena *a, struct store *s, int64_t now);
void gate_end(struct gate *g); /* NULL is fine */
/* Made for store_set_hook(), beside the server's. */
void gate_topic_moved(struct gate *g, struct str topic);

/*
 * Judges a prepared draft: OK with d->hold, d->hold_about and d->guess set, or COMMENT_BANNED,
 * COMMENT_NAME_STAFF, COMMENT_WORK_WANTED (script only; others are held). A hold that is set
 * already stays. Staff (d->person) pass freely.
 */
MUST_USE err gate_comment(const struct request *r, struct comment_draft *d);

/*
 * For a vote or a flag on a comment. GATE_WORK_WANTED: the discussion is under attack and the
 * request brought no proof of work (work.h): 428 and the word error_work_wanted.
 */
enum gate_act { GATE_COMMENT, GATE_VOTE, GATE_FLAG };
enum { GATE_BANNED = 1, GATE_WORK_WANTED };
MUST_USE err gate_act(const struct request *r, enum gate_act act, int64_t comment);

/*
 * For a vote that is about to be stored: says whether it belongs to a burst. One begins with the
 * vote that is one too many (limits.vote_burst) from a neighbourhood on a comment within
 * BURST_SPAN of the one before, and lasts until that long nothing came.
 */
struct vote;
void gate_vote(const struct request *r, struct vote *v);
/* Whether the neighbourhood may have one more new voter today (limits.new_voters). Asked again for
 * the same voter, it is not counted again. */
bool gate_new_voter(const struct request *r, struct str voter);
/* Whether this is the first vote today on the comment from the client's address that came without a
 * cookie; takes note of it. */
bool gate_first_vote(const struct request *r, int64_t comment);
#define BURST_SPAN (10 * MINUTE)

/* Until when the asking client is banned; 0: it is not. */
MUST_USE err gate_banned(const struct request *r, int64_t *ret_until);

/* Something that only an attack makes often: a limit was reached. */
void gate_trouble(const struct request *r);
/* For the desk: what the filter says now of a text, and why; the reasons in `a`. */
struct filter_guess;
MUST_USE err gate_guess(const struct app *app, struct arena *a, struct str name, struct str body,
                        struct filter_guess *ret);

/* For the desk: whether the proof of work is asked for now. */
MUST_USE err gate_attacked(const struct app *app, int64_t now, bool *ret);
