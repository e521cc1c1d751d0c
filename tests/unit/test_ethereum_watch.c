#include "base/check.h"
#include "funding/ethereum_scan.h"
#include "funding/ethereum_state.h"
#include "funding/ethereum_watch.h"
#include "unit/ethereum_room.h"
#include "unit/fault_sweep.h"
#include "unit/test.h"

/* Without these a block that is replaced, or an address that is paid in a way nobody thought of,
 * would bend the meter. The node here is a fake; tests/wallets-ethereum has a real one. */

/* ---- gifts */

TEST_AND_FAULTS(the_first_address_is_handed_out_and_a_pass_is_promised_at_the_start)
{
    struct watch_room w;
    watch_start(&w, "");
    expect(watch_number(&w, WATCH_ROWS) == 1);
    expect(watch_number(&w, WATCH_JOBS) == 1);
    expect(watch_number(&w, WATCH_JOB_AT) == w.o.fund.now);
    expect(ethereum_watch_promise(&w.o.app, &w.o.setup) == OK);
    expect(watch_number(&w, WATCH_ROWS) == 1 && watch_number(&w, WATCH_JOBS) == 1);
    watch_pass(&w);
    expect(watch_number(&w, WATCH_FINAL) == 90 && watch_number(&w, WATCH_HEAD) == 100);
    expect(watch_health(&w).heard_at == w.o.fund.now && !watch_health(&w).alarm);
    expect_str(watch_events(&w), S(""));
    watch_end(&w);
}

TEST_AND_FAULTS(a_gift_is_pending_until_its_block_is_final_and_then_counted_once)
{
    struct watch_room w;
    watch_start(&w, "");
    watch_pass(&w);
    fake_pay(&w.node, 101, w.giver, w.ours, ETHER);
    watch_mine(&w, 5);
    watch_pass(&w);
    expect_str(watch_events(&w), S("pending aa0000 1.000000000000000000 booked\n"));
    expect(watch_number(&w, WATCH_PAID_AT) > 0 && watch_number(&w, WATCH_PENDING) == 1);
    watch_mine(&w, 10);
    watch_pass(&w);
    watch_pass(&w);
    expect_str(watch_events(&w), S("pending aa0000 1.000000000000000000 booked\n"
                                   "payment aa0000 1.000000000000000000 booked\n"));
    expect(watch_number(&w, WATCH_PENDING) == 0);
    expect(watch_number(&w, WATCH_FINAL) == 105 && watch_number(&w, WATCH_HEAD) == 115);
    watch_end(&w);
}

TEST_AND_FAULTS(depth_beyond_what_is_final_is_waited_for)
{
    struct watch_room w;
    watch_start(&w, "depth = 30");
    watch_pass(&w);
    expect(watch_number(&w, WATCH_FINAL) == 71);
    fake_pay(&w.node, 101, w.giver, w.ours, 5);
    watch_mine(&w, 29);
    watch_pass(&w);
    expect_str(watch_events(&w), S("pending aa0000 0.000000000000000005 booked\n"));
    watch_mine(&w, 1);
    watch_pass(&w);
    expect(watch_says(watch_events(&w), "payment aa0000"));
    watch_end(&w);
}

TEST_AND_FAULTS(what_was_given_since_the_block_of_start_is_counted)
{
    struct watch_room w;
    watch_start(&w, "start = 50");
    fake_pay(&w.node, 49, w.giver, w.ours, 1);
    fake_pay(&w.node, 50, w.giver, w.ours, 2);
    fake_pay(&w.node, 90, w.giver, w.ours, 3);
    watch_pass(&w);
    expect_str(watch_events(&w), S("payment aa0001 0.000000000000000002 booked\n"
                                   "payment aa0002 0.000000000000000003 booked\n"));
    watch_end(&w);
}

TEST_AND_FAULTS(a_start_that_is_not_final_yet_is_waited_for)
{
    struct watch_room w;
    watch_start(&w, "start = 95");
    fake_pay(&w.node, 94, w.giver, w.ours, 1);
    fake_pay(&w.node, 95, w.giver, w.ours, 2);
    watch_pass(&w);
    expect(watch_number(&w, WATCH_FINAL) == -1 && !watch_health(&w).polls_failed);
    watch_mine(&w, 10);
    watch_pass(&w);
    expect_str(watch_events(&w), S("payment aa0001 0.000000000000000002 booked\n"));
    watch_end(&w);
}

TEST_AND_FAULTS(a_start_of_zero_is_the_first_block)
{
    struct watch_room w;
    watch_start(&w, "start = 0");
    fake_pay(&w.node, 1, w.giver, w.ours, 1);
    watch_pass(&w);
    expect_str(watch_events(&w), S("payment aa0000 0.000000000000000001 booked\n"));
    watch_end(&w);
}

TEST_AND_FAULTS(what_failed_what_has_no_value_and_what_creates_a_contract_is_no_gift)
{
    struct watch_room w;
    watch_start(&w, "");
    watch_pass(&w);
    int n = fake_pay(&w.node, 101, w.giver, w.ours, ETHER);
    w.node.transactions[n].fails = true;
    fake_pay(&w.node, 101, w.giver, w.ours, 0);
    n = fake_pay(&w.node, 101, w.giver, w.ours, ETHER);
    w.node.transactions[n].creates = true;
    w.node.transactions[n].to = w.fake;
    fake_pay(&w.node, 101, w.giver, w.fake, ETHER);
    watch_mine(&w, 20);
    watch_pass(&w);
    expect_str(watch_events(&w), S(""));
    expect(watch_health(&w).ignored == 0);
    watch_end(&w);
}

TEST_AND_FAULTS(less_than_the_minimum_is_not_counted_nor_what_comes_from_ourselves)
{
    struct watch_room w;
    watch_start(&w, "minimum = 0.001");
    watch_pass(&w);
    fake_pay(&w.node, 101, w.giver, w.ours, ETHER / 1000 - 1);
    fake_pay(&w.node, 101, w.giver, w.ours, ETHER / 1000);
    fake_pay(&w.node, 101, w.ours, w.ours, ETHER);
    watch_mine(&w, 20);
    watch_pass(&w);
    expect_str(watch_events(&w), S("payment aa0001 0.001000000000000000 booked\n"));
    expect(watch_health(&w).ignored == 1 && watch_says(watch_health(&w).why, "minimum"));
    watch_end(&w);
}

TEST_AND_FAULTS(more_than_can_be_counted_is_an_alarm_and_stops_nothing)
{
    struct watch_room w;
    watch_start(&w, "");
    watch_pass(&w);
    fake_pay(&w.node, 101, w.giver, w.ours, 10001 * ETHER);
    fake_pay(&w.node, 102, w.giver, w.ours, 10000 * ETHER);
    watch_mine(&w, 20);
    watch_pass(&w);
    expect_str(watch_events(&w), S("payment aa0001 10000.000000000000000000 booked\n"));
    expect(watch_health(&w).malformed > 0 && watch_health(&w).alarm);
    watch_end(&w);
}

/* ---- ether without a transaction */

static void grant(struct watch_room *w, int64_t block, int128 units)
{
    size_t i = w->node.grant_count++;
    w->node.grants[i].to = w->ours;
    w->node.grants[i].block = block;
    w->node.grants[i].units = units;
}

TEST_AND_FAULTS(ether_that_came_without_a_transaction_is_one_gift_of_the_difference)
{
    struct watch_room w;
    watch_start(&w, "");
    watch_pass(&w);
    grant(&w, 101, 7 * ETHER);
    grant(&w, 103, 1);
    fake_pay(&w.node, 102, w.giver, w.ours, 2 * ETHER);
    fake_pay(&w.node, 103, w.ours, w.giver, 5 * ETHER);
    int n = fake_pay(&w.node, 104, w.ours, w.giver, ETHER);
    w.node.transactions[n].fails = true;
    n = fake_pay(&w.node, 104, w.ours, w.ours, ETHER);
    w.node.transactions[n].creates = true;
    w.node.transactions[n].to = w.fake;
    watch_mine(&w, 20);
    watch_pass(&w);
    watch_pass(&w);
    expect_str(watch_events(&w), S("payment aa0000 2.000000000000000000 booked\n"
                                   "payment " OURS "@90..110 7.000000000000000001 booked\n"));
    expect(watch_health(&w).ignored == 0);
    watch_mine(&w, 20);
    watch_pass(&w);
    expect(watch_health(&w).ignored == 0 && !watch_says(watch_events(&w), "@110"));
    watch_end(&w);
}

TEST_AND_FAULTS(small_differences_add_up_to_the_minimum)
{
    struct watch_room w;
    watch_start(&w, "minimum = 1");
    watch_pass(&w);
    grant(&w, 101, ETHER / 2);
    watch_mine(&w, 20);
    watch_pass(&w);
    expect_str(watch_events(&w), S(""));
    grant(&w, 121, ETHER / 2);
    fake_pay(&w.node, 122, w.ours, w.giver, ETHER);
    watch_mine(&w, 20);
    watch_pass(&w);
    expect_str(watch_events(&w), S("payment " OURS "@90..130 1.000000000000000000 booked\n"));
    watch_end(&w);
}

TEST_AND_FAULTS(less_than_transactions_say_is_noted_and_does_not_eat_the_next_gift)
{
    struct watch_room w;
    watch_start(&w, "");
    watch_pass(&w);
    grant(&w, 101, -3 * ETHER);
    watch_mine(&w, 20);
    watch_pass(&w);
    expect(watch_health(&w).ignored == 1 &&
           watch_says(watch_health(&w).why, "less than its transactions say"));
    grant(&w, 121, ETHER);
    watch_mine(&w, 20);
    watch_pass(&w);
    expect_str(watch_events(&w), S("payment " OURS "@110..130 1.000000000000000000 booked\n"));
    expect(watch_health(&w).ignored == 1);
    watch_end(&w);
}

TEST_AND_FAULTS(without_the_state_of_old_blocks_the_difference_waits_and_is_whole_when_it_is_there)
{
    struct watch_room w;
    watch_start(&w, "");
    w.node.state_from = 200;
    watch_pass(&w);
    fake_pay(&w.node, 101, w.giver, w.ours, ETHER);
    watch_mine(&w, 20);
    watch_pass(&w);
    expect_str(watch_events(&w), S("payment aa0000 1.000000000000000000 booked\n"));
    w.node.state_from = 0;
    watch_pass(&w); // the first look at the balance: what came before is not known
    grant(&w, 121, ETHER);
    fake_pay(&w.node, 122, w.giver, w.ours, ETHER);
    watch_mine(&w, 20);
    w.node.state_from = 200;
    watch_pass(&w);
    grant(&w, 141, ETHER);
    watch_mine(&w, 20);
    w.node.state_from = 0;
    watch_pass(&w);
    expect_str(watch_events(&w), S("payment aa0000 1.000000000000000000 booked\n"
                                   "payment aa0001 1.000000000000000000 booked\n"
                                   "payment " OURS "@110..150 2.000000000000000000 booked\n"));
    watch_end(&w);
}

/* ---- tokens */

#define TOKENS "tokens = USDC " COIN

TEST_AND_FAULTS(a_tokens_transfer_is_known_by_its_place_in_the_receipt)
{
    struct watch_room w;
    watch_start(&w, TOKENS);
    watch_pass(&w);
    fake_token(&w.node, 101, w.fake, w.giver, w.ours, 1);
    int first = fake_token(&w.node, 101, w.coin, w.giver, w.ours, 25000000);
    int second = fake_token(&w.node, 101, w.coin, w.giver, w.ours, 1500000);
    w.node.logs[second].transaction = w.node.logs[first].transaction; // both in one
    watch_mine(&w, 5);
    watch_pass(&w);
    expect_str(watch_events(&w), S("pending aa0001:0 25.000000 booked\n"
                                   "pending aa0001:1 1.500000 booked\n"));
    watch_mine(&w, 20);
    watch_pass(&w);
    expect(watch_says(watch_events(&w), "payment aa0001:0 25.000000 booked\n"
                                        "payment aa0001:1 1.500000 booked\n"));
    expect(!watch_health(&w).ignored && !watch_health(&w).polls_failed);
    watch_end(&w);
}

TEST_AND_FAULTS(tokens_of_nothing_of_dust_of_ourselves_or_beyond_all_bounds_are_not_counted)
{
    struct watch_room w;
    watch_start(&w, TOKENS);
    watch_pass(&w);
    fake_token(&w.node, 101, w.coin, w.giver, w.ours, 0);
    fake_token(&w.node, 101, w.coin, w.ours, w.ours, 5000000);
    fake_token(&w.node, 101, w.coin, w.giver, w.ours, 9999);
    watch_mine(&w, 20);
    watch_pass(&w);
    expect_str(watch_events(&w), S(""));
    expect(watch_health(&w).ignored == 1 && watch_says(watch_health(&w).why, "hundredth"));
    int n = fake_token(&w.node, 121, w.coin, w.giver, w.ours, 0);
    w.node.logs[n].data = "0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";
    fake_token(&w.node, 122, w.coin, w.giver, w.ours, 10000);
    watch_mine(&w, 20);
    watch_pass(&w);
    expect_str(watch_events(&w), S("payment aa0004:0 0.010000 booked\n"));
    expect(watch_health(&w).ignored == 2 && watch_says(watch_health(&w).why, "more than can be"));
    watch_end(&w);
}

TEST_AND_FAULTS(a_token_that_moved_less_than_it_says_is_left_out_and_others_are_not)
{
    struct watch_room w;
    watch_start(&w, TOKENS ", DAI " FAKE);
    watch_pass(&w);
    int n = fake_token(&w.node, 101, w.coin, w.giver, w.ours, 5000000);
    w.node.logs[n].moves_nothing = true;
    fake_token(&w.node, 101, w.coin, w.giver, w.ours, 1000000);
    fake_token(&w.node, 101, w.fake, w.giver, w.ours, ETHER);
    watch_mine(&w, 20);
    watch_pass(&w);
    expect_str(watch_events(&w), S("payment aa0002:0 1.000000000000000000 booked\n"));
    expect(watch_health(&w).ignored == 1 &&
           watch_says(watch_health(&w).why, "moved less")); // noted a block
    watch_end(&w);
}

TEST_AND_FAULTS(tokens_that_were_spent_in_the_same_block_are_not_missed)
{
    struct watch_room w;
    watch_start(&w, TOKENS);
    watch_pass(&w);
    fake_token(&w.node, 101, w.coin, w.giver, w.ours, 5000000);
    fake_token(&w.node, 101, w.coin, w.ours, w.giver, 4000000);
    watch_mine(&w, 20);
    watch_pass(&w);
    expect_str(watch_events(&w), S("payment aa0000:0 5.000000 booked\n"));
    watch_end(&w);
}

TEST_AND_FAULTS(tokens_are_believed_when_the_node_has_no_state_to_compare_with)
{
    struct watch_room w;
    watch_start(&w, TOKENS);
    watch_pass(&w);
    int n = fake_token(&w.node, 101, w.coin, w.giver, w.ours, 5000000);
    w.node.logs[n].moves_nothing = true;
    w.node.state_from = 500;
    watch_mine(&w, 20);
    watch_pass(&w);
    expect_str(watch_events(&w), S("payment aa0000:0 5.000000 booked\n"));
    watch_end(&w);
}

TEST_AND_FAULTS(an_event_of_the_same_name_with_four_topics_is_no_transfer_of_tokens)
{
    struct watch_room w;
    watch_start(&w, TOKENS);
    watch_pass(&w);
    fake_token(&w.node, 101, w.coin, w.giver, w.ours, 5000000);
    w.node.lie = (struct fake_lie){ "eth_getLogs", "\"],\"data\"",
                                    "\",\"0x"
                                    "0000000000000000000000000000000000000000000000000000"
                                    "000000000001\"],\"data\"",
                                    false };
    watch_mine(&w, 20);
    watch_pass(&w);
    expect_str(watch_events(&w), S(""));
    expect(!watch_health(&w).polls_failed);
    watch_end(&w);
}

/* ---- blocks that change */

TEST(a_gift_whose_block_was_replaced_is_counted_when_it_is_mined_again)
{
    struct watch_room w;
    watch_start(&w, "");
    watch_pass(&w);
    int n = fake_pay(&w.node, 101, w.giver, w.ours, ETHER);
    watch_mine(&w, 5);
    watch_pass(&w);
    w.node.fork = 1;
    w.node.fork_from = 101;
    w.node.transactions[n].lost = 1;
    watch_pass(&w); // the same height, another block: what may change is forgotten
    expect(watch_number(&w, WATCH_HEAD) == 95);
    w.node.transactions[n] =
        (struct fake_transaction){ .block = 104, .from = w.giver, .to = w.ours, .value = ETHER };
    watch_pass(&w);
    watch_mine(&w, 20);
    watch_pass(&w);
    expect_str(watch_events(&w), S("pending aa0000 1.000000000000000000 booked\n"
                                   "payment aa0000 1.000000000000000000 booked\n"));
    watch_end(&w);
}

TEST(a_longer_chain_that_is_another_is_seen_by_the_block_it_builds_on)
{
    struct watch_room w;
    watch_start(&w, "");
    watch_pass(&w);
    w.node.fork = 1;
    w.node.fork_from = 99;
    watch_mine(&w, 3);
    watch_pass(&w);
    expect(watch_number(&w, WATCH_HEAD) == 93);
    watch_pass(&w);
    expect(watch_number(&w, WATCH_HEAD) == 103 && !watch_health(&w).polls_failed);
    watch_end(&w);
}

TEST_AND_FAULTS(a_pending_gift_that_does_not_come_has_failed_after_a_while_and_is_new_when_it_comes)
{
    struct watch_room w;
    watch_start(&w, "");
    watch_pass(&w);
    int n = fake_pay(&w.node, 101, w.giver, w.ours, ETHER);
    watch_mine(&w, 1);
    watch_pass(&w);
    w.node.fork = 1;
    w.node.fork_from = 101;
    w.node.transactions[n].lost = 1;
    watch_mine(&w, 10 + ETHEREUM_PENDING_BLOCKS - 1);
    watch_pass(&w);
    watch_pass(&w);
    expect_str(watch_events(&w), S("pending aa0000 1.000000000000000000 booked\n"));
    watch_mine(&w, 1);
    watch_pass(&w);
    expect(watch_says(watch_events(&w), "failed aa0000 - booked\n"));
    w.node.transactions[n] = (struct fake_transaction){
        .block = w.node.latest + 1, .from = w.giver, .to = w.ours, .value = ETHER
    };
    watch_mine(&w, 20);
    watch_pass(&w);
    expect(watch_says(watch_events(&w), "payment aa0000 1.000000000000000000 booked\n"));
    expect(watch_number(&w, WATCH_PENDING) == 0);
    expect(watch_number(&w, WATCH_BLOCKS) == ETHEREUM_BLOCKS_KEPT + 1 + 10);
    watch_end(&w);
}

TEST_AND_FAULTS(a_final_block_that_changes_pauses_the_channel_until_it_is_as_it_was)
{
    struct watch_room w;
    watch_start(&w, "");
    watch_pass(&w);
    fake_pay(&w.node, 101, w.giver, w.ours, ETHER);
    w.node.fork = 1;
    w.node.fork_from = 90;
    watch_mine(&w, 20);
    watch_pass(&w);
    expect(watch_health(&w).paused_at > 0 &&
           watch_says(watch_health(&w).paused_why, "another block 90 "));
    expect_str(watch_events(&w), S(""));
    w.node.fork_from = 91;
    watch_pass(&w);
    expect(!watch_health(&w).paused_at && watch_says(watch_events(&w), "payment aa0000"));
    watch_end(&w);
}

TEST_AND_FAULTS(a_start_above_a_final_block_that_changed_goes_on_from_there)
{
    struct watch_room w;
    char lines[100];
    watch_start(&w, "");
    watch_pass(&w);
    w.node.fork = 1;
    w.node.fork_from = 90;
    fake_pay(&w.node, 105, w.giver, w.ours, ETHER);
    watch_mine(&w, 20);
    snprintf(lines, sizeof lines, "node_url = http://127.0.0.1:%d/\nstart = 104", w.node.port);
    watch_configure(&w, lines);
    watch_pass(&w);
    expect(watch_number(&w, WATCH_FINAL) == 110 && !watch_health(&w).paused_at);
    expect_str(watch_events(&w), S("payment aa0000 1.000000000000000000 booked\n"));
    watch_end(&w);
}

TEST_AND_FAULTS(a_channel_that_is_no_longer_watched_or_of_another_network_ends_its_job)
{
    struct watch_room w;
    char lines[100];
    watch_start(&w, "");
    watch_configure(&w, "");
    fake_wake(&w.node);
    expect(ethereum_watch_job(&w.o.app, &w.o.setup, &w.job) == OK);
    snprintf(lines, sizeof lines, "node_url = http://127.0.0.1:%d/\nchain_id = 5", w.node.port);
    watch_configure(&w, lines);
    expect(ethereum_watch_job(&w.o.app, &w.o.setup, &w.job) == OK);
    w.job.subject = 7;
    expect(ethereum_watch_job(&w.o.app, &w.o.setup, &w.job) == OK);
    fake_rest(&w.node);
    expect(w.node.asked == 0 && watch_number(&w, WATCH_FINAL) == -1);
    expect(ethereum_watch_promise(&w.o.app, &w.o.setup) == OK);
    expect(watch_number(&w, WATCH_ROWS) == 2); // each network has its own blocks
    watch_end(&w);
}

TEST(a_wallet_whose_channel_is_renamed_is_not_counted_again)
{
    struct watch_room w;
    char text[300];
    struct str why = { 0 };
    struct config *config = NULL;
    struct channels *after = NULL;
    const struct channels *before = NULL;
    struct job renamed = { .subject = 2 };
    watch_start(&w, "start = 50");
    fake_pay(&w.node, 60, w.giver, w.ours, 2);
    watch_pass(&w);
    struct str counted = watch_events(&w);
    expect_str(counted, S("payment aa0000 0.000000000000000002 booked\n"));
    snprintf(text, sizeof text,
             "[channel.ether]\nkind = ethereum\naddress = %s\nnode_url = "
             "http://127.0.0.1:%d/\nstart = 50\n",
             OURS, w.node.port);
    expect(config_parse(S("d.ini"), str_from_z(text), &w.o.fund.arena, &config, &why) == OK);
    expect(channels_make(config, S("d.ini"), &w.o.fund.arena, &after, &why) == OK);
    before = w.o.setup.channels;
    w.o.setup.channels = after;
    expect(ethereum_watch_promise(&w.o.app, &w.o.setup) == OK);
    fake_wake(&w.node);
    expect(ethereum_watch_job(&w.o.app, &w.o.setup, &renamed) == OK);
    fake_rest(&w.node);
    expect(watch_number(&w, WATCH_ROWS) == 2);
    expect_str(watch_events(&w), counted);
    w.o.setup.channels = before;
    channels_free(after);
    config_free(config);
    watch_end(&w);
}

/* ---- many addresses */

TEST_AND_FAULTS(questions_for_logs_name_at_most_five_hundred_addresses)
{
    struct arena a CLEANUP(arena_free);
    static struct wallet_address list[501];
    static char scripts[501][20];
    struct wallet wallet = { .token_count = 2 };
    struct ethereum_places p;
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < COUNT(list); i++) {
        snprintf(scripts[i], sizeof scripts[i], "%019zu", i);
        list[i].script = (struct str){ scripts[i], sizeof scripts[i] };
    }
    expect(ethereum_places_make(&wallet, list, 501, &a, &p) == OK);
    expect(p.word_count == 2 && p.words[0].n == 500 * 69 + 1 && p.words[1].n == 70);
    expect_str(p.contracts, S("[\"0x0000000000000000000000000000000000000000\","
                              "\"0x0000000000000000000000000000000000000000\"]"));
    expect(ethereum_places_make(&wallet, list, 0, &a, &p) == OK && p.word_count == 0);
}
