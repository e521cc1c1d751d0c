#include "funding/proof_file.h"
#include "base/check.h"
#include "base/encoding.h"
#include "base/json.h"
#include "base/scan.h"
#include "funding/script.h"

#include <string.h>

/* ---- writing ---- */

static void put_branch(struct json_writer *w, struct str branch, struct arena *a)
{
    json_write_array(w, "branch");
    for (size_t at = 0; at < branch.n; at += CHAIN_HASH)
        json_write_str(w, NULL, hex_print(a, str_sub(branch, at, CHAIN_HASH)));
    json_write_end(w);
}

void proof_print(const struct wallet_proof *p, struct arena *a, struct buf *out)
{
    struct json_writer w = json_writer(out);
    const struct chain *c = chain_parse(p->network);
    uint8_t hash[CHAIN_HASH] = { 0 };
    check(c && p->block.n == CHAIN_HASH); // columns say so
    memcpy(hash, p->block.s, CHAIN_HASH);
    json_write_object(&w, NULL);
    json_write_str(&w, "chain", str_from_z(chain_coin_name(c->coin)));
    json_write_str(&w, "network", str_from_z(c->network));
    json_write_str(&w, "channel", p->channel);
    json_write_str(&w, "object", p->object);
    json_write_str(&w, "address", p->address);
    json_write_int(&w, "height", p->height);
    json_write_str(&w, "block", chain_hash_print(a, hash));
    json_write_str(&w, "header", hex_print(a, p->header));
    json_write_int(&w, "position", p->position);
    put_branch(&w, p->branch, a);
    json_write_str(&w, "transaction", hex_print(a, p->body));
    json_write_end(&w);
    buf_put_char(out, '\n');
}

/* As much of a line as fits; *ret_full when some of it did not. */
static void put_some(const struct wallet_proof *p, struct proof_cursor *c, struct arena *a,
                     struct buf *out, bool *ret_full)
{
    struct buf line CLEANUP(buf_free) = buf_make(PROOF_LINE_MAX);
    size_t room = PROOF_PIECE - buf_str(out).n;
    proof_print(p, a, &line);
    check(!buf_full(&line)); // a transaction is bounded, and so is the rest
    struct str rest = str_sub(buf_str(&line), c->offset, buf_str(&line).n);
    *ret_full = rest.n > room;
    buf_put(out, str_sub(rest, 0, *ret_full ? room : rest.n));
    *c = *ret_full ? (struct proof_cursor){ c->after, c->offset + room }
                   : (struct proof_cursor){ p->id, 0 };
}

err proof_piece(struct tx *tx, struct proof_cursor *c, struct arena *a, struct buf *out,
                bool *ret_end)
{
    bool full = false;
    *ret_end = false;
    while (!*ret_end && !full) {
        const struct wallet_proof *p = NULL;
        size_t n = 0;
        err e = wallet_proof_list(tx, c->after, 1, a, &p, &n);
        if (e)
            return e;
        if (n)
            put_some(p, c, a, out, &full);
        *ret_end = !n;
    }
    return OK;
}

/* ---- reading ---- */

struct reading {
    const struct json *j;
    struct arena *a;
    struct proof *proof;
    const char **why;
};

static err wrong(const struct reading *g, const char *why)
{
    *g->why = why;
    return PROOF_WRONG;
}

static bool take_hex(const struct reading *g, struct str hex, struct str *ret)
{
    size_t n = hex.n / 2;
    char *bytes = arena_new(g->a, char, n + 1);
    *ret = (struct str){ bytes, n };
    return hex.n && hex_parse(hex, bytes, n);
}

static bool take_bytes(const struct reading *g, const char *name, struct str *ret)
{
    struct str hex = { 0 };
    return json_get_str(g->j, name, &hex) && take_hex(g, hex, ret);
}

static err take_names(const struct reading *g)
{
    static const char names[] = "chain network channel object address height block header position"
                                " branch transaction";
    struct proof *p = g->proof;
    struct str coin = { 0 };
    struct str network = { 0 };
    struct str other = { 0 };
    if (!json_only(g->j, names, &other) || !json_get_str(g->j, "chain", &coin) ||
        !json_get_str(g->j, "network", &network) || !json_get_str(g->j, "channel", &p->channel) ||
        !json_get_str(g->j, "object", &p->object) || !json_get_str(g->j, "address", &p->address) ||
        !json_get_str(g->j, "block", &p->block) || !json_get_int(g->j, "height", &p->height))
        return wrong(g, "a member is missing, of another kind, or too many");
    p->chain = chain_parse(str_print(g->a, STR_FMT " " STR_FMT, STR_ARG(coin), STR_ARG(network)));
    return p->chain ? OK : wrong(g, "the chain or network is not known");
}

/* "TXID:VOUT", in its one spelling. */
static err take_object(const struct reading *g)
{
    struct proof *p = g->proof;
    struct str txid = { 0 };
    struct str vout = { 0 };
    int64_t number = 0;
    if (!str_cut(p->object, ':', &txid, &vout) || !chain_hash_parse(txid, p->txid) ||
        !int_parse(vout, 0, UINT32_MAX, &number) ||
        !str_eq(p->object, str_print(g->a, STR_FMT ":%lld",
                                     STR_ARG(chain_hash_print(g->a, p->txid)), (long long)number)))
        return wrong(g, "object is not TXID:VOUT");
    p->vout = (uint32_t)number;
    return OK;
}

static err take_branch(const struct reading *g, struct merkle_branch *ret)
{
    const struct json *list = json_get(g->j, "branch");
    int64_t position = 0;
    if (!list || list->kind != JSON_KIND_ARRAY || list->n > MERKLE_DEPTH_MAX ||
        !json_get_int(g->j, "position", &position) || position < 0 || position > UINT32_MAX)
        return wrong(g, "branch or position cannot be");
    *ret = (struct merkle_branch){ .position = (uint32_t)position, .depth = list->n };
    for (size_t i = 0; i < list->n; i++)
        if (list->items[i].kind != JSON_KIND_STR ||
            !hex_parse(list->items[i].text, ret->hashes[i], CHAIN_HASH))
            return wrong(g, "branch or position cannot be");
    return OK;
}

static err check_output(const struct reading *g, const struct chain_transaction *t)
{
    struct proof *p = g->proof;
    struct chain_outputs all = chain_outputs(t, p->chain);
    struct chain_output o = { 0 };
    struct script wanted = { 0 };
    if (memcmp(t->txid, p->txid, CHAIN_HASH) != 0)
        return wrong(g, "the transaction is not the one of object");
    if (script_of_address(p->address, p->chain, &wanted) != OK)
        return wrong(g, "address is not one of this network");
    while (chain_output_next(&all, &o))
        if (o.vout == p->vout) {
            p->value = o.value;
            return str_eq(o.script, script_str(&wanted))
                       ? OK
                       : wrong(g, "the output pays to another address");
        }
    return wrong(g, "the transaction has no such output");
}

static err check_chain(const struct reading *g, const struct chain_proof *proof)
{
    struct chain_proven proven = { 0 };
    switch (chain_proof_check(proof, g->proof->chain, &proven)) {
    case OK: break;
    case CHAIN_BLOCK_WORK: return wrong(g, "the header has not the work it claims");
    case CHAIN_BLOCK_ROOT: return wrong(g, "the transaction is not in this block");
    default: return wrong(g, "header or transaction is not one");
    }
    if (!str_eq(g->proof->block, chain_hash_print(g->a, proven.header.hash)))
        return wrong(g, "block is not the header's hash");
    return check_output(g, &proven.transaction);
}

err proof_check(struct str line, struct arena *a, struct proof *ret, const char **ret_why)
{
    struct reading g = { .a = a, .proof = ret, .why = ret_why };
    struct chain_proof proof = { 0 };
    struct str why = { 0 };
    *ret = (struct proof){ 0 };
    err e = json_parse(line, PROOF_LINE_MAX, a, &g.j, &why);
    if (e)
        return e < 0 ? e : wrong(&g, "a line is not a JSON object");
    e = take_names(&g);
    if (!e)
        e = take_object(&g);
    if (!e)
        e = take_branch(&g, &proof.branch);
    if (!e && (!take_bytes(&g, "header", &proof.header) ||
               !take_bytes(&g, "transaction", &proof.transaction)))
        e = wrong(&g, "header or transaction is not hex");
    return e ? e : check_chain(&g, &proof);
}
