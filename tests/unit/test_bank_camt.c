#include "base/buf.h"
#include "unit/bank_help.h"
#include "unit/test.h"

#include <string.h>

/* Without these a batch of gifts could count as one, a returned gift go on counting, or a statement
 * of a stranger's account be booked. The statements are written from the message definition; no
 * bank's own file is here. */

static void expect_fault(const struct bank_statement *s, enum bank_fault fault)
{
    const struct bank_line *l = bank_statement_wrong(s);
    expect(l && l->fault == fault);
}

static struct bank_statement of(struct fund *f, const char *direction, const char *amount,
                                const char *more)
{
    struct str entry = bank_entry(f, direction, amount, more);
    return bank_read_camt(f, bank_camt(f, "02", str_z(&f->arena, entry)));
}

#define DETAILS                                                                                    \
    "<AcctSvcrRef>S-1</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>E-1</EndToEndId>"           \
    "<TxId>T-1</TxId></Refs><RltdPties><Dbtr><Nm>Agnes Vale</Nm></Dbtr></RltdPties>"               \
    "<RmtInf><Ustrd>For the</Ustrd><Ustrd>boat</Ustrd></RmtInf></TxDtls></NtryDtls>"

TEST(bank_camt_entries_are_gifts_when_booked_and_credited)
{
    struct fund f = fund_start();
    struct bank_statement s = of(&f, "CRDT", "25.50", DETAILS);
    expect_str(bank_verdicts(&f, &s), S("G"));
    const struct bank_line *l = &s.lines[0];
    expect(s.format == BANK_CAMT && l->line == 3 && l->column == 1);
    expect(l->day == fund_day("2018-05-03") && !l->refund);
    expect_str(amount_print(&f.arena, l->amount), S("25.50"));
    expect_str(l->payer, S("Agnes Vale"));
    expect_str(l->text, S("For the boat"));
    expect_str(l->object, S("S-1"));
    expect_str(l->keys[0], S("E-1"));
    expect_str(l->keys[1], S("T-1"));
    expect(str_starts(l->raw, S("<Ntry>")) && str_ends(l->raw, S("</Ntry>")));
    fund_end(&f);
}

TEST(bank_camt_of_every_version_says_the_same)
{
    struct fund f = fund_start();
    struct str old = bank_camt(&f, "02", str_z(&f.arena, bank_entry(&f, "CRDT", "25.50", DETAILS)));
    struct str young = bank_camt(
        &f, "08",
        "<Ntry><Amt Ccy=\"EUR\">25.50</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>"
        "<BookgDt><DtTm>2018-05-03T23:59:00+02:00</DtTm></BookgDt><AcctSvcrRef>S-1</AcctSvcrRef>"
        "<NtryDtls><TxDtls><Refs><EndToEndId>E-1</EndToEndId><TxId>T-1</TxId></Refs>"
        "<Amt Ccy=\"EUR\">25.50</Amt><CdtDbtInd>CRDT</CdtDbtInd><RltdPties><Dbtr><Pty>"
        "<Nm>Agnes Vale</Nm></Pty></Dbtr></RltdPties><RmtInf><Ustrd>For the boat</Ustrd></RmtInf>"
        "</TxDtls></NtryDtls></Ntry>");
    struct bank_statement a = bank_read_camt(&f, old);
    struct bank_statement b = bank_read_camt(&f, young);
    expect_str(bank_verdicts(&f, &b), S("G"));
    expect_str(a.lines[0].object, b.lines[0].object);
    expect(memcmp(a.lines[0].content, b.lines[0].content, SHA256_BYTES) == 0);
    struct bank_statement newest = bank_read_camt(&f, bank_camt(&f, "13", ""));
    expect(newest.n == 0); // a day without entries
    fund_end(&f);
}

TEST(bank_camt_tells_what_is_no_gift)
{
    struct fund f = fund_start();
    struct bank_statement s = of(&f, "DBIT", "9.00", "");
    expect_str(bank_verdicts(&f, &s), S("O"));
    s = of(&f, "CRDT", "0.00", "");
    expect_str(bank_verdicts(&f, &s), S("N"));
    s = of(&f, "CRDT", "9.00", "<RvslInd>true</RvslInd>"); // our own payment came back
    expect_str(bank_verdicts(&f, &s), S("O"));
    s = of(&f, "DBIT", "9.00", "<RvslInd>1</RvslInd>");
    expect_str(bank_verdicts(&f, &s), S("R"));
    expect(s.lines[0].refund);
    s = of(&f, "CRDT", "9.00", "<RvslInd>false</RvslInd>");
    expect_str(bank_verdicts(&f, &s), S("G"));
    s = bank_read_camt(&f, bank_camt(&f, "02",
                                     "<Ntry><Amt Ccy=\"EUR\">1</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
                                     "<Sts>PDNG</Sts></Ntry>"
                                     "<Ntry><Amt Ccy=\"EUR\">1</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
                                     "<Sts>INFO</Sts></Ntry>"
                                     "<Ntry><Amt Ccy=\"EUR\">1</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
                                     "</Ntry>"));
    expect_str(bank_verdicts(&f, &s), S("UUU"));
    fund_end(&f);
}

TEST(bank_camt_batch_is_split_when_its_parts_make_up_the_whole)
{
#define PART(amount, ref)                                                                          \
    "<TxDtls><Refs><AcctSvcrRef>" ref "</AcctSvcrRef></Refs>"                                      \
    "<AmtDtls><TxAmt><Amt Ccy=\"EUR\">" amount "</Amt></TxAmt></AmtDtls></TxDtls>"
    struct fund f = fund_start();
    struct bank_statement s =
        of(&f, "CRDT", "30.00", "<NtryDtls>" PART("10.00", "P1") PART("20.00", "P2") "</NtryDtls>");
    expect_str(bank_verdicts(&f, &s), S("GG"));
    expect_str(s.lines[0].object, S("P1"));
    expect_str(amount_print(&f.arena, s.lines[1].amount), S("20.00"));
    expect(str_starts(s.lines[1].raw, S("<TxDtls>")));
    s = of(&f, "CRDT", "30.00",
           "<AcctSvcrRef>W</AcctSvcrRef><NtryDtls>" PART("10.00", "P1")
               PART("19.00", "P2") "</NtryDtls>");
    expect_str(bank_verdicts(&f, &s), S("G"));
    expect_str(s.lines[0].object, S("W"));
    expect_str(amount_print(&f.arena, s.lines[0].amount), S("30.00"));
    s = of(&f, "CRDT", "30.00",
           "<NtryDtls>" PART("10.00",
                             "P1") "<TxDtls><Amt Ccy=\"USD\">20.00</Amt></TxDtls></NtryDtls>");
    expect_str(bank_verdicts(&f, &s), S("G"));
    s = of(
        &f, "CRDT", "10.00",
        "<NtryDtls>" PART(
            "10.00", "P1") "<TxDtls><Amt "
                           "Ccy=\"EUR\">0.00</Amt><CdtDbtInd>DBIT</CdtDbtInd></TxDtls></NtryDtls>");
    expect_str(bank_verdicts(&f, &s), S("G"));
    fund_end(&f);
}

TEST(bank_camt_refuses_what_it_cannot_read)
{
    struct fund f = fund_start();
    struct bank_statement s = of(&f, "", "1.00", "");
    expect_fault(&s, BANK_FAULT_DIRECTION);
    static const char *const amounts[] = { "",
                                           "-1.00",
                                           "1,00",
                                           "1.001",
                                           "1e3",
                                           "abc",
                                           "999999999999999999999.00",
                                           "00000000000000000000000000000000000000000001.00" };
    for (size_t i = 0; i < COUNT(amounts); i++) {
        s = of(&f, "CRDT", amounts[i], "");
        expect_fault(&s, BANK_FAULT_AMOUNT);
    }
    s = of(&f, "CRDT", "99999999999999999999.00", "");
    expect_fault(&s, BANK_FAULT_LARGE);
    static const char *const fine[] = { "1", "1.", "1.0", "1.00000", "01.00" };
    for (size_t i = 0; i < COUNT(fine); i++) {
        s = of(&f, "CRDT", fine[i], "");
        expect_str(bank_verdicts(&f, &s), S("G"));
        expect_str(amount_print(&f.arena, s.lines[0].amount), S("1.00"));
    }
    static const char *const days[] = { "2019-02-29", "", "2018-05-03x", "03.05.2018" };
    for (size_t i = 0; i < COUNT(days); i++) {
        struct str entry = str_print(&f.arena,
                                     "<Ntry><Amt Ccy=\"EUR\">1</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
                                     "<Sts>BOOK</Sts><BookgDt><Dt>%s</Dt></BookgDt></Ntry>",
                                     days[i]);
        s = bank_read_camt(&f, bank_camt(&f, "02", str_z(&f.arena, entry)));
        expect_fault(&s, BANK_FAULT_DAY);
    }
    s = bank_read_camt(&f, bank_camt(&f, "02",
                                     "<Ntry><Amt Ccy=\"EUR\">1</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
                                     "<Sts>BOOK</Sts><ValDt><Dt>1999-12-31</Dt></ValDt></Ntry>"));
    expect_fault(&s, BANK_FAULT_DAY_RANGE);
    fund_end(&f);
}

TEST(bank_camt_refuses_other_messages_accounts_and_document_types)
{
    struct fund f = fund_start();
    struct bank_statement s = bank_read_camt(&f, S("<html></html>"));
    expect_fault(&s, BANK_FAULT_NOT_CAMT);
    s = bank_read_camt(
        &f, S("<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.054.001.02'></Document>"));
    expect_fault(&s, BANK_FAULT_NOT_CAMT);
    s = bank_read_camt(
        &f, S("<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.002'></Document>"));
    expect_fault(&s, BANK_FAULT_NOT_CAMT);
    s = bank_read_camt(&f, S("<!DOCTYPE Document [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>"
                             "<Document>&a;</Document>"));
    expect_fault(&s, BANK_FAULT_DOCTYPE);
    s = bank_read_camt(&f, str_sub(bank_camt(&f, "02", ""), 0, 200));
    expect_fault(&s, BANK_FAULT_XML);
    struct bank_file file = { .bytes = bank_camt(&f, "02", ""),
                              .iban = S("GB33BUKB20201555555555"),
                              .now = f.now };
    bank_statement_read(&file, &f.arena, &s);
    expect_fault(&s, BANK_FAULT_ACCOUNT);
    file.iban = S("");
    bank_statement_read(&file, &f.arena, &s);
    expect(s.n == 0);
    fund_end(&f);
}

TEST(bank_camt_reference_twice_is_one_line_or_an_error)
{
    struct fund f = fund_start();
    const char *one = str_z(&f.arena, bank_entry(&f, "CRDT", "5.00", DETAILS));
    const char *other = str_z(&f.arena, bank_entry(&f, "CRDT", "6.00", DETAILS));
    struct str twice = str_print(&f.arena, "%s%s", one, one);
    struct bank_statement s = bank_read_camt(&f, bank_camt(&f, "02", str_z(&f.arena, twice)));
    expect_str(bank_verdicts(&f, &s), S("GT"));
    struct str both = str_print(&f.arena, "%s%s", one, other);
    s = bank_read_camt(&f, bank_camt(&f, "02", str_z(&f.arena, both)));
    expect_fault(&s, BANK_FAULT_ID_TWICE);
    struct bank_mapping m = bank_mapping_standard();
    m.camt_ids = false; // a bank whose references are not what they should be
    s = bank_read(&f, &m, bank_camt(&f, "02", str_z(&f.arena, both)));
    expect_str(bank_verdicts(&f, &s), S("GG"));
    s = of(&f, "CRDT", "5.00", "<AcctSvcrRef>NONREF</AcctSvcrRef>");
    expect(!s.lines[0].id.n && str_starts(s.lines[0].object, S("sha256:")));
    fund_end(&f);
}

TEST(bank_camt_has_a_most_of_entries_and_of_transactions)
{
    struct fund f = fund_start();
    struct buf entries CLEANUP(buf_free) = buf_make(BANK_FILE_MAX);
    struct str one = bank_entry(&f, "CRDT", "1.00", "");
    for (int i = 0; i < BANK_LINES_MAX + 1; i++)
        buf_put(&entries, one);
    const char *all = str_z(&f.arena, buf_str(&entries));
    struct bank_statement s = bank_read_camt(&f, bank_camt(&f, "02", all));
    expect_fault(&s, BANK_FAULT_LONG);
    expect(s.n == BANK_LINES_MAX + 1);
    buf_clear(&entries);
    for (int i = 0; i < 2001; i++)
        buf_put(&entries, S("<TxDtls><Amt Ccy=\"EUR\">1.00</Amt></TxDtls>"));
    struct str batch =
        str_print(&f.arena, "<NtryDtls>" STR_FMT "</NtryDtls>", STR_ARG(buf_str(&entries)));
    s = of(&f, "CRDT", "2001.00", str_z(&f.arena, batch));
    expect(s.n == 1 && s.counts[BANK_GIFT] == 1); // more than we split: one gift
    fund_end(&f);
}

TEST(bank_camt_batch_of_another_direction_is_one_gift)
{
    struct fund f = fund_start();
    struct bank_statement s = of(&f, "CRDT", "2.00",
                                 "<NtryDtls><TxDtls><Amt Ccy=\"EUR\">1.00</Amt><CdtDbtInd>DBIT"
                                 "</CdtDbtInd></TxDtls><TxDtls><Amt Ccy=\"EUR\" x=\"y\">1.00</Amt>"
                                 "</TxDtls></NtryDtls>");
    expect_str(bank_verdicts(&f, &s), S("G"));
    expect_str(amount_print(&f.arena, s.lines[0].amount), S("2.00"));
    fund_end(&f);
}

TEST(bank_camt_words_add_up_to_a_most)
{
    struct fund f = fund_start();
    struct buf words CLEANUP(buf_free) = buf_make(64 * 1024);
    buf_put(&words, S("<NtryDtls><TxDtls><RmtInf>"));
    for (int i = 0; i < 20; i++) {
        buf_put(&words, S("<Ustrd>"));
        for (int k = 0; k < 14; k++)
            buf_put(&words, S("0123456789"));
        buf_put(&words, S("</Ustrd>"));
    }
    buf_put(&words, S("</RmtInf></TxDtls></NtryDtls>"));
    struct bank_statement s = of(&f, "CRDT", "2.00", str_z(&f.arena, buf_str(&words)));
    expect_str(bank_verdicts(&f, &s), S("G"));
    expect(s.lines[0].text.n == 14 * 141 - 1);
    fund_end(&f);
}

TEST(bank_camt_is_known_behind_marks_and_in_utf_16)
{
    struct fund f = fund_start();
    struct str plain = bank_camt(&f, "02", str_z(&f.arena, bank_entry(&f, "CRDT", "5.00", "")));
    struct str text = str_print(&f.arena, "\xEF\xBB\xBF" STR_FMT, STR_ARG(plain));
    struct bank_statement s = bank_read_camt(&f, text);
    expect_str(bank_verdicts(&f, &s), S("G"));
    size_t at = 0;
    expect(str_find(plain, S("?>"), &at));
    struct str body = str_sub(plain, at + 2, plain.n); // UTF-16 needs no declaration
    char *wide = arena_new(&f.arena, char, 2 * body.n + 2);
    wide[0] = '\xFF';
    wide[1] = '\xFE';
    for (size_t i = 0; i < body.n; i++)
        wide[2 * i + 2] = body.s[i];
    s = bank_read_camt(&f, (struct str){ wide, 2 * body.n + 2 });
    expect_str(bank_verdicts(&f, &s), S("G"));
    fund_end(&f);
}

TEST(bank_camt_that_is_too_deep_is_refused)
{
    struct fund f = fund_start();
    struct buf deep CLEANUP(buf_free) = buf_make(64 * 1024);
    for (int i = 0; i < 64; i++)
        buf_put(&deep, S("<a>"));
    struct bank_statement s =
        bank_read_camt(&f, bank_camt(&f, "02", str_z(&f.arena, buf_str(&deep))));
    expect_fault(&s, BANK_FAULT_XML);
    fund_end(&f);
}

TEST(bank_camt_batch_ends_where_there_is_no_more_room)
{
    struct fund f = fund_start();
    struct buf parts CLEANUP(buf_free) = buf_make(BANK_FILE_MAX);
    for (int i = 0; i < 2000; i++)
        buf_put(&parts, S("<TxDtls><Amt Ccy=\"EUR\">1.00</Amt></TxDtls>"));
    struct str batch =
        str_print(&f.arena, "<NtryDtls>" STR_FMT "</NtryDtls>", STR_ARG(buf_str(&parts)));
    struct str entry = bank_entry(&f, "CRDT", "2000.00", str_z(&f.arena, batch));
    struct str all = str_print(&f.arena, STR_FMT STR_FMT STR_FMT, STR_ARG(entry), STR_ARG(entry),
                               STR_ARG(entry));
    struct bank_statement s = bank_read_camt(&f, bank_camt(&f, "02", str_z(&f.arena, all)));
    expect(s.n == BANK_LINES_MAX + 1 && s.counts[BANK_GIFT] == BANK_LINES_MAX);
    expect_fault(&s, BANK_FAULT_LONG);
    fund_end(&f);
}
