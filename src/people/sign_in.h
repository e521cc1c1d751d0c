#pragma once
#include "base/app.h"
#include "people/session.h"
#include "people/totp.h"

/*
 * Signing in: e-mail address and password, then a code where the second step is on. Meant to tell a
 * guesser nothing and to cost the machine little:
 *
 *   - an unknown address takes the same path as a known one, with a decoy of a hash;
 *   - one password is hashed at a time ([desk] password_kilobytes of memory, not times the number
 *     of those who knock); SIGN_IN_WAITING_MAX may wait, for SIGN_IN_WAIT at most: SIGN_IN_BUSY;
 *   - guesses wait: each failure by the same client for the same address, by the same client, and
 *     for the same address makes the next wait longer, up to 15 minutes; for the address alone only
 *     30 s, and never for a browser that signed in to it before, so that nobody can lock another
 *     out. The counts are in memory, in tables of a fixed size, and are forgotten after an hour;
 *   - a new session has a new token, and the browser's earlier one is ended.
 *
 * None of these functions may be called inside a transaction: they hash, and open their own.
 */
struct sign_ins; /* app->sign_ins: the queue and the counts */
struct sign_ins *sign_ins_make(void);
void sign_ins_free(struct sign_ins *s); /* NULL is fine */

enum { SIGN_IN_WAITING_MAX = 4 };
#define SIGN_IN_WAIT      (2 * SECOND)
#define SIGN_IN_CODE_SPAN (5 * MINUTE) /* from password to code */

enum sign_in_refusal {
    SIGN_IN_WRONG = 1,   /* the address, the password or the code */
    SIGN_IN_THROTTLED,   /* too many guesses: come again after ret->wait_seconds (429) */
    SIGN_IN_BUSY,        /* too many at once: come again in a moment (503) */
    SIGN_IN_CODE_NEEDED, /* the password was right: ask for the code, keep ret->ticket */
    SIGN_IN_TICKET_OLD,  /* too long between password and code: begin again */
    SIGN_IN_LINK_GONE,   /* the link is unknown, used, replaced or over */
    SIGN_IN_PASSWORD,    /* the new password is refused: see ret->password */
    SIGN_IN_PERSON,      /* name or e-mail is refused: see ret->person */
};

/* Who knocks: the same in all of the functions below. */
struct knock {
    const struct app *app;
    const struct config *config;
    struct arena *arena;
    struct str client;      /* the client's address (http.h: request_client): kept hashed only */
    struct str agent;       /* the User-Agent header */
    struct str old_session; /* the cookie's token, which is ended; or empty */
    struct str known;       /* the cookie that a browser keeps of an earlier sign-in; or empty */
    int64_t now;
};
/* What comes of it. Which are filled is said by the outcome; all in the knock's arena. */
struct sign_in {
    int64_t wait_seconds; /* SIGN_IN_THROTTLED */
    struct str ticket;    /* SIGN_IN_CODE_NEEDED: to give back with the code */
    struct str session;   /* OK: the session's token, for the cookie */
    struct str known;     /* OK: for the cookie that marks a known browser */
    bool recovery;        /* OK: a recovery code was used up */
    err password, person; /* password_refusal, person_refusal */
};
MUST_USE err sign_in_start(const struct knock *k, struct str email, struct str password,
                           struct sign_in *ret);
MUST_USE err sign_in_code(const struct knock *k, struct str ticket, struct str code,
                          struct sign_in *ret);

/*
 * The password again, within a session (session.h: confirming): the session gets a new token
 * (ret->session). WRONG, THROTTLED, BUSY.
 */
MUST_USE err sign_in_confirm(const struct knock *k, const struct person *p, struct str password,
                             struct sign_in *ret);

/*
 * A new password for who is signed in; the present one is asked for. Ends the person's other
 * sessions and gives this one a new token (ret->session). WRONG, THROTTLED, BUSY, PASSWORD.
 */
struct password_form {
    struct str present, wanted;
};
MUST_USE err sign_in_set_password(const struct knock *k, const struct person *p,
                                  const struct password_form *f, struct sign_in *ret);

/*
 * Uses a one-time link (link.h): sets the password, ends all the person's sessions, and signs in
 * (or asks for the code: a link does not stand in for the second step). For a link that founds the
 * newsroom, name and email make the first owner; for others they are ignored.
 * LINK_GONE, PASSWORD, PERSON, BUSY, CODE_NEEDED.
 */
struct link_form {
    struct str token, password, name, email;
};
MUST_USE err sign_in_link(const struct knock *k, const struct link_form *f, struct sign_in *ret);

/* How many passwords were hashed since the start: for tests and metrics. */
struct throttle *sign_ins_throttle(const struct sign_ins *s); /* for guesses at API tokens */
int64_t sign_ins_hashed(const struct sign_ins *s);
