#include "funding/contribution.h"
#include "funding/gift_receipt.h"
#include "funding/giver_wish.h"
#include "funding/giver_year.h"
#include "unit/fund_room.h"
#include "unit/test.h"

/* Without these a name could stand in public that its bearer took back, or mail go on to an address
 * that takes none. */

QUERY(wish_mails, "select count(*) from mail");
QUERY(wish_notes, "select count(*) from audit where action like 'giver.%name'");

struct giving {
    struct fund *f;
    const char *name, *email;
    bool named;
    int64_t giver, id;
};

static err give_work(struct tx *tx, void *arg)
{
    struct giving *g = arg;
    struct contribution_draft d = fund_draft(g->f, "bank", "25.00 USD", "2018-05-03");
    err e = giver_add(tx,
                      &(struct giver){ .channel = S("bank"),
                                       .name = str_from_z(g->name),
                                       .email = str_from_z(g->email),
                                       .message = S("Thank you"),
                                       .named = g->named,
                                       .created_at = FUND_NOW },
                      &d.giver);
    g->giver = d.giver;
    return e ? e : contribution_add(tx, &d, &g->f->arena, &g->id);
}

static struct giving give(struct fund *f, const char *name, const char *email, bool named)
{
    struct giving g = { .f = f, .name = name, .email = email, .named = named };
    expect(store_write(f->store, give_work, &g) == OK);
    return g;
}

static struct giver giver(struct fund *f, int64_t id)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct giver g = { 0 };
    expect(store_read(f->store, &tx) == OK);
    expect(giver_get(&tx, id, &f->arena, &g) == OK);
    return g;
}

static int64_t count(struct fund *f, const struct query *q)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    bool row = false;
    expect(store_read(f->store, &tx) == OK);
    struct stmt *s = query_start(&tx, q);
    expect(query_step(s, &row) == OK && row);
    int64_t n = column_int(s, 0);
    query_end(s);
    return n;
}

struct wishing {
    struct giver_wish wish;
    struct arena *arena;
};

static err wish_work(struct tx *tx, void *arg)
{
    const struct wishing *w = arg;
    return giver_wish_named(tx, &w->wish, w->arena);
}

static err wish(struct fund *f, int64_t id, bool named)
{
    struct wishing w = {
        .wish = { .giver = id, .named = named, .by = ACTOR_CLI, .now = FUND_NOW },
        .arena = &f->arena,
    };
    return store_write(f->store, wish_work, &w);
}

static err erase_work(struct tx *tx, void *arg)
{
    return giver_erase(tx, *(const int64_t *)arg, ACTOR_CLI, FUND_NOW);
}

TEST(a_giver_is_named_or_not_in_all_gifts_of_the_address)
{
    struct fund f = fund_start();
    struct giving first = give(&f, "Reed", "reed@example.net", true);
    struct giving bare = give(&f, "", "reed@example.net", false);
    struct giving last = give(&f, "Reed", "REED@example.net", true);
    struct giving other = give(&f, "Reed", "sedge@example.net", true);
    expect(wish(&f, bare.giver, false) == OK);
    expect(!giver(&f, first.giver).named && !giver(&f, last.giver).named);
    expect(giver(&f, other.giver).named);
    expect(wish(&f, last.giver, true) == OK);
    expect(giver(&f, first.giver).named && giver(&f, last.giver).named);
    expect(!giver(&f, bare.giver).named); // there is no name
    expect(count(&f, &wish_notes) == 2);
    fund_end(&f);
}

TEST(one_without_an_address_is_named_alone_and_one_without_a_name_not_at_all)
{
    struct fund f = fund_start();
    struct giving one = give(&f, "Sedge", "", false);
    struct giving other = give(&f, "Sedge", "", false);
    struct giving bare = give(&f, "", "reed@example.net", false);
    expect(wish(&f, one.giver, true) == OK);
    expect(giver(&f, one.giver).named && !giver(&f, other.giver).named);
    expect(wish(&f, bare.giver, true) == GIVER_NOBODY);
    expect(wish(&f, bare.giver + 1, true) == GIVER_MISSING);
    expect(store_write(f.store, erase_work, &one.giver) == OK);
    expect(wish(&f, one.giver, true) == GIVER_MISSING);
    expect(!giver(&f, one.giver).named && count(&f, &wish_notes) == 1);
    fund_end(&f);
}

/* ---- addresses that take no mail */

static err receipt_failed_work(struct tx *tx, void *arg)
{
    return gift_receipt_failed(tx, &(struct mail_order){ .subject = *(const int64_t *)arg },
                               FUND_NOW);
}

static err year_failed_work(struct tx *tx, void *arg)
{
    return giver_year_failed(tx, &(struct mail_order){ .subject = *(const int64_t *)arg },
                             FUND_NOW + 1);
}

static err order_work(struct tx *tx, void *arg)
{
    struct receipt_round o = {
        .send = true, .today = fund_day("2018-05-04"), .now = FUND_NOW, .arena = arg
    };
    bool more = false;
    return gift_receipts_order(tx, &o, &more);
}

struct hand {
    struct giver_word word;
    struct arena *arena;
};

static err hand_work(struct tx *tx, void *arg)
{
    struct hand *h = arg;
    return giver_set(tx, &h->word, h->arena);
}

static err send_work(struct tx *tx, void *arg)
{
    const struct hand *h = arg;
    return gift_receipt_send(tx, h->word.contribution, ACTOR_CLI, FUND_NOW, h->arena);
}

TEST(where_mail_came_back_from_no_receipt_goes_by_itself_until_the_address_is_told_again)
{
    struct fund f = fund_start();
    struct giving first = give(&f, "Reed", "reed@example.net", false);
    struct giving second = give(&f, "Reed", "REED@example.net", false);
    expect(store_write(f.store, receipt_failed_work, &first.id) == OK);
    expect(giver(&f, first.giver).failed_at == FUND_NOW);
    expect(giver(&f, second.giver).failed_at == FUND_NOW);
    expect(store_write(f.store, order_work, &f.arena) == OK);
    expect(count(&f, &wish_mails) == 0);
    struct hand h = { .word = { .contribution = second.id }, .arena = &f.arena };
    expect(store_write(f.store, send_work, &h) == OK); // by hand it is tried
    expect(count(&f, &wish_mails) == 1);
    (void)give(&f, "Reed", "reed@example.net", false); // told anew
    expect(store_write(f.store, order_work, &f.arena) == OK);
    expect(count(&f, &wish_mails) == 2);
    expect(store_write(f.store, year_failed_work, &first.giver) == OK);
    expect(giver(&f, first.giver).failed_at == FUND_NOW + 1);
    expect(store_write(f.store, erase_work, &first.giver) == OK);
    expect(giver(&f, first.giver).failed_at == 0);
    fund_end(&f);
}

TEST(a_mail_that_came_back_about_what_nobody_is_known_of_changes_nothing)
{
    struct fund f = fund_start();
    int64_t gift = fund_add(&f, "bank", "25.00 USD", "2018-05-03");
    int64_t none = 99;
    struct giving bare = give(&f, "Sedge", "", false);
    expect(store_write(f.store, receipt_failed_work, &gift) == OK);
    expect(store_write(f.store, receipt_failed_work, &none) == OK);
    expect(store_write(f.store, receipt_failed_work, &bare.id) == OK);
    expect(store_write(f.store, year_failed_work, &none) == OK);
    expect(giver(&f, bare.giver).failed_at == 0);
    fund_end(&f);
}

TEST(who_gave_a_gift_that_arrived_gets_a_receipt_when_the_treasurer_knows_them)
{
    struct fund f = fund_start();
    struct hand h = { .word = { .contribution = fund_add(&f, "bank", "25.00 USD", "2018-05-03"),
                                .name = S("Reed"),
                                .by = ACTOR_CLI,
                                .now = FUND_NOW },
                      .arena = &f.arena };
    expect(store_write(f.store, send_work, &h) == RECEIPT_NOBODY);
    expect(store_write(f.store, hand_work, &h) == OK);
    expect(store_write(f.store, order_work, &f.arena) == OK);
    expect(count(&f, &wish_mails) == 0); // a name is no address
    h.word.email = S("reed@example.net");
    for (int i = 0; i < 2; i++) {
        expect(store_write(f.store, hand_work, &h) == OK);
        expect(store_write(f.store, order_work, &f.arena) == OK);
        expect(count(&f, &wish_mails) == 1);
    }
    h.word.contribution = fund_promise(&f, "bank", "25.00 USD", "2018-05-03");
    expect(store_write(f.store, hand_work, &h) == OK);
    expect(store_write(f.store, order_work, &f.arena) == OK);
    expect(store_write(f.store, send_work, &h) == RECEIPT_NOT_SETTLED);
    expect(count(&f, &wish_mails) == 1); // it is not ours yet
    expect(fund_settle(&f, h.word.contribution) == OK);
    expect(store_write(f.store, order_work, &f.arena) == OK);
    expect(count(&f, &wish_mails) == 2);
    fund_end(&f);
}
