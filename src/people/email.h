#pragma once
#include "base/str.h"

/*
 * E-mail addresses as people type them, of the kind that mail can be sent to (mail/mail.h).
 */
enum { EMAIL_MAX = 254, EMAIL_LOCAL_MAX = 64 }; /* bytes: RFC 5321, 4.5.3.1 */

/* Trims, and lowers all letters, in `a`. False: not one address. */
bool email_parse(struct str s, struct arena *a, struct str *ret);

/*
 * The mailbox that an email_parse()d address most likely leads to, made in `room`: without what
 * stands behind a + in its first part, and, where the provider says that dots mean nothing, without
 * them. For telling how often one person is written to; never for who may do what.
 */
struct str email_mailbox(struct str email, char room[EMAIL_MAX]);
