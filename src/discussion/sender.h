#pragma once
#include "discussion/comment.h"
#include "discussion/vote.h"
#include "http/http.h"

/* For the files of this folder that answer requests: who sends, and what is stored of it. Sets the
 * visitor's cookie when there is none. Staff sign with their own name, whatever was typed. */
MUST_USE err sender_sign(struct request *r, struct response *ret, struct comment_draft *d);
void sender_vote(struct request *r, struct response *ret, struct vote *v);

/* comment_add() and vote_set() in a transaction of their own. */
MUST_USE err sender_add(const struct request *r, struct comment_draft *d,
                        struct comment_added *ret);
MUST_USE err sender_set(const struct request *r, const struct vote *v, struct vote_sums *ret);
/* Says a refusal of vote_set(). */
err sender_vote_refuse(struct request *r, struct response *ret, err refusal);
