#include "base/check.h"
#include "discussion/cursor.h"

/*
 * Any bytes as a cursor: refused, or numbers within 63 bits whose only text it is, so that no two
 * cursors ask for the same piece.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 1 << 16);
    struct str text = { (const char *)data, n };
    struct cursor c = { .scope = -7 };
    if (!cursor_parse(text, &c)) {
        check(c.scope == -7 && c.id == 0);
        return 0;
    }
    check(n <= LISTING_CURSOR_MAX && c.scope > 0 && c.id > 0 && c.reply >= 0);
    check(c.sort == LISTING_VOTES || c.key >= 0);
    check(str_eq(cursor_print(&a, &c), text));
    return 0;
}
