#include "base/encoding.h"
#include "unit/chain_help.h"
#include "unit/test.h"

#include <string.h>

/* Without these an auditor could be shown a payment that is in no block. */

static err parse(struct arena *a, struct str block, struct chain_block *ret)
{
    return chain_block_parse(block, chain_on(CHAIN_BITCOIN, "main"), chain_nothing(a), a, ret);
}

TEST(merkle_branches_lead_from_every_transaction_to_the_root)
{
    struct hasher h CLEANUP(hasher_free) = hasher_make();
    struct arena a CLEANUP(arena_free) = chain_arena();
    uint8_t ids[21][CHAIN_HASH];
    for (size_t i = 0; i < COUNT(ids); i++)
        sha256(bytes_str(&i, sizeof i), ids[i]);
    const uint8_t(*list)[CHAIN_HASH] = (const uint8_t(*)[CHAIN_HASH])ids;
    for (size_t n = 1; n <= COUNT(ids); n++) {
        uint8_t root[CHAIN_HASH];
        expect(merkle_root(list, n, &h, &a, root));
        for (uint32_t i = 0; i < n; i++) {
            struct merkle_path path;
            struct merkle_branch b = merkle_branch(list, n, i, &h, &a);
            expect(merkle_climb(&b, ids[i], &h, &path));
            expect(memcmp(path.root, root, CHAIN_HASH) == 0);
            expect(n == 1 || !merkle_climb(&b, ids[(i + 1) % n], &h, &path) ||
                   memcmp(path.root, root, CHAIN_HASH) != 0);
            b.position += (uint32_t)1 << b.depth;
            expect(!merkle_climb(&b, ids[i], &h, &path)); // further right than the tree is wide
        }
    }
}

TEST(merkle_branches_that_cannot_be_are_refused)
{
    struct hasher h CLEANUP(hasher_free) = hasher_make();
    struct merkle_path path;
    struct merkle_branch b = { .position = 1, .depth = 1 };
    uint8_t id[CHAIN_HASH] = { 0 };
    expect(!merkle_climb(&b, id, &h, &path)); // right of itself
    b.position = 0;
    expect(merkle_climb(&b, id, &h, &path)); // left of itself: the odd end
    b.depth = MERKLE_DEPTH_MAX;
    expect(merkle_climb(&b, id, &h, &path));
    b.depth++;
    expect(!merkle_climb(&b, id, &h, &path));
}

/* --- proofs --- */

static err check_proof(struct chain_proof p, enum chain_coin coin, const char *network)
{
    struct chain_proven proven;
    return chain_proof_check(&p, chain_on(coin, network), &proven);
}

TEST(proofs_show_a_payment_without_its_block)
{
    struct hasher h CLEANUP(hasher_free) = hasher_make();
    struct arena a CLEANUP(arena_free) = chain_arena();
    struct chain_block b;
    struct str block = chain_bytes(&a, BLOCK_170);
    expect(parse(&a, block, &b) == OK);
    struct chain_proof p = {
        .header = str_sub(block, 0, CHAIN_HEADER_BYTES),
        .transaction = str_sub(block, 215, block.n), // behind the count and the coinbase
        .branch = merkle_branch(b.txids, b.count, 1, &h, &a),
    };
    struct chain_proven proven;
    expect(chain_proof_check(&p, chain_on(CHAIN_BITCOIN, "main"), &proven) == OK);
    expect(memcmp(proven.header.hash, b.header.hash, CHAIN_HASH) == 0);
    expect(memcmp(proven.transaction.txid, b.txids[1], CHAIN_HASH) == 0);
    struct chain_proof changed = p;
    changed.branch.hashes[0][5] ^= 1;
    expect(check_proof(changed, CHAIN_BITCOIN, "main") == CHAIN_BLOCK_ROOT);
    changed = p;
    changed.branch.position = 2;
    expect(check_proof(changed, CHAIN_BITCOIN, "main") == CHAIN_BLOCK_ROOT);
    changed = p;
    changed.branch.depth = 0;
    changed.branch.position = 0;
    expect(check_proof(changed, CHAIN_BITCOIN, "main") == CHAIN_BLOCK_ROOT);
    changed = p;
    changed.header.n--;
    expect(check_proof(changed, CHAIN_BITCOIN, "main") == CHAIN_BLOCK_CUT);
    changed = p;
    changed.transaction.n--;
    expect(check_proof(changed, CHAIN_BITCOIN, "main") == CHAIN_BLOCK_CUT);
    struct buf more CLEANUP(buf_free) = buf_make(CHAIN_MEMORY);
    buf_put(&more, p.transaction);
    buf_put_char(&more, 0);
    changed.transaction = buf_str(&more);
    expect(check_proof(changed, CHAIN_BITCOIN, "main") == CHAIN_BLOCK_WRONG);
    changed.transaction = chain_bytes(&a, "010000000002");
    expect(check_proof(changed, CHAIN_BITCOIN, "main") == CHAIN_BLOCK_WRONG);
    changed.transaction = S("");
    expect(check_proof(changed, CHAIN_BITCOIN, "main") == CHAIN_BLOCK_CUT);
}

TEST(proofs_take_no_transaction_that_could_be_two_hashes)
{
    struct arena a CLEANUP(arena_free) = chain_arena();
    const struct chain *c = chain_on(CHAIN_BITCOIN, "regtest");
    // CVE-2017-12842: of 64 bytes, the last 32 could be the id of a payment that was never made.
    struct str thin = chain_simple(&a, false, 5, 7, S("\x51\x51"));
    expect(thin.n == 2 * CHAIN_HASH);
    struct chain_proof p = { .transaction = thin };
    p.header = str_sub(chain_block_of(&a, c, &thin, 1), 0, CHAIN_HEADER_BYTES);
    expect(check_proof(p, CHAIN_BITCOIN, "regtest") == CHAIN_BLOCK_WRONG);
    p.transaction = chain_simple(&a, false, 5, 7, S("\x51\x51\x51"));
    p.header = str_sub(chain_block_of(&a, c, &p.transaction, 1), 0, CHAIN_HEADER_BYTES);
    expect(check_proof(p, CHAIN_BITCOIN, "regtest") == OK);
}
