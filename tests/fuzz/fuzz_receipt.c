#include "base/check.h"
#include "funding/receipt.h"
#include "people/keys.h"

/*
 * Any bytes as a receipt's code: refused, for the key is a new one each time and nobody can guess a
 * code of it; and every gift's own code is read back.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena a CLEANUP(arena_free);
    struct keys *k = NULL;
    struct str why = { 0 };
    int64_t id = -7;
    arena_init(&a, 1 << 17);
    check(keys_open(NULL, &a, &k, &why) == OK);
    check(!receipt_read(k, (struct str){ (const char *)data, n }, &a, &id) && id == -7);
    int64_t number = n ? data[0] + 1 : 1;
    struct str code = receipt_code(k, number, &a);
    check(receipt_read(k, code, &a, &id) && id == number);
    keys_free(k);
    return 0;
}
