/* Any bytes may be posted as multipart/form-data. The first line of the input is its Content-Type.
 */
#include "base/check.h"
#include "base/scan.h"
#include "base/utf8.h"
#include "http/multipart.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static bool inside(struct str part, struct str whole)
{
    return !part.n || (part.s >= whole.s && part.s + part.n <= whole.s + whole.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    const void *p = bytes;
    struct str body = { p, n };
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 1 << 24);
    if (n > 1 << 18)
        return 0;
    struct str type = scan_line(&body);
    struct str boundary = S("B");
    if (multipart_boundary(type, &boundary))
        check(boundary.n >= 1 && boundary.n <= 70);
    struct multipart m = { 0 };
    struct multipart_limits most = { 5, 3 };
    err e = multipart_parse(body, boundary, most, &a, &m);
    check(e >= 0 && e <= FORM_TOO_MANY && m.fields.n <= 5 && m.upload_count <= 3);
    for (size_t i = 0; i < m.fields.n; i++)
        check(m.fields.at[i].name.n && utf8_valid(m.fields.at[i].name) &&
              utf8_valid(m.fields.at[i].value) && inside(m.fields.at[i].value, body));
    for (size_t i = 0; i < m.upload_count; i++) {
        const struct upload *u = &m.uploads[i];
        check(utf8_valid(u->file_name) && utf8_valid(u->type) && inside(u->bytes, body));
        check(!str_has(u->file_name, '/') && !str_has(u->file_name, '\0'));
    }
    return 0;
}
