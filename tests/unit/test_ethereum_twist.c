#include "unit/ethereum_room.h"
#include "unit/json_mutants.h"
#include "unit/test.h"

/*
 * A node's answers with each member gone and each value another. Without these a block, receipt or
 * log that a node tells of in another way than the documents say could be counted as something.
 */
#define TOKENS "tokens = USDC " COIN
#define BOTH   "payment aa0000 1.000000000000000000 booked\npayment aa0001:0 25.000000 booked\n"

struct twisting {
    struct watch_room w;
    bool open; /* nothing is booked in it yet */
    const char *method, *truth;
    size_t count, refused;
};

static void open_room(struct twisting *t)
{
    watch_start(&t->w, TOKENS);
    watch_pass(&t->w);
    fake_pay(&t->w.node, 101, t->w.giver, t->w.ours, ETHER);
    fake_token(&t->w.node, 101, t->w.coin, t->w.giver, t->w.ours, 25000000);
    watch_mine(&t->w, 12);
    t->open = true;
}

static void close_room(struct twisting *t)
{
    if (t->open)
        watch_end(&t->w);
    t->open = false;
}

/* Whatever was changed: it is taken without a word, or nothing is booked and somebody told, and the
 * truth is booked when it comes. */
static void twist(void *arg, const struct json_mutant *m)
{
    struct twisting *t = arg;
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 1 << 20);
    if (!t->open)
        open_room(t);
    int64_t failed = watch_health(&t->w).polls_failed;
    t->w.node.lie = (struct fake_lie){ t->method, t->truth, str_z(&a, m->text), false };
    watch_pass(&t->w);
    bool refused = watch_health(&t->w).polls_failed == failed + 1;
    t->count++;
    t->refused += refused;
    expect(refused ? watch_events(&t->w).n == 0 : !watch_health(&t->w).polls_failed);
    if (!refused)
        close_room(t);
}

static void twist_all(const char *method, const char *mark)
{
    static const char *const others[] = {
        "null", "{}", "5", "\"x\"", "\"0x0\"", "\"0xffffffffffffffffffffffffffffffff\"", NULL
    };
    struct twisting t = { .method = method };
    struct arena a CLEANUP(arena_free);
    struct buf truth CLEANUP(buf_free) = buf_make(1 << 16);
    arena_init(&a, 1 << 20);
    open_room(&t);
    t.w.node.record.method = method;
    t.w.node.record.mark = mark;
    t.w.node.record.to = &truth;
    watch_pass(&t.w);
    expect_str(watch_events(&t.w), S(BOTH));
    close_room(&t);
    struct str text = buf_copy(&truth, &a);
    t.truth = str_z(&a, text);
    struct arena mutants CLEANUP(arena_free);
    arena_init(&mutants, 1 << 20);
    json_mutants(text, others, &mutants, twist, &t);
    if (!t.open)
        open_room(&t);
    t.w.node.lie = (struct fake_lie){ 0 };
    watch_pass(&t.w);
    expect_str(watch_events(&t.w), S(BOTH));
    close_room(&t);
    expect(t.count > 20 && t.refused > 10);
}

TEST(a_block_with_anything_changed_is_refused_or_taken_whole)
{
    twist_all("eth_getBlockByNumber", "aa0000");
}

TEST(a_receipt_with_anything_changed_is_refused_or_taken_whole)
{
    twist_all("eth_getTransactionReceipt", "aa0000");
    twist_all("eth_getTransactionReceipt", "aa0001");
}

TEST(logs_with_anything_changed_are_refused_or_taken_whole)
{
    twist_all("eth_getLogs", "aa0001");
}

TEST(a_block_that_is_final_and_not_there_books_nothing_until_the_node_agrees_with_itself)
{
    struct watch_room w;
    watch_start(&w, TOKENS);
    watch_pass(&w);
    fake_pay(&w.node, 101, w.giver, w.ours, ETHER);
    watch_mine(&w, 12);
    expect(w.node.latest == 0x70);
    w.node.lie = (struct fake_lie){ "eth_getBlockByNumber", "\"0x70\"", "\"0x1\"", false };
    watch_pass(&w);
    expect(watch_events(&w).n == 0 && watch_health(&w).polls_failed == 1);
    expect(watch_says(watch_health(&w).why, "calls a block final that it does not have"));
    w.node.lie = (struct fake_lie){ 0 };
    watch_pass(&w);
    expect(watch_says(watch_events(&w), "payment aa0000 1.0") && !watch_health(&w).polls_failed);
    watch_end(&w);
}
