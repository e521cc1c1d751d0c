#include "funding/ethereum_scan.h"
#include "base/buf.h"
#include "base/check.h"
#include "base/crypto.h"
#include "funding/script_set.h"

#include <inttypes.h>
#include <string.h>

enum {
    WORDS_TOGETHER = 500, /* Geth takes 1,000 in one place of a question for logs */
    WORD_JSON = ETHEREUM_WORD_TEXT + 3,
    CONTRACT_JSON = ETHEREUM_TEXT + 3,
    DUST_DECIMALS = 2, /* of tokens */
    FIRST = 16,
};

/* ---- addresses */

static struct ethereum_address address_of(const struct wallet_address *w)
{
    struct ethereum_address address = { 0 };
    check(w->script.n == sizeof address.bytes);
    memcpy(address.bytes, w->script.s, sizeof address.bytes);
    return address;
}

static struct str words_of(const struct wallet_address *list, size_t n, struct arena *a)
{
    struct buf out CLEANUP(buf_free) = buf_make(n * WORD_JSON + 2);
    for (size_t i = 0; i < n; i++) {
        struct ethereum_address address = address_of(&list[i]);
        buf_print(&out, "%s\"" STR_FMT "\"", i ? "," : "[", STR_ARG(ethereum_word(a, &address)));
    }
    buf_put_char(&out, ']');
    return buf_copy(&out, a);
}

static struct str contracts_of(const struct wallet *w, struct arena *a)
{
    struct buf out CLEANUP(buf_free) = buf_make(WALLET_TOKENS_MAX * CONTRACT_JSON + 2);
    buf_put_char(&out, '[');
    for (size_t i = 0; i < w->token_count; i++) {
        char text[ETHEREUM_TEXT + 1];
        ethereum_print(&w->tokens[i].contract, text);
        buf_print(&out, "%s\"%s\"", i ? "," : "", text);
    }
    buf_put_char(&out, ']');
    return buf_copy(&out, a);
}

err ethereum_places_make(const struct wallet *w, const struct wallet_address *list, size_t n,
                         struct arena *a, struct ethereum_places *ret)
{
    struct ethereum_places p = { .list = list, .n = n, .wallet = w };
    if (n > SCRIPT_SET_MAX)
        return fault(ERR_LIMIT);
    p.set = script_set_make(a, n);
    for (size_t i = 0; i < n; i++) {
        err e = script_set_add(p.set, list[i].script, (uint32_t)i);
        if (e < 0)
            return e;
    }
    struct str *words = arena_new(a, struct str, n / WORDS_TOGETHER + 1);
    for (size_t i = 0; i < n; i += WORDS_TOGETHER)
        words[p.word_count++] =
            words_of(list + i, n - i < WORDS_TOGETHER ? n - i : WORDS_TOGETHER, a);
    p.words = words;
    p.contracts = contracts_of(w, a);
    *ret = p;
    return OK;
}

/* ---- one block */

struct scan {
    struct ethereum_asking *q;
    const struct ethereum_places *places;
    struct arena *keep;
    struct ethereum_found found;
    size_t gift_room, flow_room;
    struct ethereum_receipt receipt; /* the last one that was asked for */
    bool has_receipt;
};

static err refuse(struct scan *s, const char *why)
{
    s->q->why = why;
    return NODE_WRONG;
}

static bool is_ours(const struct scan *s, const struct ethereum_address *address, size_t *ret)
{
    uint32_t number = 0;
    if (!script_set_find(s->places->set, bytes_str(address->bytes, sizeof address->bytes), &number))
        return false;
    *ret = number;
    return true;
}

/* Room for one more. What was there before a doubling is left behind in the arena. */
static bool grow(struct scan *s, void **list, size_t size, size_t n, size_t *room)
{
    if (n < *room)
        return true;
    if (n >= ETHEREUM_FOUND_MAX)
        return false;
    *room = n ? 2 * n : FIRST;
    void *more = arena_alloc(s->keep, *room, size, 16);
    if (n)
        memcpy(more, *list, n * size);
    *list = more;
    return true;
}

static err add_flow(struct scan *s, size_t place, int128 units)
{
    struct ethereum_found *f = &s->found;
    void *list = f->flows;
    if (!grow(s, &list, sizeof *f->flows, f->flow_count, &s->flow_room))
        return refuse(s, "a block has more for our addresses than can be looked at");
    f->flows = list;
    f->flows[f->flow_count++] = (struct ethereum_flow){ .place = place, .units = units };
    return OK;
}

static err add_gift(struct scan *s, struct ethereum_gift gift)
{
    struct ethereum_found *f = &s->found;
    void *list = f->gifts;
    if (!grow(s, &list, sizeof *f->gifts, f->gift_count, &s->gift_room))
        return refuse(s, "a block has more for our addresses than can be looked at");
    f->gifts = list;
    f->gifts[f->gift_count++] = gift;
    return OK;
}

static void ignore(struct scan *s, const char *why)
{
    s->found.ignored++;
    s->found.why = why;
}

/* Answers are large: the one before may be asked for again. */
static err receipt_of(struct scan *s, const struct ethereum_hash *transaction)
{
    if (s->has_receipt && ethereum_hash_eq(&s->receipt.transaction, transaction))
        return OK;
    err e = ethereum_ask_receipt(s->q, transaction, &s->found.header, &s->receipt);
    s->has_receipt = !e;
    return e;
}

/* ---- ether */

struct sides {
    bool from_us, to_us;
    size_t from, to;
};

static err take_ether(struct scan *s, const struct ethereum_transaction *t, int128 value,
                      const struct sides *side)
{
    const struct wallet *w = s->places->wallet;
    struct str hash = ethereum_hash_print(s->keep, &t->hash);
    err e = add_flow(s, side->to, value);
    if (e || side->from_us)
        return e;
    if (value < w->minimum.units) {
        ignore(s, "ether that is less than the channel's minimum");
        return OK;
    }
    return add_gift(s, (struct ethereum_gift){
                           .place = side->to,
                           .amount = { .units = value, .asset = w->minimum.asset },
                           .object = hash,
                           .transaction = hash,
                       });
}

static err take_transaction(struct scan *s, const struct ethereum_transaction *t)
{
    struct sides side = { 0 };
    int128 value = 0;
    side.from_us = is_ours(s, &t->from, &side.from);
    side.to_us = !t->creates && is_ours(s, &t->to, &side.to);
    if (!side.from_us && !side.to_us)
        return OK;
    if (ethereum_quantity(t->value, &value) != OK || value > ETHEREUM_WEI_MAX)
        return refuse(s, "the node tells a transaction of a value that cannot be");
    if (!side.from_us && value == 0)
        return OK;
    err e = receipt_of(s, &t->hash);
    if (e)
        return e;
    if (!s->receipt.success)
        value = 0;
    if (side.from_us)
        e = add_flow(s, side.from, -value - s->receipt.fee);
    return e || !side.to_us || value == 0 ? e : take_ether(s, t, value, &side);
}

static err take_transactions(struct scan *s, const struct json *all)
{
    for (size_t i = 0; i < all->n; i++) {
        struct ethereum_transaction t = { 0 };
        if (ethereum_transaction_read(&all->items[i], &t) != OK)
            return refuse(s, "the node tells a transaction in another form than it must");
        err e = take_transaction(s, &t);
        if (e)
            return e;
    }
    return OK;
}

/* ---- tokens */

static const struct wallet_token *token_of(const struct scan *s,
                                           const struct ethereum_address *contract)
{
    const struct wallet *w = s->places->wallet;
    for (size_t i = 0; i < w->token_count; i++)
        if (ethereum_address_eq(&w->tokens[i].contract, contract))
            return &w->tokens[i];
    return NULL;
}

static int128 token_dust(struct asset a)
{
    int128 least = 1;
    for (int i = asset_decimals(a); i > DUST_DECIMALS; i--)
        least *= 10;
    return least;
}

static bool same_entry(const struct ethereum_entry *x, const struct ethereum_entry *y)
{
    return x->index == y->index && ethereum_hash_eq(&x->transaction, &y->transaction) &&
           ethereum_hash_eq(&x->block, &y->block) &&
           ethereum_address_eq(&x->transfer.contract, &y->transfer.contract) &&
           ethereum_address_eq(&x->transfer.from, &y->transfer.from) &&
           ethereum_address_eq(&x->transfer.to, &y->transfer.to) &&
           x->transfer.value == y->transfer.value;
}

/* Where it stands in its receipt, which must say the same. */
static err position_of(struct scan *s, const struct ethereum_entry *e, size_t *ret)
{
    const struct json *logs = NULL;
    struct ethereum_entry there = { 0 };
    int64_t index = 0;
    err why = receipt_of(s, &e->transaction);
    if (why)
        return why;
    logs = s->receipt.logs;
    for (size_t i = 0; s->receipt.success && i < logs->n; i++) {
        if (!ethereum_number_read(json_get(&logs->items[i], "logIndex"), &index) ||
            index != e->index)
            continue;
        if (ethereum_entry_read(&logs->items[i], &there) != OK || !same_entry(&there, e))
            break;
        *ret = i;
        return OK;
    }
    return refuse(s, "the node tells a log that is not in the receipt of its transaction");
}

static err take_token(struct scan *s, const struct ethereum_entry *e, size_t place)
{
    size_t position = 0;
    const struct wallet_token *token = token_of(s, &e->transfer.contract);
    err why = position_of(s, e, &position);
    if (why)
        return why;
    struct str hash = ethereum_hash_print(s->keep, &e->transaction);
    return add_gift(s, (struct ethereum_gift){
                           .place = place,
                           .amount = { .units = e->transfer.value, .asset = token->asset },
                           .object = str_print(s->keep, STR_FMT ":%zu", STR_ARG(hash), position),
                           .transaction = hash,
                       });
}

/* False: it is no answer to the question. */
static bool answers(const struct scan *s, const struct ethereum_entry *e)
{
    return ethereum_hash_eq(&e->block, &s->found.header.hash) &&
           e->number == s->found.header.number && !e->removed && token_of(s, &e->contract);
}

/* *ret_counts: it is a transfer to an address of ours. */
static err read_entry(struct scan *s, const struct json *j, struct ethereum_entry *ret,
                      bool *ret_counts)
{
    err why = ethereum_entry_read(j, ret);
    *ret_counts = false;
    if (why == ETHEREUM_WRONG || !answers(s, ret))
        return refuse(s, "the node tells logs that were not asked for");
    if (why == ETHEREUM_TOO_LARGE)
        ignore(s, "a token's transfer of more than can be");
    *ret_counts = why == OK;
    return OK;
}

static err take_log(struct scan *s, const struct json *j)
{
    struct ethereum_entry e = { 0 };
    size_t place = 0;
    size_t from = 0;
    bool counts = false;
    err why = read_entry(s, j, &e, &counts);
    if (why || !counts)
        return why;
    if (!is_ours(s, &e.transfer.to, &place))
        return refuse(s, "the node tells logs that were not asked for");
    if (e.transfer.value == 0 || is_ours(s, &e.transfer.from, &from))
        return OK;
    const struct wallet_token *token = token_of(s, &e.transfer.contract);
    if (!token)
        return refuse(s, "the node tells logs that were not asked for");
    if (e.transfer.value < token_dust(token->asset)) {
        ignore(s, "less than a hundredth of a token");
        return OK;
    }
    return take_token(s, &e, place);
}

/* ---- whether a token moved what it says */

struct movement {
    const struct wallet_token *token;
    size_t place;
    int128 in, out;
};

static bool of_movement(const struct scan *s, const struct json *j, const struct movement *m,
                        bool sent, int128 *ret)
{
    struct ethereum_entry e = { 0 };
    size_t place = 0;
    if (ethereum_entry_read(j, &e) != OK ||
        !ethereum_address_eq(&e.transfer.contract, &m->token->contract) ||
        !is_ours(s, sent ? &e.transfer.from : &e.transfer.to, &place) || place != m->place)
        return false;
    *ret = e.transfer.value;
    return true;
}

static bool add_up(const struct scan *s, const struct json *logs, const struct movement *m,
                   bool sent, int128 *sum)
{
    for (size_t i = 0; i < logs->n; i++) {
        int128 value = 0;
        if (of_movement(s, &logs->items[i], m, sent, &value) &&
            __builtin_add_overflow(*sum, value, sum))
            return false;
    }
    return true;
}

/* *ret_moved stays true when the node has no state of so old a block. */
static err compare(struct scan *s, const struct movement *m, bool *ret_moved)
{
    struct ethereum_address who = address_of(&s->places->list[m->place]);
    int128 before = 0;
    int128 after = 0;
    int64_t number = s->found.header.number;
    err e = number == 0
                ? OK
                : ethereum_ask_token_balance(s->q, &m->token->contract, &who, number - 1, &before);
    if (!e)
        e = ethereum_ask_token_balance(s->q, &m->token->contract, &who, number, &after);
    if (e == NODE_ERROR)
        return OK;
    if (!e)
        *ret_moved = after - before >= m->in - m->out; // all of them are from 0 to 2^127
    return e;
}

static err check_movement(struct scan *s, struct movement *m, const struct json *received,
                          bool *ret_moved)
{
    const struct json *sent = NULL;
    struct ethereum_address who = address_of(&s->places->list[m->place]);
    struct ethereum_log_query l = { .block = &s->found.header,
                                    .contracts = s->places->contracts,
                                    .sent = true };
    l.who = str_print(s->q->arena, "[\"" STR_FMT "\"]", STR_ARG(ethereum_word(s->q->arena, &who)));
    err e = ethereum_ask_logs(s->q, &l, &sent);
    if (e)
        return e;
    *ret_moved = add_up(s, received, m, false, &m->in) && add_up(s, sent, m, true, &m->out);
    return *ret_moved ? compare(s, m, ret_moved) : OK;
}

static bool is_of(const struct ethereum_gift *g, const struct movement *m)
{
    return g->place == m->place && asset_eq(g->amount.asset, m->token->asset);
}

/* Leaves out the gifts of a token that moved less than it says. */
static void leave_out(struct scan *s, const struct movement *m, size_t from)
{
    struct ethereum_found *f = &s->found;
    size_t kept = from;
    for (size_t i = from; i < f->gift_count; i++)
        if (is_of(&f->gifts[i], m))
            ignore(s, "a token that moved less than it says");
        else
            f->gifts[kept++] = f->gifts[i];
    f->gift_count = kept;
}

static bool was_before(const struct scan *s, size_t from, size_t i, const struct movement *m)
{
    for (size_t j = from; j < i; j++)
        if (is_of(&s->found.gifts[j], m))
            return true;
    return false;
}

static const struct wallet_token *token_named(const struct scan *s, struct asset asset)
{
    const struct wallet *w = s->places->wallet;
    size_t i = 0;
    while (!asset_eq(w->tokens[i].asset, asset))
        i++; // it is one of them
    return &w->tokens[i];
}

/* Each address and token once, of the gifts since `from`. */
static err check_movements(struct scan *s, const struct json *received, size_t from)
{
    for (size_t i = from; i < s->found.gift_count;) {
        const struct ethereum_gift *g = &s->found.gifts[i];
        struct movement m = { .token = token_named(s, g->amount.asset), .place = g->place };
        bool moved = true;
        bool seen = was_before(s, from, i, &m);
        err e = seen ? OK : check_movement(s, &m, received, &moved);
        if (e)
            return e;
        if (moved)
            i++;
        else
            leave_out(s, &m, from);
    }
    return OK;
}

static err take_logs(struct scan *s, struct str who)
{
    const struct json *logs = NULL;
    size_t from = s->found.gift_count;
    struct ethereum_log_query l = { .block = &s->found.header,
                                    .contracts = s->places->contracts,
                                    .who = who };
    err e = ethereum_ask_logs(s->q, &l, &logs);
    for (size_t i = 0; !e && i < logs->n; i++)
        e = take_log(s, &logs->items[i]);
    return e ? e : check_movements(s, logs, from);
}

err ethereum_scan(struct ethereum_asking *q, const struct ethereum_places *p, int64_t number,
                  struct arena *keep, struct ethereum_found *ret)
{
    struct scan s = { .q = q, .places = p, .keep = keep };
    const struct json *transactions = NULL;
    err e = ethereum_ask_block(q, number, &s.found.header, &transactions);
    if (!e)
        e = take_transactions(&s, transactions);
    for (size_t i = 0; !e && p->wallet->token_count && i < p->word_count; i++)
        e = take_logs(&s, p->words[i]);
    if (!e)
        *ret = s.found;
    return e;
}
