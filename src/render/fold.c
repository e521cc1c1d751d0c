#include "render/fold.h"

#include <unicode/uchar.h>

static enum fold_kind fold_ascii(uint32_t c, uint32_t *ret)
{
    *ret = c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
    if ((*ret >= 'a' && *ret <= 'z') || (c >= '0' && c <= '9'))
        return FOLD_LETTER;
    return c <= ' ' || c == 0x7F ? FOLD_GAP : FOLD_OTHER;
}

enum fold_kind fold_char(uint32_t c, uint32_t *ret)
{
    if (c < 0x80)
        return fold_ascii(c, ret);
    UChar32 folded = u_foldCase((UChar32)c, U_FOLD_CASE_DEFAULT);
    *ret = (uint32_t)folded;
    uint32_t type = U_MASK(u_charType(folded));
    if (type & (U_GC_L_MASK | U_GC_N_MASK))
        return FOLD_LETTER;
    if (u_hasBinaryProperty(folded, UCHAR_DEFAULT_IGNORABLE_CODE_POINT))
        return FOLD_NOTHING;
    if (type & U_GC_M_MASK)
        return FOLD_LETTER;
    return type & (U_GC_Z_MASK | U_GC_C_MASK) ? FOLD_GAP : FOLD_OTHER;
}
