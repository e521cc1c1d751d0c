#pragma once
#include "base/err.h"
#include "base/str.h"

/*
 * The Cookie field (RFC 6265 section 5.4): "name=value; name=value". Values are cookie-octets; a
 * pair of quotes around one is taken off. What does not parse is not there.
 */

/* The first cookie of that name. */
bool cookie_find(struct str header, struct str name, struct str *ret);
size_t cookie_count(struct str header);
bool cookie_value_valid(struct str value);
