#include "funding/receipt.h"
#include "people/keys.h"
#include "unit/test.h"

/* Without these a giver could not find the own gift, or anybody could find out whose gift is whose.
 */

TEST(a_receipt_code_leads_to_its_gift_however_it_is_typed)
{
    struct arena a;
    struct keys *k = NULL;
    struct str why = { 0 };
    int64_t id = 0;
    arena_init(&a, 1 << 20);
    expect(keys_open(NULL, &a, &k, &why) == OK);
    struct str code = receipt_code(k, 17, &a);
    expect(code.n == 2 + 1 + 4 * 4 + 3 && str_starts(code, S("17-")));
    expect(receipt_read(k, code, &a, &id) && id == 17);
    expect(receipt_read(k, str_lower(&a, code), &a, &id));
    struct str spaced = str_print(&a, "  17 - " STR_FMT " ", STR_ARG(str_sub(code, 3, 99)));
    expect(receipt_read(k, spaced, &a, &id));
    expect(!str_eq(str_sub(code, 3, 99), str_sub(receipt_code(k, 18, &a), 3, 99)));
    keys_free(k);
    arena_free(&a);
}

TEST(no_other_text_is_a_receipt_code)
{
    struct arena a;
    struct keys *k = NULL;
    struct keys *other = NULL;
    struct str why = { 0 };
    int64_t id = 0;
    arena_init(&a, 1 << 20);
    expect(keys_open(NULL, &a, &k, &why) == OK && keys_open(NULL, &a, &other, &why) == OK);
    struct str code = receipt_code(k, 17, &a);
    expect(!receipt_read(other, code, &a, &id));
    struct str wrong[] = {
        S(""),
        S("17"),
        S("17-"),
        S("-AAAA-AAAA-AAAA-AAAA"),
        S("0-AAAA-AAAA-AAAA-AAAA"),
        S("99999999999999999999-AAAA-AAAA-AAAA-AAAA"),
        str_print(&a, "18" STR_FMT, STR_ARG(str_sub(code, 2, 99))),
        str_sub(code, 0, code.n - 1),
        str_print(&a, STR_FMT "A", STR_ARG(code)),
        str_print(&a, STR_FMT "                              ", STR_ARG(code)),
        str_print(&a, "17-!" STR_FMT, STR_ARG(str_sub(code, 4, 99))),
        str_print(&a, STR_FMT ".................................", STR_ARG(code)),
    };
    for (size_t i = 0; i < COUNT(wrong); i++)
        expect(i == 9 || !receipt_read(k, wrong[i], &a, &id)); // spaces at the end are no harm
    keys_free(k);
    keys_free(other);
    arena_free(&a);
}
