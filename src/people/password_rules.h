#pragma once
#include "base/config.h"
#include "base/str.h"

/*
 * What may be a password: at least [desk] password_characters code points, at most
 * PASSWORD_BYTES_MAX bytes, any characters in any mix, taken exactly as typed. Refused is what
 * guessers try first: a common password or two of them, with digits around or letters turned into
 * digits; repetitions and rows of keys; and words that everyone can know here (the person's name
 * and address, the site's name, the roles). No rule asks for kinds of characters, none for changes
 * by the calendar (OWASP ASVS 5, 6.2).
 */
enum { PASSWORD_BYTES_MAX = 1024 };
extern const struct config_key password_characters;

enum password_refusal {
    PASSWORD_SHORT = 1,
    PASSWORD_LONG,
    PASSWORD_COMMON,  /* among those that are tried first, or nearly */
    PASSWORD_CONTEXT, /* made of the person's or the site's own words */
};
struct password_context {
    int64_t least_characters; /* config_int(..., &password_characters) */
    struct str name, email, site;
};
MUST_USE err password_rules_check(struct str password, const struct password_context *about);
