#pragma once
#include "http/form.h"
#include "http/http.h"

/*
 * multipart/form-data (RFC 7578) over a body that is wholly in memory. Text fields obey the rules
 * of form.h; uploads borrow their bytes from the body. A file input left empty is no upload. The
 * same name may stand on several uploads (an input with `multiple`), but on one text field only.
 */
struct multipart {
    struct fields fields;
    const struct upload *uploads;
    size_t upload_count;
};
struct multipart_limits {
    size_t fields, uploads;
};
enum { MULTIPART_PART_HEAD_MAX = 4096 }; /* bytes of one part's header lines */

/* The boundary parameter of a Content-Type: 1..70 characters of RFC 2046's set. */
bool multipart_boundary(struct str content_type, struct str *ret);

/* Refuses with FORM_BROKEN, FORM_REPEATED or FORM_TOO_MANY. */
MUST_USE err multipart_parse(struct str body, struct str boundary, struct multipart_limits most,
                             struct arena *a, struct multipart *ret);

/*
 * One parameter of a header value: `name="value"` or `name=value` after a ';' (RFC 9110 section
 * 5.6.6). Quoted values are given as they stand between their quotes.
 */
bool header_parameter(struct str value, struct str name, struct str *ret);
