#pragma once
#include "base/buf.h"
#include "base/sign.h"

/*
 * DKIM-Signature (RFC 6376; rsa-sha256, and ed25519-sha256 by RFC 8463), relaxed/relaxed, over the
 * whole body and every header the mail has of those that matter to a reader; From, To, Subject and
 * Date are signed once more than they stand there, so that none can be added.
 */
struct dkim {
    struct str domain, selector; /* names in DNS: letters, digits, "-", "." */
    const struct sign_key *key;
};

/* `headers` and `body` as they are sent, with CRLF line ends, without the empty line between. Puts
 * the field with its line end, to stand before `headers`. What it needs is made in `a`. */
void dkim_sign(const struct dkim *d, struct str headers, struct str body, int64_t now,
               struct arena *a, struct buf *out);

/* What the operator puts into DNS at SELECTOR._domainkey.DOMAIN. In `a`. */
struct str dkim_record(const struct dkim *d, struct arena *a);

bool dkim_name_good(struct str name); /* a domain or a selector */

/* The canonical forms of section 3.4, for the tests too. */
void dkim_relaxed_header(struct str field,
                         struct buf *out); /* one field with its folds, no CRLF at its end */
void dkim_relaxed_body(struct str body, struct buf *out);
