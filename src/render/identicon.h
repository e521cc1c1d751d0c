#pragma once
#include "base/arena.h"
#include "base/str.h"

#include <stdint.h>

/*
 * A small picture beside a name, so that the eye finds the same person again in a long discussion.
 * It is drawn from the name alone, and for staff from their number too, whose picture nobody else
 * gets: never from an e-mail, an address or a cookie, so it tells nothing that the name does not,
 * and two people of one name look the same.
 *
 * A code is all of a picture: 5 by 5 squares that mirror in the middle column, and one of 512 hues.
 */
enum { IDENTICON_BYTES = 3 };
struct identicon {
    uint8_t bytes[IDENTICON_BYTES];
};
/* Names that differ in case only have one picture. `person`: of the staff, else 0. */
struct identicon identicon_of(struct arena *a, struct str name, int64_t person);
struct str identicon_code(struct arena *a, struct identicon i); /* six hex digits, small letters */
bool identicon_parse(struct str code, struct identicon *ret);   /* the one spelling of each */
struct str identicon_svg(struct arena *a, struct identicon i);
