/* Any text as an address statement, signed or still to be signed: what is signed here is read
 * again, with the same channels, and cannot be signed twice. */
#include "base/check.h"
#include "funding/statement.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* The key of RFC 8032, section 7.1, TEST 1. */
static const char key_text[] = "-----BEGIN PRIVATE KEY-----\n"
                               "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
                               "-----END PRIVATE KEY-----\n";

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    const void *p = bytes;
    struct arena a CLEANUP(arena_free);
    struct statement s = { 0 };
    struct str text = { 0 };
    struct str again = { 0 };
    struct sign_key *key = NULL;
    arena_init(&a, 4 << 20);
    check(sign_key_read(str_from_z(key_text), &key) == OK);
    check(statement_parse((struct str){ p, n }, &s) >= 0);
    if (statement_sign((struct str){ p, n }, key, &a, &text) == OK) {
        check(statement_parse(text, &s) == OK && s.serial > 0 && s.site.n > 0);
        check(statement_sign(text, key, &a, &again) == STATEMENT_SIGNED);
        check(statement_key_is(&s, statement_fingerprint(s.key, &a)));
    }
    sign_key_free(key);
    return 0;
}
