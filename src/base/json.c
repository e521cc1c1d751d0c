#include "base/json.h"
#include "base/check.h"
#include "base/scan.h"

#include <jansson.h>

/* What jansson would only find at its own depth of 2048, many calls deep. */
static bool too_deep(struct str s)
{
    int depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.s[i];
        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '[' || c == '{'))
            depth++;
        else if (!quoted && (c == ']' || c == '}'))
            depth--;
        if (depth > JSON_DEPTH_MAX)
            return true;
    }
    return false;
}

/* jansson makes a double of a number with a point; its own digits are taken from the text, where
 * numbers stand in the order in which the tree is walked. */
struct filling {
    struct arena *arena;
    struct str rest; /* of the text, which was found to be JSON */
};

static bool in_number(char c)
{
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

static bool begins_number(char c)
{
    return (c >= '0' && c <= '9') || c == '-';
}

static struct str next_number(struct filling *f)
{
    struct str s = f->rest;
    bool quoted = false;
    size_t i = 0;
    for (; i < s.n && (quoted || !begins_number(s.s[i])); i++) {
        if (quoted && s.s[i] == '\\')
            i++;
        else if (s.s[i] == '"')
            quoted = !quoted;
    }
    size_t end = i;
    while (end < s.n && in_number(s.s[end]))
        end++;
    check(end > i); // there is a number in the tree
    f->rest = str_sub(s, end, s.n);
    return str_copy(f->arena, str_sub(s, i, end - i));
}

static void fill(struct filling *f, json_t *from, struct json *to);

static void fill_array(struct filling *f, json_t *from, struct json *to)
{
    size_t n = json_array_size(from);
    struct json *items = arena_new(f->arena, struct json, n);
    for (size_t i = 0; i < n; i++)
        fill(f, json_array_get(from, i), &items[i]);
    to->items = items;
    to->n = n;
}

static void fill_object(struct filling *f, json_t *from, struct json *to)
{
    size_t n = json_object_size(from);
    struct json *items = arena_new(f->arena, struct json, n);
    struct str *names = arena_new(f->arena, struct str, n);
    size_t at = 0;
    for (void *i = json_object_iter(from); i; i = json_object_iter_next(from, i)) {
        names[at] = str_copy(f->arena, str_from_z(json_object_iter_key(i)));
        fill(f, json_object_iter_value(i), &items[at++]);
    }
    check(at == n);
    *to = (struct json){ .kind = to->kind, .items = items, .names = names, .n = n };
}

/* As deep as JSON_DEPTH_MAX, which was checked. */
static void fill(struct filling *f, json_t *from, struct json *to)
{
    switch (json_typeof(from)) {
    case JSON_NULL: *to = (struct json){ .kind = JSON_KIND_NULL }; return;
    case JSON_TRUE: *to = (struct json){ .kind = JSON_KIND_BOOL, .truth = true }; return;
    case JSON_FALSE: *to = (struct json){ .kind = JSON_KIND_BOOL }; return;
    case JSON_REAL: *to = (struct json){ .kind = JSON_KIND_REAL, .text = next_number(f) }; return;
    case JSON_INTEGER:
        *to = (struct json){ .kind = JSON_KIND_INT,
                             .number = json_integer_value(from),
                             .text = next_number(f) };
        return;
    case JSON_STRING: {
        struct str text = { json_string_value(from), json_string_length(from) };
        *to = (struct json){ .kind = JSON_KIND_STR, .text = str_copy(f->arena, text) };
        return;
    }
    case JSON_ARRAY:
        *to = (struct json){ .kind = JSON_KIND_ARRAY };
        fill_array(f, from, to);
        return;
    case JSON_OBJECT:
        *to = (struct json){ .kind = JSON_KIND_OBJECT };
        fill_object(f, from, to);
        return;
    }
    check(false);
}

err json_parse(struct str text, size_t max, struct arena *a, const struct json **ret,
               struct str *ret_why)
{
    if (text.n > max)
        return JSON_TOO_LARGE;
    if (too_deep(text)) {
        *ret_why = str_print(a, "nested deeper than %d", JSON_DEPTH_MAX);
        return JSON_WRONG;
    }
    json_error_t error;
    json_t *root = json_loadb(text.n ? text.s : "", text.n, JSON_REJECT_DUPLICATES, &error);
    if (!root) {
        *ret_why = str_print(a, "line %d, column %d: %s", error.line, error.column, error.text);
        return JSON_WRONG;
    }
    struct json *j = arena_new(a, struct json, 1);
    struct filling f = { .arena = a, .rest = text };
    fill(&f, root, j);
    json_decref(root);
    *ret = j;
    return OK;
}

const struct json *json_get(const struct json *j, const char *name)
{
    if (!j || j->kind != JSON_KIND_OBJECT)
        return NULL;
    for (size_t i = 0; i < j->n; i++)
        if (str_eq(j->names[i], str_from_z(name)))
            return &j->items[i];
    return NULL;
}

bool json_get_str(const struct json *j, const char *name, struct str *ret)
{
    const struct json *m = json_get(j, name);
    if (!m || m->kind != JSON_KIND_STR)
        return false;
    *ret = m->text;
    return true;
}

bool json_get_int(const struct json *j, const char *name, int64_t *ret)
{
    const struct json *m = json_get(j, name);
    if (!m || m->kind != JSON_KIND_INT)
        return false;
    *ret = m->number;
    return true;
}

bool json_get_number(const struct json *j, const char *name, struct str *ret)
{
    const struct json *m = json_get(j, name);
    if (!m || (m->kind != JSON_KIND_INT && m->kind != JSON_KIND_REAL))
        return false;
    *ret = m->text;
    return true;
}

bool json_get_bool(const struct json *j, const char *name, bool *ret)
{
    const struct json *m = json_get(j, name);
    if (!m || m->kind != JSON_KIND_BOOL)
        return false;
    *ret = m->truth;
    return true;
}

static bool among(struct str name, const char *names)
{
    struct str rest = str_from_z(names);
    while (rest.n)
        if (str_eq(name, scan_until(&rest, ' ')))
            return true;
    return false;
}

bool json_only(const struct json *j, const char *names, struct str *ret_other)
{
    if (j->kind != JSON_KIND_OBJECT) {
        *ret_other = S("");
        return false;
    }
    for (size_t i = 0; i < j->n; i++)
        if (!among(j->names[i], names)) {
            *ret_other = j->names[i];
            return false;
        }
    return true;
}
