/* Any bytes may stand in Cookie, Accept-Encoding and If-None-Match. */
#include "base/check.h"
#include "http/cookie.h"
#include "http/negotiate.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    const void *p = bytes;
    struct str text = { p, n };
    struct str value = { 0 };
    bool found = cookie_find(text, S("fresh"), &value);
    check(!found || (cookie_value_valid(value) && value.n <= n));
    check(cookie_count(text) <= n / 2 + 1);
    check(!found || cookie_count(text) > 0);
    unsigned codings = codings_accepted(text);
    check(codings & 1u << CODING_IDENTITY && codings < 1u << CODINGS);
    (void)etag_listed(text, S("\"a\"")); // may be
    return 0;
}
