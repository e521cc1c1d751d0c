#include "base/charset.h"
#include "base/csv.h"
#include "unit/test.h"

/* Without these a bank's line could be cut elsewhere than the bank cut it, and an amount be read
 * from a payer's words. */

static struct arena fresh(void)
{
    struct arena a;
    arena_init(&a, 4 << 20);
    return a;
}

/* The fields of the one record, with | between; or what is wrong with it. */
static struct str fields_of(struct arena *a, struct csv *c)
{
    struct csv_record *r = arena_new(a, struct csv_record, 1);
    enum csv_kind kind = csv_next(c, a, r);
    if (kind == CSV_END)
        return S("end");
    if (kind != CSV_RECORD)
        return str_print(a, "wrong %d at line %d, field %zu", (int)kind, r->line, r->n + 1);
    struct str all = S("");
    for (size_t i = 0; i < r->n; i++)
        all = str_print(a, STR_FMT "%s" STR_FMT, STR_ARG(all), i ? "|" : "", STR_ARG(r->fields[i]));
    return all;
}

static struct str first(struct arena *a, struct str text)
{
    struct csv c = { text, ',', '"', 1 };
    return fields_of(a, &c);
}

TEST(csv_fields_are_those_of_rfc_4180)
{
    struct arena a CLEANUP(arena_free) = fresh();
    expect_str(first(&a, S("a,b,c\r\n")), S("a|b|c"));
    expect_str(first(&a, S("a,b,c")), S("a|b|c"));
    expect_str(first(&a, S("\"a\",\"b\"\r\n")), S("a|b"));
    expect_str(first(&a, S("\"a,b\",c")), S("a,b|c"));
    expect_str(first(&a, S("\"a\r\nb\",c")), S("a\r\nb|c"));
    expect_str(first(&a, S("\"a\"\"b\",\"\"\"\"")), S("a\"b|\""));
    expect_str(first(&a, S("\"\",,")), S("||"));
    expect_str(first(&a, S(" a , b ")), S(" a | b ")); // blanks are part of a field
    expect_str(first(&a, S("")), S("end"));
    expect_str(first(&a, S("\r\n\n\r")), S("end"));
}

TEST(csv_takes_quotes_within_a_field_as_they_stand)
{
    struct arena a CLEANUP(arena_free) = fresh();
    expect_str(first(&a, S("the \"Heron\" inn,b")), S("the \"Heron\" inn|b"));
    expect_str(first(&a, S(" \"a,b\"")), S(" \"a|b\"")); // a blank before it: no quoted field
}

TEST(csv_refuses_quotes_that_do_not_close_and_what_follows_them)
{
    struct arena a CLEANUP(arena_free) = fresh();
    expect_str(first(&a, S("a,\"b\r\nc,d\r\n")), S("wrong 2 at line 1, field 2"));
    expect_str(first(&a, S("\"a\"b,c")), S("wrong 3 at line 1, field 1"));
    expect_str(first(&a, S("\"a\" ,c")), S("wrong 3 at line 1, field 1"));
    expect_str(first(&a, S("\"")), S("wrong 2 at line 1, field 1"));
    expect_str(first(&a, S("\"\"\"")), S("wrong 2 at line 1, field 1"));
}

TEST(csv_counts_lines_of_every_kind)
{
    struct arena a CLEANUP(arena_free) = fresh();
    struct csv c = { S("1;x\n\n\"2\n\r\n\";y\r\n3;z\r4;\n"), ';', '"', 1 };
    struct csv_record *r = arena_new(&a, struct csv_record, 1);
    static const int lines[] = { 1, 3, 6, 7 };
    for (size_t i = 0; i < COUNT(lines); i++) {
        expect(csv_next(&c, &a, r) == CSV_RECORD);
        expect(r->line == lines[i] && r->n == 2);
    }
    expect_str(r->raw, S("4;"));
    expect(csv_next(&c, &a, r) == CSV_END);
}

TEST(csv_without_quotes_has_none)
{
    struct arena a CLEANUP(arena_free) = fresh();
    struct csv c = { S("\"a\tb\"\n"), '\t', '\0', 1 };
    expect_str(fields_of(&a, &c), S("\"a|b\""));
    struct csv skipped = { S("one \"\r\ntwo\rlast"), ',', '"', 1 };
    expect(csv_skip_line(&skipped) && csv_skip_line(&skipped) && skipped.line == 3);
    expect(csv_skip_line(&skipped) && skipped.line == 3 && !csv_skip_line(&skipped));
}

TEST(csv_has_a_most_of_fields)
{
    struct arena a CLEANUP(arena_free) = fresh();
    char text[CSV_FIELDS_MAX + 1];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = ',';
    struct csv_record *r = arena_new(&a, struct csv_record, 1);
    struct csv c = { { text, CSV_FIELDS_MAX - 1 }, ',', '"', 1 };
    expect(csv_next(&c, &a, r) == CSV_RECORD && r->n == CSV_FIELDS_MAX);
    c = (struct csv){ { text, CSV_FIELDS_MAX }, ',', '"', 1 };
    expect(csv_next(&c, &a, r) == CSV_MANY_FIELDS);
}

static struct str as_utf8(struct arena *a, enum charset c, struct str bytes)
{
    struct str text = { 0 };
    size_t at = 0;
    if (!charset_read(c, bytes, a, &text, &at))
        return str_print(a, "wrong at %zu", at);
    return text;
}

TEST(charset_reads_the_euro_where_each_encoding_has_it)
{
    struct arena a CLEANUP(arena_free) = fresh();
    expect_str(as_utf8(&a, CHARSET_WINDOWS_1252, S("5 \x80 f\xFCr")), S("5 € für"));
    expect_str(as_utf8(&a, CHARSET_ISO_8859_15, S("5 \xA4 f\xFCr \xBC")), S("5 € für Œ"));
    expect_str(as_utf8(&a, CHARSET_ISO_8859_15, S("\xA6\xA8\xB4\xB8\xBD\xBE")), S("ŠšŽžœŸ"));
    expect_str(as_utf8(&a, CHARSET_ISO_8859_1, S("\xA4\xA6")), S("¤¦"));
    expect_str(as_utf8(&a, CHARSET_UTF8, S("\xEF\xBB\xBFz\xC3\xBC")), S("zü"));
    expect_str(as_utf8(&a, CHARSET_WINDOWS_1252, S("\xEF\xBB\xBFz\xC3\xBC")), S("zü"));
}

TEST(charset_refuses_what_an_encoding_does_not_have)
{
    struct arena a CLEANUP(arena_free) = fresh();
    expect_str(as_utf8(&a, CHARSET_WINDOWS_1252, S("ab\x81")), S("wrong at 2"));
    expect_str(as_utf8(&a, CHARSET_ISO_8859_1, S("a\x80")), S("wrong at 1"));
    expect_str(as_utf8(&a, CHARSET_ISO_8859_15, S("\x9F")), S("wrong at 0"));
    expect_str(as_utf8(&a, CHARSET_UTF8, S("f\xFCr")), S("wrong at 1"));
    expect_str(as_utf8(&a, CHARSET_UTF8, S("a\0b")), S("wrong at 1"));
    expect_str(as_utf8(&a, CHARSET_WINDOWS_1252, S("a\0b")), S("wrong at 1"));
    enum charset c = CHARSET_UTF8;
    for (int i = 0; i < CHARSETS; i++)
        expect(charset_parse(charset_name((enum charset)i), &c) && c == (enum charset)i);
    expect(charset_parse(S("UTF-8"), &c) && !charset_parse(S("utf-16"), &c));
}
