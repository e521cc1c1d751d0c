#pragma once
#include "base/arena.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Receipt codes: what a giver is told so that they find their own row in the public list and ledger
 * and nobody else knows which it is. "17-K3F7-Q2ZD-8MPA-TW5R" is the contribution's number and 80
 * bits of a keyed hash of it (people/keys.h: DIR/keys/link). Nothing is stored; a code holds as
 * long as that key does.
 */
struct keys;
enum { RECEIPT_CODE_MAX = 48 /* bytes of what is read as one */ };
struct str receipt_code(const struct keys *k, int64_t contribution, struct arena *a);
/* Any case, with or without hyphens and spaces behind the number. */
bool receipt_read(const struct keys *k, struct str code, struct arena *a,
                  int64_t *ret_contribution);
