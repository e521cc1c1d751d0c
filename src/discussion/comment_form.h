#pragma once
#include "base/app.h"
#include "discussion/comment.h"

/*
 * The comment form: what was typed, what was wrong with it, and the two traps. No token protects it
 * (pages are cached; http.h's guard does that): the *form token* is only a signed time that a
 * script fetches from /me when a person begins to type. A comment that brings one too young, too
 * old or not ours is held; one that brings none is not, for it may come from a page without script.
 */
enum { COMMENT_FORM_AGAIN = 1 };
#define FORM_TOKEN_LEAST (3 * SECOND) /* people need longer to read, think and type */
#define FORM_TOKEN_MOST  (12 * HOUR)

struct comment_form {
    struct str name, email, body; /* as typed */
    int64_t parent;               /* 0: none, or one that was not a number (see refusal) */
    struct str trap, token;       /* the honeypot; the form token */
    /* Filled by a refusal: */
    int status;                       /* of the response that shows the form again; 0: not sent */
    struct comment_problems problems; /* per field */
    const char *message;              /* key of a word about the whole, or NULL */
};
