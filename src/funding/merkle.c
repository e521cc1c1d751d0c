#include "funding/merkle.h"
#include "base/check.h"

#include <string.h>

typedef uint8_t node[CHAIN_HASH];

static void join(struct hasher *h, const uint8_t *left, const uint8_t *right,
                 uint8_t ret[CHAIN_HASH])
{
    hasher_put(h, bytes_str(left, CHAIN_HASH));
    hasher_put(h, bytes_str(right, CHAIN_HASH));
    hasher_end_twice(h, ret);
}

/* One level up, in place: n nodes become (n + 1) / 2. False when two siblings are the same. */
static bool climb_level(node *level, size_t n, struct hasher *h)
{
    bool good = true;
    for (size_t i = 0; i < n; i += 2) {
        bool alone = i + 1 == n;
        const uint8_t *right = level[alone ? i : i + 1];
        if (!alone && memcmp(level[i], right, CHAIN_HASH) == 0)
            good = false;
        join(h, level[i], right, level[i / 2]);
    }
    return good;
}

static node *copy(const uint8_t (*txids)[CHAIN_HASH], size_t n, struct arena *a)
{
    node *level = arena_new(a, node, n);
    check(n > 0 && (uint64_t)n <= (uint64_t)1 << MERKLE_DEPTH_MAX);
    memcpy(level, txids, n * CHAIN_HASH);
    return level;
}

bool merkle_root(const uint8_t (*txids)[CHAIN_HASH], size_t n, struct hasher *h, struct arena *a,
                 uint8_t ret[CHAIN_HASH])
{
    node *level = copy(txids, n, a);
    bool good = true;
    for (; n > 1; n = (n + 1) / 2)
        good = climb_level(level, n, h) && good;
    if (good)
        memcpy(ret, level[0], CHAIN_HASH);
    return good;
}

struct merkle_branch merkle_branch(const uint8_t (*txids)[CHAIN_HASH], size_t n, uint32_t position,
                                   struct hasher *h, struct arena *a)
{
    struct merkle_branch b = { .position = position };
    node *level = copy(txids, n, a);
    check(position < n);
    for (size_t at = position; n > 1; n = (n + 1) / 2, at /= 2) {
        size_t sibling = (at ^ 1) < n ? at ^ 1 : at;
        memcpy(b.hashes[b.depth++], level[sibling], CHAIN_HASH);
        (void)climb_level(level, n, h); // the block was checked
    }
    return b;
}

bool merkle_climb(const struct merkle_branch *b, const uint8_t txid[CHAIN_HASH], struct hasher *h,
                  struct merkle_path *ret)
{
    struct merkle_path path = { 0 };
    uint64_t position = b->position;
    if (b->depth > MERKLE_DEPTH_MAX || position >> b->depth != 0)
        return false;
    memcpy(path.root, txid, CHAIN_HASH);
    for (size_t i = 0; i < b->depth; i++, position /= 2) {
        uint8_t *pair = path.pairs[i];
        bool is_right = position % 2 != 0;
        if (is_right && memcmp(path.root, b->hashes[i], CHAIN_HASH) == 0)
            return false; // a right node that is its left sibling stands for nothing of its own
        memcpy(pair + (is_right ? CHAIN_HASH : 0), path.root, CHAIN_HASH);
        memcpy(pair + (is_right ? 0 : CHAIN_HASH), b->hashes[i], CHAIN_HASH);
        join(h, pair, pair + CHAIN_HASH, path.root);
    }
    *ret = path;
    return true;
}
