#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

/*
 * The filter's model and its arithmetic; no store (filter_learn.h keeps it). A comment is the set
 * of its *features*: the words of its text, the words of its author's name, and every three
 * characters in a row, of any script, after case folding and without zero-width characters. The
 * model counts in how many good and bad comments each feature was; features are kept as hashes, so
 * that the model holds nobody's words.
 *
 * A guess is naive Bayes over the FILTER_DECIDING features that tell most, in which three
 * characters weigh a third of a word, for they say each word about three times. It is given in
 * thousandths of spam, 1..1000, and only after FILTER_LEAST comments of either kind were learned.
 */
enum {
    FILTER_FEATURES_MAX = 200000, /* of the model: 4 MB in memory */
    FILTER_OF_TEXT_MAX = 4000,    /* of one comment: words first, from the beginning */
    FILTER_DECIDING = 60,
    FILTER_LEAST = 20,
    FILTER_REASONS = 12,
    FILTER_COUNT_MAX = 1 << 30,
};

struct feature {
    int64_t hash;    /* 1.. */
    struct str text; /* as it was found, in the arena */
    bool word;
};
struct features {
    const struct feature *items;
    size_t n;
};
/* Made in `a`. The text is valid UTF-8. */
struct features filter_features(struct arena *a, struct str name, struct str text);

struct filter_counts {
    int64_t good, bad;
};
struct filter;
struct filter *filter_make(struct arena *a); /* empty; lives in the arena, some 4 MB */
/* Adds to a feature's counts, or with hash 0 to those of comments; numbers may be negative and
 * counts do not go below 0. False: the model is full. */
bool filter_add(struct filter *f, int64_t hash, struct filter_counts change);
struct filter_counts filter_counts_of(const struct filter *f, int64_t hash);
size_t filter_size(const struct filter *f); /* features */

struct filter_reason {
    struct str text;
    bool word;
    bool spam;      /* it speaks for spam, else for a good comment */
    int64_t weight; /* thousandths of the natural logarithm of the odds */
};
struct filter_guess {
    int64_t guess;                                /* 0: it knows too little */
    struct filter_reason reasons[FILTER_REASONS]; /* the weightiest first */
    size_t n;
};
void filter_judge(const struct filter *f, struct features of, struct filter_guess *ret);

/*
 * The file of a model: a line "diurnal-filter 1", a line "comments GOOD BAD", then a line "HASH
 * GOOD BAD" a feature, the hash as 16 hexadecimal digits, in rising order, none twice.
 */
enum { FILTER_FILE_MAX = 16 * 1024 * 1024 }; /* bytes */
struct filter_line {
    int64_t hash; /* 0: comments */
    struct filter_counts counts;
};
enum { FILTER_FILE_WRONG = 1 };
/* The lines, comments first. Refuses with ret_why = "line 7: what is wrong" in `a`. */
MUST_USE err filter_parse(struct str file, struct arena *a, const struct filter_line **ret,
                          size_t *ret_n, struct str *ret_why);
