#include "base/check.h"
#include "funding/bank.h"
#include "funding/bech32.h"
#include "funding/bitcoin.h"
#include "funding/cashaddr.h"
#include "funding/ethereum.h"
#include "funding/secret.h"

/* Any bytes as an address or account: refused, or read within bounds and written back alike. */

static void try_bitcoin(struct str s)
{
    struct bitcoin_address a;
    uint8_t script[BITCOIN_SCRIPT_MAX];
    if (bitcoin_parse(s, &a) != OK)
        return;
    check(a.n >= 2 && a.n <= BITCOIN_PROGRAM_MAX && a.version >= 0 && a.version <= 16);
    check(bitcoin_script(&a, script) <= BITCOIN_SCRIPT_MAX);
    check(!bitcoin_is_payable(&a) || a.n == 20 || a.n == 32);
}

static void try_cashaddr(struct str s)
{
    struct cashaddr a;
    if (cashaddr_parse(s, S("bitcoincash"), &a) == OK)
        check(a.n >= 20 && a.n <= CASHADDR_HASH_MAX && a.type >= 0 && a.type <= 15);
}

static void try_ethereum(struct str s)
{
    struct ethereum_address a;
    char text[ETHEREUM_TEXT + 1];
    if (ethereum_parse(s, &a) != OK)
        return;
    ethereum_print(&a, text);
    check(str_eq(s, str_from_z(text)));
}

static void try_bech32(struct str s)
{
    struct bech32 b;
    if (!bech32_decode(s, &b))
        return;
    check(b.count <= BECH32_GROUPS_MAX);
    for (size_t i = 0; i < b.count; i++)
        check(b.groups[i] < 32);
}

static void try_bank(struct str s, struct arena *a)
{
    struct str iban = { 0 };
    struct str again = { 0 };
    if (iban_parse(s, a, &iban) == BANK_FINE) {
        check(iban.n >= IBAN_MIN && iban.n <= IBAN_MAX);
        check(iban_parse(iban_grouped(a, iban), a, &again) == BANK_FINE && str_eq(iban, again));
    }
    if (bic_parse(s, a, &again))
        check(again.n == 8 || again.n == 11);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    const void *p = bytes;
    struct str s = { p, n };
    struct arena a CLEANUP(arena_free);
    int line = 0;
    arena_init(&a, 1 << 20);
    try_bitcoin(s);
    try_cashaddr(s);
    try_ethereum(s);
    try_bech32(s);
    try_bank(s, &a);
    if (secret_find_sure(s))
        check(secret_find(s)); // what is sure is suspected too
    if (secret_find_in_file(s, &line))
        check(line > 0);
    return 0;
}
