#pragma once
#include "people/person.h"

/*
 * API tokens: a program's key to /api/v1/desk, in the name of one person of the staff. A token has
 * a name, scopes and perhaps an end; it never allows what its person's role does not allow at the
 * moment of the request, and is over when the person leaves, for good. It is shown once and kept as
 * a hash. Its text is `diu_` and 43 characters of base64url, so that people and programs that look
 * for leaked secrets know one.
 *
 * Issue and end are written into the audit log here.
 */
enum scope {
    SCOPE_COMMENTS_READ = 1,   /* the queues, one comment with all that the desk shows of it */
    SCOPE_COMMENTS_DECIDE = 2, /* approve, hide, spam; one or many; undo */
    SCOPE_COMMENTS_DELETE = 4, /* with the one before: delete */
    SCOPE_COMMENTS_NOTE = 8,   /* staff notes and assignments */
    SCOPE_COMMENTS_MARK = 16,  /* pin, lock; open and close discussions */
    SCOPE_APPEALS_READ = 32,   /* the appeals */
    SCOPE_APPEALS_JUDGE = 64,  /* decide about them */
    SCOPES_END = 128,
};
enum {
    API_TOKEN_BYTES = 32,
    API_TOKEN_TEXT = 47,     /* characters */
    API_TOKEN_NAME_MAX = 80, /* code points */
    API_TOKENS_MAX = 20,     /* of one person, not ended */
    API_TOKENS_SHOWN = 200,
};
#define API_TOKEN_PREFIX    "diu_"
#define API_TOKEN_SEEN_SPAN MINUTE /* "last used" is that exact */

/* "comments:read" ...; a list is separated by spaces or commas. False: empty, or a name that is
 * none. */
bool scopes_parse(struct str s, int *ret);
struct str scopes_print(struct arena *a, int scopes); /* with spaces, in the order above */
/* Whether a role may do all that these scopes are for. */
bool scopes_fit(int scopes, enum role role);

struct api_token {
    int64_t id, person;
    struct str name;
    int scopes;
    int64_t created_at, used_at; /* used_at: 0: never */
    int64_t ends_at, ended_at;   /* 0: no end; not ended */
};
bool api_token_lives(const struct api_token *t, int64_t now);

enum {
    API_TOKEN_NONE = 1,   /* no such token; or it is over, or its person is */
    API_TOKEN_NAME_WRONG, /* empty, too long, not one line of text */
    API_TOKEN_OVER_ROLE,  /* a scope that the person's role does not allow, or no scope */
    API_TOKEN_END_PAST,
    API_TOKEN_TOO_MANY,
    API_TOKEN_NO_PERSON, /* none, or one who has left */
};
struct api_token_draft {
    int64_t person;
    struct str name;
    int scopes;
    int64_t ends_at; /* 0: none */
    int64_t now;
};
/* *ret_text, in `a`, is the only copy of the token. */
MUST_USE err api_token_add(struct tx *tx, struct actor by, const struct api_token_draft *d,
                           struct arena *a, struct str *ret_text);
/* Whose it is. Compares hashes only. All in `a`. Refuses with API_TOKEN_NONE. */
MUST_USE err api_token_find(struct tx *tx, struct str text, int64_t now, struct arena *a,
                            struct api_token *ret, struct person *ret_person);
MUST_USE err api_token_seen(struct tx *tx, int64_t id, int64_t now);
/* Latest first, API_TOKENS_SHOWN at most; of everybody with person 0. */
MUST_USE err api_token_list(struct tx *tx, int64_t person, struct arena *a,
                            const struct api_token **ret, size_t *ret_n);
/* `person`: whose it has to be; 0: anybody's. Refuses with API_TOKEN_NONE, also of an ended one. */
MUST_USE err api_token_end(struct tx *tx, struct actor by, int64_t id, int64_t person, int64_t now);
/* For person.c: all of a person who leaves. */
MUST_USE err api_token_end_all(struct tx *tx, int64_t person, int64_t now);

/* One sentence, in English, about a refusal. */
struct str api_token_refusal_str(err refusal);
