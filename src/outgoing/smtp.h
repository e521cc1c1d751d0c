#pragma once
#include "base/err.h"
#include "base/str.h"

/*
 * Handing mails to the operator's SMTP server, by libcurl (RFC 5321, STARTTLS RFC 3207, TLS from
 * the first byte RFC 8314, AUTH RFC 4954). One `struct smtp` is one connection at most, kept open
 * between mails; it is used by one thread at a time.
 *
 * A server with a user and a password is spoken to over TLS only, whose certificate is checked.
 */
enum { SMTP_MESSAGE_MAX = 1024 * 1024, SMTP_ANSWER_MAX = 300 };

struct smtp_server {
    struct str url;            /* smtp://host:587, smtps://host:465 */
    struct str user, password; /* empty: no AUTH */
    struct str name;           /* with which we greet; empty: the machine's own */
    bool tls;                  /* smtp:// must go on with STARTTLS */
    struct str ca_file;        /* certificates trusted besides the machine's; mostly empty */
    int connect_ms, answer_ms; /* the longest wait for a connection, and for all of one mail */
};
struct smtp;
struct smtp *smtp_open(const struct smtp_server *s); /* connects at the first mail */
void smtp_close(struct smtp *s);                     /* NULL is fine */

/* What the server said last: 550, "5.1.1" (RFC 3463; empty: none), its first line. */
struct smtp_answer {
    int code;
    struct str status, text; /* in the caller's arena; valid UTF-8, no controls */
};
/*
 * Sends one message from one envelope address to one. `message` has CRLF line ends and no line
 * longer than 998 bytes; dots are stuffed here. Addresses have passed mail_address_good().
 */
enum {
    SMTP_REFUSED = 1, /* this mail, for good: 5xx to its sender, recipient or text */
    SMTP_LATER,       /* this mail, for now: 4xx */
    SMTP_DOWN,        /* the server: no connection, no TLS, no AUTH, not a word */
    SMTP_UNCERTAIN,   /* the whole text was sent, and no answer came: it may have been taken */
};
struct smtp_mail {
    struct str from, to, message;
};
MUST_USE err smtp_send(struct smtp *s, const struct smtp_mail *m, struct arena *a,
                       struct smtp_answer *ret);
