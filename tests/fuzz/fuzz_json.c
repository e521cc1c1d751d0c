#include "base/check.h"
#include "base/json.h"

/* Any bytes as a JSON body: refused with a reason, or a tree that is written and read back alike.
 */

enum { BYTES_MAX = 65536 };

static void write_json(struct json_writer *w, const struct json *j);

static void write_items(struct json_writer *w, const struct json *j)
{
    for (size_t i = 0; i < j->n; i++) {
        if (j->kind == JSON_KIND_OBJECT)
            json_write_name(w, j->names[i]);
        write_json(w, &j->items[i]);
    }
    json_write_end(w);
}

static void write_json(struct json_writer *w, const struct json *j)
{
    switch (j->kind) {
    case JSON_KIND_NULL:
    case JSON_KIND_REAL: json_write_null(w, NULL); return;
    case JSON_KIND_BOOL: json_write_bool(w, NULL, j->truth); return;
    case JSON_KIND_INT: json_write_int(w, NULL, j->number); return;
    case JSON_KIND_STR: json_write_str(w, NULL, j->text); return;
    case JSON_KIND_ARRAY: json_write_array(w, NULL); break;
    case JSON_KIND_OBJECT: json_write_object(w, NULL); break;
    }
    write_items(w, j);
}

static void write_into(struct buf *out, const struct json *j, bool for_html)
{
    struct json_writer w = json_writer(out);
    w.for_html = for_html;
    write_json(&w, j);
    check(!buf_full(out) && w.depth == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 1 << 26);
    const struct json *j = NULL;
    struct str why = { 0 };
    err e = json_parse((struct str){ (const char *)data, n }, BYTES_MAX, &a, &j, &why);
    check(e == OK || (e == JSON_WRONG && why.n) || (e == JSON_TOO_LARGE && n > BYTES_MAX));
    if (e)
        return 0;
    struct buf one CLEANUP(buf_free) = buf_make(8 * BYTES_MAX);
    struct buf two CLEANUP(buf_free) = buf_make(8 * BYTES_MAX);
    write_into(&one, j, false);
    write_into(&two, j, true);
    const struct json *again = NULL;
    check(json_parse(buf_str(&two), 8 * BYTES_MAX, &a, &again, &why) == OK);
    buf_clear(&two);
    write_into(&two, again, false);
    check(str_eq(buf_str(&one), buf_str(&two)));
    return 0;
}
