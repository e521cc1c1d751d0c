#pragma once
#include "base/clock.h"
#include "people/person.h"

/*
 * Sessions of signed-in staff. The browser's cookie holds 32 random bytes, the database their
 * SHA-256, so that a copy of the database opens no desk. A session ends by signing out, when it was
 * not used for [desk] idle_minutes, after [desk] session_hours in any case, when its person is
 * ended, changes the password or is told so by an owner. A person has at most SESSIONS_MAX; one
 * more ends the one that was not used for the longest time. No address and no full user agent is
 * kept.
 *
 * *Confirming* is giving the password again: changes of password, second step and staff ask for it
 * when the last time is longer ago than SESSION_CONFIRM_SPAN.
 */
enum { SESSION_TOKEN_BYTES = 32, SESSIONS_MAX = 20, SESSION_AGENT_MAX = 60 };
#define SESSION_CONFIRM_SPAN (10 * MINUTE)
#define SESSION_SEEN_SPAN    (1 * MINUTE) /* seen_at is written at most this often */

struct session {
    int64_t id, person;
    int64_t started_at, seen_at, ends_at;
    struct str agent; /* "Firefox on Linux"; empty: unknown */
    bool current;     /* the one that asks */
};
struct session_limits {
    int64_t idle, whole; /* microseconds */
};
struct config;
struct session_limits session_limits_of(const struct config *c);

/* Starts one; ret_token is what the cookie holds, base64url. */
struct session_start {
    int64_t person;
    struct str agent; /* of session_agent() */
    bool confirmed;   /* the password was given just now */
    int64_t now;
    struct session_limits limits;
};
MUST_USE err session_start(struct tx *tx, const struct session_start *s, struct arena *a,
                           struct str *ret_token);

/* Whose session it is, with session and confirmed_at filled. SESSION_NONE: unknown, ended or over.
 */
enum { SESSION_NONE = 1 };
struct session_found {
    struct person person;
    int64_t seen_at;
};
MUST_USE err session_find(struct tx *tx, struct str token, int64_t now,
                          struct session_limits limits, struct arena *a, struct session_found *ret);
MUST_USE err session_seen(struct tx *tx, int64_t id, int64_t now);
/* Confirms it, and gives it a new token in place of the old one. SESSION_NONE. */
MUST_USE err session_renew(struct tx *tx, int64_t id, int64_t now, struct arena *a,
                           struct str *ret_token);
bool session_confirmed(const struct person *p, int64_t now); /* lately enough */

/* A person's live sessions, last used first. */
struct session_query {
    int64_t person, now;
    struct session_limits limits;
    int64_t current; /* the session that asks, to be marked; or 0 */
};
MUST_USE err session_list(struct tx *tx, const struct session_query *q, struct arena *a,
                          const struct session **ret, size_t *ret_n);

/* Ends one of the person's sessions; all but `keep` (0: all). SESSION_NONE: no such session. */
MUST_USE err session_end(struct tx *tx, struct actor by, int64_t person, int64_t id, int64_t now);
MUST_USE err session_end_all(struct tx *tx, int64_t person, int64_t keep);
MUST_USE err session_end_token(struct tx *tx, struct str token); /* OK when there is none */

/* The browser's family and system, from a fixed list: "Firefox on Linux", or empty. */
struct str session_agent(struct str user_agent, struct arena *a);
