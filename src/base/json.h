#pragma once
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/*
 * JSON (RFC 8259), read and written.
 *
 * Reading: one text into a tree in an arena. Refused are a text over the caller's maximum, nesting
 * deeper than JSON_DEPTH_MAX, the same member twice in an object, what is not UTF-8, NUL (\u0000),
 * half a surrogate pair, a whole number that does not fit 64 bits, anything after the value, and a
 * value that is not an object or array. Objects keep the text's order.
 */
enum { JSON_DEPTH_MAX = 20 };
enum json_kind {
    JSON_KIND_NULL,
    JSON_KIND_BOOL,
    JSON_KIND_INT,
    JSON_KIND_REAL, /* with a fraction or an exponent: its text alone */
    JSON_KIND_STR,
    JSON_KIND_ARRAY,
    JSON_KIND_OBJECT,
};
struct json {
    enum json_kind kind;
    bool truth;
    int64_t number;
    struct str text;          /* of a number, as it stood there: "0.10", "1e3" */
    const struct json *items; /* of an array; values of an object */
    const struct str *names;  /* of an object, beside the items */
    size_t n;
};
enum { JSON_WRONG = 1, JSON_TOO_LARGE };
/* On JSON_WRONG, ret_why says where and what, in English: "line 2, column 5: ...". All in `a`. */
MUST_USE err json_parse(struct str text, size_t max, struct arena *a, const struct json **ret,
                        struct str *ret_why);

/* A member of an object, or NULL when there is none, or `j` is NULL or not an object. */
const struct json *json_get(const struct json *j, const char *name);
/* The same, of one kind. False, with *ret untouched, when it is missing or of another kind. */
bool json_get_str(const struct json *j, const char *name, struct str *ret);
bool json_get_int(const struct json *j, const char *name, int64_t *ret);
/* A number's text: no floating point touches it. */
bool json_get_number(const struct json *j, const char *name, struct str *ret);
bool json_get_bool(const struct json *j, const char *name, bool *ret);
/* False, with the first other member's name, when an object has members besides `names`, which are
 * separated by spaces; with an empty one when it is no object. Callers refuse what they do not
 * know. */
bool json_only(const struct json *j, const char *names, struct str *ret_other);

/*
 * Writing, into a buf. Inside an object every call gives a name, inside an array none (NULL).
 *
 *     struct json_writer w = json_writer(&out);
 *     json_write_object(&w, NULL);
 *     json_write_str(&w, "title", title);
 *     json_write_array(&w, "tags");
 *     ...
 *     json_write_end(&w);
 *     json_write_end(&w);
 *
 * With `for_html` set, < > & and U+2028, U+2029 are written as \u003c and so on, so that the text
 * may stand inside a script element.
 */
struct json_writer {
    struct buf *out;
    bool for_html;
    bool comma; /* something stands before, on this level */
    int depth;
    uint64_t arrays; /* bit: the level is an array */
};
struct json_writer json_writer(struct buf *out);
void json_write_object(struct json_writer *w, const char *name);
void json_write_array(struct json_writer *w, const char *name);
void json_write_end(struct json_writer *w); /* of the innermost object or array */
void json_write_str(struct json_writer *w, const char *name, struct str s);
void json_write_int(struct json_writer *w, const char *name, int64_t v);
void json_write_bool(struct json_writer *w, const char *name, bool v);
void json_write_null(struct json_writer *w, const char *name);
/* A member whose name is not known when compiling; followed by one value with name NULL. */
void json_write_name(struct json_writer *w, struct str name);
