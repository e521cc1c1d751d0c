#include "funding/contribution.h"
#include "funding/giver_year.h"
#include "unit/fund_room.h"
#include "unit/test.h"

/* Without these a giver's statement could leave out gifts without a word, or count somebody else's.
 */

struct giving {
    struct fund *f;
    struct str name, email;
    const char *amount, *day;
    size_t count;
    int64_t giver;
};

static err give_work(struct tx *tx, void *arg)
{
    struct giving *g = arg;
    err e = OK;
    for (size_t i = 0; !e && i < g->count; i++) {
        struct contribution_draft d = fund_draft(g->f, "bank", g->amount, g->day);
        struct giver who = {
            .channel = S("bank"), .name = g->name, .email = g->email, .created_at = FUND_NOW
        };
        int64_t id = 0;
        e = giver_add(tx, &who, &d.giver);
        g->giver = d.giver;
        if (!e)
            e = contribution_add(tx, &d, &g->f->arena, &id);
    }
    return e;
}

static int64_t give(struct fund *f, const char *name, const char *email, size_t count)
{
    struct giving g = { .f = f,
                        .name = str_from_z(name),
                        .email = str_from_z(email),
                        .amount = "0.01 USD",
                        .day = "2018-05-03",
                        .count = count };
    expect(store_write(f->store, give_work, &g) == OK);
    return g.giver;
}

static struct giver_year year_of(struct fund *f, int64_t giver, int year)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct giver_year y = { 0 };
    expect(store_read(f->store, &tx) == OK);
    expect(giver_year_read(&tx, giver, year, &f->arena, &y) == OK);
    return y;
}

TEST(a_statement_says_when_there_were_more_gifts_than_it_holds)
{
    struct fund f = fund_start();
    int64_t giver = give(&f, "Reed", "reed@example.net", GIVER_YEAR_ROWS);
    struct giver_year y = year_of(&f, giver, 2018);
    expect(y.n == GIVER_YEAR_ROWS && !y.more);
    expect(y.total_count == 1 && y.totals[0].units == GIVER_YEAR_ROWS);
    (void)give(&f, "Reed", "REED@example.net", 1); // the same giver
    y = year_of(&f, giver, 2018);
    expect(y.n == GIVER_YEAR_ROWS && y.more);
    expect(year_of(&f, giver, 2017).n == 0 && year_of(&f, giver, 2019).n == 0);
    fund_end(&f);
}

static struct giver_found find(struct fund *f, const char *who, int64_t before)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct giver_found ret = { 0 };
    expect(store_read(f->store, &tx) == OK);
    expect(giver_find(&tx, str_from_z(who), before, &f->arena, &ret) == OK);
    return ret;
}

static size_t found(struct fund *f, const char *who)
{
    return find(f, who, INT64_MAX).n;
}

TEST(givers_are_found_by_address_or_the_beginning_of_a_name)
{
    struct fund f = fund_start();
    expect(found(&f, "") == 0 && found(&f, "reed@example.net") == 0 && found(&f, "reed") == 0);
    (void)give(&f, "Reed", "reed@example.net", 3); // found below
    (void)give(&f, "Reed", "", 2);                 // two persons, for all we know
    expect(found(&f, "Reed@Example.net") == 1);
    expect(found(&f, "rEE") == 3);
    expect(found(&f, "eed") == 0 && found(&f, "reed@") == 0);
    (void)give(&f, "Sedge", "", GIVER_LIST);
    expect(found(&f, "sedge") == GIVER_LIST && !find(&f, "sedge", INT64_MAX).more);
    (void)give(&f, "Sedge", "", 1);
    expect(found(&f, "sedge") == GIVER_LIST && find(&f, "sedge", INT64_MAX).more);
    fund_end(&f);
}

TEST(the_list_of_givers_goes_on_where_it_ended_and_names_nobody_twice)
{
    struct fund f = fund_start();
    (void)give(&f, "Reed", "reed@example.net", 1);
    (void)give(&f, "Sedge", "", GIVER_LIST + 1);
    (void)give(&f, "Reed", "REED@example.net", 1);
    struct giver_found page = find(&f, "", INT64_MAX);
    expect(page.n == GIVER_LIST && page.older && !page.more);
    expect_str(page.list[0].name, S("Reed"));
    page = find(&f, "", page.older);
    expect(page.n == 2 && !page.older); // the first Reed stood on the page before
    expect_str(page.list[1].name, S("Sedge"));
    fund_end(&f);
}

TEST(whoever_gives_again_and_again_does_not_make_the_list_slow)
{
    struct fund f = fund_start();
    (void)give(&f, "Sedge", "", 1);
    (void)give(&f, "Reed", "reed@example.net", GIVER_LOOK + 1);
    struct giver_found page = find(&f, "", INT64_MAX);
    expect(page.n == 1 && page.older);
    page = find(&f, "", page.older);
    expect(page.n == 1 && !page.older);
    expect_str(page.list[0].name, S("Sedge"));
    page = find(&f, "Reed", INT64_MAX);
    expect(page.n == 1 && page.more);
    fund_end(&f);
}

struct sending {
    int64_t giver;
    int year;
    struct arena *arena;
};

static err send_work(struct tx *tx, void *arg)
{
    const struct sending *s = arg;
    return giver_year_send(tx, s->giver, s->year, ACTOR_CLI, FUND_NOW, s->arena);
}

static err forget_work(struct tx *tx, void *arg)
{
    const struct sending *s = arg;
    return giver_forget_all(tx, s->giver, ACTOR_CLI, FUND_NOW, s->arena);
}

static err send_all_work(struct tx *tx, void *arg)
{
    const struct sending *s = arg;
    return giver_year_send_all(tx, s->year, ACTOR_CLI, FUND_NOW);
}

TEST(a_statement_is_sent_to_who_can_have_one)
{
    struct fund f = fund_start();
    struct sending s = { .year = 2018, .arena = &f.arena };
    expect(store_write(f.store, send_work, &s) == GIVER_MISSING);
    s.giver = give(&f, "Reed", "", 1);
    expect(store_write(f.store, send_work, &s) == GIVER_YEAR_NOBODY);
    s.giver = give(&f, "Reed", "reed@example.net", 1);
    expect(store_write(f.store, send_work, &s) == OK);
    s.year = 2017;
    expect(store_write(f.store, send_work, &s) == GIVER_YEAR_EMPTY);
    s.year = 1999;
    expect(store_write(f.store, send_all_work, &s) == GIVER_YEAR_EMPTY);
    s.year = 2000;
    expect(store_write(f.store, send_all_work, &s) == OK);
    expect(store_write(f.store, forget_work, &s) == OK);
    s.year = 2018;
    expect(store_write(f.store, send_work, &s) == GIVER_MISSING);
    fund_end(&f);
}

TEST(more_givers_of_one_address_than_are_read_at_once_are_all_erased)
{
    struct fund f = fund_start();
    struct sending s = { .arena = &f.arena };
    s.giver = give(&f, "Reed", "reed@example.net", GIVER_YEAR_ROWS + 2);
    expect(store_write(f.store, forget_work, &s) == OK);
    expect(found(&f, "reed@example.net") == 0 && found(&f, "reed") == 0);
    fund_end(&f);
}
