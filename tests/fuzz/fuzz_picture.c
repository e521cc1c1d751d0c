/* Pictures come from anywhere: whatever the bytes, a cleaned file fits its room, and cleaning it
   again changes nothing more. */
#include "base/check.h"
#include "publishing/picture.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    const void *p = bytes;
    struct buf once CLEANUP(buf_free) = buf_make(n + 64);
    struct picture first = { 0 };
    err e = picture_clean((struct str){ p, n }, &once, &first);
    check(e == OK || e == PICTURE_UNKNOWN || e == PICTURE_DAMAGED);
    if (e)
        return 0;
    struct buf twice CLEANUP(buf_free) = buf_make(once.n);
    struct picture second = { 0 };
    check(picture_clean(buf_str(&once), &twice, &second) == OK);
    check(str_eq(buf_str(&once), buf_str(&twice)));
    check(first.width == second.width && first.height == second.height);
    check(first.orientation == second.orientation && first.width > 0 && first.height > 0);
    return 0;
}
