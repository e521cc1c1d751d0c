#include "funding/proof_verify.h"
#include "base/check.h"

#include <stdlib.h>
#include <string.h>

enum {
    LINE_ARENA = 16 * 1024 * 1024, /* a line of the largest size, read and parsed */
    FIRST_PROOFS = 64,             /* a power of two */
};

/* What is kept of a proof; later the sum of those of one transaction stands in its first. */
struct kept {
    struct str channel; /* one of the verifier's sums */
    struct str asset;   /* the same */
    uint8_t txid[CHAIN_HASH];
    uint32_t vout;
    int64_t value;
    int64_t outputs; /* of the transaction; 0: it is not the first */
    int128 ledger;   /* what the ledger counts of it */
};
struct proof_verifier {
    struct arena *arena;
    struct arena scratch; /* of a line */
    char *text;           /* the line that is being read */
    size_t n;
    int64_t line;
    const char *why;
    int64_t why_line;
    struct kept *kept;
    size_t count;
    struct proof_sum sums[PROOF_SUMS_MAX];
    size_t sum_count;
};

struct proof_verifier *proof_verify_start(struct arena *a)
{
    struct proof_verifier *v = arena_new(a, struct proof_verifier, 1);
    v->arena = a;
    arena_init(&v->scratch, LINE_ARENA);
    v->text = arena_new(a, char, PROOF_LINE_MAX);
    v->kept = arena_new(a, struct kept, FIRST_PROOFS);
    return v;
}

static bool wrong(struct proof_verifier *v, const char *why)
{
    v->why = why;
    v->why_line = v->line;
    return false;
}

static struct proof_sum *sum_of(struct proof_verifier *v, struct str channel, struct str asset,
                                int decimals)
{
    for (size_t i = 0; i < v->sum_count; i++)
        if (str_eq(v->sums[i].channel, channel) && str_eq(v->sums[i].asset, asset))
            return &v->sums[i];
    if (v->sum_count == PROOF_SUMS_MAX)
        return NULL;
    struct proof_sum *s = &v->sums[v->sum_count++];
    *s = (struct proof_sum){ .channel = str_copy(v->arena, channel),
                             .asset = str_copy(v->arena, asset),
                             .decimals = decimals };
    return s;
}

static struct str coin_of(const struct chain *c)
{
    return c->coin == CHAIN_BITCOIN ? S("BTC") : S("BCH");
}

/* Room for one more, doubling; what was there is left behind in the arena. */
static void grow(struct proof_verifier *v)
{
    if (v->count < FIRST_PROOFS || (v->count & (v->count - 1)) != 0)
        return;
    struct kept *more = arena_new(v->arena, struct kept, 2 * v->count);
    memcpy(more, v->kept, v->count * sizeof *more);
    v->kept = more;
}

static bool take_line(struct proof_verifier *v, struct str line)
{
    struct proof p = { 0 };
    const char *why = NULL;
    v->line++;
    arena_reset(&v->scratch);
    err e = proof_check(line, &v->scratch, &p, &why);
    if (e)
        return wrong(v, e > 0 ? why : "a line is too large");
    if (v->count == PROOFS_MAX)
        return wrong(v, "there are too many proofs");
    struct proof_sum *sum = sum_of(v, p.channel, coin_of(p.chain), 8);
    if (!sum)
        return wrong(v, "there are too many channels");
    if (!str_eq(str_from_z(p.chain->network), S("main")))
        sum->network = str_from_z(p.chain->network);
    grow(v);
    struct kept *k = &v->kept[v->count++];
    *k = (struct kept){
        .channel = sum->channel, .asset = sum->asset, .vout = p.vout, .value = p.value
    };
    memcpy(k->txid, p.txid, CHAIN_HASH);
    return true;
}

bool proof_verify_put(struct proof_verifier *v, struct str bytes)
{
    while (bytes.n && !v->why) {
        const char *end = memchr(bytes.s, '\n', bytes.n);
        size_t n = end ? (size_t)(end - bytes.s) : bytes.n;
        if (n > PROOF_LINE_MAX - v->n) {
            v->line++;
            return wrong(v, "a line is too long");
        }
        memcpy(v->text + v->n, bytes.s, n);
        v->n += n;
        if (end) {
            struct str line = { v->text, v->n };
            v->n = 0;
            (void)take_line(v, line); // v->why says it
        }
        bytes = str_sub(bytes, n + (end != NULL), bytes.n);
    }
    return !v->why;
}

/* ---- by transaction ---- */

static int by_transaction(const struct kept *a, const struct kept *b)
{
    int order = memcmp(a->txid, b->txid, CHAIN_HASH);
    return order ? order : str_cmp(a->channel, b->channel);
}

static int by_output(const void *x, const void *y)
{
    const struct kept *a = x;
    const struct kept *b = y;
    int order = by_transaction(a, b);
    return order ? order : (a->vout > b->vout) - (a->vout < b->vout);
}

/* An output is one payment, whatever channels say. Bitcoin Cash began with Bitcoin's transactions,
 * so a coin's own are compared. */
static int by_payment(const void *x, const void *y)
{
    const struct kept *a = x;
    const struct kept *b = y;
    int order = memcmp(a->txid, b->txid, CHAIN_HASH);
    if (!order)
        order = (a->vout > b->vout) - (a->vout < b->vout);
    return order ? order : str_cmp(a->asset, b->asset);
}

static bool all_differ(struct proof_verifier *v)
{
    if (v->count)
        qsort(v->kept, v->count, sizeof *v->kept, by_payment);
    for (size_t i = 1; i < v->count; i++)
        if (by_payment(&v->kept[i - 1], &v->kept[i]) == 0)
            return wrong(v, "a payment is proven twice");
    return true;
}

/* The sums of transactions, each in its first output. A channel has one coin: units of two are no
 * sum. */
static bool add_up(struct proof_verifier *v)
{
    size_t first = 0;
    for (size_t i = 0; i < v->count; i++) {
        struct kept *k = &v->kept[i];
        bool same = i > 0 && by_transaction(k, &v->kept[first]) == 0;
        if (!same)
            first = i;
        if (!str_eq(k->asset, v->kept[first].asset))
            return wrong(v, "a channel's transaction is proven in two coins");
        v->kept[first].outputs++;
        if (same)
            v->kept[first].value += k->value; // at most 21 million coins each, 2^32 outputs
    }
    return true;
}

bool proof_verify_begin_ledger(struct proof_verifier *v)
{
    if (v->why)
        return false;
    if (v->n) {
        v->line++;
        return wrong(v, "the file ends within a line");
    }
    v->line = 0;
    if (!all_differ(v))
        return false;
    if (v->count)
        qsort(v->kept, v->count, sizeof *v->kept, by_output);
    return add_up(v);
}

/* The first output of a transaction, or NULL. */
static struct kept *find(struct proof_verifier *v, struct str channel, struct str reference)
{
    struct kept key = { .channel = channel };
    size_t low = 0;
    size_t high = v->count;
    if (!chain_hash_parse(reference, key.txid))
        return NULL;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (by_transaction(&v->kept[middle], &key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < v->count && by_transaction(&v->kept[low], &key) == 0 ? &v->kept[low] : NULL;
}

void proof_verify_row(void *verifier, const struct ledger_verified_row *row)
{
    struct proof_verifier *v = verifier;
    if (v->why || !str_eq(row->source, S("chain")) || !str_eq(row->account, S("assets")))
        return;
    struct proof_sum *sum = sum_of(v, row->channel, row->asset, row->decimals);
    struct kept *k = find(v, row->channel, row->reference);
    if (!sum)
        (void)wrong(v, "there are too many channels");
    else if (k && !str_eq(row->asset, k->asset))
        (void)wrong(v, "the ledger counts a proven payment in another asset");
    else if (k)
        k->ledger += row->units; // the ledger's own sums were checked for overflow
    else
        sum->unproven += row->units;
}

/* ---- the verdict ---- */

/* Where the ledger counts otherwise than a transaction's outputs pay; NULL: nowhere. */
static const struct kept *compare(struct proof_verifier *v, int64_t *ret_newer)
{
    for (size_t i = 0; i < v->count; i++) {
        const struct kept *k = &v->kept[i];
        if (!k->outputs)
            continue;
        if (k->ledger == 0) {
            *ret_newer += k->outputs;
            continue;
        }
        if (k->ledger != k->value)
            return k;
        for (size_t s = 0; s < v->sum_count; s++)
            if (v->sums[s].channel.s == k->channel.s) {
                v->sums[s].payments += k->outputs;
                v->sums[s].proven += k->ledger;
            }
    }
    return NULL;
}

struct proof_verdict proof_verify_end(struct proof_verifier *v)
{
    struct proof_verdict verdict = { .why = v->why, .line = v->why_line };
    const struct kept *differs = v->why ? NULL : compare(v, &verdict.newer);
    if (differs) {
        verdict.why = "the ledger counts another amount than this transaction pays";
        verdict.where = chain_hash_print(v->arena, differs->txid);
    }
    verdict.good = !verdict.why;
    verdict.sums = v->sums;
    verdict.sum_count = v->sum_count;
    return verdict;
}

void proof_verify_free(struct proof_verifier *v)
{
    arena_free(&v->scratch);
}
