#pragma once
#include "people/person.h"

/*
 * One-time links to the desk: /desk/link/TOKEN, good for LINK_SPAN, once. With one a person sets
 * the first password, or a new one when the old is forgotten; the very first of all makes the
 * newsroom's first owner. Opening a link changes nothing (mail scanners open links): it shows a
 * form with a button. A new link for the same person replaces the one before. Stored as SHA-256.
 */
#define LINK_SPAN (1 * DAY)

struct link {
    int64_t person; /* 0: it founds the newsroom, and asks for a name and an e-mail address */
    struct str name, email; /* of the person */
    int64_t ends_at;
};
enum { LINK_GONE = 1 }; /* unknown, used, replaced, over, or its person was ended */

/* What a link is for, without using it. */
MUST_USE err link_look(struct tx *tx, struct str token, int64_t now, struct arena *a,
                       struct link *ret);
/* Makes one for an active person: ret_token is base64url. PERSON_MISSING, PERSON_ENDED. */
MUST_USE err link_add(struct tx *tx, struct actor by, int64_t person, int64_t now, struct arena *a,
                      struct str *ret_token);
/* For the first start: while nobody can sign in as owner. Else ret_token is empty text. */
MUST_USE err link_add_first(struct tx *tx, int64_t now, struct arena *a, struct str *ret_token);
/* Takes it out of use: OK once. The caller sets the password in the same transaction. */
MUST_USE err link_use(struct tx *tx, struct str token, int64_t now, struct arena *a,
                      struct link *ret);

/* "/desk/link/TOKEN" */
struct str link_path(struct arena *a, struct str token);

/* For `diurnal staff link --email E`. `drop_totp` turns the second step off, for one who has lost
 * it and the recovery codes. STAFF_REFUSED: ret->why says why not, in one sentence. */
struct staff_link_args {
    struct str email;
    bool drop_totp;
};
struct staff_link {
    struct str token, why;
};
MUST_USE err staff_link(struct tx *tx, struct actor by, const struct staff_link_args *args,
                        int64_t now, struct arena *a, struct staff_link *ret);
