#pragma once
#include "render/icu.h"
#include "render/words.h"

/*
 * One sentence of the interface in the syntax of ICU's MessageFormat, compiled. The part of words
 * that knows the syntax; words.h is the manual.
 */
struct part; /* text, a place, or a choice between sentences */

struct sentence_arg {
    struct str name;
    bool count; /* used where only a count can stand: number, plural, selectordinal */
};
struct sentence {
    const struct part *first;
    struct sentence_arg args[WORDS_ARGS_MAX];
    size_t n;
    struct str plain; /* its text when it has no places (n == 0) */
};

/* Compiles; the parts live in `a` and borrow from `text`. NULL, or what is wrong. */
const char *sentence_parse(struct arena *a, struct str text, struct sentence *ret);
const struct sentence_arg *sentence_arg(const struct sentence *s, struct str name);

/* What a language brings: the plural rules and how a count is printed. */
struct grammar {
    UPluralRules *cardinal, *ordinal;
    UNumberFormatter *number;
};
struct str sentence_fill(const struct sentence *s, const struct grammar *g, struct arena *a,
                         const struct word_arg *args, size_t n);
