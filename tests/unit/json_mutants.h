#pragma once
#include "base/arena.h"
#include "base/str.h"

/*
 * Everything that is like a JSON text and not it: each of its values with something else in its
 * place (other kinds, numbers and texts at the edges), and each of its members under another name.
 */
struct json_mutant {
    struct str text;
    struct str missing; /* the member whose name was changed; empty: a value was */
};
/* `text` is well-formed. Each mutant lives in `a`, which is emptied before the next one. What may
 * stand instead of a value: `others`, ended by NULL; NULL: what JSON and money have at their edges.
 */
void json_mutants(struct str text, const char *const *others, struct arena *a,
                  void (*each)(void *arg, const struct json_mutant *m), void *arg);
