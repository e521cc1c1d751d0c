/* A bank's CSV by any mapping: the bytes up to a line "--" are the mapping, the rest is the file.
 * Whatever it is, each line has a verdict, gifts are above zero and of a day that can be booked,
 * and a mapping comes back from its own text. */
#include "base/check.h"
#include "funding/bank_statement.h"

enum { NOW_DAYS = 17655 /* 2018-05-04 */ };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void check_line(const struct bank_statement *s, const struct bank_line *l)
{
    check((l->verdict == BANK_WRONG) == (l->fault != BANK_FAULT_NONE));
    if (l->verdict != BANK_GIFT)
        return;
    check(l->amount.units > 0 && l->amount.units <= CONTRIBUTION_MINOR_MAX);
    check(l->day >= CONTRIBUTION_FIRST_DAY && l->day <= NOW_DAYS + 1);
    check(l->day >= s->first_day && l->day <= s->last_day);
    check(l->object.n > 0 && l->object.n <= 200 && l->ordinal > 0);
}

static void check_mapping(const struct bank_mapping *m, struct arena *a)
{
    struct bank_mapping again = { 0 };
    struct bank_mapping_wrong wrong = { 0 };
    struct str text = bank_mapping_print(m, a);
    check(bank_mapping_parse(text, &again, &wrong) == OK);
    check(str_eq(bank_mapping_print(&again, a), text));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    const void *p = bytes;
    struct str all = { p, n };
    struct arena a CLEANUP(arena_free);
    struct bank_mapping m = bank_mapping_standard();
    struct bank_mapping_wrong wrong = { 0 };
    struct bank_statement s = { 0 };
    size_t at = 0;
    arena_init(&a, 64 << 20);
    if (!str_find(all, S("\n--\n"), &at))
        return 0;
    if (bank_mapping_parse(str_sub(all, 0, at), &m, &wrong))
        return 0;
    check_mapping(&m, &a);
    struct bank_file f = { .bytes = str_sub(all, at + 4, n), .mapping = &m, .now = NOW_DAYS * DAY };
    bank_statement_read(&f, &a, &s);
    for (size_t i = 0; i < s.n; i++)
        check_line(&s, &s.lines[i]);
    return 0;
}
