#pragma once
#include "base/config.h"
#include "mail/dkim.h"
#include "mail/mail.h"
#include "outgoing/smtp.h"

/*
 * The configuration's section [mail], checked and ready for use; `setup->mail`. It is made with the
 * setup and never changes.
 */
enum { MAIL_CONNECTIONS_MAX = 8 };
struct mail_setup {
    struct smtp_server server;
    struct str from, reply_to, bounces_to; /* addresses; reply_to may be empty */
    struct str domain;                     /* of `from`: Message-IDs end in it */
    struct dkim dkim;                      /* key NULL: mails are not signed */
    struct sign_key *key;                  /* that key; freed with the setup */
    int connections;
    int64_t a_minute;                  /* mails at most; 0: as many as can be sent */
    uint8_t fingerprint[SHA256_BYTES]; /* of the server and how it is spoken to */
    struct arena arena;
};

/* `file` is the configuration's name, for messages. *ret stays NULL without mail.server. Refuses
 * with one sentence in ret_why, made in `a`. */
enum { MAIL_SETUP_WRONG = 1 };
MUST_USE err mail_setup_make(const struct config *c, struct str file, struct arena *a,
                             struct mail_setup **ret, struct str *ret_why);
void mail_setup_free(struct mail_setup *m); /* NULL is fine */
