#include "funding/bank_mapping.h"
#include "base/buf.h"
#include "base/check.h"
#include "base/ini.h"
#include "base/scan.h"
#include "base/utf8.h"
#include "funding/bank_cell.h"

enum key {
    KEY_DELIMITER,
    KEY_QUOTE,
    KEY_ENCODING,
    KEY_SKIP,
    KEY_SKIP_END,
    KEY_DATE,
    KEY_DECIMAL,
    KEY_THOUSANDS,
    KEY_COLUMNS, /* the columns' keys follow, as enum bank_column has them */
    KEY_CURRENCY_CODE = KEY_COLUMNS + BANK_COLUMNS,
    KEY_CAMT_IDS,
    KEY_NOT_GIFTS,
    KEYS
};
enum { NAME_LEAST = 3 /* bytes */ };
static const char *const key_names[KEYS] = {
    [KEY_DELIMITER] = "delimiter",
    [KEY_QUOTE] = "quote",
    [KEY_ENCODING] = "encoding",
    [KEY_SKIP] = "skip",
    [KEY_SKIP_END] = "skip_end",
    [KEY_DATE] = "date",
    [KEY_DECIMAL] = "decimal",
    [KEY_THOUSANDS] = "thousands",
    [KEY_COLUMNS + BANK_DAY] = "day",
    [KEY_COLUMNS + BANK_AMOUNT] = "amount",
    [KEY_COLUMNS + BANK_CREDIT] = "credit",
    [KEY_COLUMNS + BANK_DEBIT] = "debit",
    [KEY_COLUMNS + BANK_CURRENCY] = "currency",
    [KEY_COLUMNS + BANK_REFERENCE] = "reference",
    [KEY_COLUMNS + BANK_PAYER] = "payer",
    [KEY_COLUMNS + BANK_ID] = "id",
    [KEY_CURRENCY_CODE] = "currency_code",
    [KEY_CAMT_IDS] = "camt_ids",
    [KEY_NOT_GIFTS] = "not_gifts",
};

static const struct {
    const char *sentence, *word;
} faults[BANK_MAP_FAULTS] = {
    [BANK_MAP_FINE] = { "it is fine", "bank_map_fine" },
    [BANK_MAP_LINE] = { "this is not a line of the form key = value", "bank_map_line" },
    [BANK_MAP_KEY] = { "there is no such key; docs/bank.md lists them", "bank_map_key" },
    [BANK_MAP_TWICE] = { "this key stands twice", "bank_map_twice" },
    [BANK_MAP_DELIMITER] = { "the delimiter is one character, or the word tab",
                             "bank_map_delimiter" },
    [BANK_MAP_QUOTE] = { "the quote is one character other than the delimiter, or the word none",
                         "bank_map_quote" },
    [BANK_MAP_ENCODING] = { "the encoding is utf-8, windows-1252, iso-8859-1 or iso-8859-15",
                            "bank_map_encoding" },
    [BANK_MAP_DATE] = { "the date is a form like DD.MM.YYYY, with a day, a month and a year once "
                        "each",
                        "bank_map_date" },
    [BANK_MAP_DECIMAL] = { "the decimal character is a comma or a point", "bank_map_decimal" },
    [BANK_MAP_THOUSANDS] = { "thousands are set apart by one of . , ' or by the words space or "
                             "none, and not by the decimal character",
                             "bank_map_thousands" },
    [BANK_MAP_SKIP] = { "lines to skip are a number from 0 to 200", "bank_map_skip" },
    [BANK_MAP_COLUMN] = { "a column is a number from 1 to 128, or its name", "bank_map_column" },
    [BANK_MAP_HEADER] = { "a column is named, and no line is skipped that could name it",
                          "bank_map_header" },
    [BANK_MAP_CURRENCY] = { "it needs either the column of the currency or one currency_code of "
                            "ISO 4217",
                            "bank_map_currency" },
    [BANK_MAP_CURRENCY_CODE] = { "the one currency of the account is a code of ISO 4217, such as "
                                 "USD",
                                 "desk_currency_unknown" },
    [BANK_MAP_DAY] = { "the column of the day is missing", "bank_map_day" },
    [BANK_MAP_AMOUNT] = { "it needs either the column of the amount, or that of credits, and of "
                          "debits if there is one",
                          "bank_map_amount" },
    [BANK_MAP_CAMT_IDS] = { "camt_ids is yes or no", "bank_map_camt_ids" },
    [BANK_MAP_NOT_GIFTS] = { "not_gifts is one line of at most 400 bytes: names of three letters "
                             "or "
                             "more, with semicolons between",
                             "bank_map_not_gifts" },
    [BANK_MAP_LONG] = { "it is too long", "bank_map_long" },
};

const char *bank_mapping_sentence(enum bank_mapping_fault f)
{
    return faults[f].sentence;
}

const char *bank_mapping_word(enum bank_mapping_fault f)
{
    return faults[f].word;
}

struct bank_mapping bank_mapping_standard(void)
{
    return (struct bank_mapping){
        .delimiter = ';', .quote = '"', .decimal = ',', .date = S("DD.MM.YYYY"), .camt_ids = true
    };
}

/* ---- one value ---- */

static bool one_character(struct str s, const char *word, char of_word, char *ret)
{
    bool is_word = str_eq(s, str_from_z(word));
    if (!is_word && (s.n != 1 || s.s[0] <= ' ' || s.s[0] > '~'))
        return false;
    if (is_word)
        *ret = of_word;
    else
        *ret = s.s[0];
    return true;
}

static bool take_thousands(struct str s, char *ret)
{
    bool space = str_eq(s, S("space"));
    if (!space && !str_eq(s, S("none")) && !str_eq(s, S(".")) && !str_eq(s, S(",")) &&
        !str_eq(s, S("'")))
        return false;
    *ret = '\0';
    if (space)
        *ret = ' ';
    else if (s.n == 1)
        *ret = s.s[0];
    return true;
}

static bool take_count(struct str s, int *ret)
{
    int64_t n = 0;
    if (!int_parse(s, 0, BANK_SKIP_MAX, &n))
        return false;
    *ret = (int)n;
    return true;
}

static bool take_column(struct str s, struct bank_place *ret)
{
    int64_t n = 0;
    struct str digits = s;
    bool number = true;
    for (size_t i = 0; i < digits.n; i++)
        number = number && digits.s[i] >= '0' && digits.s[i] <= '9';
    if (number ? !int_parse(s, 1, BANK_COLUMN_NUMBER_MAX, &n)
               : s.n > BANK_COLUMN_NAME_MAX || text_check(s, true) != TEXT_FINE)
        return false;
    *ret = (struct bank_place){ .number = (int)n, .name = number ? S("") : s };
    return true;
}

static bool take_truth(struct str s, bool *ret)
{
    *ret = str_eq(s, S("yes"));
    return *ret || str_eq(s, S("no"));
}

/* Shorter ones stand in too many names. */
static bool take_names(struct str s, struct str *ret)
{
    struct str rest = s;
    *ret = s;
    while (rest.n)
        if (str_trim(scan_until(&rest, ';')).n < NAME_LEAST)
            return false;
    return s.n <= BANK_NOT_GIFTS_MAX && text_check(s, true) == TEXT_FINE;
}

static bool take_decimal(struct str s, char *ret)
{
    if (!str_eq(s, S(",")) && !str_eq(s, S(".")))
        return false;
    *ret = s.s[0];
    return true;
}

static bool take_date(struct str s, struct str *ret)
{
    *ret = s;
    return bank_date_form_is_good(s);
}

static enum bank_mapping_fault unless(bool good, enum bank_mapping_fault f)
{
    return good ? BANK_MAP_FINE : f;
}

static enum bank_mapping_fault take(struct bank_mapping *m, enum key key, struct str s)
{
    switch (key) {
    case KEY_DELIMITER:
        return unless(one_character(s, "tab", '\t', &m->delimiter), BANK_MAP_DELIMITER);
    case KEY_QUOTE: return unless(one_character(s, "none", '\0', &m->quote), BANK_MAP_QUOTE);
    case KEY_ENCODING: return unless(charset_parse(s, &m->encoding), BANK_MAP_ENCODING);
    case KEY_SKIP: return unless(take_count(s, &m->skip), BANK_MAP_SKIP);
    case KEY_SKIP_END: return unless(take_count(s, &m->skip_end), BANK_MAP_SKIP);
    case KEY_DATE: return unless(take_date(s, &m->date), BANK_MAP_DATE);
    case KEY_DECIMAL: return unless(take_decimal(s, &m->decimal), BANK_MAP_DECIMAL);
    case KEY_THOUSANDS: return unless(take_thousands(s, &m->thousands), BANK_MAP_THOUSANDS);
    case KEY_CURRENCY_CODE: return unless(currency_parse(s, &m->fixed), BANK_MAP_CURRENCY_CODE);
    case KEY_CAMT_IDS: return unless(take_truth(s, &m->camt_ids), BANK_MAP_CAMT_IDS);
    case KEY_NOT_GIFTS: return unless(take_names(s, &m->not_gifts), BANK_MAP_NOT_GIFTS);
    case KEY_COLUMNS:
    case KEYS: break;
    }
    return unless(take_column(s, &m->columns[key - KEY_COLUMNS]), BANK_MAP_COLUMN);
}

/* ---- the whole ---- */

static bool is_there(const struct bank_place *p)
{
    return p->number || p->name.n;
}

static enum bank_mapping_fault check_columns(const struct bank_mapping *m)
{
    const struct bank_place *c = m->columns;
    bool amount = is_there(&c[BANK_AMOUNT]);
    bool credit = is_there(&c[BANK_CREDIT]);
    if (!is_there(&c[BANK_DAY]))
        return BANK_MAP_DAY;
    if (amount == credit || (amount && is_there(&c[BANK_DEBIT])))
        return BANK_MAP_AMOUNT;
    if (is_there(&c[BANK_CURRENCY]) == (m->fixed.code[0] != '\0'))
        return BANK_MAP_CURRENCY;
    for (size_t i = 0; i < BANK_COLUMNS; i++)
        if (c[i].name.n && !m->skip)
            return BANK_MAP_HEADER;
    return BANK_MAP_FINE;
}

/* The key under which a form shows what is wrong with the whole. */
static struct str key_of(enum bank_mapping_fault f)
{
    static const char *const keys[BANK_MAP_FAULTS] = {
        [BANK_MAP_DAY] = "day",
        [BANK_MAP_AMOUNT] = "amount",
        [BANK_MAP_CURRENCY] = "currency",
        [BANK_MAP_HEADER] = "skip",
        [BANK_MAP_THOUSANDS] = "thousands",
        [BANK_MAP_QUOTE] = "quote",
    };
    return str_from_z(keys[f]);
}

static enum bank_mapping_fault check_whole(const struct bank_mapping *m)
{
    if (m->quote == m->delimiter)
        return BANK_MAP_QUOTE;
    if (m->thousands == m->decimal)
        return BANK_MAP_THOUSANDS;
    return m->csv ? check_columns(m) : BANK_MAP_FINE;
}

static bool key_find(struct str name, enum key *ret)
{
    for (size_t i = 0; i < KEYS; i++)
        if (str_eq(name, str_from_z(key_names[i]))) {
            *ret = (enum key)i;
            return true;
        }
    return false;
}

static enum bank_mapping_fault take_line(struct bank_mapping *m, const struct ini *i,
                                         enum ini_kind kind, bool seen[KEYS])
{
    enum key key = KEY_DELIMITER;
    if (kind != INI_PAIR)
        return BANK_MAP_LINE;
    if (!key_find(i->name, &key))
        return BANK_MAP_KEY;
    if (seen[key])
        return BANK_MAP_TWICE;
    seen[key] = true;
    m->csv = m->csv || key < KEY_CAMT_IDS;
    return take(m, key, i->value);
}

err bank_mapping_parse(struct str text, struct bank_mapping *ret,
                       struct bank_mapping_wrong *ret_wrong)
{
    struct bank_mapping m = bank_mapping_standard();
    struct ini i = ini_start(text);
    bool seen[KEYS] = { 0 };
    if (text.n > BANK_MAPPING_MAX) {
        *ret_wrong = (struct bank_mapping_wrong){ .fault = BANK_MAP_LONG };
        return BANK_MAPPING_WRONG;
    }
    for (enum ini_kind kind = ini_next(&i); kind != INI_END; kind = ini_next(&i)) {
        enum bank_mapping_fault f = take_line(&m, &i, kind, seen);
        if (f != BANK_MAP_FINE) {
            *ret_wrong = (struct bank_mapping_wrong){ f, i.line, i.name };
            return BANK_MAPPING_WRONG;
        }
    }
    enum bank_mapping_fault f = check_whole(&m);
    if (f != BANK_MAP_FINE) {
        *ret_wrong = (struct bank_mapping_wrong){ .fault = f, .key = key_of(f) };
        return BANK_MAPPING_WRONG;
    }
    *ret = m;
    return OK;
}

/* ---- back to text ---- */

const char *bank_mapping_key(size_t i)
{
    return i < KEYS ? key_names[i] : NULL;
}

static struct str character(struct arena *a, char c, const char *none)
{
    if (c == '\t')
        return S("tab");
    if (c == ' ')
        return S("space");
    return c ? str_print(a, "%c", c) : str_from_z(none);
}

struct str bank_mapping_value(const struct bank_mapping *m, size_t i, struct arena *a)
{
    enum key key = (enum key)i;
    switch (key) {
    case KEY_DELIMITER: return character(a, m->delimiter, "");
    case KEY_QUOTE: return character(a, m->quote, "none");
    case KEY_ENCODING: return charset_name(m->encoding);
    case KEY_SKIP: return str_print(a, "%d", m->skip);
    case KEY_SKIP_END: return str_print(a, "%d", m->skip_end);
    case KEY_DATE: return m->date;
    case KEY_DECIMAL: return character(a, m->decimal, "");
    case KEY_THOUSANDS: return character(a, m->thousands, "none");
    case KEY_CURRENCY_CODE: return str_copy(a, currency_str(&m->fixed));
    case KEY_CAMT_IDS: return m->camt_ids ? S("yes") : S("no");
    case KEY_NOT_GIFTS: return m->not_gifts;
    case KEY_COLUMNS:
    case KEYS: break;
    }
    check(i >= KEY_COLUMNS && i < KEY_CURRENCY_CODE);
    const struct bank_place *p = &m->columns[i - KEY_COLUMNS];
    return p->number ? str_print(a, "%d", p->number) : p->name;
}

struct str bank_mapping_print(const struct bank_mapping *m, struct arena *a)
{
    struct buf out CLEANUP(buf_free) = buf_make(BANK_MAPPING_MAX);
    for (size_t i = m->csv ? 0 : KEY_CAMT_IDS; i < KEYS; i++) {
        struct str value = bank_mapping_value(m, i, a);
        if (value.n)
            buf_print(&out, "%s = " STR_FMT "\n", key_names[i], STR_ARG(value));
    }
    check(!buf_full(&out)); // names are bounded
    return buf_copy(&out, a);
}
