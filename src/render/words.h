#pragma once
#include "base/err.h"
#include "base/str.h"

/*
 * The interface's words and sentences in one language, read from words/LANG.ini:
 *
 *     ; Sections order the file for people; look-up ignores them.
 *     [discussion]
 *     reply = Reply
 *     comments = {n, plural, =0 {No comments} one {# comment} other {# comments}}
 *
 * A line is `key = value`, a [section], a comment after ; or # at its beginning, or blank. Keys are
 * lower_snake_case; values are UTF-8, to the end of the line, without the blanks around them. Every
 * value is a sentence in the syntax of ICU's MessageFormat: {name}, {n, number}, {n, plural, ...}
 * and {n, selectordinal, ...} with offset: and =N, {x, select, ...}, and '{ as the escape of a
 * brace. They are compiled once, here and not by ICU, whose C interface knows arguments by number
 * only and passes counts as double; plural rules and digits are ICU's. Formatting is thread-safe
 * and takes no lock.
 *
 * A `struct words` owns its memory and never changes after words_load().
 */
struct words;

enum {
    WORDS_BYTES_MAX = 256 * 1024, /* of one file */
    WORDS_ARGS_MAX = 8,           /* of one sentence */
    WORDS_NEST_MAX = 4,           /* plural within select within ... */
};

/* A place's filling, by name: a text, or a count, which is printed in the site's digits. */
struct word_arg {
    const char *name;
    struct str text; /* used when .text.s is not NULL */
    int64_t count;
};

struct words_source {
    struct str file; /* for messages: "words/en.ini" */
    struct str text;
};
struct words_input {
    /* BCP 47, for plural rules and digits: "ar", "ar-u-nu-latn" (format.h: formats_language). */
    struct str language;
    /* Files of that language: each key of a later one takes the place of an earlier one's, and
     * must be known there or in the model. */
    const struct words_source *sources;
    size_t n;
    /* NULL, or the program's own English words: the files must have exactly its keys, and a
     * sentence no arguments but those the model's has. */
    const struct words *model;
};

/* Refuses with ret_why = "FILE:LINE: what is wrong", made in `a`. */
enum { WORDS_WRONG = 1 };
MUST_USE err words_load(const struct words_input *in, struct arena *a, struct words **ret_words,
                        struct str *ret_why);
void words_free(struct words *w);

/* A word or sentence without places. False when there is no such key or its sentence has places.
 * Borrowed from the words. */
bool words_get(const struct words *w, struct str key, struct str *ret);

/*
 * The sentence of `key` with its places filled, made in `a`. An unknown key or an argument that the
 * sentence has and `args` lacks is a bug (check). A text where the sentence wants a count takes the
 * branch `other`.
 */
struct str words_phrase(const struct words *w, struct arena *a, struct str key,
                        const struct word_arg *args, size_t n);

/* All keys, sorted, for checks over a whole file: false at i past the last. */
bool words_key(const struct words *w, size_t i, struct str *ret_key);
