/* Any bytes may be given to `diurnal publish`: they are refused with a reason or give valid text.
 */
#include "base/check.h"
#include "base/utf8.h"
#include "publishing/front_matter.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena a;
    arena_init(&a, 1 << 22);
    struct front_matter m = { 0 };
    struct str why = { 0 };
    const void *p = bytes;
    if (n <= 1 << 16) {
        err e = front_matter_parse(S("f"), (struct str){ p, n }, &a, &m, &why);
        check(e == OK || (e == FRONT_MATTER_WRONG && why.n && utf8_valid(why)));
        check(utf8_valid(m.body));
        for (size_t i = 0; i < FRONT_KEYS; i++)
            check(utf8_valid(m.values[i]) && (!m.values[i].n || m.lines[i]));
    }
    arena_free(&a);
    return 0;
}
