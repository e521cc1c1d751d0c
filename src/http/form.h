#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/*
 * Names and values as forms send them (application/x-www-form-urlencoded, WHATWG URL section 5)
 * and as queries carry them. Values are decoded once, valid UTF-8, without NUL, in the arena.
 */
struct field {
    struct str name, value;
};
struct fields {
    const struct field *at;
    size_t n;
};
enum {
    FORM_BROKEN = 1, /* an escape, the text or a name cannot be read */
    FORM_REPEATED,   /* a name stands there twice */
    FORM_TOO_MANY,   /* more than `max` fields */
};

/* All fields of a form. */
MUST_USE err form_parse(struct str text, size_t max, struct arena *a, struct fields *ret);

/*
 * A form that form_parse() called broken or repeated, so that what a person typed can be shown
 * again: its fields by url_mend(), of those with one name the first, none without a name. Whoever
 * asks for this must not act on the fields. Refuses with FORM_TOO_MANY alone.
 */
MUST_USE err form_mend(struct str text, size_t max, struct arena *a, struct fields *ret);

/*
 * Of a query only the parameters in `names` (spaces between; NULL: none), in that order; whatever
 * else stands there is counted against `max` and otherwise not looked at.
 */
MUST_USE err query_parse(struct str text, const char *names, size_t max, struct arena *a,
                         struct fields *ret);

bool fields_find(const struct fields *f, struct str name, struct str *ret);
