#include "funding/wallet_proof.h"
#include "base/check.h"

#include <string.h>

QUERY(wallet_proof_put,
      "insert into wallet_proof (channel, object, height, block, header, position, branch, body)"
      " values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing");
QUERY(wallet_proof_page,
      "select p.id, p.channel, p.object, p.height, p.block, p.header, p.position, p.branch, p.body,"
      " a.address, w.network"
      " from wallet_proof p join wallet_output o on o.channel = p.channel and o.object = p.object"
      " and o.block = p.block and o.settled = 1"
      " join wallet_address a on a.id = o.address"
      " join wallet_watch w on w.channel = p.channel"
      " where p.id > $1 order by p.id limit $2");

struct wallet_proof wallet_proof_make(const struct chain_block *b, struct str raw,
                                      const struct chain_match *m, struct hasher *h,
                                      struct arena *a)
{
    struct merkle_branch branch = merkle_branch(b->txids, b->count, m->position, h, a);
    struct str txid = chain_hash_print(a, m->transaction->txid);
    return (struct wallet_proof){
        .object = str_print(a, STR_FMT ":%u", STR_ARG(txid), m->output.vout),
        .block = str_copy(a, bytes_str(b->header.hash, CHAIN_HASH)),
        .header = str_sub(raw, 0, CHAIN_HEADER_BYTES),
        .position = m->position,
        .branch = str_copy(a, bytes_str(branch.hashes, branch.depth * CHAIN_HASH)),
        .body = chain_transaction_strip(a, m->transaction),
    };
}

err wallet_proof_add(struct tx *tx, const struct wallet_proof *p)
{
    struct stmt *s = query_start(tx, &wallet_proof_put);
    bind_str(s, 1, p->channel);
    bind_str(s, 2, p->object);
    bind_int(s, 3, p->height);
    bind_blob(s, 4, p->block);
    bind_blob(s, 5, p->header);
    bind_int(s, 6, p->position);
    bind_blob(s, 7, p->branch);
    bind_blob(s, 8, p->body);
    return query_run(s, NULL);
}

bool wallet_proof_of(const struct wallet_proof *p, struct chain_proof *ret)
{
    size_t depth = p->branch.n / CHAIN_HASH;
    if (depth > MERKLE_DEPTH_MAX || p->branch.n % CHAIN_HASH)
        return false;
    *ret = (struct chain_proof){ .header = p->header, .transaction = p->body };
    ret->branch.position = p->position;
    ret->branch.depth = depth;
    if (p->branch.n)
        memcpy(ret->branch.hashes, p->branch.s, p->branch.n);
    return true;
}

static void fill(struct stmt *s, struct arena *a, struct wallet_proof *p)
{
    *p = (struct wallet_proof){
        .id = column_int(s, 0),
        .channel = column_str(s, 1, a),
        .object = column_str(s, 2, a),
        .height = column_int(s, 3),
        .block = column_str(s, 4, a),
        .header = column_str(s, 5, a),
        .position = (uint32_t)column_int(s, 6),
        .branch = column_str(s, 7, a),
        .body = column_str(s, 8, a),
        .address = column_str(s, 9, a),
        .network = column_str(s, 10, a),
    };
}

err wallet_proof_list(struct tx *tx, int64_t after, size_t most, struct arena *a,
                      const struct wallet_proof **ret, size_t *ret_n)
{
    struct wallet_proof *all = arena_new(a, struct wallet_proof, most);
    struct stmt *s = query_start(tx, &wallet_proof_page);
    size_t n = 0;
    bool row = false;
    err e = OK;
    bind_int(s, 1, after);
    bind_int(s, 2, (int64_t)most);
    while (!(e = query_step(s, &row)) && row)
        fill(s, a, &all[n++]);
    *ret = all;
    *ret_n = n;
    return e;
}
