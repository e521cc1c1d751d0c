#pragma once
#include "discussion/comment.h"
#include "http/http.h"
#include "people/keys.h"

/*
 * The comment form: what was typed, what was wrong with it, and the two traps. No token protects it
 * (pages are cached; http.h's guard does that). The *form token* is only a signed time that a
 * script fetches from /me when a person begins to type: a comment that brings one too young, too
 * old or not ours is held. One that brings none is not, for it may come from a page without script.
 * The *honeypot* is a field that people neither see nor reach; a comment that fills it is held.
 */
enum { COMMENT_FORM_AGAIN = 1 };
#define FORM_TOKEN_LEAST (3 * SECOND) /* people need longer to read, think and type */
#define FORM_TOKEN_MOST  (24 * HOUR)

/* [discussion] moderation: "open", or "hold_all" to hold every guest's comment. */
extern const struct config_key discussion_moderation;
/* For main: false, with one line in ret_why (made in `a`), when its value is neither. */
bool discussion_config_check(const struct config *c, struct arena *a, struct str *ret_why);

struct comment_form {
    struct str name, email, body; /* as typed */
    int64_t parent;               /* 0: none */
    int notify;                   /* enum follow_kind: FOLLOW_REPORT, FOLLOW_REPLIES; 0: none */
    bool parent_wrong;            /* something stood there that is no comment's number */
    int64_t question;             /* the one it answers; 0: none */
    bool question_wrong;          /* likewise */
    struct str trap, token;       /* the honeypot; the form token */
    bool preview;                 /* it is only to be shown, above the form */
    /* Filled by a refusal: */
    int status;                       /* of the response that shows the form again; 0: not sent */
    struct comment_problems problems; /* per field */
    const char *message;              /* key of a word about the whole, or NULL */
    struct str message_text;          /* or that sentence itself; or empty */
    struct html html;                 /* of a preview: the words as they would appear */
};

/* Signed for this report; of a person who began to type at `now`. */
struct str form_token_write(const struct keys *k, struct arena *a, int64_t report, int64_t now);
/* Why a comment that came by this form is held, by its two traps or because all are. */
enum comment_hold form_hold(const struct request *r, const struct comment_form *f, int64_t report);
/* The same for one that came without a form: COMMENT_HOLD_ALL or none. */
enum comment_hold moderation_hold(const struct config *c);

/* The key of the word that says a refusal to the person, and the status of its response. */
const char *comment_refusal_word(err refusal);
int comment_refusal_status(err refusal);
/* The field it is about: "name", "email", "body", "parent", "question"; NULL: none of them. */
const char *comment_refusal_field(err refusal);
