#include "funding/ethereum_node.h"
#include "base/check.h"

#include <string.h>

#define BALANCE_OF "0x70a08231" /* the first four bytes of Keccak-256 of "balanceOf(address)" */

static err refuse(struct ethereum_asking *q, const char *why)
{
    q->why = why;
    return NODE_WRONG;
}

static err ask(struct ethereum_asking *q, const char *method, struct str params, size_t most,
               const struct json **ret)
{
    const struct node_call c = { .node = q->node,
                                 .method = method,
                                 .params = params,
                                 .answer_max = most,
                                 .give_up = q->give_up,
                                 .arg = q->arg };
    if (arena_full(q->arena))
        return refuse(q, "a block has more for our addresses than can be looked at");
    err e = node_call(&c, q->arena, ret, &q->code);
    if (e > 0)
        q->why = node_refusal(e);
    return e;
}

static struct str address_text(struct arena *a, const struct ethereum_address *address)
{
    char text[ETHEREUM_TEXT + 1];
    ethereum_print(address, text);
    return str_copy(a, str_from_z(text));
}

err ethereum_ask_chain(struct ethereum_asking *q, int64_t *ret_id)
{
    const struct json *j = NULL;
    err e = ask(q, "eth_chainId", S("[]"), NODE_ANSWER_SMALL, &j);
    if (!e && !ethereum_number_read(j, ret_id))
        return refuse(q, "the node does not say in the right form which network it is of");
    return e;
}

static err read_header(struct ethereum_asking *q, const struct json *j, struct ethereum_header *ret)
{
    return ethereum_header_read(j, ret) == OK
               ? OK
               : refuse(q, "the node has no such block, or tells it in another form than it must");
}

err ethereum_ask_tip(struct ethereum_asking *q, const char *tag, struct ethereum_header *ret)
{
    const struct json *j = NULL;
    struct str params = str_print(q->arena, "[\"%s\",false]", tag);
    err e = ask(q, "eth_getBlockByNumber", params, ETHEREUM_BLOCK_MAX, &j);
    return e ? e : read_header(q, j, ret);
}

err ethereum_ask_block(struct ethereum_asking *q, int64_t number, struct ethereum_header *ret,
                       const struct json **ret_transactions)
{
    const struct json *j = NULL;
    struct ethereum_header h = { 0 };
    struct str params = str_print(q->arena, "[\"" STR_FMT "\",%s]",
                                  STR_ARG(ethereum_number_print(q->arena, number)),
                                  ret_transactions ? "true" : "false");
    err e = ask(q, "eth_getBlockByNumber", params, ETHEREUM_BLOCK_MAX, &j);
    if (!e)
        e = read_header(q, j, &h);
    if (e)
        return e;
    if (h.number != number)
        return refuse(q, "the node answers with another block than was asked for");
    const struct json *all = json_get(j, "transactions");
    if (ret_transactions && (!all || all->kind != JSON_KIND_ARRAY))
        return refuse(q, "the node tells a block without its transactions");
    if (ret_transactions)
        *ret_transactions = all;
    *ret = h;
    return OK;
}

err ethereum_ask_receipt(struct ethereum_asking *q, const struct ethereum_hash *transaction,
                         const struct ethereum_header *block, struct ethereum_receipt *ret)
{
    const struct json *j = NULL;
    struct ethereum_receipt r = { 0 };
    struct str params = str_print(q->arena, "[\"" STR_FMT "\"]",
                                  STR_ARG(ethereum_hash_print(q->arena, transaction)));
    err e = ask(q, "eth_getTransactionReceipt", params, ETHEREUM_BLOCK_MAX, &j);
    if (e)
        return e;
    if (ethereum_receipt_read(j, &r) != OK)
        return refuse(q, "the node has no receipt of a transaction that it told, or tells it in "
                         "another form than it must");
    if (!ethereum_hash_eq(&r.transaction, transaction) ||
        !ethereum_hash_eq(&r.block, &block->hash) || r.number != block->number)
        return refuse(q, "the node answers with a receipt of another transaction or block");
    *ret = r;
    return OK;
}

err ethereum_ask_logs(struct ethereum_asking *q, const struct ethereum_log_query *l,
                      const struct json **ret)
{
    const struct json *j = NULL;
    struct str params =
        str_print(q->arena,
                  "[{\"blockHash\":\"" STR_FMT "\",\"address\":" STR_FMT ",\"topics\":[\"" STR_FMT
                  "\",%s" STR_FMT "]}]",
                  STR_ARG(ethereum_hash_print(q->arena, &l->block->hash)), STR_ARG(l->contracts),
                  STR_ARG(erc20_transfer_topic), l->sent ? "" : "null,", STR_ARG(l->who));
    err e = ask(q, "eth_getLogs", params, ETHEREUM_BLOCK_MAX, &j);
    if (e)
        return e;
    if (j->kind != JSON_KIND_ARRAY)
        return refuse(q, "the node does not tell logs in the right form");
    *ret = j;
    return OK;
}

err ethereum_ask_balance(struct ethereum_asking *q, const struct ethereum_address *who,
                         int64_t number, int128 *ret)
{
    const struct json *j = NULL;
    struct str params = str_print(q->arena, "[\"" STR_FMT "\",\"" STR_FMT "\"]",
                                  STR_ARG(address_text(q->arena, who)),
                                  STR_ARG(ethereum_number_print(q->arena, number)));
    err e = ask(q, "eth_getBalance", params, NODE_ANSWER_SMALL, &j);
    if (e)
        return e;
    if (j->kind != JSON_KIND_STR || ethereum_quantity(j->text, ret) != OK ||
        *ret > ETHEREUM_WEI_MAX)
        return refuse(q, "the node does not tell a balance in the right form");
    return OK;
}

/* A word without what a quantity may not have: zeros in front. */
static err read_word(struct ethereum_asking *q, struct str word, int128 *ret)
{
    struct str digits = str_sub(word, 2, word.n);
    if (word.n != ETHEREUM_WORD_TEXT || !str_starts(word, S("0x")))
        return refuse(q, "a token's contract does not tell a balance in the right form");
    while (digits.n > 1 && digits.s[0] == '0')
        digits = str_sub(digits, 1, digits.n);
    if (ethereum_quantity(str_print(q->arena, "0x" STR_FMT, STR_ARG(digits)), ret) != OK)
        return refuse(q, "a token's contract tells a balance that cannot be");
    return OK;
}

err ethereum_ask_token_balance(struct ethereum_asking *q, const struct ethereum_address *contract,
                               const struct ethereum_address *who, int64_t number, int128 *ret)
{
    const struct json *j = NULL;
    struct str word = ethereum_word(q->arena, who);
    struct str params = str_print(
        q->arena, "[{\"to\":\"" STR_FMT "\",\"data\":\"" BALANCE_OF STR_FMT "\"},\"" STR_FMT "\"]",
        STR_ARG(address_text(q->arena, contract)), STR_ARG(str_sub(word, 2, word.n)),
        STR_ARG(ethereum_number_print(q->arena, number)));
    err e = ask(q, "eth_call", params, NODE_ANSWER_SMALL, &j);
    if (e)
        return e;
    if (j->kind != JSON_KIND_STR)
        return refuse(q, "a token's contract does not tell a balance in the right form");
    return read_word(q, j->text, ret);
}
