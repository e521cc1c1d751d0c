#include "http/form.h"
#include "base/scan.h"
#include "http/url.h"

bool fields_find(const struct fields *f, struct str name, struct str *ret)
{
    for (size_t i = 0; i < f->n; i++) {
        if (!str_eq(f->at[i].name, name))
            continue;
        *ret = f->at[i].value;
        return true;
    }
    return false;
}

/* Pieces between '&'; empty ones do not count. */
static size_t count_pieces(struct str text)
{
    size_t n = 0;
    while (text.n)
        n += scan_until(&text, '&').n > 0;
    return n;
}

static bool decode_piece(struct str piece, struct arena *a, struct field *ret)
{
    struct str value = piece;
    struct str name = scan_until(&value, '=');
    return url_decode(a, name, true, &ret->name) && ret->name.n &&
           url_decode(a, value, true, &ret->value);
}

err form_parse(struct str text, size_t max, struct arena *a, struct fields *ret)
{
    size_t count = count_pieces(text);
    if (count > max)
        return FORM_TOO_MANY;
    struct field *at = arena_new(a, struct field, count);
    struct fields f = { .at = at };
    while (text.n) {
        struct str piece = scan_until(&text, '&');
        if (!piece.n)
            continue;
        struct field one = { 0 };
        if (!decode_piece(piece, a, &one))
            return FORM_BROKEN;
        struct str before = { 0 };
        if (fields_find(&f, one.name, &before))
            return FORM_REPEATED;
        at[f.n++] = one;
    }
    *ret = f;
    return OK;
}

err form_mend(struct str text, size_t max, struct arena *a, struct fields *ret)
{
    size_t count = count_pieces(text);
    if (count > max)
        return FORM_TOO_MANY;
    struct field *at = arena_new(a, struct field, count);
    struct fields f = { .at = at };
    while (text.n) {
        struct str value = scan_until(&text, '&');
        struct str name = url_mend(a, scan_until(&value, '='), true);
        struct str before = { 0 };
        if (name.n && !fields_find(&f, name, &before))
            at[f.n++] = (struct field){ .name = name, .value = url_mend(a, value, true) };
    }
    *ret = f;
    return OK;
}

/* Looks for one parameter. A name is compared after decoding: "s%6Frt" is "sort". */
static err find_parameter(struct str text, struct str name, struct arena *a, bool *ret_found,
                          struct str *ret)
{
    bool found = false;
    while (text.n) {
        struct str value = scan_until(&text, '&');
        struct str encoded = scan_until(&value, '=');
        struct str plain = { 0 };
        if (!url_decode(a, encoded, true, &plain) || !str_eq(plain, name))
            continue;
        if (found)
            return FORM_REPEATED;
        if (!url_decode(a, value, true, ret))
            return FORM_BROKEN;
        found = true;
    }
    *ret_found = found;
    return OK;
}

static size_t count_names(struct str names)
{
    size_t n = 0;
    while (names.n)
        n += scan_until(&names, ' ').n > 0;
    return n;
}

err query_parse(struct str text, const char *names, size_t max, struct arena *a, struct fields *ret)
{
    struct str left = str_from_z(names);
    struct field *at = arena_new(a, struct field, count_names(left));
    struct fields f = { .at = at };
    if (count_pieces(text) > max)
        return FORM_TOO_MANY;
    while (text.n && left.n) {
        struct field one = { .name = scan_until(&left, ' ') };
        bool found = false;
        err e = find_parameter(text, one.name, a, &found, &one.value);
        if (e)
            return e;
        if (found)
            at[f.n++] = one;
    }
    *ret = f;
    return OK;
}
