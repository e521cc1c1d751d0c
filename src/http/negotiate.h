#pragma once
#include "base/str.h"

/* What the client accepts, and what it has already (RFC 9110 sections 12.5.3 and 13.1.2). */
enum coding { CODING_IDENTITY, CODING_GZIP, CODING_BROTLI, CODINGS };

/*
 * The codings that may be sent, one bit each (1 << CODING_GZIP). A coding that the client likes
 * less than another it accepts is left out; identity always may be sent, rather than a 406.
 */
unsigned codings_accepted(struct str accept_encoding);

/* The entity tag (with its quotes) stands in an If-None-Match, by weak comparison; "*" is any. */
bool etag_listed(struct str if_none_match, struct str etag);
