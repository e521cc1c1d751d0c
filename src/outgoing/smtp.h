#pragma once
#include "base/err.h"
#include "base/str.h"

/*
 * Handing mails to the operator's SMTP server, by libcurl (RFC 5321, STARTTLS RFC 3207, TLS from
 * the first byte RFC 8314, AUTH RFC 4954). One `struct smtp` is one connection at most, kept open
 * between mails; it is used by one thread at a time. Any thread may open one.
 */
enum { SMTP_ANSWER_MAX = 300 /* bytes of what the server said that are kept */ };

struct smtp_server {
    struct str url;             /* smtp://host:587, smtps://host:465; checked by smtp_url_good() */
    struct str user, password;  /* empty: no AUTH */
    struct str name;            /* with which we greet, a host's name; empty: the machine's own */
    bool tls;                   /* smtp:// must go on with STARTTLS */
    struct str ca_file;         /* certificates trusted instead of the machine's; mostly empty */
    bool (*give_up)(void *arg); /* asked about once a second while a mail is sent; or NULL */
    void *arg;
    int connect_ms, mail_ms; /* the longest wait for a connection, and for all of one mail */
};
bool smtp_url_good(struct str url); /* smtp:// or smtps://, a host, perhaps a port; nothing else */
bool smtp_url_loopback(struct str url); /* its host is this machine, by 127.…, [::1] or localhost */

struct smtp;
struct smtp *smtp_open(const struct smtp_server *o); /* copies all; connects at the first mail */
void smtp_close(struct smtp *s);                     /* says QUIT; NULL is fine */

/* What the server said last. */
struct smtp_answer {
    int code;                /* 250, 550; 0: it said nothing */
    struct str status, text; /* "5.1.1" (RFC 3463), or empty; the first line, or what went wrong:
                                in the caller's arena, valid UTF-8, no controls */
    bool recipient;          /* it was about the recipient: an answer to RCPT */
};
enum {
    SMTP_REFUSED = 1, /* this mail, for good: 5xx to its recipient or text */
    SMTP_LATER,       /* this mail, for now: 4xx, or the line broke in the middle of it */
    SMTP_DOWN,        /* the server, for now: no connection, no TLS, no AUTH, 421, or it does not
                         take our sender's address */
    SMTP_UNCERTAIN,   /* the whole text was sent, and no answer came: it may have been taken */
};
/*
 * Sends one message from one envelope address to one. `message` has CRLF line ends and no line
 * longer than 998 bytes; dots are stuffed here. Addresses are those of mail_address_good(). A kept
 * connection that the server has left meanwhile is made anew, once.
 */
struct smtp_mail {
    struct str from, to, message;
};
MUST_USE err smtp_send(struct smtp *s, const struct smtp_mail *m, struct arena *a,
                       struct smtp_answer *ret);
