#include "base/clock.h"
#include "funding/bitcoin_book.h"
#include "funding/bitcoin_watch.h"
#include "funding/channel_health.h"
#include "funding/script.h"
#include "funding/wallet_address.h"
#include "unit/chain_help.h"
#include "unit/fault_sweep.h"
#include "unit/test.h"
#include "unit/town.h"

#include <string.h>

/*
 * Without these a node that lies, is behind or changes its mind could make the meter say what is
 * not on the chain. The node is a fake that is written after Bitcoin Core's manual of its calls;
 * tests/wallets has the real ones.
 */

TEST_AND_FAULTS(a_gift_in_a_block_is_pending_and_settles_at_its_depth)
{
    struct town *t = town_start(CHAIN_BITCOIN, "start = 1\ndepth = 3\n");
    struct str one = town_gift(t, 150000);
    town_mine(t, &one, 1);
    town_pass(t);
    town_expect(t, 0, 150000);
    town_mine_empty(t, 1);
    town_pass(t);
    town_expect(t, 0, 150000);
    town_mine_empty(t, 1);
    town_pass(t);
    town_expect(t, 150000, 0);
    town_pass(t); // nothing new
    town_expect(t, 150000, 0);
    expect(town_health(t).heard_at > 0 && !town_health(t).paused_at &&
           !town_health(t).polls_failed);
    town_end(t);
}

TEST_AND_FAULTS(a_depth_of_one_settles_at_once_and_two_outputs_of_a_transaction_are_two_gifts)
{
    struct town *t = town_start(CHAIN_BITCOINCASH, "start = 1\ndepth = 1\n");
    struct buf b CLEANUP(buf_free) = buf_make(1000);
    chain_put(&b, 1, 4);
    chain_put(&b, 1, 1);
    chain_put_input(&b, false, 99);
    chain_put(&b, 3, 1);
    chain_put_output(&b, 1000, script_str(&t->script));
    chain_put_output(&b, 5, town_other_script());
    chain_put_output(&b, 1000, script_str(&t->script));
    chain_put(&b, 0, 4);
    struct str two = buf_copy(&b, &t->a);
    town_mine(t, &two, 1);
    town_pass(t);
    town_expect(t, 2000, 0);
    expect(town_sums(t).gifts == 2);
    town_end(t);
}

TEST_AND_FAULTS(without_a_start_only_what_comes_after_the_first_look_counts)
{
    struct town *t = town_start(CHAIN_BITCOIN, "depth = 1\n");
    struct str before = town_gift(t, 100);
    town_mine(t, &before, 1);
    town_pass(t);
    town_expect(t, 0, 0);
    struct str after = town_gift(t, 200);
    town_mine(t, &after, 1);
    town_pass(t);
    town_expect(t, 200, 0);
    town_end(t);
}

TEST_AND_FAULTS(dust_is_not_counted_and_one_more_satoshi_is)
{
    struct town *t = town_start(CHAIN_BITCOIN, "start = 1\ndepth = 1\nminimum = 0.00001\n");
    struct str list[] = { town_gift(t, 999), town_gift(t, 1000), town_gift(t, 0) };
    town_mine(t, list, COUNT(list));
    town_pass(t);
    town_expect(t, 1000, 0);
    expect(town_health(t).ignored == 1);
    town_end(t);
}

TEST_AND_FAULTS(a_coinbase_of_ours_settles_after_a_hundred_blocks)
{
    struct town *t = town_start(CHAIN_BITCOIN, "start = 1\ndepth = 2\n");
    struct str coinbase = chain_simple(&t->a, true, 200, 5000, script_str(&t->script));
    town_add(
        t, chain_block_after(&t->a, t->chain, t->node.chain[0].hash, TOWN_TIME + 1, &coinbase, 1));
    town_mine_empty(t, 98);
    town_pass(t);
    town_expect(t, 0, 5000);
    town_mine_empty(t, 1);
    town_pass(t);
    town_expect(t, 5000, 0);
    town_end(t);
}

TEST_AND_FAULTS(a_settled_gift_whose_block_goes_is_reversed_and_restored_when_it_is_mined_again)
{
    struct town *t = town_start(CHAIN_BITCOIN, "start = 1\ndepth = 2\n");
    struct str one = town_gift(t, 150000);
    town_mine(t, &one, 1);
    town_mine_empty(t, 1);
    town_pass(t);
    town_expect(t, 150000, 0);
    town_fork_back(t, 2);
    town_mine_empty(t, 3);
    town_pass(t);
    town_expect(t, 0, 0);
    town_mine(t, &one, 1);
    town_pass(t);
    town_expect(t, 0, 0);
    town_mine_empty(t, 1);
    town_pass(t);
    town_expect(t, 150000, 0);
    expect(town_sums(t).gifts == 1);
    town_end(t);
}

TEST_AND_FAULTS(the_same_block_may_come_and_go_and_come_again)
{
    struct town *t = town_start(CHAIN_BITCOIN, "start = 1\ndepth = 1\n");
    struct str one = town_gift(t, 700);
    town_mine(t, &one, 1);
    struct fake_block block = t->node.chain[1];
    for (int round = 0; round < 3; round++) {
        town_pass(t);
        town_expect(t, 700, 0);
        town_fork_back(t, t->node.count - 1);
        town_mine_empty(t, 2 + 2 * round);
        town_pass(t);
        town_expect(t, 0, 0);
        town_fork_back(t, t->node.count - 1);
        town_add(t, block.bytes);
        town_mine_empty(t, 2 + 2 * round);
    }
    town_pass(t);
    town_expect(t, 700, 0);
    expect(town_sums(t).gifts == 1);
    town_end(t);
}

TEST_AND_FAULTS(a_pending_gift_whose_block_goes_stays_pending_and_fails_after_an_hour)
{
    struct town *t = town_start(CHAIN_BITCOIN, "start = 1\ndepth = 6\n");
    struct str one = town_gift(t, 150000);
    town_mine(t, &one, 1);
    town_pass(t);
    town_fork_back(t, 1);
    town_mine_empty(t, 2);
    town_pass(t);
    town_expect(t, 0, 150000);
    fund_room_at(&t->room, t->room.fund.now + HOUR);
    town_pass(t);
    town_expect(t, 0, 150000);
    fund_room_at(&t->room, t->room.fund.now + 1);
    town_pass(t);
    town_expect(t, 0, 0);
    town_mine(t, &one, 1); // and it comes after all
    town_mine_empty(t, 5);
    town_pass(t);
    town_expect(t, 150000, 0);
    expect(town_sums(t).gifts == 2 && town_sums(t).reversed == 1);
    town_end(t);
}

TEST_AND_FAULTS(a_reorganisation_of_a_hundred_blocks_is_followed)
{
    struct town *t = town_start(CHAIN_BITCOIN, "start = 1\ndepth = 6\n");
    struct str list[100];
    for (size_t i = 0; i < COUNT(list); i++) {
        list[i] = town_gift(t, 1000 + i);
        town_mine(t, &list[i], 1);
    }
    town_mine_empty(t, 6);
    town_pass(t);
    town_expect(t, 100 * 1000 + 4950, 0);
    town_fork_back(t, 106);
    for (size_t i = 0; i < COUNT(list); i += 2)
        town_mine(t, &list[i], 1);
    town_mine_empty(t, 60);
    town_pass(t);
    town_expect(t, 50 * 1000 + 2450, 0);
    town_end(t);
}

TEST_AND_FAULTS(a_chain_that_parts_from_ours_before_what_is_kept_pauses_the_channel)
{
    struct town *t = town_start(CHAIN_BITCOIN, "start = 5\ndepth = 1\n");
    town_mine_empty(t, 8);
    town_pass(t);
    town_fork_back(t, 7);
    town_mine_empty(t, 9);
    town_pass(t);
    expect(town_health(t).paused_at > 0 && town_health(t).alarm);
    town_expect(t, 0, 0);
    town_end(t);
}

TEST_AND_FAULTS(a_node_that_lost_blocks_is_waited_for)
{
    struct town *t = town_start(CHAIN_BITCOIN, "start = 1\ndepth = 1\n");
    struct str one = town_gift(t, 150000);
    town_mine(t, &one, 1);
    town_mine_empty(t, 3);
    town_pass(t);
    town_fork_back(t, 4);
    town_pass(t);
    town_expect(t, 150000, 0);
    expect(town_health(t).polls_failed == 1);
    town_mine_empty(t, 1); // another chain, and shorter
    town_pass(t);
    town_expect(t, 150000, 0);
    expect(town_health(t).polls_failed == 2);
    town_mine_empty(t, 3); // as long as ours
    town_pass(t);
    town_expect(t, 0, 0);
    expect(town_health(t).polls_failed == 0);
    town_end(t);
}

TEST_AND_FAULTS(a_node_that_lies_or_is_silent_books_nothing_and_is_told_of)
{
    struct town *t = town_start(CHAIN_BITCOIN, "start = 1\ndepth = 1\n");
    town_mine_empty(t, 2);
    town_pass(t);
    struct str one = town_gift(t, 150000);
    town_mine(t, &one, 1);
    t->node.orphan.bytes =
        chain_block_after(&t->a, t->chain, t->node.chain[0].hash, TOWN_TIME + 50, &one, 1);
    struct str coinbase = chain_simple(&t->a, true, 77, 50, script_str(&t->script));
    t->node.orphan.bytes =
        chain_block_after(&t->a, t->chain, t->node.chain[0].hash, TOWN_TIME + 50, &coinbase, 1);
    struct hasher h CLEANUP(hasher_free) = hasher_make();
    struct chain_header header;
    expect(chain_header_parse(str_sub(t->node.orphan.bytes, 0, CHAIN_HEADER_BYTES), t->chain, &h,
                              &header) == OK);
    memcpy(t->node.orphan.hash, header.hash, CHAIN_HASH);
    for (enum fake_lie lie = FAKE_SILENT; lie < FAKE_BLOCK_LIES; lie++) {
        if (lie == FAKE_COUNT_HIGH)
            continue; // its own test: the blocks that are there are taken
        int64_t failed = town_health(t).polls_failed;
        fake_node_lie(&t->node, lie);
        town_pass(t);
        struct channel_health now = town_health(t);
        bool told = lie == FAKE_NETWORK ? now.paused_at > 0 : now.polls_failed == failed + 1;
        if (!told)
            printf("# lie %d: " STR_FMT "\n", (int)lie, STR_ARG(now.why));
        expect(told);
        town_expect(t, 0, 0);
    }
    fake_node_lie(&t->node, FAKE_HONEST);
    town_pass(t);
    town_expect(t, 150000, 0);
    expect(!town_health(t).paused_at && !town_health(t).polls_failed);
    town_end(t);
}

TEST(a_node_that_answers_in_another_kind_books_nothing_and_is_told_of)
{
    static const char *const answers[][2] = {
        { "getblockcount", "null" },  { "getblockcount", "-1" },     { "getblockcount", "1.5" },
        { "getblockcount", "\"3\"" }, { "getblockcount", "[3]" },    { "getblockhash", "null" },
        { "getblockhash", "5" },      { "getblockhash", "\"zz\"" },  { "getblockhash", "{}" },
        { "getblock", "null" },       { "getblock", "5" },           { "getblock", "\"\"" },
        { "getblock", "\"0\"" },      { "getblock", "\"zz\"" },      { "getblock", "\"00\"" },
        { "getblock", "\"000\"" },    { "getblock", "{\"tx\":[]}" },
    };
    struct town *t = town_start(CHAIN_BITCOIN, "start = 1\ndepth = 1\n");
    town_mine_empty(t, 2);
    town_pass(t);
    struct str one = town_gift(t, 150000);
    town_mine(t, &one, 1);
    for (size_t i = 0; i < COUNT(answers); i++) {
        int64_t failed = town_health(t).polls_failed;
        fake_node_say(&t->node, answers[i][0], answers[i][1]);
        town_pass(t);
        if (town_health(t).polls_failed != failed + 1)
            printf("# %s: %s\n", answers[i][0], answers[i][1]);
        expect(town_health(t).polls_failed == failed + 1);
        town_expect(t, 0, 0);
    }
    fake_node_say(&t->node, NULL, NULL);
    town_pass(t);
    town_expect(t, 150000, 0);
    expect(!town_health(t).polls_failed);
    town_end(t);
}

TEST_AND_FAULTS(a_node_that_counts_a_block_too_many_gives_what_it_has)
{
    struct town *t = town_start(CHAIN_BITCOIN, "start = 1\ndepth = 1\n");
    struct str one = town_gift(t, 150000);
    town_mine(t, &one, 1);
    fake_node_lie(&t->node, FAKE_COUNT_HIGH);
    town_pass(t);
    town_expect(t, 150000, 0);
    expect(town_health(t).polls_failed == 1);
    town_end(t);
}

TEST_AND_FAULTS(a_node_that_has_not_come_to_the_start_is_waited_for)
{
    struct town *t = town_start(CHAIN_BITCOIN, "start = 3\ndepth = 1\n");
    town_mine_empty(t, 1);
    town_pass(t);
    expect(town_health(t).polls_failed == 1);
    town_mine_empty(t, 1);
    struct str one = town_gift(t, 150000);
    town_mine(t, &one, 1);
    town_pass(t);
    town_expect(t, 150000, 0);
    town_end(t);
}

TEST(more_blocks_than_one_look_takes_are_taken_by_the_next)
{
    struct town *t = town_start(CHAIN_BITCOIN, "start = 0\ndepth = 1\n");
    town_mine_empty(t, 210);
    struct str one = town_gift(t, 150000);
    town_mine(t, &one, 1);
    town_pass(t);
    town_expect(t, 0, 0);
    town_pass(t);
    town_expect(t, 150000, 0);
    expect(t->node.asked == 212); // each once, and block 0 as the place to begin at
    town_end(t);
}

TEST_AND_FAULTS(a_settled_gift_has_a_proof_that_holds)
{
    struct town *t = town_start(CHAIN_BITCOIN, "start = 1\ndepth = 2\n");
    struct str list[] = { town_gift(t, 1), town_gift(t, 150000), town_gift(t, 3) };
    const struct wallet_proof *proofs = NULL;
    struct chain_proven proven;
    struct chain_proof proof;
    size_t n = 0;
    town_mine(t, list, COUNT(list));
    town_pass(t);
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(t->room.fund.store, &tx) == OK);
    expect(wallet_proof_list(&tx, 0, 10, &t->a, &proofs, &n) == OK && n == 0); // not settled yet
    tx_end(&tx);
    town_mine_empty(t, 1);
    town_pass(t);
    expect(store_read(t->room.fund.store, &tx) == OK);
    expect(wallet_proof_list(&tx, 0, 10, &t->a, &proofs, &n) == OK && n == 3);
    expect(wallet_proof_list(&tx, proofs[1].id, 10, &t->a, &proofs, &n) == OK && n == 1);
    expect(wallet_proof_list(&tx, 0, 2, &t->a, &proofs, &n) == OK && n == 2);
    expect(wallet_proof_of(&proofs[1], &proof));
    expect(chain_proof_check(&proof, t->chain, &proven) == OK);
    expect(proven.transaction.value == 150000 && proofs[1].height == 1 && proofs[1].position == 2);
    expect(!memcmp(proven.header.hash, t->node.chain[1].hash, CHAIN_HASH));
    tx_end(&tx);
    town_end(t);
}

TEST_AND_FAULTS(an_address_is_paid_when_its_first_gift_is_seen)
{
    struct town *t = town_start(CHAIN_BITCOIN, "start = 1\ndepth = 6\n");
    const struct wallet_address *all = NULL;
    size_t n = 0;
    struct str one = town_gift(t, 150000);
    town_mine(t, &one, 1);
    town_pass(t);
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(t->room.fund.store, &tx) == OK);
    expect(wallet_address_list(&tx, S("bitcoin"), &t->a, &all, &n) == OK && n == 1);
    expect(all[0].purpose == WALLET_FIXED && all[0].paid_at == t->room.fund.now);
    tx_end(&tx);
    town_end(t);
}

TEST_AND_FAULTS(a_channel_that_is_gone_or_has_no_node_ends_its_watch)
{
    struct town *t = town_start(CHAIN_BITCOIN, "start = 1\ndepth = 1\n");
    struct job other = { .subject = 7 };
    struct channels *kept = t->room.channels;
    struct str why = { 0 };
    struct config *config = NULL;
    expect(bitcoin_watch_job(&t->room.app, &t->room.setup, &other) == OK);
    expect(config_parse(S("d.ini"), S(""), &t->a, &config, &why) == OK);
    struct channels *none = NULL;
    expect(channels_make(config, S("d.ini"), &t->a, &none, &why) == OK);
    t->room.setup.channels = none;
    town_mine_empty(t, 1);
    town_pass(t);
    expect(t->node.asked == 0);
    t->room.setup.channels = kept;
    channels_free(none);
    config_free(config);
    town_end(t);
}

TEST(a_wallet_whose_channel_is_renamed_counts_nothing_a_second_time)
{
    struct town *t = town_start(CHAIN_BITCOIN, "start = 1\ndepth = 1\n");
    struct channels *before = t->room.channels;
    struct channels *after = NULL;
    struct config *config = NULL;
    struct str why = { 0 };
    struct job job = { .subject = 2 };
    struct str one = town_gift(t, 700);
    town_mine(t, &one, 1);
    town_pass(t);
    town_expect(t, 700, 0);
    struct str text =
        str_print(&t->a,
                  "[channel.coins]\nkind = bitcoin\nnetwork = regtest\naddress = " STR_FMT
                  "\nnode_url = http://127.0.0.1:%d/\nstart = 1\ndepth = 1\n",
                  STR_ARG(script_address(&t->a, &t->script, t->chain)), t->node.port);
    expect(config_parse(S("d.ini"), text, &t->a, &config, &why) == OK);
    expect(channels_make(config, S("d.ini"), &t->a, &after, &why) == OK);
    t->room.setup.channels = after;
    expect(bitcoin_watch_promise(&t->room.app, &t->room.setup) == OK);
    struct str two = town_gift(t, 30);
    town_mine(t, &two, 1);
    expect(bitcoin_watch_job(&t->room.app, &t->room.setup, &job) == OK);
    town_expect(t, 730, 0);
    const struct channel_health *list = NULL;
    size_t n = 0;
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(t->room.fund.store, &tx) == OK);
    expect(channel_health_list(&tx, NULL, t->room.fund.now, &t->a, &list, &n) == OK && n == 2);
    expect_str(list[1].channel, S("coins"));
    expect(list[1].ignored == 1 && !list[1].paused_at);
    tx_end(&tx);
    t->room.setup.channels = before;
    channels_free(after);
    config_free(config);
    town_end(t);
}

TEST(a_proof_whose_branch_is_too_deep_or_no_row_of_hashes_is_none)
{
    static const char bytes[(MERKLE_DEPTH_MAX + 1) * CHAIN_HASH];
    static const struct {
        size_t n;
        bool good;
    } cases[] = { { 0, true },
                  { CHAIN_HASH, true },
                  { CHAIN_HASH - 1, false },
                  { MERKLE_DEPTH_MAX * CHAIN_HASH, true },
                  { (MERKLE_DEPTH_MAX + 1) * CHAIN_HASH, false } };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct wallet_proof p = { .branch = { bytes, cases[i].n } };
        struct chain_proof proof = { 0 };
        expect(wallet_proof_of(&p, &proof) == cases[i].good);
        expect(!cases[i].good || proof.branch.depth == cases[i].n / CHAIN_HASH);
    }
}
