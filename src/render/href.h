#pragma once
#include "base/buf.h"

/*
 * Addresses that people write into their texts: where they may lead, and how they stand in an
 * attribute so that a browser reads what was checked.
 */

/*
 * The scheme of an address, "https" of "HTTPS://…", as it stands there; empty for a relative one.
 * False when something that is no scheme stands before its first colon.
 */
bool href_scheme(struct str url, struct str *ret);

/*
 * Whether a link may go there: http and https with a host, mailto; `within` the site also tel and
 * addresses without a scheme.
 */
bool href_leads(struct str url, bool within);

/* The address for a quoted attribute: what a browser would drop or read otherwise (blanks,
 * controls, backslashes, quotes, invisible format characters) is percent-encoded. */
void href_put(struct buf *out, struct str url);
