#pragma once
#include "base/config.h"
#include "discussion/comment_event.h"

/*
 * The sections [webhook.NAME] of the configuration, checked and ready for use; `setup->webhooks`,
 * made with the setup and never changed. docs/webhooks.md is their manual.
 */
enum {
    WEBHOOKS_MAX = 8,
    WEBHOOK_NAME_MAX = 40, /* bytes */
    WEBHOOK_SECRET_LEAST = 24,
    WEBHOOK_SECRET_MAX = 64, /* bytes once decoded, as Standard Webhooks has it */
};
struct webhook_config {
    struct str name;
    struct str url, host;             /* host: with its scheme, for people; a path may be secret */
    struct str secret, former_secret; /* bytes; former_secret may be empty */
    struct str ca_file;               /* certificates trusted instead of the machine's; or empty */
    bool wanted[COMMENT_CHANGES];     /* which changes it is told of */
    bool allow_private;               /* it may be on this machine or in a private network */
};
struct webhook_setup {
    struct webhook_config hooks[WEBHOOKS_MAX];
    size_t count;
    int timeout_ms; /* of one try */
    struct arena arena;
};

/* `file` is the configuration's name, for messages. Refuses with one sentence in ret_why, made in
 * `a`; nothing of a secret is in it. Reads the files that hold secrets. */
enum { WEBHOOK_SETUP_WRONG = 1 };
MUST_USE err webhook_setup_make(const struct config *c, struct str file, struct arena *a,
                                struct webhook_setup **ret, struct str *ret_why);
void webhook_setup_free(struct webhook_setup *s); /* NULL is fine */

/* The one of that name, or NULL; of a NULL setup too. */
const struct webhook_config *webhook_find(const struct webhook_setup *s, struct str name);
