#include "base/check.h"
#include "funding/ethereum_answer.h"

/*
 * Any bytes as what a node of Ethereum says of a block, a transaction, a receipt or a log: refused,
 * or values within their bounds.
 */
enum { LONGEST = 16384, ITEMS = 64 };

static void try_header(const struct json *j)
{
    struct ethereum_header h;
    if (ethereum_header_read(j, &h) == OK)
        check(h.number >= 0 && h.at >= 0);
}

static void try_transaction(const struct json *j)
{
    struct ethereum_transaction t;
    int128 value = 0;
    if (ethereum_transaction_read(j, &t) == OK && ethereum_quantity(t.value, &value) == OK)
        check(value >= 0);
}

static void try_entry(const struct json *j)
{
    struct ethereum_entry e;
    err why = ethereum_entry_read(j, &e);
    check(why == OK || why == ETHEREUM_WRONG || why == ETHEREUM_TOO_LARGE ||
          why == ETHEREUM_NOT_A_TRANSFER);
    if (why != ETHEREUM_WRONG)
        check(e.number >= 0 && e.index >= 0);
    if (why == OK)
        check(e.transfer.value >= 0 && ethereum_address_eq(&e.contract, &e.transfer.contract));
}

static void try_receipt(const struct json *j)
{
    struct ethereum_receipt r;
    if (ethereum_receipt_read(j, &r) != OK)
        return;
    check(r.number >= 0 && r.fee >= 0 && r.fee <= ETHEREUM_WEI_MAX);
    for (size_t i = 0; i < r.logs->n && i < ITEMS; i++)
        try_entry(&r.logs->items[i]);
}

static void try_numbers(const struct json *j, struct arena *a)
{
    int64_t n = 0;
    if (ethereum_number_read(j, &n))
        check(n >= 0 && str_eq(ethereum_number_print(a, n), str_lower(a, j->text)));
}

static void try_all(const struct json *j, struct arena *a)
{
    try_header(j);
    try_transaction(j);
    try_receipt(j);
    try_entry(j);
    try_numbers(j, a);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    const void *p = bytes;
    const struct json *j = NULL;
    struct str why = { 0 };
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 1 << 20);
    if (json_parse((struct str){ p, n }, LONGEST, &a, &j, &why) != OK)
        return 0;
    try_all(j, &a);
    for (size_t i = 0; i < j->n && i < ITEMS; i++)
        try_all(&j->items[i], &a);
    return 0;
}
