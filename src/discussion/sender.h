#pragma once
#include "discussion/comment.h"
#include "discussion/vote.h"
#include "http/http.h"

/* For the files of this folder that answer requests: who sends, and what is stored of it. Sets the
 * visitor's cookie when there is none. Staff sign with their own name, whatever was typed. */
MUST_USE err sender_sign(struct request *r, struct response *ret, struct comment_draft *d);
/* The vote's comment and value are filled. Refuses with what sender_vote_refuse() says. */
MUST_USE err sender_vote(struct request *r, struct response *ret, struct vote *v);

/* comment_add() and vote_set() in a transaction of their own. */
MUST_USE err sender_add(const struct request *r, struct comment_draft *d,
                        struct comment_added *ret);
MUST_USE err sender_set(const struct request *r, const struct vote *v, struct vote_sums *ret);
/* Refusals beyond vote_set()'s. */
enum {
    VOTE_BANNED = VOTE_OWN + 1,
    VOTE_NO_COOKIE,       /* the client does not keep the cookie it was given */
    VOTE_TOO_MANY_VOTERS, /* new ones from its neighbourhood today */
    VOTE_WORK_WANTED,     /* under attack */
    VOTE_ANSWERED,        /* nothing is wrong: it was sent to come again with its cookie */
};
/* Says a refusal of sender_vote() or vote_set(). */
err sender_vote_refuse(struct request *r, struct response *ret, err refusal);
