#pragma once
#include "mail/message.h"
#include "unit/test.h"

/* What the tests of mail/ share: a setup of [mail] with these lines, and a mail's text taken apart.
 */
struct mail_bed {
    struct arena a;
    struct config *config;
    struct mail_setup *mail;
};
void mail_bed_open(struct mail_bed *b, const char *lines); /* a server on port 1: nobody */
void mail_bed_at(struct mail_bed *b, int port, const char *lines);
void mail_bed_close(struct mail_bed *b);

struct message_facts mail_facts(const struct mail_bed *b); /* to reader@example.net */
/* How many header fields have this name, and the unfolded value of the last. */
int mail_headers(struct str message, const char *name, struct arena *a, struct str *ret);

/* RFC 8463, appendix A.2: the private half of a public test key. */
extern const char mail_test_key[];
