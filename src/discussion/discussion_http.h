#pragma once
#include "base/json.h"
#include "discussion/comment_form.h"
#include "discussion/listing.h"
#include "http/http.h"
#include "publishing/report.h"

/*
 * The discussion over HTTP, for browsers. The report's page itself is site/'s: it asks here what
 * its query means, and shows the form again when discussion_post() says so.
 */

/* The part of a report page's query that is about its discussion: sort, all, thread, after, reply,
 * only, question. */
struct discussion_asked {
    struct listing_query query;
    int64_t reply; /* the comment to answer, or 0 */
    bool personal; /* made for one visitor, who just wrote: not to be kept in the cache */
};
enum { DISCUSSION_ASKED_WRONG = 1 };
/* `form` is NULL, or one that is shown again. Refuses a sort, thread or reply that is none. */
MUST_USE err discussion_ask(const struct request *r, int64_t report,
                            const struct comment_form *form, struct discussion_asked *ret);

/*
 * POST of the comment form (name, email, body, parent, question; subject is the honeypot, token the
 * form token). Takes a token of LIMIT_COMMENT. Done: 303 to where the comment stands, with the
 * visitor's cookie; for script (Diurnal-Script: 1) 201 with the same Location, and no body.
 * Otherwise COMMENT_FORM_AGAIN: the caller shows the report's page with *form in it and
 * form->status; a full disk (503) and a limit that was reached (429) are told so too, for the words
 * must not be lost.
 */
MUST_USE err discussion_post(struct request *r, struct response *ret, const struct report *report,
                             struct comment_form *form);

/* The address at which that comment of a report is seen: a page and its fragment; the page's
 * beginning when the comment is gone. Opens a snapshot of its own. */
struct str discussion_place_of(const struct request *r, struct str path, int64_t id,
                               struct str viewer);

/* GET /comments/{id}: 303 to the page that shows it; 404, 410. */
err discussion_comment_show(struct request *r, struct response *ret);

/* POST /comments/{id}/vote, value = 1, 0, -1: 303 back to the page; for script the new sums as JSON
 * (up, down, score, value, text: the score as the page writes it). */
err discussion_vote_post(struct request *r, struct response *ret);

/*
 * The discussion's members of the JSON object that GET /me answers, into the open object of `w`:
 *
 *     report=77           "token": a form token; "held": how many of the visitor's comments wait
 *     comments=12,15,31   "votes": {"12": 1, "31": -1}, the visitor's own, those that are not 0;
 *                         "mine": [15], which of them the visitor wrote,
 *                         "editable": [15], and which can still be edited or deleted
 *
 * At most VOTES_MINE_MAX comments are looked at. Either parameter may be missing.
 */
MUST_USE err discussion_me(const struct request *r, struct json_writer *w);
