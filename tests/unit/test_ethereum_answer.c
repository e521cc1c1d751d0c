#include "base/check.h"
#include "base/clock.h"
#include "funding/ethereum_answer.h"
#include "funding/ethereum_state.h"
#include "unit/test.h"

#include <string.h>

/* Without these a number that is cut, doubled or of another kind could become a block's or a
 * gift's.
 */

#define HASH(digit)                                                                                \
    "\"0x" digit digit digit digit digit digit digit digit digit digit digit digit digit digit     \
        digit digit "\""
#define A    HASH("aaaa")
#define B    HASH("bbbb")
#define OURS "\"0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc\""

static const char header[] =
    "{\"number\":\"0x1b4\",\"timestamp\":\"0x5aebd500\",\"hash\":" A ",\"parentHash\":" B "}";
static const char transaction[] =
    "{\"hash\":" A ",\"from\":" OURS ",\"to\":" OURS ",\"value\":\"0xde0b6b3a7640000\"}";
static const char receipt[] =
    "{\"transactionHash\":" A ",\"blockHash\":" B
    ",\"blockNumber\":\"0x1b4\",\"status\":\"0x1\",\"gasUsed\":\"0x5208\","
    "\"effectiveGasPrice\":\"0x3b9aca00\",\"logs\":[]}";
static const char entry[] =
    "{\"transactionHash\":" A ",\"blockHash\":" B
    ",\"blockNumber\":\"0x1b4\",\"logIndex\":\"0x7\",\"removed\":false,\"address\":" OURS
    ",\"data\":\"0x00000000000000000000000000000000000000000000000000000000004c4b40\",\"topics\":["
    "\"0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef\","
    "\"0x0000000000000000000000003c44cdddb6a900fa2b585dd299e03d12fa4293bc\","
    "\"0x0000000000000000000000003c44cdddb6a900fa2b585dd299e03d12fa4293bc\"]}";

union answer {
    struct ethereum_header header;
    struct ethereum_transaction transaction;
    struct ethereum_receipt receipt;
    struct ethereum_entry entry;
};
static err read_header(const struct json *j, union answer *ret)
{
    return ethereum_header_read(j, &ret->header);
}
static err read_transaction(const struct json *j, union answer *ret)
{
    return ethereum_transaction_read(j, &ret->transaction);
}
static err read_receipt(const struct json *j, union answer *ret)
{
    return ethereum_receipt_read(j, &ret->receipt);
}
static err read_entry(const struct json *j, union answer *ret)
{
    return ethereum_entry_read(j, &ret->entry);
}
static const struct kind {
    const char *text;
    err (*read)(const struct json *j, union answer *ret);
} kinds[] = { { header, read_header },
              { transaction, read_transaction },
              { receipt, read_receipt },
              { entry, read_entry } };

/* Of a text; JSON that is none is WRONG too. */
static err read(struct arena *a, const struct kind *k, struct str text, union answer *ret)
{
    const struct json *j = NULL;
    struct str why = { 0 };
    return json_parse(text, 1 << 16, a, &j, &why) == OK ? k->read(j, ret) : ETHEREUM_WRONG;
}

/* With `from` turned into `to`, which must stand there. */
static struct str turned(struct arena *a, const char *text, const char *from, const char *to)
{
    size_t at = 0;
    struct str s = str_from_z(text);
    struct str f = str_from_z(from);
    expect(str_find(s, f, &at));
    return str_print(a, STR_FMT "%s" STR_FMT, STR_ARG(str_sub(s, 0, at)), to,
                     STR_ARG(str_sub(s, at + f.n, s.n)));
}

static err turn(size_t kind, const char *from, const char *to, union answer *ret)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 1 << 20);
    return read(&a, &kinds[kind], turned(&a, kinds[kind].text, from, to), ret);
}

TEST(answers_of_a_node_are_read_as_they_stand)
{
    struct arena a CLEANUP(arena_free);
    union answer v;
    arena_init(&a, 1 << 20);
    expect(read(&a, &kinds[0], str_from_z(header), &v) == OK);
    expect(v.header.number == 436 && v.header.at == INT64_C(1525404928) * SECOND);
    expect_str(ethereum_hash_print(&a, &v.header.parent), str_sub(S(B), 1, 66));
    expect(read(&a, &kinds[1], str_from_z(transaction), &v) == OK && !v.transaction.creates);
    expect_str(v.transaction.value, S("0xde0b6b3a7640000"));
    expect(ethereum_address_eq(&v.transaction.from, &v.transaction.to));
    expect(read(&a, &kinds[2], str_from_z(receipt), &v) == OK && v.receipt.success);
    expect(v.receipt.fee == (int128)21000 * 1000000000 && v.receipt.logs->n == 0);
    expect(read(&a, &kinds[3], str_from_z(entry), &v) == OK);
    expect(v.entry.transfer.value == 5000000 && v.entry.index == 7 && !v.entry.removed);
    expect_str(ethereum_number_print(&a, 436), S("0x1b4"));
    expect_str(ethereum_number_print(&a, 0), S("0x0"));
}

TEST(an_answer_that_is_cut_at_any_byte_is_none)
{
    struct arena a CLEANUP(arena_free);
    union answer v;
    arena_init(&a, 32 << 20);
    for (size_t k = 0; k < COUNT(kinds); k++)
        for (size_t n = 0; n < strlen(kinds[k].text); n++)
            expect(read(&a, &kinds[k], (struct str){ kinds[k].text, n }, &v) == ETHEREUM_WRONG);
}

TEST(an_answer_without_one_of_its_members_or_with_one_of_another_kind_is_none)
{
    static const char *const members[][9] = {
        { "number", "timestamp", "hash", "parentHash" },
        { "hash", "from", "value" },
        { "transactionHash", "blockHash", "blockNumber", "status", "gasUsed", "effectiveGasPrice",
          "logs" },
        { "transactionHash", "blockHash", "blockNumber", "logIndex", "address", "data", "topics" },
    };
    static const char *const values[] = {
        "null", "1",      "1.5",      "true",  "{}",
        "\"\"", "\"0x\"", "\"0x01\"", "\"1\"", "\"0x8000000000000000\"",
        "[[]]"
    };
    union answer v;
    for (size_t k = 0; k < COUNT(kinds); k++)
        for (size_t m = 0; members[k][m]; m++) {
            char from[40];
            char to[80];
            snprintf(from, sizeof from, "\"%s\":", members[k][m]);
            snprintf(to, sizeof to, "\"other\":");
            expect(turn(k, from, to, &v) == ETHEREUM_WRONG);
            for (size_t i = 0; i < COUNT(values); i++) {
                bool any = strcmp(members[k][m], "value") == 0; // read later
                bool list = strcmp(members[k][m], "logs") == 0 && i == 10;
                snprintf(to, sizeof to, "\"%s\":%s,\"other\":", members[k][m], values[i]);
                expect(any || list || turn(k, from, to, &v) == ETHEREUM_WRONG);
            }
            snprintf(to, sizeof to, "\"%s\":\"0x1\",\"%s\":", members[k][m], members[k][m]);
            expect(turn(k, from, to, &v) == ETHEREUM_WRONG); // twice
        }
}

TEST(a_transaction_without_a_receiver_creates_a_contract)
{
    union answer v;
    expect(turn(1, "\"to\":" OURS, "\"to\":null", &v) == OK && v.transaction.creates);
    expect(turn(1, "\"to\":" OURS, "\"x\":1", &v) == OK && v.transaction.creates);
    expect(turn(1, "\"to\":" OURS, "\"to\":\"0x3c\"", &v) == ETHEREUM_WRONG);
    expect(turn(1, "\"to\":" OURS, "\"to\":7", &v) == ETHEREUM_WRONG);
}

TEST(times_beyond_this_century_are_none)
{
    union answer v;
    expect(turn(0, "0x5aebd500", "0xf4865700", &v) == OK);
    expect(turn(0, "0x5aebd500", "0xf4865701", &v) == ETHEREUM_WRONG);
    expect(turn(0, "0x5aebd500", "0x7fffffffffffffff", &v) == ETHEREUM_WRONG);
}

TEST(a_fee_is_all_that_was_paid_for_gas_blobs_and_other_layers)
{
    union answer v;
    const int128 gas = (int128)21000 * 1000000000;
    expect(turn(2, "\"logs\"", "\"blobGasUsed\":\"0x2\",\"blobGasPrice\":\"0x3\",\"logs\"", &v) ==
               OK &&
           v.receipt.fee == gas + 6);
    expect(turn(2, "\"logs\"", "\"blobGasUsed\":\"0x2\",\"logs\"", &v) == OK &&
           v.receipt.fee == gas);
    expect(turn(2, "\"logs\"", "\"blobGasUsed\":\"0x2\",\"blobGasPrice\":3,\"logs\"", &v) ==
           ETHEREUM_WRONG);
    expect(turn(2, "\"logs\"", "\"l1Fee\":\"0x5\",\"logs\"", &v) == OK && v.receipt.fee == gas + 5);
    expect(turn(2, "\"logs\"", "\"l1Fee\":null,\"logs\"", &v) == OK && v.receipt.fee == gas);
    expect(turn(2, "\"logs\"", "\"l1Fee\":5,\"logs\"", &v) == ETHEREUM_WRONG);
    expect(turn(2, "0x3b9aca00", "0x7fffffffffffffff", &v) == OK);
    expect(turn(2, "\"0x5208\",\"effectiveGasPrice\":\"0x3b9aca00\"",
                "\"0x7fffffffffffffff\",\"effectiveGasPrice\":\"0x7fffffffffffffff\"",
                &v) == ETHEREUM_WRONG);
}

TEST(a_receipt_says_carried_out_or_failed_and_nothing_else)
{
    union answer v;
    expect(turn(2, "\"0x1\"", "\"0x0\"", &v) == OK && !v.receipt.success);
    expect(turn(2, "\"0x1\"", "\"0x2\"", &v) == ETHEREUM_WRONG);
    expect(turn(2, "\"0x1\"", "true", &v) == ETHEREUM_WRONG);
}

TEST(a_log_may_be_removed_and_has_at_most_four_topics)
{
    union answer v;
    expect(turn(3, "\"removed\":false", "\"removed\":true", &v) == OK && v.entry.removed);
    expect(turn(3, "\"removed\":false,", "", &v) == OK && !v.entry.removed);
    expect(turn(3, "\"removed\":false", "\"removed\":0", &v) == ETHEREUM_WRONG);
    expect(turn(3, "]", "," A "]", &v) == ETHEREUM_NOT_A_TRANSFER);
    expect(v.entry.index == 7 && v.entry.contract.bytes[0] == 0x3c);
    expect(turn(3, "]", "," A "," A "]", &v) == ETHEREUM_WRONG);
    expect(turn(3, "]", ",1]", &v) == ETHEREUM_WRONG);
    expect(turn(3, "\"0x00000000", "\"0xffffffff", &v) == ETHEREUM_TOO_LARGE);
    expect(v.entry.contract.bytes[0] == 0x3c);
}

TEST(wei_are_kept_as_text_and_read_back)
{
    static const char *const good[] = { "0", "-1", "170141183460469231731687303715884105727",
                                        "-170141183460469231731687303715884105727" };
    static const char *const bad[] = { "",
                                       "-",
                                       "1.5",
                                       "+1",
                                       " 1",
                                       "0x1",
                                       "1e3",
                                       "1-",
                                       "170141183460469231731687303715884105728",
                                       "9999999999999999999999999999999999999999" };
    char text[AMOUNT_TEXT_MAX];
    int128 v = 0;
    for (size_t i = 0; i < COUNT(good); i++) {
        expect(ethereum_wei_parse(str_from_z(good[i]), &v));
        expect_str(((struct str){ text, int128_print(text, v, 1) }), str_from_z(good[i]));
    }
    for (size_t i = 0; i < COUNT(bad); i++)
        expect(!ethereum_wei_parse(str_from_z(bad[i]), &v));
}
