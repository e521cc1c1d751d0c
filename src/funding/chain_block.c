#include "funding/chain_block.h"
#include "base/check.h"

#include <string.h>

/* Where the parts stand in the 80 bytes. */
enum {
    AT_PREVIOUS = 4,
    AT_MERKLE_ROOT = 36,
    AT_TIME = 68,
    AT_BITS = 72,
    AT_NONCE = 76,
};
enum { PAIR = 2 * CHAIN_HASH, RETARGET = 2016, MATCHES_BEGIN = 16 };

static uint32_t read_le32(const char *p)
{
    uint32_t v = 0;
    for (size_t i = 0; i < 4; i++)
        v |= (uint32_t)(uint8_t)p[i] << 8 * i;
    return v;
}

/* Bits: a byte that says how many bytes the number has, and its first three, the sign among them.
 */
bool chain_target(uint32_t bits, uint8_t ret[CHAIN_TARGET_BYTES])
{
    uint32_t size = bits >> 24;
    uint32_t first = bits & 0x7fffff;
    uint8_t target[CHAIN_TARGET_BYTES] = { 0 };
    bool any = false;
    if (bits & 0x800000)
        return false;
    for (uint32_t i = 0; i < 3; i++) {
        uint8_t byte = (uint8_t)(first >> 8 * i); // from the last of the three
        if (!byte || size + i < 3)                // what stands behind the point is dropped
            continue;
        uint32_t from_end = size + i - 3;
        if (from_end >= CHAIN_TARGET_BYTES)
            return false;
        target[CHAIN_TARGET_BYTES - 1 - from_end] = byte;
        any = true;
    }
    if (any)
        memcpy(ret, target, sizeof target);
    return any;
}

static bool work_holds(const struct chain_header *header, const struct chain *c)
{
    uint8_t target[CHAIN_TARGET_BYTES];
    uint8_t easiest[CHAIN_TARGET_BYTES];
    check(chain_target(c->easiest, easiest));
    if (!chain_target(header->bits, target) || memcmp(target, easiest, sizeof target) > 0)
        return false;
    for (size_t i = 0; i < CHAIN_HASH; i++) // the hash's last byte is its first digit
        if (header->hash[CHAIN_HASH - 1 - i] != target[i])
            return header->hash[CHAIN_HASH - 1 - i] < target[i];
    return true;
}

err chain_header_parse(struct str s, const struct chain *c, struct hasher *h,
                       struct chain_header *ret)
{
    if (s.n != CHAIN_HEADER_BYTES)
        return s.n < CHAIN_HEADER_BYTES ? CHAIN_BLOCK_CUT : CHAIN_BLOCK_WRONG;
    struct chain_header header = {
        .version = read_le32(s.s),
        .time = read_le32(s.s + AT_TIME),
        .bits = read_le32(s.s + AT_BITS),
        .nonce = read_le32(s.s + AT_NONCE),
    };
    memcpy(header.previous, s.s + AT_PREVIOUS, CHAIN_HASH);
    memcpy(header.merkle_root, s.s + AT_MERKLE_ROOT, CHAIN_HASH);
    hasher_put(h, s);
    hasher_end_twice(h, header.hash);
    if (!work_holds(&header, c))
        return CHAIN_BLOCK_WORK;
    *ret = header;
    return OK;
}

/* target << 1, or the largest there is. */
static void twice(uint8_t target[CHAIN_TARGET_BYTES])
{
    if (target[0] & 0x80) {
        memset(target, 0xff, CHAIN_TARGET_BYTES);
        return;
    }
    for (size_t i = 0; i < CHAIN_TARGET_BYTES; i++) {
        unsigned next = i + 1 < CHAIN_TARGET_BYTES ? target[i + 1] : 0;
        target[i] = (uint8_t)((unsigned)target[i] << 1 | next >> 7);
    }
}

bool chain_bits_may_follow(const struct chain *c, int64_t height, uint32_t previous, uint32_t bits)
{
    uint8_t most[CHAIN_TARGET_BYTES];
    uint8_t target[CHAIN_TARGET_BYTES];
    bool bitcoin = c->coin == CHAIN_BITCOIN;
    if (!c->retargets_strictly)
        return true;
    if (bitcoin && height % RETARGET != 0)
        return bits == previous;
    if (!chain_target(previous, most) || !chain_target(bits, target))
        return false;
    twice(most);
    if (bitcoin)
        twice(most);
    return memcmp(target, most, sizeof target) <= 0;
}

/* What goes through a block. */
struct reader {
    const struct chain *chain;
    const struct script_set *watched;
    struct arena *memory;
    struct hasher *hasher;
    struct str rest;
    struct chain_match *matches;
    size_t match_count, match_room;
};

static struct chain_match *match_add(struct reader *r)
{
    if (r->match_count == r->match_room) {
        size_t room = r->match_room ? 2 * r->match_room : MATCHES_BEGIN;
        struct chain_match *more = arena_new(r->memory, struct chain_match, room);
        if (r->match_count)
            memcpy(more, r->matches, r->match_count * sizeof *more);
        r->matches = more;
        r->match_room = room;
    }
    return &r->matches[r->match_count++];
}

static err match_outputs(struct reader *r, const struct chain_transaction *t, uint32_t position)
{
    struct chain_outputs all = chain_outputs(t, r->chain);
    struct chain_transaction *kept = NULL; // one for all matches of the transaction
    struct chain_output o;
    uint32_t number = 0;
    while (chain_output_next(&all, &o)) {
        if (!script_set_find(r->watched, o.script, &number))
            continue;
        if (arena_full(r->memory))
            return fault(ERR_LIMIT);
        if (!kept) {
            kept = arena_new(r->memory, struct chain_transaction, 1);
            *kept = *t;
        }
        *match_add(r) = (struct chain_match){
            .watched = number,
            .position = position,
            .coinbase = t->coinbase,
            .output = o,
            .transaction = kept,
        };
    }
    return OK;
}

static err read_transaction(struct reader *r, uint32_t position, uint8_t ret_txid[CHAIN_HASH])
{
    struct chain_transaction t;
    err e = chain_transaction_take(&r->rest, r->chain, r->hasher, &t);
    if (e == CHAIN_TRANSACTION_CUT)
        return CHAIN_BLOCK_CUT;
    if (e || t.coinbase != (position == 0))
        return CHAIN_BLOCK_WRONG;
    memcpy(ret_txid, t.txid, CHAIN_HASH);
    return match_outputs(r, &t, position);
}

static err take_count(struct str *s, size_t *ret)
{
    uint64_t n = 0;
    err e = chain_size_take(s, &n);
    if (e)
        return e == CHAIN_TRANSACTION_CUT ? CHAIN_BLOCK_CUT : CHAIN_BLOCK_WRONG;
    if (n > s->n / CHAIN_TRANSACTION_LEAST)
        return CHAIN_BLOCK_CUT;
    *ret = (size_t)n;
    return n ? OK : CHAIN_BLOCK_WRONG;
}

static err read_block(struct reader *r, struct chain_block *b)
{
    uint8_t root[CHAIN_HASH];
    err e = chain_header_parse(str_sub(r->rest, 0, CHAIN_HEADER_BYTES), r->chain, r->hasher,
                               &b->header);
    if (e)
        return e;
    r->rest = str_sub(r->rest, CHAIN_HEADER_BYTES, r->rest.n);
    e = take_count(&r->rest, &b->count);
    if (e)
        return e;
    uint8_t(*txids)[CHAIN_HASH] = arena_alloc(r->memory, b->count, CHAIN_HASH, 1);
    for (size_t i = 0; i < b->count && !e; i++)
        e = read_transaction(r, (uint32_t)i, txids[i]);
    if (e)
        return e;
    if (r->rest.n)
        return CHAIN_BLOCK_WRONG;
    b->txids = (const uint8_t(*)[CHAIN_HASH])txids;
    if (!merkle_root(b->txids, b->count, r->hasher, r->memory, root) ||
        memcmp(root, b->header.merkle_root, CHAIN_HASH) != 0)
        return CHAIN_BLOCK_ROOT;
    b->matches = r->matches;
    b->match_count = r->match_count;
    return OK;
}

err chain_block_parse(struct str s, const struct chain *c, const struct script_set *watched,
                      struct arena *a, struct chain_block *ret)
{
    struct hasher h CLEANUP(hasher_free) = hasher_make();
    struct chain_block b = { 0 };
    struct reader r = { .chain = c, .watched = watched, .memory = a, .hasher = &h, .rest = s };
    if (s.n > c->block_max)
        return fault(ERR_LIMIT);
    err e = read_block(&r, &b);
    if (e)
        return e;
    *ret = b;
    return OK;
}

/* Whether 64 bytes that should be two hashes are a transaction, below which others were invented.
 */
static bool is_transaction(const uint8_t pair[PAIR], const struct chain *c, struct hasher *h)
{
    struct chain_transaction t;
    struct str rest = bytes_str(pair, PAIR);
    return chain_transaction_take(&rest, c, h, &t) == OK && rest.n == 0;
}

static err check_branch(const struct merkle_branch *b, const struct chain_proven *proven,
                        const struct chain *c, struct hasher *h)
{
    struct merkle_path path;
    if (!merkle_climb(b, proven->transaction.txid, h, &path) ||
        memcmp(path.root, proven->header.merkle_root, CHAIN_HASH) != 0)
        return CHAIN_BLOCK_ROOT;
    for (size_t i = 0; i < b->depth; i++)
        if (is_transaction(path.pairs[i], c, h))
            return CHAIN_BLOCK_WRONG;
    return OK;
}

static err check_proof(const struct chain_proof *p, const struct chain *c, struct hasher *h,
                       struct chain_proven *proven)
{
    struct str rest = p->transaction;
    err e = chain_header_parse(p->header, c, h, &proven->header);
    if (e)
        return e;
    e = chain_transaction_take(&rest, c, h, &proven->transaction);
    if (e)
        return e == CHAIN_TRANSACTION_CUT ? CHAIN_BLOCK_CUT : CHAIN_BLOCK_WRONG;
    if (rest.n || chain_transaction_size(&proven->transaction) == PAIR)
        return CHAIN_BLOCK_WRONG;
    return check_branch(&p->branch, proven, c, h);
}

err chain_proof_check(const struct chain_proof *p, const struct chain *c, struct chain_proven *ret)
{
    struct hasher h CLEANUP(hasher_free) = hasher_make();
    struct chain_proven proven;
    err e = check_proof(p, c, &h, &proven);
    if (!e)
        *ret = proven;
    return e;
}
