#pragma once
#include "people/audit.h"
#include "people/permission.h"
#include "store/store.h"

/*
 * The staff: people with an e-mail address, a name and one role. A person who has left is *ended*,
 * never removed, so that bylines and the audit log keep their names; an ended person cannot sign in
 * and has no sessions. There is always at least one active owner, once there was one.
 *
 * Every change writes the audit log itself, and touches the topic "staff". Roles are looked up anew
 * at every request, so a change takes effect at once. Whoever changes staff must have confirmed
 * lately (session.h).
 */
enum {
    PERSON_NAME_MAX = 80,   /* code points */
    PERSON_EMAIL_MAX = 254, /* bytes: RFC 5321, 4.5.3.1.3 */
    PERSONS_MAX = 1000,
};
struct person {
    int64_t id;
    struct str name, email; /* the e-mail in lower case */
    enum role role;
    bool active;                      /* not ended */
    bool has_password;                /* false until the first link was used */
    bool has_totp;                    /* a second step is asked for at sign-in */
    int64_t created_at, signed_in_at; /* signed_in_at: the last time; 0: never */
    /* Only for who is asking (request.person): */
    int64_t session;      /* the session's id */
    int64_t confirmed_at; /* when the password was last given in this session */
    int64_t token;        /* the API token that asks in their name; 0: none, they ask themselves */
    struct str token_name;
    int scopes; /* of that token */
};
bool person_may(const struct person *p, enum permission permission);
struct actor person_actor(const struct person *p);

enum person_refusal {
    PERSON_MISSING = 1, /* no such person */
    PERSON_NAME_WRONG,  /* empty, too long, not one line of text */
    PERSON_EMAIL_WRONG, /* not one address */
    PERSON_EMAIL_TAKEN,
    PERSON_TOO_MANY,
    PERSON_LAST_OWNER, /* nobody could manage the staff any more */
    PERSON_ENDED,      /* has left; begin again first */
};
struct person_draft {
    struct str name, email; /* as typed; trimmed, the e-mail lowered, by the functions below */
    enum role role;
    int64_t now;
    int64_t keep_session; /* who changes the own e-mail stays signed in with this one */
};
/* A new person has no password: link.h makes the link with which one is set. */
MUST_USE err person_add(struct tx *tx, struct actor by, const struct person_draft *d,
                        int64_t *ret_id);
MUST_USE err person_get(struct tx *tx, int64_t id, struct arena *a, struct person *ret);
MUST_USE err person_get_by_email(struct tx *tx, struct str email, struct arena *a,
                                 struct person *ret);
/* Active ones first, then by name. */
MUST_USE err person_list(struct tx *tx, struct arena *a, const struct person **ret, size_t *ret_n);

/* Name, e-mail and role as in the draft. A changed e-mail ends the person's other sessions. */
MUST_USE err person_set(struct tx *tx, struct actor by, int64_t id, const struct person_draft *d);
/* Ends the person and all sessions and links, or begins again with an ended one. */
MUST_USE err person_end(struct tx *tx, struct actor by, int64_t id, int64_t now);
MUST_USE err person_begin(struct tx *tx, struct actor by, int64_t id, int64_t now);

/* Whether anybody can sign in as owner: an active one with a password. */
MUST_USE err person_owner_exists(struct tx *tx, bool *ret);

/* For `diurnal staff add`: checks the texts, adds, and says why not in one sentence (ret_why). */
enum { STAFF_REFUSED = 1 };
struct staff_add_args {
    struct str name, email, role;
};
MUST_USE err staff_add(struct tx *tx, struct actor by, const struct staff_add_args *args,
                       int64_t now, int64_t *ret_id, struct str *ret_why);
/* One sentence, in English, about a person_refusal. */
struct str person_refusal_str(enum person_refusal r);
