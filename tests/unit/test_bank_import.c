#include "base/buf.h"
#include "funding/bank_check.h"
#include "funding/giver.h"
#include "funding/payment.h"
#include "funding/payment_message.h"
#include "unit/bank_help.h"
#include "unit/fault_sweep.h"
#include "unit/test.h"

/* Without these a statement that is imported again would count its gifts again, or half of one
 * would be booked. */

/* What makes one of the statements of an import fail; undone with the transaction. */
QUERY(break_import,
      "create trigger t before insert on bank_import begin select raise(abort, 'x'); end");
QUERY(break_line,
      "create trigger t before insert on bank_line begin select raise(abort, 'x'); end");
QUERY(break_key, "create trigger t before insert on bank_key begin select raise(abort, 'x'); end");
QUERY(break_event,
      "create trigger t before insert on payment_event begin select raise(abort, 'x'); end");
QUERY(break_message,
      "create trigger t before insert on payment_message begin select raise(abort, 'x'); end");
QUERY(break_audit, "create trigger t before insert on audit begin select raise(abort, 'x'); end");
QUERY(break_mapping,
      "create trigger t before insert on bank_mapping begin select raise(abort, 'x'); end");
QUERY(lose_imports, "alter table bank_import rename column format to formats");
QUERY(lose_lines, "alter table bank_line rename column day to days");
QUERY(lose_contents, "alter table bank_line rename column content to contents");
QUERY(lose_keys, "alter table bank_key rename column clue to clues");
QUERY(lose_mapping, "alter table bank_mapping rename column mapping to text");

static struct str income(struct fund *f)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    const struct ledger_sum *sums = NULL;
    size_t n = 0;
    struct amount all = { .asset = fund_amount("1 EUR").asset };
    expect(store_read(f->store, &tx) == OK);
    expect(ledger_sums(&tx, LEDGER_FIRST_DAY, LEDGER_END_DAY, &f->arena, &sums, &n) == OK);
    for (size_t i = 0; i < n; i++)
        if (sums[i].account == LEDGER_INCOME)
            expect(amount_add(&all, amount_negative(sums[i].sum)) == OK);
    return amount_print(&f->arena, all);
}

/* Books and tells the verdicts; nothing may be wrong. */
static struct str book_csv(struct fund *f, bool ids, const char *text)
{
    struct bank_statement s = bank_read_csv(f, ids, text);
    expect(bank_book(f, &s) == OK);
    return bank_verdicts(f, &s);
}

static struct str book_camt(struct fund *f, struct str entries)
{
    struct bank_statement s = bank_read_camt(f, bank_camt(f, "02", str_z(&f->arena, entries)));
    expect(bank_book(f, &s) == OK);
    return bank_verdicts(f, &s);
}

TEST_AND_FAULTS(bank_import_books_each_gift_once_however_often_it_comes)
{
    static const char text[] = "03.05.2018;25,00;Agnes;boat;1\n04.05.2018;10,00;Bo;boat;2\n";
    for (int ids = 0; ids < 2; ids++) {
        struct fund f = fund_start();
        expect_str(book_csv(&f, ids, text), S("GG"));
        expect_str(income(&f), S("35.00"));
        expect_str(book_csv(&f, ids, text), S("TT"));
        expect_str(book_csv(&f, ids,
                            "04.05.2018;10,00;Bo;boat;2\n04.05.2018;7,00;Cy;boat;3\n"
                            "04.05.2018;-7,00;Cy;boat;4\n"),
                   S("TGO")); // overlaps
        expect_str(income(&f), S("42.00"));
        fund_expect_sound(&f);
        fund_end(&f);
    }
}

TEST(bank_import_counts_two_equal_gifts_of_a_day_as_two)
{
    struct fund f = fund_start();
    static const char one[] = "03.05.2018;5,00;A;x;1\n";
    static const char three[] =
        "03.05.2018;5,00;A;x;1\n03.05.2018;5,00;A;x;2\n03.05.2018;5,00;A;x;3\n";
    expect_str(book_csv(&f, false, one), S("G"));
    expect_str(book_csv(&f, false, three), S("TGG"));
    expect_str(book_csv(&f, false, three), S("TTT"));
    expect_str(income(&f), S("15.00"));
    fund_expect_sound(&f);
    fund_end(&f);
}

TEST(bank_import_knows_a_line_again_when_its_numbers_come_or_go)
{
    static const char text[] = "03.05.2018;5,00;A;x;1\n03.05.2018;5,00;A;x;2\n";
    struct fund f = fund_start();
    expect_str(book_csv(&f, false, text), S("GG"));
    expect_str(book_csv(&f, true, text), S("TT"));
    expect_str(income(&f), S("10.00"));
    fund_end(&f);
    f = fund_start();
    expect_str(book_csv(&f, true, text), S("GG"));
    expect_str(book_csv(&f, false, text), S("TT"));
    // other numbers: other gifts
    expect_str(book_csv(&f, true, "03.05.2018;5,00;A;x;8\n03.05.2018;5,00;A;x;9\n"), S("GG"));
    expect_str(income(&f), S("20.00"));
    fund_expect_sound(&f);
    fund_end(&f);
}

TEST(bank_import_books_all_of_a_file_or_nothing)
{
    struct fund f = fund_start();
    struct bank_statement s =
        bank_read_csv(&f, true, "03.05.2018;5,00;A;x;1\n03.05.2018;oops;A;x;2\n");
    expect(bank_book(&f, &s) == BANK_IMPORT_WRONG);
    expect_str(income(&f), S("0.00"));
    expect_str(book_csv(&f, true, "03.05.2018;5,00;A;x;1\n"), S("G"));
    // the bank's number of a gift, with another amount, and with another day
    s = bank_read_csv(&f, true, "04.05.2018;9,00;B;y;7\n03.05.2018;6,00;A;x;1\n");
    expect(bank_book(&f, &s) == BANK_IMPORT_WRONG);
    expect(bank_statement_wrong(&s)->fault == BANK_FAULT_DIFFERS &&
           bank_statement_wrong(&s)->line == 2);
    s = bank_read_csv(&f, true, "04.05.2018;5,00;A;x;1\n");
    expect(bank_book(&f, &s) == BANK_IMPORT_WRONG);
    expect_str(income(&f), S("5.00"));
    fund_expect_sound(&f);
    fund_end(&f);
}

static struct bank_statement matched(struct fund *f, bool ids, const char *text)
{
    struct bank_statement s = bank_read_csv(f, ids, text);
    bank_match(f, &s);
    return s;
}

TEST(bank_preview_tells_what_would_happen_and_books_nothing)
{
    static const char text[] = "03.05.2018;5,00;A;x;1\n03.05.2018;-5,00;A;x;2\n";
    struct fund f = fund_start();
    struct bank_statement s = matched(&f, true, text);
    expect_str(bank_verdicts(&f, &s), S("GO"));
    s = matched(&f, true, text);
    expect_str(bank_verdicts(&f, &s), S("GO"));
    expect_str(income(&f), S("0.00"));
    expect_str(book_csv(&f, true, text), S("GO"));
    s = matched(&f, true, text);
    expect_str(bank_verdicts(&f, &s), S("TO"));
    fund_end(&f);
}

#define REFS(end, tx)                                                                              \
    "<NtryDtls><TxDtls><Refs><EndToEndId>" end "</EndToEndId><TxId>" tx "</TxId></Refs></TxDtls>"  \
    "</NtryDtls>"
#define BACK "<RvslInd>true</RvslInd>"

static struct str two(struct fund *f, struct str a, struct str b)
{
    return str_print(&f->arena, STR_FMT STR_FMT, STR_ARG(a), STR_ARG(b));
}

TEST(bank_refund_takes_its_gift_back_wherever_it_stands)
{
    struct fund f = fund_start();
    struct str gift =
        bank_entry(&f, "CRDT", "20.00", "<AcctSvcrRef>G</AcctSvcrRef>" REFS("E1", "T1"));
    struct str back =
        bank_entry(&f, "DBIT", "20.00", BACK "<AcctSvcrRef>R</AcctSvcrRef>" REFS("E1", "T9"));
    expect_str(book_camt(&f, two(&f, back, gift)), S("RG"));
    expect_str(income(&f), S("0.00"));
    expect_str(book_camt(&f, two(&f, gift, back)), S("TT"));
    // by the transaction's reference, a part, and with the gift's own number
    struct str other =
        bank_entry(&f, "CRDT", "8.00", "<AcctSvcrRef>H</AcctSvcrRef>" REFS("NOTPROVIDED", "T2"));
    struct str part = bank_entry(&f, "DBIT", "3.00",
                                 BACK "<AcctSvcrRef>H</AcctSvcrRef>" REFS("NOTPROVIDED", "T2"));
    expect_str(book_camt(&f, other), S("G"));
    expect_str(book_camt(&f, part), S("R"));
    expect_str(income(&f), S("5.00"));
    fund_expect_sound(&f);
    fund_end(&f);
}

TEST(bank_refund_of_an_unknown_gift_waits)
{
    struct fund f = fund_start();
    struct str none = bank_entry(&f, "DBIT", "20.00", BACK REFS("E7", "T7"));
    expect_str(book_camt(&f, none), S("W"));
    expect_str(book_camt(&f, none), S("T"));
    // two gifts have the same reference: it could be either's
    struct str a = bank_entry(&f, "CRDT", "4.00", "<AcctSvcrRef>A</AcctSvcrRef>" REFS("SAME", "A"));
    struct str b = bank_entry(&f, "CRDT", "4.00", "<AcctSvcrRef>B</AcctSvcrRef>" REFS("SAME", "B"));
    expect_str(book_camt(&f, two(&f, a, b)), S("GG"));
    expect_str(book_camt(&f, bank_entry(&f, "DBIT", "4.00", BACK REFS("SAME", "C"))), S("W"));
    expect_str(book_camt(&f, bank_entry(&f, "DBIT", "4.00", BACK REFS("SAME", "B"))), S("R"));
    expect_str(income(&f), S("4.00"));
    fund_expect_sound(&f);
    fund_end(&f);
}

TEST(bank_days_of_one_format_are_not_taken_in_the_other)
{
    struct fund f = fund_start();
    expect_str(book_csv(&f, true, "03.05.2018;5,00;A;x;1\n"), S("G"));
    struct str entry = bank_entry(&f, "CRDT", "5.00", "");
    struct bank_statement s = bank_read_camt(&f, bank_camt(&f, "02", str_z(&f.arena, entry)));
    expect(bank_book(&f, &s) == BANK_IMPORT_WRONG);
    expect(bank_statement_wrong(&s)->fault == BANK_FAULT_OTHER_FORMAT);
    expect_str(income(&f), S("5.00"));
    s = bank_read_csv(&f, true, "04.05.2018;-5,00;A;x;1\n"); // nothing to book: nothing to say
    expect(bank_book(&f, &s) == OK);
    fund_end(&f);
}

TEST(bank_file_of_one_channel_is_not_taken_for_another)
{
    static const char text[] = "03.05.2018;5,00;A;x;1\n";
    struct fund f = fund_start();
    expect_str(book_csv(&f, true, text), S("G"));
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(f.store, &tx) == OK);
    struct bank_statement s = bank_read_csv(&f, true, text);
    expect(bank_statement_match(&tx, S("savings"), &s) == OK);
    expect(bank_statement_wrong(&s)->fault == BANK_FAULT_OTHER_CHANNEL);
    s = bank_read_csv(&f, true, "03.05.2018;5,00;B;x;1\n");
    expect(bank_statement_match(&tx, S("savings"), &s) == OK);
    expect_str(bank_verdicts(&f, &s), S("G"));
    tx_end(&tx);
    fund_end(&f);
}

static struct bank_statement read_without_payer(struct fund *f, bool ids, const char *text)
{
    struct bank_mapping *m = arena_new(&f->arena, struct bank_mapping, 1);
    *m = bank_plain_mapping(ids);
    m->columns[BANK_PAYER].number = 0;
    return bank_read(f, m, str_from_z(text));
}

TEST_AND_FAULTS(bank_days_read_from_other_columns_are_taken_only_by_their_numbers)
{
    static const char text[] = "03.05.2018;5,00;A;x;1\n";
    struct fund f = fund_start();
    expect_str(book_csv(&f, false, text), S("G"));
    for (int ids = 0; ids < 2; ids++) { // it was known by its content alone, which is another now
        struct bank_statement s = read_without_payer(&f, ids, text);
        expect(bank_book(&f, &s) == BANK_IMPORT_WRONG);
        expect(bank_statement_wrong(&s)->fault == BANK_FAULT_OTHER_READING);
    }
    struct bank_statement later = read_without_payer(&f, false, "04.05.2018;5,00;A;x;1\n");
    expect(bank_book(&f, &later) == OK);
    expect_str(income(&f), S("10.00"));
    fund_end(&f);
    f = fund_start();
    expect_str(book_csv(&f, true, text), S("G"));
    struct bank_statement s = read_without_payer(&f, true, text);
    expect(bank_book(&f, &s) == OK);
    expect_str(bank_verdicts(&f, &s), S("T"));
    s = read_without_payer(&f, false, text);
    expect(bank_book(&f, &s) == BANK_IMPORT_WRONG);
    expect_str(income(&f), S("5.00"));
    fund_end(&f);
}

TEST_AND_FAULTS(bank_gift_that_was_entered_by_hand_with_its_number_waits)
{
    struct fund f = fund_start();
    struct contribution_draft d = fund_draft(&f, "bank", "25.00 EUR", "2018-05-03");
    int64_t id = 0;
    d.reference = S("B-77");
    expect(fund_try(&f, &d, &id) == OK);
    expect_str(book_csv(&f, true, "03.05.2018;25,00;Agnes;boat;B-77\n"), S("W"));
    expect_str(income(&f), S("25.00"));
    expect_str(book_csv(&f, true, "03.05.2018;25,00;Agnes;boat;B-77\n"), S("T"));
    fund_expect_sound(&f);
    fund_end(&f);
}

TEST(bank_gift_that_may_have_been_entered_by_hand_is_pointed_at)
{
    struct fund f = fund_start();
    int64_t id = fund_add(&f, "bank", "25.00 EUR", "2018-05-03");
    (void)fund_add(&f, "paypal", "26.00 EUR", "2018-05-03");
    static const char text[] = "03.05.2018;25,00;A;x;1\n03.05.2018;26,00;A;x;2\n"
                               "02.05.2018;25,00;A;x;3\n03.05.2018;-25,00;A;x;4\n";
    struct bank_statement s = matched(&f, true, text);
    expect(s.lines[0].by_hand && !s.lines[1].by_hand && !s.lines[2].by_hand);
    expect_str(bank_verdicts(&f, &s), S("GGGO"));
    expect(fund_reverse(&f, id) == OK);
    s = matched(&f, true, text);
    expect(!s.lines[0].by_hand);
    fund_end(&f);
}

struct checking {
    struct fund *f;
    struct str why;
};

static err check_all(void *arg)
{
    struct checking *c = arg;
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(c->f->store, &tx);
    return e ? e : bank_check(&tx, &c->f->arena, &c->why);
}

static struct str check_why(struct fund *f)
{
    struct checking c = { f, S("good") };
    err e = fault_each(check_all, &c);
    expect(e == OK || e == BANK_CHECK_WRONG);
    return c.why;
}

QUERY(free_lines, "drop trigger if exists payment_message_body");
QUERY(forge_amount, "update bank_line set amount = '5.01 EUR' where object = '1'");
QUERY(forge_day, "update bank_line set day = day + 1 where object = '1'");
QUERY(forge_named, "update bank_line set named = 0 where object = '1'");
QUERY(forge_content, "update bank_line set content = zeroblob(32) where object = '1'");
QUERY(forge_rule, "update bank_import set rule = 'nonsense'");
QUERY(forge_column, "update bank_import set rule = replace(rule, 'amount = 2', 'amount = 1')");
QUERY(forge_body, "update payment_message set body = cast('03.05.2018;6,00;A;x;1' as blob)");
QUERY(drop_bodies, "update payment_message set body = null");

struct forging {
    struct fund *f;
    const struct query *how;
    struct str why;
};

/* Looked at and undone. */
static err forge_work(struct tx *tx, void *arg)
{
    struct forging *g = arg;
    expect(query_run(query_start(tx, &free_lines), NULL) == OK);
    expect(query_run(query_start(tx, g->how), NULL) == OK);
    g->why = S("good");
    expect(bank_check(tx, &g->f->arena, &g->why) >= 0);
    return BANK_CHECK_WRONG;
}

static struct str forged(struct fund *f, const struct query *how)
{
    struct forging g = { .f = f, .how = how };
    expect(store_write(f->store, forge_work, &g) == BANK_CHECK_WRONG);
    return g.why;
}

#define SAYS(what) S("line 1 of a bank's statement: its " what " is not what the evidence says")

TEST_AND_FAULTS(bank_check_reads_every_line_again_from_its_evidence)
{
    struct fund f = fund_start();
    expect_str(check_why(&f), S("good"));
    expect_str(book_csv(&f, true,
                        "03.05.2018;5,00;A;x;1\n03.05.2018;1.234,00;\"B;\"\"\n\";y;\n"
                        "03.05.2018;1.234,00;\"B;\"\"\n\";y;\n04.05.2018;-3,00;C;z;3\n"),
               S("GGGO"));
    expect_str(check_why(&f), S("good"));
    expect_str(forged(&f, &forge_amount), SAYS("amount"));
    expect_str(forged(&f, &forge_day), SAYS("day"));
    expect_str(forged(&f, &forge_named), SAYS("number"));
    expect_str(forged(&f, &forge_content), SAYS("content"));
    expect_str(forged(&f, &forge_rule), SAYS("rule"));
    expect_str(forged(&f, &forge_column), SAYS("verdict"));
    expect_str(forged(&f, &forge_body), SAYS("hash of its evidence"));
    expect_str(forged(&f, &drop_bodies), S("good")); // its time is over
    expect_str(check_why(&f), S("good"));
    fund_end(&f);
}

TEST_AND_FAULTS(bank_check_reads_camt_again_as_far_as_it_stands_alone)
{
    struct fund f = fund_start();
    struct str gift =
        bank_entry(&f, "CRDT", "20.00", "<AcctSvcrRef>1</AcctSvcrRef>" REFS("E1", "T1"));
    struct str back =
        bank_entry(&f, "DBIT", "20.00", BACK "<AcctSvcrRef>1</AcctSvcrRef>" REFS("E1", "T1"));
    struct str batch = bank_entry(&f, "CRDT", "3.00",
                                  "<NtryDtls><TxDtls><Amt Ccy=\"EUR\">1.00</Amt></TxDtls>"
                                  "<TxDtls><Amt Ccy=\"EUR\">2.00</Amt></TxDtls></NtryDtls>");
    expect_str(book_camt(&f, two(&f, two(&f, gift, back), batch)), S("GRGG"));
    expect_str(check_why(&f), S("good"));
    expect_str(forged(&f, &forge_amount), SAYS("amount"));
    expect_str(forged(&f, &forge_named), SAYS("number"));
    // names with a prefix cannot be read without the file: only their hash is compared
    struct str other = S("<n:Document xmlns:n='urn:iso:std:iso:20022:tech:xsd:camt.053.001.02'>"
                         "<n:BkToCstmrStmt><n:Stmt><n:Ntry><n:Amt Ccy='EUR'>7.00</n:Amt>"
                         "<n:CdtDbtInd>CRDT</n:CdtDbtInd><n:Sts>BOOK</n:Sts><n:BookgDt>"
                         "<n:Dt>2018-05-03</n:Dt></n:BookgDt></n:Ntry></n:Stmt></n:BkToCstmrStmt>"
                         "</n:Document>");
    struct bank_statement s = bank_read_camt(&f, other);
    expect(bank_book(&f, &s) == OK);
    expect_str(bank_verdicts(&f, &s), S("G"));
    expect_str(check_why(&f), S("good"));
    fund_end(&f);
}

TEST_AND_FAULTS(bank_payers_words_are_kept_apart_from_the_ledger)
{
    struct fund f = fund_start();
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct giver g = { 0 };
    size_t at = 0;
    expect_str(book_csv(&f, true, "03.05.2018;25,00;=cmd()!A1;@SUM(1+1);1\n"), S("G"));
    struct contribution c = fund_get(&f, 1);
    expect(c.source == LEDGER_BY_PROVIDER && c.giver > 0);
    expect(store_read(f.store, &tx) == OK);
    expect(giver_get(&tx, c.giver, &f.arena, &g) == OK);
    tx_end(&tx);
    expect_str(g.name, S("=cmd()!A1"));
    expect_str(g.message, S("@SUM(1+1)"));
    expect(!g.named);
    struct str csv = fund_csv(&f);
    expect(!str_find(csv, S("cmd"), &at) && !str_find(csv, S("SUM"), &at));
    fund_end(&f);
}

static err set_work(struct tx *tx, void *arg)
{
    return bank_mapping_set(tx, arg);
}

TEST(bank_mapping_is_kept_per_channel)
{
    struct fund f = fund_start();
    struct bank_mapping m = bank_plain_mapping(true);
    struct bank_mapping back = { 0 };
    bool found = true;
    struct bank_mapping_change c = { .channel = S("bank"),
                                     .mapping = bank_mapping_print(&m, &f.arena),
                                     .by = fund_treasurer(&f),
                                     .now = f.now };
    for (int i = 0; i < 2; i++) // again: the new one stands
        expect(store_write(f.store, set_work, &c) == OK);
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(f.store, &tx) == OK);
    expect(bank_mapping_get(&tx, S("bank"), &f.arena, &back, &found) == OK && found);
    expect_str(bank_mapping_print(&back, &f.arena), c.mapping);
    expect(bank_mapping_get(&tx, S("savings"), &f.arena, &back, &found) == OK && !found);
    expect(!back.csv && back.camt_ids);
    tx_end(&tx);
    fund_end(&f);
}

struct breaking {
    const struct query *how;
    tx_work *work;
    void *arg;
};

static err breaking_work(struct tx *tx, void *arg)
{
    const struct breaking *b = arg;
    err e = query_run(query_start(tx, b->how), NULL);
    expect(e == OK);
    return b->work(tx, b->arg);
}

static err import_work(struct tx *tx, void *arg)
{
    struct bank_import i = {
        .channel = S("bank"), .statement = arg, .by = ACTOR_CLI, .now = FUND_NOW
    };
    return bank_import(tx, &i);
}

TEST(bank_import_that_fails_anywhere_books_nothing)
{
    static const struct query *const ways[] = { &break_import, &break_line,    &break_key,
                                                &break_event,  &break_message, &break_audit,
                                                &lose_imports, &lose_lines,    &lose_contents,
                                                &lose_keys };
    struct fund f = fund_start();
    struct str gift =
        bank_entry(&f, "CRDT", "20.00", "<AcctSvcrRef>G</AcctSvcrRef>" REFS("E1", "T1"));
    struct str back =
        bank_entry(&f, "DBIT", "20.00", BACK "<AcctSvcrRef>R</AcctSvcrRef>" REFS("E1", "T1"));
    struct str both = two(&f, gift, back);
    struct str file = bank_camt(&f, "02", str_z(&f.arena, both));
    for (size_t i = 0; i < COUNT(ways); i++) {
        struct bank_statement s = bank_read_camt(&f, file);
        struct breaking b = { ways[i], import_work, &s };
        printf("# %s\n", ways[i]->name);
        expect(store_write(f.store, breaking_work, &b) < 0);
        expect_str(income(&f), S("0.00"));
    }
    expect_str(book_camt(&f, both), S("GR"));
    fund_expect_sound(&f);
    fund_end(&f);
}

static err get_work(struct tx *tx, void *arg)
{
    struct fund *f = arg;
    struct bank_mapping m = { 0 };
    bool found = false;
    return bank_mapping_get(tx, S("bank"), &f->arena, &m, &found);
}

QUERY(spoil_mapping, "update bank_mapping set mapping = 'nonsense'");

TEST(bank_mapping_that_cannot_be_kept_or_read_is_a_fault)
{
    struct fund f = fund_start();
    struct bank_mapping_change c = {
        .channel = S("bank"), .mapping = S("camt_ids = no\n"), .by = ACTOR_CLI, .now = f.now
    };
    expect(store_write(f.store, breaking_work, &(struct breaking){ &break_mapping, set_work, &c }) <
           0);
    expect(store_write(f.store, set_work, &c) == OK);
    expect(store_write(f.store, get_work, &f) == OK); // prepared while all was there
    expect(store_write(f.store, breaking_work, &(struct breaking){ &lose_mapping, get_work, &f }) <
           0);
    expect(store_write(f.store, breaking_work,
                       &(struct breaking){ &spoil_mapping, get_work, &f }) == ERR_DATA);
    fund_end(&f);
}

/* An event that the tables of statements do not know: another program told it. */
static err take_work(struct tx *tx, void *arg)
{
    struct fund *f = arg;
    struct payment_event e = { .channel = S("bank"),
                               .kind = PAYMENT_RECEIVED,
                               .object = S("B-1"),
                               .amount = fund_amount("25.00 EUR"),
                               .occurred_at = f->now,
                               .day = fund_day("2018-05-03"),
                               .source = LEDGER_BY_PROVIDER };
    struct payment_result r = { 0 };
    return payment_take(tx, &e, f->now, &f->arena, &r);
}

TEST(bank_gift_that_another_told_before_is_there_or_differs)
{
    struct fund f = fund_start();
    expect(store_write(f.store, take_work, &f) == OK);
    struct bank_statement s = bank_read_csv(&f, true, "03.05.2018;26,00;Agnes;boat;B-1\n");
    expect(bank_book(&f, &s) == BANK_IMPORT_WRONG);
    expect(bank_statement_wrong(&s)->fault == BANK_FAULT_DIFFERS);
    expect_str(book_csv(&f, true, "03.05.2018;25,00;Agnes;boat;B-1\n"), S("T"));
    expect_str(income(&f), S("25.00"));
    fund_expect_sound(&f);
    fund_end(&f);
}

TEST(bank_line_too_large_to_be_kept_as_evidence_is_booked)
{
    struct fund f = fund_start();
    struct buf text CLEANUP(buf_free) = buf_make(BANK_FILE_MAX);
    buf_put(&text, S("03.05.2018;5,00;A;\""));
    while (text.n <= PAYMENT_MESSAGE_MAX)
        buf_put(&text, S("a line of many\n"));
    buf_put(&text, S("\";1\n"));
    expect_str(book_csv(&f, true, str_z(&f.arena, buf_str(&text))), S("G"));
    expect_str(income(&f), S("5.00"));
    fund_expect_sound(&f);
    fund_end(&f);
}
