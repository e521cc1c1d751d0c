#pragma once
#include "base/str.h"

/* The text with letter case gone in every script (Unicode's full case folding), for looking up what
 * a person typed. `text` is valid UTF-8; the answer is at most three times as long, and in `a`. */
struct str text_caseless(struct arena *a, struct str text);
