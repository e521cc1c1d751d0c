#include "render/caseless.h"
#include "base/check.h"
#include "render/icu.h"

#include <unicode/uchar.h>
#include <unicode/ustring.h>

struct str text_caseless(struct arena *a, struct str text)
{
    check(text.n < INT32_MAX / 8);
    UErrorCode e = U_ZERO_ERROR;
    int32_t n = 0;
    int32_t room = (int32_t)text.n + 1; // never more units than bytes
    UChar *wide = arena_new(a, UChar, (size_t)room);
    u_strFromUTF8(wide, room, &n, text.s ? text.s : "", (int32_t)text.n, &e);
    check(U_SUCCESS(e));
    room = 3 * n + 1;
    UChar *folded = arena_new(a, UChar, (size_t)room);
    n = u_strFoldCase(folded, room, wide, n, U_FOLD_CASE_DEFAULT, &e);
    check(U_SUCCESS(e));
    return icu_str(a, folded, n);
}
