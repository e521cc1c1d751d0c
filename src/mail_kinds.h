#pragma once
#include "mail/message.h"
#include "people/keys.h"

/* Every kind of mail there is, with who composes it (mail/mail.h). */
extern const struct mail_kind mail_kinds[];
extern const size_t mail_kind_count;

/* What Message-IDs and the marks of mails are made with: MESSAGE_SECRET_BYTES. */
_Static_assert((int)MESSAGE_SECRET_BYTES == (int)KEYS_MAC_BYTES,
               "the secret is a signature of its purpose");
void mail_secret(const struct keys *k, uint8_t ret[MESSAGE_SECRET_BYTES]);
