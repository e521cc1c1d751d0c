#pragma once
#include "base/str.h"

/*
 * The part of an address that is made from a title: a-z, 0-9 and single hyphens between. Letters of
 * every script are written with Latin ones by ICU's transliterators ("Any-Latin; Latin-ASCII"), in
 * German with ae, oe, ue; apostrophes go, everything else parts words.
 */
enum {
    SLUG_MAX = 80,
    SLUG_SOURCE_MAX = 400
}; /* bytes; code points of the title that are looked at */

/* Empty when the title has neither letters nor digits. Cut between words where it would be too
 * long. `language` is a BCP 47 tag. */
struct str slug_make(struct arena *a, struct str title, struct str language);

bool slug_valid(struct str s); /* 1..SLUG_MAX of [a-z0-9-], neither first nor last a hyphen */
