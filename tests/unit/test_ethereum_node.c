#include "base/check.h"
#include "funding/ethereum_watch.h"
#include "unit/ethereum_room.h"
#include "unit/test.h"

/* Without these a node that is down, of another network or wrong would look like one that nobody
 * gives through, or its nonsense would be counted. The node here is a fake. */

#define TOKENS "tokens = USDC " COIN

/* ---- nodes that are down, behind, of another network */

TEST(a_node_of_another_network_pauses_the_channel_until_it_is_the_right_one)
{
    struct watch_room w;
    watch_start(&w, "");
    fake_pay(&w.node, 101, w.giver, w.ours, ETHER);
    watch_pass(&w);
    w.node.chain_id = 11155111;
    watch_mine(&w, 20);
    watch_pass(&w);
    expect(watch_health(&w).paused_at > 0 &&
           watch_says(watch_health(&w).paused_why, "chain id 11155111"));
    expect_str(watch_events(&w), S(""));
    w.node.chain_id = 1;
    watch_pass(&w);
    expect(!watch_health(&w).paused_at && watch_says(watch_events(&w), "payment aa0000"));
    watch_end(&w);
}

TEST(a_node_that_does_not_answer_is_noted_and_asked_again_later)
{
    struct watch_room w;
    watch_start(&w, "");
    fake_end(&w.node);
    expect(ethereum_watch_job(&w.o.app, &w.o.setup, &w.job) == OK);
    expect(watch_health(&w).polls_failed == 1 &&
           watch_says(watch_health(&w).why, "does not answer"));
    expect(watch_number(&w, WATCH_JOBS) == 1);
    fund_room_end(&w.o);
}

TEST(a_node_that_has_heard_nothing_for_hours_is_behind)
{
    struct watch_room w;
    watch_start(&w, "start = 50");
    fake_pay(&w.node, 60, w.giver, w.ours, ETHER);
    fund_room_at(&w.o, FUND_NOW + 3 * HOUR);
    watch_pass(&w);
    expect(watch_health(&w).polls_failed == 1 && watch_says(watch_health(&w).why, "behind"));
    expect_str(watch_events(&w), S(""));
    fund_room_at(&w.o, FUND_NOW + HOUR);
    watch_pass(&w);
    expect(watch_says(watch_events(&w), "payment aa0000") && !watch_health(&w).polls_failed);
    watch_end(&w);
}

TEST(a_node_with_fewer_final_blocks_than_it_had_is_behind)
{
    struct watch_room w;
    watch_start(&w, "");
    watch_pass(&w);
    w.node.finalized = 80;
    watch_pass(&w);
    expect(watch_health(&w).polls_failed == 1 &&
           watch_says(watch_health(&w).why, "fewer blocks final"));
    watch_end(&w);
}

TEST(a_node_that_knows_no_final_blocks_is_an_error_of_its_own)
{
    struct watch_room w;
    watch_start(&w, "");
    w.node.finalized = -1;
    watch_pass(&w);
    expect(watch_health(&w).polls_failed == 1 && watch_says(watch_health(&w).why, "no such block"));
    w.node.finalized = 101;
    watch_pass(&w);
    expect(watch_health(&w).polls_failed == 2 && watch_says(watch_health(&w).why, "no such block"));
    w.node.lie = (struct fake_lie){ .method = "eth_getBlockByNumber", .error = true };
    watch_pass(&w);
    expect(watch_health(&w).polls_failed == 3 &&
           watch_says(watch_health(&w).why, "answers with an error"));
    watch_end(&w);
}

/* ---- nodes that lie */

static const struct lie_case {
    struct fake_lie lie;
    const char *why;
} lies[] = {
    { { "eth_chainId", NULL, "1", false }, "which network" },
    { { "eth_chainId", NULL, "\"0x01\"", false }, "which network" },
    { { "eth_chainId", NULL, "\"0xffffffffffffffffffff\"", false }, "which network" },
    { { "eth_chainId", NULL, "null", false }, "which network" },
    { { "eth_chainId", NULL, "{\"a\":1,\"a\":2}", false }, "not JSON-RPC" },
    { { "eth_getBlockByNumber", NULL, "[]", false }, "no such block" },
    { { "eth_getBlockByNumber", "\"0x5b\"", "91", false }, "no such block" },
    { { "eth_getBlockByNumber", "\"0x5b\"", "\"0x5c\"", false }, "another block" },
    { { "eth_getBlockByNumber", "\"transactions\":[{", "\"transactions\":null,\"x\":[{", false },
      "without its transactions" },
    { { "eth_getBlockByNumber", "\"from\":\"0x", "\"from\":\"", false }, "a transaction in" },
    { { "eth_getBlockByNumber", "\"to\":\"0x", "\"to\":\"", false }, "a transaction in" },
    { { "eth_getBlockByNumber", "\"value\":\"0x", "\"value\":\"", false }, "of a value that" },
    { { "eth_getBlockByNumber", "\"value\":\"0xd",
        "\"value\":\"0xffffffffffffffffffffffffffffffffffffffffffffff", false },
      "of a value that" },
    { { "eth_getBlockByNumber", "\"value\":\"0xd", "\"value\":\"0x10000000000000000000000000",
        false },
      "of a value that" },
    { { "eth_getBlockByNumber",
        "\"parentHash\":\"0x000000000000000000000000000000000000000000000"
        "00000000001000005a",
        "\"parentHash\":\"0x000000000000000000000000000000000000000000000000000000010000ee",
        false },
      NULL },
    { { "eth_getTransactionReceipt", NULL, "null", false }, "no receipt" },
    { { "eth_getTransactionReceipt", "\"status\":\"0x1\"", "\"status\":\"0x2\"", false },
      "no receipt" },
    { { "eth_getTransactionReceipt", "\"status\":\"0x1\"", "\"status\":1", false }, "no receipt" },
    { { "eth_getTransactionReceipt", "\"gasUsed\":\"0x5208\",", "", false }, "no receipt" },
    { { "eth_getTransactionReceipt", "\"blockNumber\":\"0x5b\"", "\"blockNumber\":\"0x5c\"",
        false },
      "another transaction or block" },
    { { "eth_getTransactionReceipt", "aa0000", "aa0001", false }, "another transaction or block" },
    { { "eth_getTransactionReceipt", "0001", "0002", false }, "another transaction or block" },
    { { "eth_getTransactionReceipt", NULL, NULL, true }, "answers with an error" },
    { { "eth_getBalance", NULL, "1", false }, "a balance" },
    { { "eth_getBalance", NULL, "\"0x10000000000000000000000001\"", false }, "a balance" },
    { { "eth_getLogs", NULL, "{}", false }, "logs in the right form" },
    { { "eth_getLogs", NULL, "[{}]", false }, "not asked for" },
    { { "eth_getLogs", "\"removed\":false", "\"removed\":true", false }, "not asked for" },
    { { "eth_getLogs", "\"removed\":false", "\"removed\":0", false }, "not asked for" },
    { { "eth_getLogs", "5fbdb2315678afecb367f032d93f642f64180aa3",
        "e7f1725e7734ce288f8367e1bb143e90bb3f0512", false },
      "not asked for" },
    { { "eth_getLogs", "3c44cdddb6a900fa2b585dd299e03d12fa4293bc",
        "3c44cdddb6a900fa2b585dd299e03d12fa4293bd", false },
      "not asked for" },
    { { "eth_getLogs", "\"blockNumber\":\"0x5b\"", "\"blockNumber\":\"0x5c\"", false },
      "not asked for" },
    { { "eth_getLogs", "\"logIndex\":\"0x0\"", "\"logIndex\":\"0x1\"", false },
      "not in the receipt" },
    { { "eth_getLogs", "4c4b40\"", "4c4b41\"", false }, "not in the receipt" },
    { { "eth_call", NULL, "5", false }, "a balance in the right form" },
    { { "eth_call", NULL, "\"0x\"", false }, "a balance in the right form" },
    { { "eth_call", NULL, "\"0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\"",
        false },
      "a balance that cannot be" },
};

TEST(what_cannot_be_true_is_noted_and_nothing_is_booked)
{
    for (size_t i = 0; i < COUNT(lies); i++) {
        struct watch_room w;
        watch_start(&w, TOKENS "\nstart = 91");
        w.node.finalized = 91;
        fake_pay(&w.node, 91, w.giver, w.ours, ETHER);
        fake_token(&w.node, 91, w.coin, w.giver, w.ours, 5000000);
        w.node.lie = lies[i].lie;
        watch_pass(&w);
        bool counted = lies[i].why == NULL;
        if (!counted && !watch_says(watch_health(&w).why, lies[i].why))
            printf("# %zu: " STR_FMT "\n", i, STR_ARG(watch_health(&w).why));
        expect(counted || (watch_health(&w).polls_failed == 1 &&
                           watch_says(watch_health(&w).why, lies[i].why)));
        bool balance = str_eq(str_from_z(lies[i].lie.method), S("eth_getBalance"));
        expect(balance || watch_number(&w, WATCH_FINAL) < 91 || counted);
        expect(counted || watch_events(&w).n == 0);
        w.node.lie = (struct fake_lie){ 0 };
        watch_pass(&w);
        expect_str(watch_events(&w), S("payment aa0000 1.000000000000000000 booked\n"
                                       "payment aa0001:0 5.000000 booked\n"));
        watch_end(&w);
    }
}

TEST(final_blocks_that_do_not_follow_one_another_are_not_looked_into)
{
    struct watch_room w;
    watch_start(&w, "");
    watch_pass(&w);
    fake_pay(&w.node, 91, w.giver, w.ours, ETHER);
    w.node.finalized = 91;
    w.node.lie = (struct fake_lie){ "eth_getBlockByNumber", "0000010000005a\",\"transactions\"",
                                    "0000010000005f\",\"transactions\"", false };
    watch_pass(&w);
    expect(watch_says(watch_health(&w).why, "do not follow one another"));
    expect_str(watch_events(&w), S(""));
    watch_end(&w);
}

TEST(answers_that_end_early_book_nothing)
{
    struct watch_room w;
    watch_start(&w, TOKENS "\nstart = 91");
    w.node.finalized = 91;
    fake_pay(&w.node, 91, w.giver, w.ours, ETHER);
    fake_token(&w.node, 91, w.coin, w.giver, w.ours, 5000000);
    for (w.node.cut = 1; w.node.cut < 400; w.node.cut += 7) {
        watch_pass(&w);
        expect(watch_health(&w).polls_failed > 0);
        expect(watch_number(&w, WATCH_FINAL) < 91 && watch_events(&w).n == 0);
    }
    w.node.cut = 0;
    watch_pass(&w);
    expect(watch_says(watch_events(&w), "payment aa0000") &&
           watch_says(watch_events(&w), "payment aa0001:0"));
    watch_end(&w);
}
