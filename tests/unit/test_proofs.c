#include "funding/bitcoin_watch.h"
#include "funding/ledger_csv.h"
#include "funding/proof_verify.h"
#include "unit/chain_help.h"
#include "unit/test.h"
#include "unit/town.h"

#include <string.h>

/*
 * Without these "anyone can check" would end at the chains: a ledger could count more than a
 * transaction pays, or a payment that is in no block, and its proofs would be accepted.
 */

/* A town with two settled gifts in one transaction and one in another. */
static struct town *paid_town(void)
{
    struct town *t = town_start(CHAIN_BITCOIN, "start = 1\ndepth = 1\n");
    struct buf b CLEANUP(buf_free) = buf_make(1000);
    chain_put(&b, 1, 4);
    chain_put(&b, 1, 1);
    chain_put_input(&b, false, 99);
    chain_put(&b, 2, 1);
    chain_put_output(&b, 1000, script_str(&t->script));
    chain_put_output(&b, 500, script_str(&t->script));
    chain_put(&b, 0, 4);
    struct str list[] = { buf_copy(&b, &t->a), town_gift(t, 70000) };
    town_mine(t, list, COUNT(list));
    town_mine_empty(t, 1);
    town_pass(t);
    town_expect(t, 71500, 0);
    return t;
}

static struct str proofs_of(struct town *t)
{
    struct buf out CLEANUP(buf_free) = buf_make(1 << 20);
    struct proof_cursor c = { 0 };
    bool end = false;
    while (!end) {
        struct tx tx CLEANUP(tx_end) = { 0 };
        expect(store_read(t->room.fund.store, &tx) == OK);
        expect(proof_piece(&tx, &c, &t->a, &out, &end) == OK);
    }
    return buf_copy(&out, &t->a);
}

static struct str ledger_of(struct town *t)
{
    struct buf out CLEANUP(buf_free) = buf_make(1 << 20);
    struct ledger_head head = { 0 };
    int64_t after = 0;
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(t->room.fund.store, &tx) == OK);
    expect(ledger_head(&tx, &t->a, &head) == OK);
    expect(ledger_csv_piece(&tx, &after, head.seq, &t->a, &out) == OK && after == head.seq);
    return buf_copy(&out, &t->a);
}

struct judged {
    struct proof_verdict proofs;
    struct ledger_verdict ledger;
};

static struct judged judge(struct town *t, struct str proofs, struct str ledger)
{
    struct judged j = { 0 };
    struct proof_verifier *v = proof_verify_start(&t->a);
    (void)proof_verify_put(v, proofs);
    if (proof_verify_begin_ledger(v)) {
        struct ledger_verifier *l = ledger_verify_start(&t->a);
        ledger_verify_each(l, proof_verify_row, v);
        (void)ledger_verify_put(l, ledger);
        j.ledger = ledger_verify_end(l);
    }
    j.proofs = proof_verify_end(v);
    proof_verify_free(v);
    return j;
}

TEST(every_settled_payment_is_proven_and_the_ledger_counts_just_that)
{
    struct town *t = paid_town();
    struct judged j = judge(t, proofs_of(t), ledger_of(t));
    expect(j.proofs.good && j.ledger.good && j.proofs.newer == 0);
    expect(j.proofs.sum_count == 1 && j.proofs.sums[0].payments == 3);
    expect(j.proofs.sums[0].proven == 71500 && j.proofs.sums[0].unproven == 0);
    expect_str(j.proofs.sums[0].asset, S("BTC"));
    town_end(t);
}

TEST(what_stands_in_the_ledger_without_a_proof_is_told_apart)
{
    struct town *t = paid_town();
    struct judged j = judge(t, S(""), ledger_of(t));
    expect(j.proofs.good && j.proofs.sum_count == 1);
    expect(j.proofs.sums[0].proven == 0 && j.proofs.sums[0].unproven == 71500);
    expect(j.proofs.sums[0].payments == 0);
    town_end(t);
}

TEST(proofs_of_payments_that_the_ledger_has_not_yet_are_only_counted)
{
    struct town *t = paid_town();
    struct judged j = judge(t, proofs_of(t), ledger_csv_header);
    expect(j.proofs.good && j.ledger.good && j.proofs.newer == 3);
    town_end(t);
}

TEST(a_ledger_that_counts_more_than_the_transaction_pays_is_found_out)
{
    struct town *t = paid_town();
    struct str all = proofs_of(t);
    struct str first = { 0 };
    struct str rest = { 0 };
    expect(str_cut(all, '\n', &first, &rest)); // one of the two outputs of a transaction is missing
    struct judged j = judge(t, rest, ledger_of(t));
    expect(!j.proofs.good && j.proofs.line == 0 && j.proofs.where.n == 64);
    town_end(t);
}

/* All of a text with one replaced by another of it wherever it stands. */
static struct str swapped(struct arena *a, struct str s, const char *from, const char *to)
{
    struct str all = S("");
    size_t at = 0;
    while (str_find(s, str_from_z(from), &at)) {
        all = str_print(a, STR_FMT STR_FMT "%s", STR_ARG(all), STR_ARG(str_sub(s, 0, at)), to);
        s = str_sub(s, at + strlen(from), s.n);
    }
    return str_print(a, STR_FMT STR_FMT, STR_ARG(all), STR_ARG(s));
}

TEST(a_payment_that_two_channels_count_is_not_proven_for_both)
{
    struct town *t = paid_town();
    struct str ours = proofs_of(t);
    struct str other = swapped(&t->a, ours, "\"channel\":\"bitcoin\"", "\"channel\":\"coins\"");
    expect(!str_eq(ours, other));
    struct judged j =
        judge(t, str_print(&t->a, STR_FMT STR_FMT, STR_ARG(ours), STR_ARG(other)), ledger_of(t));
    expect(!j.proofs.good && strcmp(j.proofs.why, "a payment is proven twice") == 0);
    town_end(t);
}

TEST(coins_of_a_network_for_tests_are_told_to_be_so)
{
    struct town *t = paid_town();
    struct judged j = judge(t, proofs_of(t), ledger_of(t));
    expect(j.proofs.good && j.proofs.sum_count == 1);
    expect_str(j.proofs.sums[0].network, S("regtest"));
    j = judge(t, S(""), ledger_of(t));
    expect(j.proofs.good && j.proofs.sums[0].network.n == 0); // nothing is proven, of no network
    town_end(t);
}

static err give_back(struct tx *tx, void *arg)
{
    struct town *t = arg;
    int64_t transaction = 0;
    struct contribution_part part = { .id = 1,
                                      .kind = LEDGER_REFUND,
                                      .amount = fund_amount("0.00000300 BTC"),
                                      .reason = S("asked for it"),
                                      .by = ACTOR_CLI,
                                      .now = t->room.fund.now };
    return contribution_take_back(tx, &part, &t->a, &transaction);
}

TEST(what_was_given_back_by_hand_leaves_the_proof_of_the_payment_whole)
{
    struct town *t = paid_town();
    expect(store_write(t->room.fund.store, give_back, t) == OK);
    struct judged j = judge(t, proofs_of(t), ledger_of(t));
    expect(j.proofs.good && j.ledger.good && j.proofs.sums[0].payments == 3);
    expect(j.proofs.sums[0].proven == 71500 && j.proofs.sums[0].unproven == -300);
    town_end(t);
}

TEST(a_payment_whose_block_went_away_has_a_proof_only_in_its_new_block)
{
    struct town *t = town_start(CHAIN_BITCOIN, "start = 1\ndepth = 1\n");
    struct str gift = town_gift(t, 900);
    town_mine(t, &gift, 1);
    town_pass(t);
    town_fork_back(t, 1);
    town_mine_empty(t, 2);
    town_pass(t);
    town_expect(t, 0, 0);
    expect(proofs_of(t).n == 0);
    town_mine(t, &gift, 1);
    town_pass(t);
    town_expect(t, 900, 0);
    struct judged j = judge(t, proofs_of(t), ledger_of(t));
    expect(j.proofs.good && j.proofs.sums[0].payments == 1 && j.proofs.sums[0].proven == 900);
    town_end(t);
}

/* The first line with `from` put in place of `to`, as judged; NULL: it was good. */
static const char *judge_changed(struct town *t, const char *from, const char *to)
{
    struct str line = { 0 };
    struct str rest = { 0 };
    struct str all = proofs_of(t);
    struct proof p = { 0 };
    const char *why = NULL;
    size_t at = 0;
    expect(str_cut(all, '\n', &line, &rest) && str_find(line, str_from_z(from), &at));
    size_t behind = at + strlen(from);
    struct str changed = str_print(&t->a, STR_FMT "%s" STR_FMT, STR_ARG(str_sub(line, 0, at)), to,
                                   STR_ARG(str_sub(line, behind, line.n)));
    return proof_check(changed, &t->a, &p, &why) == OK ? NULL : why;
}

TEST(a_line_that_was_changed_anywhere_is_refused_and_says_why)
{
    static const struct {
        const char *from, *to, *why;
    } cases[] = {
        { "\"bitcoin\"", "\"dogecoin\"", "the chain or network is not known" },
        { "\"regtest\"", "\"main\"", "the header has not the work it claims" },
        { "\"regtest\"", "\"moon\"", "the chain or network is not known" },
        { "\"height\":1", "\"height\":\"1\"", "a member is missing, of another kind, or too many" },
        { "\"height\":1", "\"height\":1,\"more\":1",
          "a member is missing, of another kind, or too many" },
        { "\"position\":1", "\"position\":2", "the transaction is not in this block" },
        { "\"position\":1", "\"position\":-1", "branch or position cannot be" },
        { "\"branch\":[\"", "\"branch\":[\"00", "branch or position cannot be" },
        { "\"branch\":[", "\"branch\":[1,", "branch or position cannot be" },
        { "\"header\":\"", "\"header\":\"0", "header or transaction is not hex" },
        { "\"header\":\"", "\"header\":\"00", "header or transaction is not one" },
        { "\"transaction\":\"0", "\"transaction\":\"x", "header or transaction is not hex" },
        { ":0\"", ":7\"", "the transaction has no such output" },
        { ":0\"", ":00\"", "object is not TXID:VOUT" },
        { ":0\"", ":4294967296\"", "object is not TXID:VOUT" },
        { ":0\"", "\"", "object is not TXID:VOUT" },
        { "{", "[", "a line is not a JSON object" },
    };
    struct town *t = paid_town();
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *why = judge_changed(t, cases[i].from, cases[i].to);
        if (!why || strcmp(why, cases[i].why) != 0)
            printf("# %s -> %s: %s\n", cases[i].from, cases[i].to, why ? why : "good");
        expect(why && strcmp(why, cases[i].why) == 0);
    }
    expect(!judge_changed(t, "{", " {"));
    town_end(t);
}

TEST(a_proof_of_another_address_hash_or_transaction_is_refused)
{
    struct town *t = paid_town();
    struct str line = { 0 };
    struct str rest = { 0 };
    struct proof p = { 0 };
    const char *why = NULL;
    expect(str_cut(proofs_of(t), '\n', &line, &rest));
    expect(proof_check(line, &t->a, &p, &why) == OK && p.vout == 0 && p.value == 1000);
    struct str address = p.address;
    struct str block = p.block;
    struct str txid = str_sub(p.object, 0, 64);
    expect_str(judge_changed(t, str_z(&t->a, address), "mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn")
                   ? S("refused")
                   : S("good"),
               S("refused"));
    expect(strcmp(judge_changed(t, str_z(&t->a, address), "nowhere"),
                  "address is not one of this network") == 0);
    expect(strcmp(judge_changed(t, str_z(&t->a, block),
                                "0000000000000000000000000000000000000000000000000000000000000001"),
                  "block is not the header's hash") == 0);
    expect(strcmp(judge_changed(t, str_z(&t->a, txid),
                                "0000000000000000000000000000000000000000000000000000000000000001"),
                  "the transaction is not the one of object") == 0);
    town_end(t);
}

TEST(files_of_proofs_that_are_cut_doubled_or_too_long_are_refused)
{
    struct town *t = paid_town();
    struct str all = proofs_of(t);
    struct str twice = str_print(&t->a, STR_FMT STR_FMT, STR_ARG(all), STR_ARG(all));
    struct judged j = judge(t, twice, ledger_of(t));
    expect(!j.proofs.good && strcmp(j.proofs.why, "a payment is proven twice") == 0);
    j = judge(t, str_sub(all, 0, all.n - 1), ledger_of(t));
    expect(!j.proofs.good && j.proofs.line == 3);
    char *many = arena_new(&t->a, char, PROOF_LINE_MAX + 2);
    memset(many, ' ', PROOF_LINE_MAX + 2);
    j = judge(t, (struct str){ many, PROOF_LINE_MAX + 1 }, ledger_of(t));
    expect(!j.proofs.good && strcmp(j.proofs.why, "a line is too long") == 0);
    many[PROOF_LINE_MAX] = '\n';
    j = judge(t, (struct str){ many, PROOF_LINE_MAX + 1 }, ledger_of(t));
    expect(!j.proofs.good && strcmp(j.proofs.why, "a line is not a JSON object") == 0);
    j = judge(t, S("\n"), ledger_of(t));
    expect(!j.proofs.good && j.proofs.line == 1);
    town_end(t);
}

/* The transaction of the first proof. */
static struct str first_txid(struct str proofs)
{
    size_t at = 0;
    expect(str_find(proofs, S("\"object\":\""), &at));
    return str_sub(proofs, at + strlen("\"object\":\""), 64);
}

/* The verdict on proofs of which the ledger says just this row. */
static struct proof_verdict judge_row(struct town *t, struct str proofs,
                                      struct ledger_verified_row row)
{
    struct proof_verifier *v = proof_verify_start(&t->a);
    expect(proof_verify_put(v, proofs) && proof_verify_begin_ledger(v));
    proof_verify_row(v, &row);
    struct proof_verdict verdict = proof_verify_end(v);
    proof_verify_free(v);
    return verdict;
}

TEST(a_proof_in_one_coin_proves_nothing_that_is_counted_in_another)
{
    struct town *t = paid_town();
    struct str proofs = proofs_of(t);
    struct ledger_verified_row row = { .channel = S("bitcoin"),
                                       .source = S("chain"),
                                       .account = S("assets"),
                                       .asset = S("BTC"),
                                       .reference = first_txid(proofs),
                                       .units = 1500,
                                       .decimals = 8 };
    struct proof_verdict v = judge_row(t, proofs, row);
    bool pair = !v.why; // else the first is the single gift
    if (!pair) {
        row.units = 70000;
        v = judge_row(t, proofs, row);
    }
    expect(v.good && v.sum_count == 1 && v.sums[0].proven == row.units);
    row.asset = S("BCH"); // the same transaction, told to be of the other coin
    v = judge_row(t, proofs, row);
    expect(!v.good && strcmp(v.why, "the ledger counts a proven payment in another asset") == 0);
    row.asset = S("ETH");
    expect(!judge_row(t, proofs, row).good);
    town_end(t);
}

TEST(a_transaction_of_a_channel_is_not_proven_in_two_coins)
{
    struct town *t = paid_town();
    struct str first = { 0 };
    struct str second = { 0 };
    struct str rest = { 0 };
    struct proof p = { 0 };
    const char *why = NULL;
    const struct chain *cash = chain_find(CHAIN_BITCOINCASH, S("regtest"));
    expect(str_cut(proofs_of(t), '\n', &first, &rest) && str_cut(rest, '\n', &second, &rest));
    struct str address = script_address(&t->a, &t->script, t->chain);
    second = swapped(&t->a, second, "\"chain\":\"bitcoin\"", "\"chain\":\"bitcoincash\"");
    second = swapped(&t->a, second, str_z(&t->a, address),
                     str_z(&t->a, script_address(&t->a, &t->script, cash)));
    expect(proof_check(second, &t->a, &p, &why) == OK && p.chain == cash);
    struct judged j = judge(
        t, str_print(&t->a, STR_FMT "\n" STR_FMT "\n", STR_ARG(first), STR_ARG(second)), S(""));
    expect(!j.proofs.good &&
           strcmp(j.proofs.why, "a channel's transaction is proven in two coins") == 0);
    town_end(t);
}

TEST(rows_that_are_no_assets_of_a_chain_are_not_held_to_proofs)
{
    struct town *t = paid_town();
    struct str proofs = proofs_of(t);
    struct ledger_verified_row row = { .channel = S("bitcoin"),
                                       .source = S("hand"),
                                       .account = S("assets"),
                                       .asset = S("BTC"),
                                       .reference = first_txid(proofs),
                                       .units = 1,
                                       .decimals = 8 };
    struct proof_verdict v = judge_row(t, proofs, row);
    expect(v.good && v.newer == 3 && v.sums[0].unproven == 0);
    row.source = S("chain");
    row.account = S("gifts");
    v = judge_row(t, proofs, row);
    expect(v.good && v.newer == 3 && v.sums[0].unproven == 0);
    row.account = S("assets");
    row.reference = S("no transaction");
    v = judge_row(t, proofs, row);
    expect(v.good && v.newer == 3 && v.sums[0].unproven == 1);
    town_end(t);
}

/* The first proof as that of so many channels. */
static struct str of_channels(struct town *t, int n)
{
    struct str line = { 0 };
    struct str rest = { 0 };
    struct buf b CLEANUP(buf_free) = buf_make(1 << 20);
    expect(str_cut(proofs_of(t), '\n', &line, &rest));
    for (int i = 0; i < n; i++) {
        struct str to = str_print(&t->a, "\"channel\":\"c%d\"", i);
        buf_put(&b, swapped(&t->a, line, "\"channel\":\"bitcoin\"", str_z(&t->a, to)));
        buf_put_char(&b, '\n');
    }
    return buf_copy(&b, &t->a);
}

TEST(proofs_and_rows_of_too_many_channels_are_refused)
{
    struct town *t = paid_town();
    struct judged j = judge(t, of_channels(t, PROOF_SUMS_MAX), ledger_of(t));
    expect(!j.proofs.good && strcmp(j.proofs.why, "a payment is proven twice") == 0);
    j = judge(t, of_channels(t, PROOF_SUMS_MAX + 1), ledger_of(t));
    expect(!j.proofs.good && strcmp(j.proofs.why, "there are too many channels") == 0);
    expect(j.proofs.line == PROOF_SUMS_MAX + 1);
    struct proof_verifier *v = proof_verify_start(&t->a);
    expect(proof_verify_begin_ledger(v));
    for (int i = 0; i <= PROOF_SUMS_MAX; i++) {
        struct ledger_verified_row row = { .channel = str_print(&t->a, "c%d", i),
                                           .source = S("chain"),
                                           .account = S("assets"),
                                           .asset = S("BTC"),
                                           .reference = S("x"),
                                           .units = 1,
                                           .decimals = 8 };
        expect(proof_verify_end(v).good);
        proof_verify_row(v, &row);
    }
    struct proof_verdict verdict = proof_verify_end(v);
    expect(!verdict.good && strcmp(verdict.why, "there are too many channels") == 0);
    expect(!proof_verify_put(v, S("\n")) && !proof_verify_begin_ledger(v));
    proof_verify_free(v);
    town_end(t);
}

TEST(each_of_more_proofs_than_there_is_room_for_at_first_is_found_again)
{
    enum { BLOCKS = 22, EACH = 3, MANY = BLOCKS * EACH };
    struct town *t = town_start(CHAIN_BITCOIN, "start = 1\ndepth = 1\n");
    int64_t sum = 0;
    for (int i = 0; i < BLOCKS; i++) {
        struct str list[EACH];
        for (int k = 0; k < EACH; k++) {
            list[k] = town_gift(t, (uint64_t)(1000 + 10 * i + k));
            sum += 1000 + 10 * i + k;
        }
        town_mine(t, list, EACH);
    }
    town_mine_empty(t, 1);
    town_pass(t);
    struct judged j = judge(t, proofs_of(t), ledger_of(t));
    expect(j.proofs.good && j.ledger.good && j.proofs.newer == 0 && j.proofs.sum_count == 1);
    expect(j.proofs.sums[0].payments == MANY && j.proofs.sums[0].proven == sum);
    expect(j.proofs.sums[0].unproven == 0);
    town_end(t);
}

TEST(a_proof_that_lacks_a_member_or_has_it_as_a_number_is_refused)
{
    static const char *const names[] = { "chain",   "network", "channel", "object",
                                         "address", "block",   "header",  "transaction" };
    struct town *t = paid_town();
    struct str line = { 0 };
    struct str rest = { 0 };
    struct proof p = { 0 };
    const char *why = NULL;
    expect(str_cut(proofs_of(t), '\n', &line, &rest));
    expect(proof_check(line, &t->a, &p, &why) == OK);
    for (size_t i = 0; i < COUNT(names); i++) {
        struct str begin = str_print(&t->a, "\"%s\":\"", names[i]);
        size_t at = 0;
        size_t end = 0;
        expect(str_find(line, begin, &at));
        struct str before = str_sub(line, 0, at);
        struct str behind = str_sub(line, at + begin.n, line.n);
        expect(str_find(behind, S("\""), &end));
        behind = str_sub(behind, end + 1, behind.n);
        struct str number = str_print(&t->a, STR_FMT "\"%s\":7" STR_FMT, STR_ARG(before), names[i],
                                      STR_ARG(behind));
        bool last = str_starts(behind, S("}"));
        struct str none =
            str_print(&t->a, STR_FMT STR_FMT, STR_ARG(str_sub(before, 0, before.n - last)),
                      STR_ARG(str_sub(behind, !last, behind.n)));
        why = NULL;
        expect(proof_check(number, &t->a, &p, &why) == PROOF_WRONG && why);
        expect(strcmp(why, "a line is not a JSON object") != 0);
        expect(proof_check(none, &t->a, &p, &why) == PROOF_WRONG && why);
        expect(strcmp(why, "a line is not a JSON object") != 0);
    }
    town_end(t);
}

TEST(a_proof_is_refused_wherever_it_is_cut)
{
    struct town *t = paid_town();
    struct str line = { 0 };
    struct str rest = { 0 };
    struct arena a;
    arena_init(&a, 1 << 20);
    expect(str_cut(proofs_of(t), '\n', &line, &rest));
    for (size_t n = 0; n <= line.n; n++) {
        struct proof p = { 0 };
        const char *why = NULL;
        arena_reset(&a);
        err e = proof_check(str_sub(line, 0, n), &a, &p, &why);
        expect(n == line.n ? e == OK : e == PROOF_WRONG && why);
    }
    arena_free(&a);
    town_end(t);
}

TEST(a_branch_is_as_deep_as_a_tree_can_be_and_no_deeper)
{
    struct town *t = paid_town();
    char more[(MERKLE_DEPTH_MAX + 1) * 67 + 20] = "\"branch\":[";
    static const char hash[] =
        "\"0000000000000000000000000000000000000000000000000000000000000000\",";
    for (int i = 0; i < MERKLE_DEPTH_MAX; i++)
        (void)strcat(more, hash);
    expect(strcmp(judge_changed(t, "\"branch\":[", more), "branch or position cannot be") == 0);
    more[strlen(more) - 2 * strlen(hash)] = '\0'; // with its own two: just as deep
    expect(strcmp(judge_changed(t, "\"branch\":[", more), "the transaction is not in this block") ==
           0);
    expect(strcmp(judge_changed(t, "\"position\":1", "\"position\":4294967296"),
                  "branch or position cannot be") == 0);
    expect(strcmp(judge_changed(t, "\"branch\":[", "\"branch\":1,\"channel\":["),
                  "a line is not a JSON object") == 0);
    town_end(t);
}
