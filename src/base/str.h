#pragma once
#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A piece of text: a borrowed pointer and a length. Passed by value, never NUL-terminated, never
 * freed; whoever owns the bytes (an arena, a literal, a request body) outlives it.
 */
struct str {
    const char *s;
    size_t n;
};
#define S(literal) ((struct str){ "" literal, sizeof(literal) - 1 })
/* printf() takes no NULL, not even of no bytes. */
static inline const char *str_shown(struct str s)
{
    return s.s ? s.s : "";
}
#define STR_FMT    "%.*s"
#define STR_ARG(x) ((int)(x).n), str_shown(x)

bool str_eq(struct str a, struct str b);
int str_cmp(struct str a, struct str b); /* by bytes, as memcmp; a shorter prefix comes first */
bool str_eq_nocase(struct str a, struct str b); /* ASCII letters only */
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
bool str_has(struct str s, char c);
bool str_find(struct str s, struct str needle, size_t *ret_at);

/* Splits at the first `at`. Leaves the outputs alone and returns false when there is none. */
bool str_cut(struct str s, char at, struct str *ret_head, struct str *ret_tail);
struct str str_trim(struct str s); /* spaces, tabs and line ends at both ends */
struct str str_sub(struct str s, size_t from, size_t n); /* clamped to what there is */
struct str str_from_z(const char *z);                    /* borrows; NULL gives empty text */

struct str str_copy(struct arena *a, struct str s);
struct str str_lower(struct arena *a, struct str s); /* ASCII letters only */
PRINTF(2, 3) struct str str_print(struct arena *a, const char *fmt, ...);
const char *str_z(struct arena *a, struct str s); /* for the C library and system calls only */
