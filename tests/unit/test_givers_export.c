#include "funding/giver.h"
#include "funding/givers_export.h"
#include "unit/fund_room.h"
#include "unit/test.h"

#include <string.h>

/* Without these a giver could be missing in the accountant's file of a year, stand in it twice, or
 * with a sum that is not theirs. */

enum { PIECE_MAX = 256 * 1024 };

struct giving {
    struct fund *f;
    const char *name, *email, *amount, *day;
    int64_t giver, id;
};

static err give_work(struct tx *tx, void *arg)
{
    struct giving *g = arg;
    struct contribution_draft d = fund_draft(g->f, "bank", g->amount, g->day);
    err e = giver_add(tx,
                      &(struct giver){ .channel = S("bank"),
                                       .name = str_from_z(g->name),
                                       .email = str_from_z(g->email),
                                       .created_at = FUND_NOW },
                      &d.giver);
    g->giver = d.giver;
    return e ? e : contribution_add(tx, &d, &g->f->arena, &g->id);
}

static struct giving give(struct fund *f, const char *name, const char *email, const char *amount,
                          const char *day)
{
    struct giving g = { .f = f, .name = name, .email = email, .amount = amount, .day = day };
    expect(store_write(f->store, give_work, &g) == OK);
    return g;
}

/* The whole file, and in how many pieces it came, none of them empty. */
static struct str take(struct fund *f, int year, int *ret_pieces)
{
    struct givers_export x = { .year = year };
    struct buf all CLEANUP(buf_free) = buf_make(8 * PIECE_MAX);
    struct buf piece CLEANUP(buf_free) = buf_make(PIECE_MAX);
    for (*ret_pieces = 0; !x.ended; (*ret_pieces)++) {
        struct tx tx CLEANUP(tx_end) = { 0 };
        expect(store_read(f->store, &tx) == OK);
        if (!*ret_pieces)
            expect(givers_export_start(&tx, &x) == OK);
        expect(givers_export_piece(&tx, &x, &f->arena, &piece) == OK);
        expect(piece.n && !buf_full(&piece));
        buf_put(&all, buf_str(&piece));
        buf_clear(&piece);
    }
    return buf_copy(&all, &f->arena);
}

static size_t lines(struct str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += s.s[i] == '\n';
    return n;
}

#define COLUMNS "giver,name,email,year,currency,gifts,given,returned,left\r\n"

TEST(the_accountants_file_of_givers_has_a_row_for_each_giver_and_currency)
{
    struct fund f = fund_start();
    int pieces = 0;
    expect_str(take(&f, 2017, &pieces), S(COLUMNS));
    expect(pieces == 1);
    (void)give(&f, "Reed", "reed@example.net", "25.00 USD", "2017-01-01");
    (void)give(&f, "Reed", "reed@example.net", "40.00 EUR", "2017-12-31");
    (void)give(&f, "Sedge", "", "7.00 USD", "2017-05-03");
    (void)give(&f, "=1+1", "REED@example.net", "0.50 USD", "2017-02-28");
    (void)give(&f, "Later", "reed@example.net", "9.00 USD", "2018-01-01");
    (void)fund_add(&f, "bank", "3.00 USD", "2017-05-03"); // of nobody known
    struct giving back = give(&f, "Rush", "", "5.00 USD", "2017-05-03");
    expect(fund_reverse(&f, back.id) == OK);
    expect_str(take(&f, 2017, &pieces),
               S(COLUMNS "3,\"Sedge\",\"\",2017,USD,1,7.00,0.00,7.00\r\n"
                         "4,\"'=1+1\",\"REED@example.net\",2017,USD,2,25.50,0.00,25.50\r\n"
                         "4,\"'=1+1\",\"REED@example.net\",2017,EUR,1,40.00,0.00,40.00\r\n"));
    expect_str(take(&f, 2018, &pieces),
               S(COLUMNS "5,\"Later\",\"reed@example.net\",2018,USD,1,9.00,0.00,9.00\r\n"));
    expect_str(take(&f, 2015, &pieces), S(COLUMNS));
    fund_end(&f);
}

QUERY(take_over, "update contribution set giver = $2 where id = $1");

static err take_over_work(struct tx *tx, void *arg)
{
    const struct giving *g = arg;
    struct stmt *s = query_start(tx, &take_over);
    bind_int(s, 1, g->id);
    bind_int(s, 2, g->giver);
    return query_run(s, NULL);
}

TEST(what_went_back_of_a_givers_gifts_is_told_apart)
{
    struct fund f = fund_start();
    int pieces = 0;
    int64_t id = fund_paid(&f, LEDGER_BY_PROVIDER, "ch_1", "20.00 USD", "2018-05-04");
    fund_event(&f, PAYMENT_REFUND, "re_1", "ch_1", "5.00 USD");
    struct giving g = give(&f, "Reed", "", "1.00 USD", "2018-05-03");
    expect(store_write(f.store, take_over_work, &(struct giving){ .id = id, .giver = g.giver }) ==
           OK);
    expect_str(take(&f, 2018, &pieces),
               S(COLUMNS "1,\"Reed\",\"\",2018,USD,2,21.00,5.00,16.00\r\n"));
    fund_end(&f);
}

static err erase_work(struct tx *tx, void *arg)
{
    return giver_erase(tx, *(const int64_t *)arg, ACTOR_CLI, FUND_NOW);
}

TEST(who_was_erased_is_not_in_the_accountants_file)
{
    struct fund f = fund_start();
    int pieces = 0;
    struct giving g = give(&f, "Reed", "reed@example.net", "25.00 USD", "2018-05-03");
    expect(store_write(f.store, erase_work, &g.giver) == OK);
    expect_str(take(&f, 2018, &pieces), S(COLUMNS));
    fund_end(&f);
}

TEST(a_long_file_of_givers_comes_in_pieces_and_whole)
{
    struct fund f = fund_start();
    char name[GIVER_NAME_MAX + 1] = "";
    int pieces = 0;
    for (int i = 0; i < 100; i++) // what one piece takes
        (void)give(&f, "Reed", "", "1.00 USD", "2018-05-03");
    expect(lines(take(&f, 2018, &pieces)) == 101 && pieces == 1);
    (void)give(&f, "Reed", "", "1.00 USD", "2018-05-03");
    expect(lines(take(&f, 2018, &pieces)) == 102 && pieces == 2);
    memset(name, '"', GIVER_NAME_MAX);
    for (int i = 0; i < 99; i++) // a piece of these is long enough before
        (void)give(&f, name, "", "1.00 USD", "2018-05-03");
    expect(lines(take(&f, 2018, &pieces)) == 201 && pieces == 3);
    fund_end(&f);
}
