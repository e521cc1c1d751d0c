#include "funding/bank_cell.h"
#include "funding/bank_mapping.h"
#include "unit/test.h"

/* Without these a gift of 1.234 could be counted as 1,234, or one of February as one of March. */

static struct str amount(struct arena *a, const char *text, const char *marks, const char *code)
{
    struct currency c = { 0 };
    struct amount m = { 0 };
    expect(currency_parse(str_from_z(code), &c));
    char thousands = marks[1] == '-' ? '\0' : marks[1];
    if (!bank_amount_read(str_from_z(text), marks[0], thousands, c, &m))
        return S("no");
    return amount_print(a, m);
}

TEST(bank_amounts_are_read_as_their_bank_writes_them)
{
    static const struct {
        const char *text, *marks, *code, *want;
    } cases[] = {
        { "12,50", ",.", "EUR", "12.50" },
        { "1.234,50", ",.", "EUR", "1234.50" },
        { "1.234.567", ",.", "EUR", "1234567.00" },
        { "-12,50", ",.", "EUR", "-12.50" },
        { "12,50-", ",.", "EUR", "-12.50" },
        { "12,50 -", ",.", "EUR", "-12.50" },
        { "+12,50", ",.", "EUR", "12.50" },
        { "12,50+", ",.", "EUR", "12.50" },
        { "(12.50)", ".,", "USD", "-12.50" },
        { "\xE2\x88\x92"
          "3,00",
          ",.", "EUR", "-3.00" },
        { "1'234.50", ".'", "CHF", "1234.50" },
        { "1\xE2\x80\x99"
          "234.50",
          ".'", "CHF", "1234.50" },
        { "1 234,50", ", ", "SEK", "1234.50" },
        { "1\xC2\xA0"
          "234,50 ",
          ", ", "SEK", "1234.50" },
        { "1\xE2\x80\xAF"
          "234,5",
          ", ", "SEK", "1234.50" },
        { "25.5000", ".-", "USD", "25.50" },
        { "25.5001", ".-", "USD", "no" },
        { "1.000", ",.", "JPY", "1000" },
        { "1000,00", ",.", "JPY", "1000" },
        { "1000,10", ",.", "JPY", "no" },
        { "1,234", ",.", "KWD", "1.234" },
        { "0,00", ",.", "EUR", "0.00" },
        // what could be two numbers is none
        { "1.23", ",.", "EUR", "no" },
        { "1.2345", ",.", "EUR", "no" },
        { "1234.567", ",.", "EUR", "no" },
        { "12,345.00", ",.", "EUR", "no" },
        { "1,234", ".-", "USD", "no" },
        { "1 234", ",.", "EUR", "no" },
        { "--5", ",.", "EUR", "no" },
        { "-5-", ",.", "EUR", "no" },
        { "(-5)", ",.", "EUR", "no" },
        { "(5", ",.", "EUR", "no" },
        { "(5)-", ",.", "EUR", "no" },
        { "(+5)", ",.", "EUR", "no" },
        { "+5+", ",.", "EUR", "no" },
        { "\t5\t", ",.", "EUR", "5.00" },
        { "1.234.56", ",.", "EUR", "no" },
        { "1.2345678901234567890123456789012345678901234", ",.", "EUR", "no" },
        { "1,1111111111111111111111111111111111111111111", ",.", "EUR", "no" },
        { "1.x", ",.", "EUR", "no" },
        { "1.", ",.", "EUR", "no" },
        { "", ",.", "EUR", "no" },
        { ",50", ",.", "EUR", "no" },
        { "5,", ",.", "EUR", "no" },
        { "1e3", ",.", "EUR", "no" },
        { "5 EUR", ",.", "EUR", "no" },
        { "=5", ",.", "EUR", "no" },
        { "007,00", ",.", "EUR", "no" },
        { "99999999999999999999,99", ",.", "EUR", "99999999999999999999.99" },
        { "999999999999999999999", ",.", "EUR", "no" },
        { "11111111111111111111111111111111111111111", ",.", "EUR", "no" },
        { "1111111111111111111111111111111111111111,1", ",.", "EUR", "no" },
    };
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < COUNT(cases); i++) {
        printf("# %s\n", cases[i].text);
        expect_str(amount(&a, cases[i].text, cases[i].marks, cases[i].code),
                   str_from_z(cases[i].want));
    }
}

static struct str day(struct arena *a, const char *text, const char *form)
{
    struct date d = { 0 };
    return bank_date_read(str_from_z(text), str_from_z(form), &d) ? date_print(a, d) : S("no");
}

TEST(bank_days_are_real_and_of_their_form)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 1 << 20);
    expect_str(day(&a, "03.05.2018", "DD.MM.YYYY"), S("2018-05-03"));
    expect_str(day(&a, "05/03/18", "MM/DD/YY"), S("2018-05-03"));
    expect_str(day(&a, "3/5/2018", "D/M/YYYY"), S("2018-05-03"));
    expect_str(day(&a, "13/12/2018", "D/M/YYYY"), S("2018-12-13"));
    expect_str(day(&a, "20180503", "YYYYMMDD"), S("2018-05-03"));
    expect_str(day(&a, "2018-05-03 23:59", "YYYY-MM-DD*"), S("2018-05-03"));
    expect_str(day(&a, "2018-05-03", "YYYY-MM-DD*"), S("2018-05-03"));
    expect_str(day(&a, "29.02.2020", "DD.MM.YYYY"), S("2020-02-29"));
    expect_str(day(&a, "29.02.2000", "DD.MM.YYYY"), S("2000-02-29"));
    expect_str(day(&a, "29.02.2019", "DD.MM.YYYY"), S("no"));
    expect_str(day(&a, "29.02.2100", "DD.MM.YYYY"), S("no"));
    expect_str(day(&a, "31.04.2018", "DD.MM.YYYY"), S("no"));
    expect_str(day(&a, "00.05.2018", "DD.MM.YYYY"), S("no"));
    expect_str(day(&a, "05/13/2018", "DD/MM/YYYY"), S("no"));
    expect_str(day(&a, "3.5.2018", "DD.MM.YYYY"), S("no"));
    expect_str(day(&a, "03.05.2018 ", "DD.MM.YYYY"), S("no"));
    expect_str(day(&a, "03-05-2018", "DD.MM.YYYY"), S("no"));
    expect_str(day(&a, "x/5/2018", "D/M/YYYY"), S("no"));
    expect_str(day(&a, "01.13.2018", "DD.MM.YYYY"), S("no"));
    expect_str(day(&a, "01.00.2018", "DD.MM.YYYY"), S("no"));
    expect_str(day(&a, "32.01.2018", "DD.MM.YYYY"), S("no"));
    expect_str(day(&a, "31.12.1599", "DD.MM.YYYY"), S("no"));
    expect_str(day(&a, "0001-01-01", "YYYY-MM-DD"), S("no"));
    expect_str(day(&a, "", "DD.MM.YYYY"), S("no"));
}

TEST(bank_date_forms_have_each_part_once)
{
    expect(bank_date_form_is_good(S("DD.MM.YYYY")) && bank_date_form_is_good(S("YYYYMMDD")));
    expect(bank_date_form_is_good(S("M/D/YY*")));
    static const char *const bad[] = { "",           "DD.MM",        "DD.MM.YYYY.DD",
                                       "DD.DD.YYYY", "YYY-MM-DD",    "DD.MM.YYYY 1",
                                       "*",          "YY YYYY MM DD" };
    for (size_t i = 0; i < COUNT(bad); i++)
        expect(!bank_date_form_is_good(str_from_z(bad[i])));
}

/* ---- the mapping ---- */

static enum bank_mapping_fault fault_of(const char *text)
{
    struct bank_mapping m = { 0 };
    struct bank_mapping_wrong wrong = { 0 };
    return bank_mapping_parse(str_from_z(text), &m, &wrong) ? wrong.fault : BANK_MAP_FINE;
}

TEST(bank_mapping_comes_back_from_its_own_text)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 1 << 20);
    struct bank_mapping m = { 0 };
    struct bank_mapping_wrong wrong = { 0 };
    static const char text[] =
        "delimiter = tab\nquote = none\nencoding = iso-8859-15\nskip = 3\nskip_end = 2\n"
        "date = D.M.YY\ndecimal = .\nthousands = space\nday = Datum\ncredit = 4\ndebit = 5\n"
        "currency = Währung\nreference = 7\npayer = Name\nid = 9\ncamt_ids = no\n";
    expect(bank_mapping_parse(str_from_z(text), &m, &wrong) == OK);
    expect(m.csv && m.delimiter == '\t' && !m.quote && m.thousands == ' ' && !m.camt_ids);
    struct str printed = bank_mapping_print(&m, &a);
    expect_str(printed, str_from_z(text));
    m = bank_mapping_standard();
    expect(!m.csv && m.camt_ids);
    expect_str(bank_mapping_print(&m, &a), S("camt_ids = yes\n"));
    for (size_t i = 0; bank_mapping_key(i); i++)
        expect(bank_mapping_value(&m, i, &a).n < 12);
}

TEST(bank_mapping_says_what_is_wrong_with_it)
{
    static const struct {
        const char *text;
        enum bank_mapping_fault want;
    } cases[] = {
        { "", BANK_MAP_FINE },
        { "camt_ids = no", BANK_MAP_FINE },
        { "day = 1\namount = 2\ncurrency_code = eur", BANK_MAP_CURRENCY_CODE },
        { "day = 1\namount = 2\ncurrency_code = EUR", BANK_MAP_FINE },
        { "day = 1\ncredit = 2\ncurrency_code = EUR", BANK_MAP_FINE },
        { "nonsense", BANK_MAP_LINE },
        { "[x]\nday = 1", BANK_MAP_LINE },
        { "dya = 1", BANK_MAP_KEY },
        { "day = 1\nday = 2", BANK_MAP_TWICE },
        { "delimiter = ;;", BANK_MAP_DELIMITER },
        { "delimiter = ", BANK_MAP_DELIMITER },
        { "quote = xx", BANK_MAP_QUOTE },
        { "delimiter = \x01", BANK_MAP_LINE },
        { "thousands = '\nday = 1\namount = 2\ncurrency_code = EUR", BANK_MAP_FINE },
        { "decimal = .\nthousands = ,\nday = 1\namount = 2\ncurrency_code = EUR", BANK_MAP_FINE },
        { "thousands = none\nday = 1\namount = 2\ncurrency_code = EUR", BANK_MAP_FINE },
        { "payer = "
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
          BANK_MAP_COLUMN },
        { "payer = 1x/\nskip = 1\nday = 1\namount = 2\ncurrency_code = EUR", BANK_MAP_FINE },
        { "quote = ;\nday = 1\namount = 2\ncurrency_code = EUR", BANK_MAP_QUOTE },
        { "encoding = utf-7", BANK_MAP_ENCODING },
        { "date = DD.MM", BANK_MAP_DATE },
        { "decimal = x", BANK_MAP_DECIMAL },
        { "decimal = ..", BANK_MAP_DECIMAL },
        { "thousands = x", BANK_MAP_THOUSANDS },
        { "thousands = ,", BANK_MAP_THOUSANDS },
        { "skip = 201", BANK_MAP_SKIP },
        { "skip_end = -1", BANK_MAP_SKIP },
        { "day = 0", BANK_MAP_COLUMN },
        { "day = 129", BANK_MAP_COLUMN },
        { "day = ", BANK_MAP_COLUMN },
        { "day = Tag\namount = 2\ncurrency_code = EUR", BANK_MAP_HEADER },
        { "day = 1\namount = 2\ncurrency_code = XYZ", BANK_MAP_CURRENCY_CODE },
        { "day = 1\namount = 2", BANK_MAP_CURRENCY },
        { "day = 1\namount = 2\ncurrency = 3\ncurrency_code = EUR", BANK_MAP_CURRENCY },
        { "amount = 2\ncurrency_code = EUR", BANK_MAP_DAY },
        { "day = 1\ncurrency_code = EUR", BANK_MAP_AMOUNT },
        { "day = 1\namount = 2\ncredit = 3\ncurrency_code = EUR", BANK_MAP_AMOUNT },
        { "day = 1\namount = 2\ndebit = 3\ncurrency_code = EUR", BANK_MAP_AMOUNT },
        { "day = 1\ndebit = 3\ncurrency_code = EUR", BANK_MAP_AMOUNT },
        { "camt_ids = maybe", BANK_MAP_CAMT_IDS },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        printf("# %s\n", cases[i].text);
        expect(fault_of(cases[i].text) == cases[i].want);
    }
    char text[BANK_MAPPING_MAX + 1];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = '\n';
    struct bank_mapping m = { 0 };
    struct bank_mapping_wrong wrong = { 0 };
    expect(bank_mapping_parse((struct str){ text, BANK_MAPPING_MAX }, &m, &wrong) == OK);
    expect(bank_mapping_parse((struct str){ text, sizeof text }, &m, &wrong) && wrong.line == 0);
    for (int i = 0; i < BANK_MAP_FAULTS; i++)
        expect(bank_mapping_sentence((enum bank_mapping_fault)i)[0] &&
               bank_mapping_word((enum bank_mapping_fault)i)[0]);
}
