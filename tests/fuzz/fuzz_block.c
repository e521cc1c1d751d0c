#include "base/check.h"
#include "funding/chain_block.h"

#include <string.h>

/*
 * Any bytes as a transaction, and as the transactions of a block. No fuzzer guesses a merkle root
 * or works for a header, so that the header is made here, with the root of whatever is read; what
 * is accepted must then add up: the branches of its transactions lead to the root, and every proof
 * made of it holds.
 */
enum { LONGEST = 4096, AT_ROOT = 36, AT_BITS = 72, AT_NONCE = 76 };

static const struct script_set *watched(struct arena *a)
{
    static const struct str script = { "\x51", 1 };
    struct script_set *set = script_set_make(a, 1);
    check(script_set_add(set, script, 1) == OK);
    return set;
}

static void try_transaction(struct str s, const struct chain *c, struct arena *a)
{
    struct hasher h CLEANUP(hasher_free) = hasher_make();
    struct chain_transaction t;
    struct chain_transaction again;
    struct chain_output o;
    struct str rest = s;
    if (chain_transaction_take(&rest, c, &h, &t) != OK)
        return;
    check(t.bytes.n + rest.n == s.n && t.value <= CHAIN_MONEY_MAX && t.output_count > 0);
    int64_t sum = 0;
    struct chain_outputs all = chain_outputs(&t, c);
    while (chain_output_next(&all, &o))
        sum += o.value;
    check(sum == t.value && all.rest.n == 0);
    struct str bare = chain_transaction_strip(a, &t);
    check(bare.n == chain_transaction_size(&t));
    check(chain_transaction_take(&bare, c, &h, &again) == OK && bare.n == 0);
    check(memcmp(again.txid, t.txid, CHAIN_HASH) == 0);
}

/* The root of what can be read behind the count, which is one byte here. */
static void root_of(struct str s, const struct chain *c, struct arena *a, uint8_t ret[CHAIN_HASH])
{
    struct hasher h CLEANUP(hasher_free) = hasher_make();
    uint8_t(*ids)[CHAIN_HASH] = arena_alloc(a, LONGEST / CHAIN_TRANSACTION_LEAST, CHAIN_HASH, 1);
    struct chain_transaction t;
    struct str rest = str_sub(s, 1, s.n);
    size_t n = 0;
    while (rest.n && chain_transaction_take(&rest, c, &h, &t) == OK)
        memcpy(ids[n++], t.txid, CHAIN_HASH);
    if (n)
        (void)merkle_root((const uint8_t(*)[CHAIN_HASH])ids, n, &h, a, ret);
}

static void try_proof(struct str header, const struct chain_block *b, size_t i,
                      const struct chain *c, struct arena *a)
{
    struct hasher h CLEANUP(hasher_free) = hasher_make();
    struct chain_proven proven;
    struct merkle_path path;
    struct chain_proof p = {
        .header = header,
        .transaction = b->matches[i].transaction->bytes,
        .branch = merkle_branch(b->txids, b->count, b->matches[i].position, &h, a),
    };
    check(merkle_climb(&p.branch, b->matches[i].transaction->txid, &h, &path));
    check(memcmp(path.root, b->header.merkle_root, CHAIN_HASH) == 0);
    err e = chain_proof_check(&p, c, &proven);
    check(e == OK || e == CHAIN_BLOCK_WRONG); // of 64 bytes
}

static void try_block(struct str s, const struct chain *c, struct arena *a)
{
    struct hasher h CLEANUP(hasher_free) = hasher_make();
    struct chain_block b;
    struct chain_header header;
    char *block = arena_new(a, char, CHAIN_HEADER_BYTES + s.n);
    uint8_t root[CHAIN_HASH] = { 0 };
    root_of(s, c, a, root);
    memcpy(block + AT_ROOT, root, sizeof root);
    memcpy(block + AT_BITS, "\xff\xff\x7f\x20", 4);
    while (chain_header_parse((struct str){ block, CHAIN_HEADER_BYTES }, c, &h, &header) != OK)
        block[AT_NONCE]++;
    memcpy(block + CHAIN_HEADER_BYTES, s.s, s.n);
    struct str whole = { block, CHAIN_HEADER_BYTES + s.n };
    if (chain_block_parse(whole, c, watched(a), a, &b) != OK)
        return;
    for (size_t i = 0; i < b.match_count; i++)
        try_proof(str_sub(whole, 0, CHAIN_HEADER_BYTES), &b, i, c, a);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct str s = bytes_str(bytes, n);
    struct arena a CLEANUP(arena_free);
    struct chain_block b;
    arena_init(&a, 4 << 20);
    if (n > LONGEST || n == 0)
        return 0;
    for (int coin = CHAIN_BITCOIN; coin < CHAIN_COINS; coin++) {
        const struct chain *c = chain_find((enum chain_coin)coin, S("regtest"));
        try_transaction(s, c, &a);
        try_block(s, c, &a);
        (void)chain_block_parse(s, chain_find((enum chain_coin)coin, S("main")), watched(&a), &a,
                                &b);
    }
    return 0;
}
