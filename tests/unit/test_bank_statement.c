#include "base/buf.h"
#include "unit/bank_help.h"
#include "unit/test.h"

#include <string.h>

/* Without these a line of a bank's statement could be taken for another, or for none. */

static void expect_wrong(struct fund *f, const struct bank_statement *s, int line, int column,
                         enum bank_fault fault)
{
    const struct bank_line *l = bank_statement_wrong(s);
    expect(l && s->counts[BANK_WRONG] > 0);
    printf("# " STR_FMT ": line %d column %d: %s\n", STR_ARG(bank_verdicts(f, s)), l->line,
           l->column, bank_fault_sentence(l->fault));
    expect(l->line == line && l->column == column && l->fault == fault);
}

TEST(bank_csv_lines_are_gifts_when_money_came_in)
{
    struct fund f = fund_start();
    struct bank_statement s =
        bank_read_csv(&f, true,
                      "03.05.2018;1.025,50;\"Agnes; Vale\";For the boat;A1\r\n"
                      "03.05.2018;-9,00;Post;Stamps;A2\r\n"
                      "03.05.2018;0,00;Bank;Interest;A3\r\n"
                      "29.02.2016;5;=cmd|'/c calc'!A1;@SUM(1+1);A4\r\n");
    expect_str(bank_verdicts(&f, &s), S("GONG"));
    expect(s.format == BANK_CSV && s.first_day == fund_day("2016-02-29") &&
           s.last_day == fund_day("2018-05-03"));
    const struct bank_line *l = &s.lines[0];
    expect(l->line == 1 && l->day == fund_day("2018-05-03"));
    expect_str(amount_print(&f.arena, l->amount), S("1025.50"));
    expect_str(l->payer, S("Agnes; Vale"));
    expect_str(l->text, S("For the boat"));
    expect_str(l->object, S("A1"));
    expect_str(l->raw, S("03.05.2018;1.025,50;\"Agnes; Vale\";For the boat;A1"));
    expect_str(s.lines[3].payer, S("=cmd|'/c calc'!A1"));
    expect(!bank_statement_wrong(&s));
    fund_end(&f);
}

TEST(bank_csv_says_line_and_column_of_what_it_does_not_understand)
{
    static const struct {
        const char *text;
        int line, column;
        enum bank_fault fault;
    } cases[] = {
        { "03.05.2018;1,00;a;b;1\n30.02.2018;1,00;a;b;2\n", 2, 1, BANK_FAULT_DAY },
        { "31.12.1999;1,00;a;b;1\n", 1, 1, BANK_FAULT_DAY_RANGE },
        { "06.05.2018;1,00;a;b;1\n", 1, 1, BANK_FAULT_DAY_RANGE },
        { "\n03.05.2018;1.00;a;b;1\n", 2, 2, BANK_FAULT_AMOUNT },
        { "03.05.2018;99999999999999999999;a;b;1\n", 1, 2, BANK_FAULT_LARGE },
        { "03.05.2018;100000000000,01;a;b;1\n", 1, 2, BANK_FAULT_LARGE },
        { "03.05.2018\n", 1, 2, BANK_FAULT_FIELDS },
        { "03.05.2018;1,00;\"a;b;1\n", 1, 3, BANK_FAULT_QUOTE },
        { "03.05.2018;1,00;\"a\"x;b;1\n", 1, 3, BANK_FAULT_QUOTE },
        { "03.05.2018;1,00;a;b;1\n03.05.2018;2,00;a;b;1\n", 2, 0, BANK_FAULT_ID_TWICE },
        { "03.05.2018;1,00;a;b;1\n03.05.2018;1,00;a;b;1\n", 2, 0, BANK_FAULT_ID_TWICE },
        { "", 0, 0, BANK_FAULT_EMPTY },
        { "\n\n", 0, 0, BANK_FAULT_EMPTY },
        { "03.05.2018;1,00;a;b;1\n03.05.2018;2,00;\xFC;b;2\n", 2, 0, BANK_FAULT_ENCODING },
    };
    struct fund f = fund_start();
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bank_statement s = bank_read_csv(&f, true, cases[i].text);
        expect_wrong(&f, &s, cases[i].line, cases[i].column, cases[i].fault);
    }
    struct bank_statement most = bank_read_csv(&f, true, "05.05.2018;100000000000,00;a;b;1\n");
    expect_str(bank_verdicts(&f, &most), S("G")); // tomorrow, and the most that can be booked
    struct bank_mapping none = bank_mapping_standard();
    struct bank_statement s = bank_read(&f, &none, S("a;b\n"));
    expect_wrong(&f, &s, 0, 0, BANK_FAULT_NO_MAPPING);
    s = bank_read(&f, NULL, S("a;b\n"));
    expect_wrong(&f, &s, 0, 0, BANK_FAULT_NO_MAPPING);
    for (int i = 0; i < BANK_FAULTS; i++)
        expect(bank_fault_sentence((enum bank_fault)i)[0] &&
               bank_fault_word((enum bank_fault)i)[0]);
    for (int i = 0; i < BANK_VERDICTS; i++)
        expect(bank_verdict_sentence((enum bank_verdict)i)[0] &&
               bank_verdict_word((enum bank_verdict)i)[0]);
    fund_end(&f);
}

static struct bank_statement read_with(struct fund *f, const char *mapping, struct str text)
{
    struct bank_mapping *m = arena_new(&f->arena, struct bank_mapping, 1);
    struct bank_mapping_wrong wrong = { 0 };
    expect(bank_mapping_parse(str_from_z(mapping), m, &wrong) == OK);
    return bank_read(f, m, text);
}

TEST(bank_csv_finds_columns_by_the_names_in_the_header)
{
    static const char mapping[] = "encoding = windows-1252\nskip = 3\nskip_end = 1\n"
                                  "day = Buchung\ncredit = Gutschrift\ndebit = Lastschrift\n"
                                  "currency = W\xC3\xA4hrung\npayer = Name\n";
    static const char head[] = "Konto;DE89\n\"open quote;in the junk\n";
    struct fund f = fund_start();
    struct str text = str_print(&f.arena,
                                "%sName;W\xE4hrung;Gutschrift;Lastschrift; Buchung \n"
                                "J\xF6rg;EUR;25,00;;03.05.2018\n"
                                "Post;EUR;;-3,00;03.05.2018\n"
                                "Post;EUR;0,00;3,00;03.05.2018\n"
                                "Saldo;;;;\n",
                                head);
    struct bank_statement s = read_with(&f, mapping, text);
    expect_str(bank_verdicts(&f, &s), S("GOO"));
    expect_str(s.lines[0].payer, S("J\xC3\xB6rg"));
    expect(s.lines[0].line == 4);
    s = read_with(&f, mapping, S("a\nb\nName;W\xE4hrung;Gutschrift;Buchung\nx\n"));
    expect_wrong(&f, &s, 3, 0, BANK_FAULT_HEADER); // a column is missing
    s = read_with(&f, mapping, S("a\nb\nName;W\xE4hrung;Gutschrift;Lastschrift;Buchung;Name\nx\n"));
    expect_wrong(&f, &s, 3, 0, BANK_FAULT_HEADER); // or there twice
    s = read_with(&f, mapping, S("a\nb\n\"Name\nx\n"));
    expect_wrong(&f, &s, 3, 1, BANK_FAULT_QUOTE);
    s = read_with(&f, mapping, S("a\n"));
    expect_wrong(&f, &s, 2, 0, BANK_FAULT_HEADER);
    fund_end(&f);
}

TEST(bank_csv_takes_one_of_credit_and_debit)
{
    static const char mapping[] = "day = 1\ncredit = 2\ndebit = 3\ncurrency = 4\n";
    struct fund f = fund_start();
    struct bank_statement s = read_with(&f, mapping, S("03.05.2018;;;EUR\n"));
    expect_wrong(&f, &s, 1, 2, BANK_FAULT_BOTH);
    s = read_with(&f, mapping, S("03.05.2018;1,00;2,00;EUR\n"));
    expect_wrong(&f, &s, 1, 2, BANK_FAULT_BOTH);
    s = read_with(&f, mapping, S("03.05.2018;1,00;x;EUR\n"));
    expect_wrong(&f, &s, 1, 3, BANK_FAULT_AMOUNT);
    s = read_with(&f, mapping, S("03.05.2018;x;;EUR\n"));
    expect_wrong(&f, &s, 1, 2, BANK_FAULT_AMOUNT);
    s = read_with(&f, mapping, S("03.05.2018;1,00;;EURO\n"));
    expect_wrong(&f, &s, 1, 4, BANK_FAULT_CURRENCY);
    s = read_with(&f, mapping, S("03.05.2018;1,00;;BTC\n"));
    expect_wrong(&f, &s, 1, 4, BANK_FAULT_CURRENCY);
    s = read_with(&f, mapping, S("03.05.2018;1,00;\n"));
    expect_wrong(&f, &s, 1, 4, BANK_FAULT_FIELDS);
    s = read_with(&f, "day = 1\ncredit = 3\ncurrency_code = JPY\n", S("03.05.2018;x\n"));
    expect_wrong(&f, &s, 1, 3, BANK_FAULT_FIELDS);
    s = read_with(&f, "day = 1\ncredit = 2\ncurrency_code = JPY\n", S("03.05.2018;500\n"));
    expect_str(bank_verdicts(&f, &s), S("G"));
    s = read_with(&f, mapping, S("03.05.2018;1.000,00;;EUR\n"));
    expect_wrong(&f, &s, 1, 2, BANK_FAULT_AMOUNT); // thousands are not set apart here
    fund_end(&f);
}

TEST(bank_files_have_a_most_of_lines_and_bytes)
{
    struct fund f = fund_start();
    struct buf text CLEANUP(buf_free) = buf_make(BANK_FILE_MAX + 2);
    for (int i = 0; i < BANK_LINES_MAX; i++)
        buf_print(&text, "03.05.2018;1,00;a;b;%d\n", i);
    struct bank_mapping m = bank_plain_mapping(true);
    struct bank_statement s = bank_read(&f, &m, buf_str(&text));
    expect(s.n == BANK_LINES_MAX && s.counts[BANK_GIFT] == s.n);
    buf_put(&text, S("03.05.2018;1,00;a;b;x\n"));
    s = bank_read(&f, &m, buf_str(&text));
    const struct bank_line *l = bank_statement_wrong(&s);
    expect(l && l->fault == BANK_FAULT_LONG && l->line == BANK_LINES_MAX + 1);
    m.skip_end = 1;
    s = bank_read(&f, &m, buf_str(&text));
    expect(s.n == BANK_LINES_MAX && !s.counts[BANK_WRONG]);
    while (text.n <= BANK_FILE_MAX)
        buf_put_char(&text, '\n');
    s = bank_read(&f, &m, buf_str(&text));
    expect_wrong(&f, &s, 0, 0, BANK_FAULT_LONG);
    fund_end(&f);
}

/* As at the desk, whose memory for a statement has a most. */
TEST(bank_payers_who_give_nothing_are_found_in_the_longest_file_in_bounded_memory)
{
    struct fund f = fund_start();
    struct arena a CLEANUP(arena_free);
    struct buf text CLEANUP(buf_free) = buf_make(BANK_FILE_MAX);
    struct buf names CLEANUP(buf_free) = buf_make(BANK_NOT_GIFTS_MAX);
    struct bank_mapping m = bank_plain_mapping(false);
    struct bank_statement s = { 0 };
    arena_init(&a, 64 * 1024 * 1024);
    for (int i = 100; i < 199; i++)
        buf_print(&names, "%d;", i);
    m.not_gifts = buf_str(&names);
    for (int i = 0; i < BANK_LINES_MAX; i++)
        buf_print(&text, "03.05.2018;25,00;%0700d%s;boat;\n", 0, i == 7 ? "198" : "");
    expect(!buf_full(&text) && !buf_full(&names));
    struct bank_file file = { .bytes = buf_str(&text), .mapping = &m, .now = f.now };
    bank_statement_read(&file, &a, &s);
    expect(!arena_full(&a) && s.counts[BANK_PAYOUT] == 1 &&
           s.counts[BANK_GIFT] == BANK_LINES_MAX - 1);
    fund_end(&f);
}

TEST(bank_lines_are_known_by_their_number_or_by_what_they_say)
{
    struct fund f = fund_start();
    struct bank_statement s = bank_read_csv(&f, false,
                                            "03.05.2018;5,00;A;x;1\n03.05.2018;5,00;A;x;2\n"
                                            "02.05.2018;5,00;A;x;3\n03.05.2018;5,00;A;x;4\n");
    expect_str(bank_verdicts(&f, &s), S("GGGG"));
    expect(s.lines[0].ordinal == 1 && s.lines[1].ordinal == 2 && s.lines[2].ordinal == 1 &&
           s.lines[3].ordinal == 3);
    expect(str_starts(s.lines[0].object, S("sha256:")) && s.lines[0].object.n == 7 + 64 + 2);
    expect(str_ends(s.lines[3].object, S(":3")));
    s = bank_read_csv(&f, true, "03.05.2018;5,00;A;x;two words\n03.05.2018;5,00;A;x;\n");
    expect(str_starts(s.lines[0].object, S("id-sha256:")));
    expect(str_starts(s.lines[1].object, S("sha256:")) && s.lines[1].ordinal == 2);
    char id[BANK_ID_MAX + 2];
    memset(id, '7', sizeof id);
    struct str most = { id, BANK_ID_MAX };
    struct str more = { id, BANK_ID_MAX + 1 };
    s = bank_read_csv(&f, true,
                      str_z(&f.arena, str_print(&f.arena,
                                                "03.05.2018;5,00;A;x;" STR_FMT
                                                "\n03.05.2018;5,00;A;x;" STR_FMT "\n",
                                                STR_ARG(most), STR_ARG(more))));
    expect_str(s.lines[0].object, most);
    expect(str_starts(s.lines[1].object, S("id-sha256:")));
    fund_end(&f);
}

TEST(bank_csv_has_a_most_of_columns_and_takes_short_lines)
{
    struct fund f = fund_start();
    struct buf text CLEANUP(buf_free) = buf_make(1024);
    buf_put(&text, S("03.05.2018;1,00"));
    for (int i = 0; i < 127; i++)
        buf_put_char(&text, ';');
    struct bank_mapping m = bank_plain_mapping(true);
    struct bank_statement s = bank_read(&f, &m, buf_str(&text));
    expect_wrong(&f, &s, 1, 129, BANK_FAULT_FIELDS);
    s = bank_read_csv(&f, true, "03.05.2018;1,00\n"); // no payer, no words, no number
    expect_str(bank_verdicts(&f, &s), S("G"));
    expect(!s.lines[0].payer.n && str_starts(s.lines[0].object, S("sha256:")));
    s = bank_read_csv(&f, true, "03.05.2018;1,00;a\x01z;b;\xC3\xBC\n");
    expect(!s.lines[0].payer.n && str_starts(s.lines[0].object, S("id-sha256:")));
    fund_end(&f);
}

TEST(bank_csv_with_too_many_lines_and_a_tail_says_so_once)
{
    struct fund f = fund_start();
    struct buf text CLEANUP(buf_free) = buf_make(BANK_FILE_MAX);
    struct bank_mapping m = bank_plain_mapping(false);
    m.skip_end = 2;
    for (int i = 0; i < BANK_LINES_MAX + 3; i++)
        buf_put(&text, S("03.05.2018;1,00;a;b\n"));
    struct bank_statement s = bank_read(&f, &m, buf_str(&text));
    expect(s.n == BANK_LINES_MAX + 1 && s.counts[BANK_WRONG] == 1);
    buf_put(&text, S("\"open"));
    m.skip_end = 200;
    text.n = 0;
    buf_put(&text, S("03.05.2018;1,00;a;b\n\"open"));
    s = bank_read(&f, &m, buf_str(&text));
    expect_wrong(&f, &s, 2, 1, BANK_FAULT_QUOTE);
    text.n = 0;
    buf_put(&text, S("sum;1\n"));
    s = bank_read(&f, &m, buf_str(&text)); // fewer lines than are left out
    expect_wrong(&f, &s, 0, 0, BANK_FAULT_EMPTY);
    fund_end(&f);
}
