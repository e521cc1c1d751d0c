#pragma once
#include "base/buf.h"

/*
 * Writing HTML: text and attribute values with the characters escaped that have a meaning there,
 * and addresses that can do nothing but lead somewhere.
 */
void markup_text(struct buf *out, struct str s); /* between tags or in a quoted attribute */

/*
 * The scheme of an address, "https" of "HTTPS://…", as it stands there; empty for a relative one.
 * False when something that is no scheme stands before its first colon.
 */
bool markup_scheme(struct str url, struct str *ret);

/* An address inside a quoted attribute: what a browser would drop or read otherwise (blanks,
 * controls, backslashes, quotes, invisible format characters) is percent-encoded. */
void markup_url(struct buf *out, struct str url);
