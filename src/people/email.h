#pragma once
#include "base/str.h"

/*
 * E-mail addresses as people type them, of the kind that mail can be sent to (mail/mail.h).
 */
enum { EMAIL_MAX = 254, EMAIL_LOCAL_MAX = 64 }; /* bytes: RFC 5321, 4.5.3.1 */

/* Trims, and lowers all letters, in `a`. False: not one address. */
bool email_parse(struct str s, struct arena *a, struct str *ret);
