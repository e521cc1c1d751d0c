#include "unit/town.h"
#include "funding/bitcoin_watch.h"
#include "funding/contribution.h"
#include "unit/chain_help.h"
#include "unit/fault_sweep.h"
#include "unit/test.h"

#include <string.h>

struct str town_other_script(void)
{
    return S("\x76\xa9\x14"
             "aaaaaaaaaaaaaaaaaaaa"
             "\x88\xac");
}

/* Block 0 of regtest is that of the main chain with another time, target and nonce. */
static struct str genesis_of(struct arena *a)
{
    struct str main = chain_bytes(a, GENESIS);
    char *bytes = arena_new(a, char, main.n);
    memcpy(bytes, main.s, main.n);
    memcpy(bytes + 68, "\xda\xe5\x49\x4d\xff\xff\x7f\x20\x02\x00\x00\x00", 12);
    return (struct str){ bytes, main.n };
}

void town_add(struct town *t, struct str bytes)
{
    struct hasher h CLEANUP(hasher_free) = hasher_make();
    struct chain_header header;
    expect(chain_header_parse(str_sub(bytes, 0, CHAIN_HEADER_BYTES), t->chain, &h, &header) == OK);
    pthread_mutex_lock(&t->node.lock);
    expect(t->node.count < FAKE_BLOCKS_MAX);
    t->node.chain[t->node.count].bytes = bytes;
    memcpy(t->node.chain[t->node.count++].hash, header.hash, CHAIN_HASH);
    pthread_mutex_unlock(&t->node.lock);
}

/* The next block: a coinbase to somebody else, and the transactions. */
void town_mine(struct town *t, const struct str *list, size_t n)
{
    struct str all[8] = { chain_simple(&t->a, true, t->seed++, 50, town_other_script()) };
    expect(n < COUNT(all));
    for (size_t i = 0; i < n; i++)
        all[i + 1] = list[i];
    town_add(t, chain_block_after(&t->a, t->chain, t->node.chain[t->node.count - 1].hash,
                                  TOWN_TIME + (uint32_t)t->node.count, all, n + 1));
}

void town_mine_empty(struct town *t, int n)
{
    while (n-- > 0)
        town_mine(t, NULL, 0);
}

struct str town_gift(struct town *t, uint64_t satoshi)
{
    return chain_simple(&t->a, false, t->seed++, satoshi, script_str(&t->script));
}

/* The last n blocks go; the caller mines others. */
void town_fork_back(struct town *t, int64_t n)
{
    pthread_mutex_lock(&t->node.lock);
    t->node.count -= n;
    pthread_mutex_unlock(&t->node.lock);
}

static err promise(void *arg)
{
    struct town *t = arg;
    return bitcoin_watch_promise(&t->room.app, &t->room.setup);
}

struct town *town_start(enum chain_coin coin, const char *more)
{
    static struct town t;
    t = (struct town){ .chain = chain_find(coin, S("regtest")), .a = chain_arena(), .seed = 1 };
    static const uint8_t hash[] = { 0x76, 0xa9, 0x14, 7, 7, 7, 7, 7, 7, 7, 7,    7,   7,
                                    7,    7,    7,    7, 7, 7, 7, 7, 7, 7, 0x88, 0xac };
    memcpy(t.script.bytes, hash, sizeof hash);
    t.script.n = sizeof hash;
    fake_node_start(&t.node);
    town_add(&t, genesis_of(&t.a));
    fund_room_start(&t.room,
                    str_z(&t.a, str_print(&t.a,
                                          "[channel.%s]\nnetwork = regtest\naddress = " STR_FMT
                                          "\nnode_url = http://127.0.0.1:%d/\n%s",
                                          coin == CHAIN_BITCOIN ? "bitcoin" : "bitcoincash",
                                          STR_ARG(script_address(&t.a, &t.script, t.chain)),
                                          t.node.port, more)));
    expect(fault_each(promise, &t) == OK);
    return &t;
}

void town_end(struct town *t)
{
    fund_expect_sound(&t->room.fund);
    fake_node_end(&t->node);
    fund_room_end(&t->room);
    arena_free(&t->a);
}

static err pass(void *arg)
{
    struct town *t = arg;
    struct job job = { .subject = 1 };
    return bitcoin_watch_job(&t->room.app, &t->room.setup, &job);
}

void town_pass(struct town *t)
{
    expect(fault_each(pass, t) == OK);
}

struct channel_health town_health(struct town *t)
{
    const struct channel_health *list = NULL;
    size_t n = 0;
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(t->room.fund.store, &tx) == OK);
    expect(channel_health_list(&tx, NULL, t->room.fund.now, &t->a, &list, &n) == OK && n == 1);
    return list[0];
}

struct town_sums town_sums(struct town *t)
{
    struct contribution_page page = { 0 };
    struct town_sums s = { 0 };
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(t->room.fund.store, &tx) == OK);
    expect(contribution_list(&tx, CONTRIBUTION_BEGIN, 100, &t->a, &page) == OK && !page.more);
    for (size_t i = 0; i < page.n; i++) {
        struct contribution c = page.items[i];
        s.gifts++;
        s.reversed += c.state == CONTRIBUTION_REVERSED;
        if (c.state == CONTRIBUTION_SETTLED)
            s.settled += (int64_t)(c.amount.units - c.out.units);
        if (c.state == CONTRIBUTION_PENDING)
            s.pending += (int64_t)c.amount.units;
    }
    return s;
}

void town_expect(struct town *t, int64_t settled, int64_t pending)
{
    struct town_sums s = town_sums(t);
    if (s.settled != settled || s.pending != pending)
        printf("# settled %lld pending %lld\n", (long long)s.settled, (long long)s.pending);
    expect(s.settled == settled && s.pending == pending);
}
