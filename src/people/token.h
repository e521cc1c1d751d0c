#pragma once
#include "people/keys.h"

/*
 * Signed tokens: what they say can be read and not changed. They stand in links of mails, in forms
 * and in short-lived cookies. A token is good for one purpose; how old it may be, and whether it
 * was used, is for who reads it to say.
 */
enum { TOKEN_TEXT_BYTES = 54 };
struct token {
    struct str purpose; /* "unsubscribe": not in the text, but signed with it */
    int64_t subject, detail;
    int64_t time; /* when it was made, or until when it is good */
};
struct str token_write(const struct keys *k, struct arena *a, const struct token *t);
/* Fills all but the purpose, which is given. False: not one of ours. */
bool token_read(const struct keys *k, struct str text, struct str purpose, struct token *ret);
