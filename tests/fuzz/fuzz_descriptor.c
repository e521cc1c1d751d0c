#include "base/check.h"
#include "funding/address_plan.h"
#include "funding/descriptor.h"
#include "funding/ethereum_chain.h"

/*
 * Any bytes as an extended key, a descriptor, an address or a number of Ethereum: refused, or read
 * and written back alike. A descriptor gets the checksum that fits, which no fuzzer guesses.
 */

static const char *const networks[] = { "main", "test", "regtest", "regtest-bcoin" };

static void try_key(struct str s, const struct chain *c, struct arena *a)
{
    struct extended_key k;
    struct extended_key child;
    if (extended_key_parse(s, c, &k) != OK)
        return;
    check(str_eq(extended_key_print(a, &k), s));
    check(extended_key_child(&k, 7, &child) != EXTENDED_KEY_HARDENED);
}

static void try_plan(struct str s, const struct chain *c, struct arena *a)
{
    struct address_plan p;
    struct receiving_address to;
    struct script again;
    if (address_plan_parse(s, c, &p) != OK || address_for(&p, 1, a, &to) != OK)
        return;
    check(script_of_address(to.text, c, &again) == OK);
    check(str_eq(script_str(&again), script_str(&to.script)));
}

static void try_descriptor(struct str s, const struct chain *c, struct arena *a)
{
    struct descriptor d;
    char sum[DESCRIPTOR_CHECKSUM_BYTES];
    if (!descriptor_checksum(s, sum))
        return;
    struct str text = str_print(a, STR_FMT "#" STR_FMT, STR_ARG(s), DESCRIPTOR_CHECKSUM_BYTES, sum);
    if (descriptor_parse(text, c, &d) == OK)
        check(d.ranged ? d.branch.depth > 0 || d.branch.child == 0 : d.script.n > 0);
    try_plan(text, c, a);
}

static void try_ethereum(struct str s, struct arena *a)
{
    struct ethereum_address address;
    struct erc20_transfer t;
    int128 v = -1;
    if (ethereum_quantity(s, &v) == OK)
        check(v >= 0);
    if (ethereum_read(s, &address))
        check(ethereum_word(a, &address).n == ETHEREUM_WORD_TEXT);
    struct str topics[] = { erc20_transfer_topic, str_sub(s, 0, ETHEREUM_WORD_TEXT),
                            str_sub(s, ETHEREUM_WORD_TEXT, ETHEREUM_WORD_TEXT) };
    struct ethereum_log log = {
        .address = S("0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"),
        .topics = topics,
        .topic_count = COUNT(topics),
        .data = str_sub(s, 2L * ETHEREUM_WORD_TEXT, s.n),
    };
    if (erc20_transfer_parse(&log, &t) == OK)
        check(t.value >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct str s = bytes_str(bytes, n);
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 1 << 20);
    if (n > (size_t)DESCRIPTOR_TEXT_MAX * 2)
        return 0;
    for (size_t i = 0; i < COUNT(networks); i++) {
        const struct chain *c = chain_find(CHAIN_BITCOIN, str_from_z(networks[i]));
        try_key(s, c, &a);
        try_descriptor(s, c, &a);
        try_plan(s, c, &a);
        try_plan(s, chain_find(CHAIN_BITCOINCASH, str_from_z(networks[i])), &a);
    }
    try_ethereum(s, &a);
    return 0;
}
