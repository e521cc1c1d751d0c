#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/*
 * Addresses as they come in (RFC 9112 section 3.2, RFC 3986): the request target split into path
 * and query, percent-encoding taken off once and put on again. Nothing here is decoded twice.
 */
struct target {
    struct str path;  /* begins with '/'; still encoded */
    struct str query; /* without the '?'; still encoded */
};
/*
 * Takes origin-form ("/a?b"), and absolute-form when its authority is the Host field's. All other
 * forms, fragments, and bytes that may not stand in a target are TARGET_WRONG.
 */
enum { TARGET_WRONG = 1 };
MUST_USE err target_split(struct str raw, struct str host, struct target *ret);

/* A host with an optional port, as the Host field may hold it. */
bool host_valid(struct str host);

/*
 * Takes percent-encoding off into `out`, which has room for s.n bytes. `plus`: '+' is a space, as
 * in forms. False for a broken escape, a NUL, or text that is not UTF-8.
 */
bool url_decode_into(struct str s, bool plus, char *out, size_t *ret_n);
bool url_decode(struct arena *a, struct str s, bool plus, struct str *ret);

/*
 * The same for what url_decode() refuses, so that a person's words can be shown again: a '%' that
 * begins no escape stays, and a NUL or a byte that is no UTF-8 becomes U+FFFD. Never fails.
 */
struct str url_mend(struct arena *a, struct str s, bool plus);

/* Puts percent-encoding on: all but unreserved characters. `out` has room for 3 x s.n bytes. */
size_t url_escape_into(struct str s, char *out);
