#include "unit/bank_help.h"
#include "unit/fault_sweep.h"
#include "unit/test.h"

#include <string.h>

struct bank_mapping bank_plain_mapping(bool ids)
{
    struct bank_mapping m = bank_mapping_standard();
    m.csv = true;
    expect(currency_parse(S("EUR"), &m.fixed));
    m.thousands = '.';
    m.columns[BANK_DAY].number = 1;
    m.columns[BANK_AMOUNT].number = 2;
    m.columns[BANK_PAYER].number = 3;
    m.columns[BANK_REFERENCE].number = 4;
    m.columns[BANK_ID].number = ids ? 5 : 0;
    return m;
}

struct bank_statement bank_read(struct fund *f, const struct bank_mapping *m, struct str bytes)
{
    struct bank_file file = {
        .bytes = bytes, .mapping = m, .iban = S("DE89370400440532013000"), .now = f->now
    };
    struct bank_statement s = { 0 };
    bank_statement_read(&file, &f->arena, &s);
    return s;
}

struct bank_statement bank_read_csv(struct fund *f, bool ids, const char *text)
{
    struct bank_mapping *m = arena_new(&f->arena, struct bank_mapping, 1);
    *m = bank_plain_mapping(ids);
    return bank_read(f, m, str_from_z(text));
}

struct bank_statement bank_read_camt(struct fund *f, struct str bytes)
{
    return bank_read(f, NULL, bytes);
}

struct str bank_verdicts(struct fund *f, const struct bank_statement *s)
{
    static const char letters[BANK_VERDICTS] = { 'G', 'R', 'W', 'T', 'O', 'N', 'U', 'P', 'X' };
    char *text = arena_new(&f->arena, char, s->n);
    for (size_t i = 0; i < s->n; i++)
        text[i] = letters[s->lines[i].verdict];
    return (struct str){ text, s->n };
}

struct booking {
    struct fund *f;
    struct bank_statement *s;
    struct bank_statement read; /* as it was before the first attempt */
};

static err book_work(struct tx *tx, void *arg)
{
    const struct booking *b = arg;
    struct bank_import i = {
        .channel = S("bank"), .statement = b->s, .by = ACTOR_CLI, .now = b->f->now
    };
    return bank_import(tx, &i);
}

static err book(void *arg)
{
    struct booking *b = arg;
    *b->s = b->read;
    b->s->lines = arena_new(&b->f->arena, struct bank_line, b->read.n);
    memcpy(b->s->lines, b->read.lines, b->read.n * sizeof *b->s->lines);
    return store_write(b->f->store, book_work, b);
}

err bank_book(struct fund *f, struct bank_statement *s)
{
    return fault_each(book, &(struct booking){ f, s, *s });
}

void bank_match(struct fund *f, struct bank_statement *s)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(f->store, &tx) == OK);
    expect(bank_statement_match(&tx, S("bank"), s) == OK);
}

struct str bank_camt(struct fund *f, const char *version, const char *entries)
{
    return str_print(&f->arena,
                     "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                     "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.%s\">"
                     "<BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr><Stmt><Id>1</Id>"
                     "<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct>\n"
                     "%s</Stmt></BkToCstmrStmt></Document>\n",
                     version, entries);
}

struct str bank_entry(struct fund *f, const char *direction, const char *amount, const char *more)
{
    return str_print(&f->arena,
                     "<Ntry><Amt Ccy=\"EUR\">%s</Amt><CdtDbtInd>%s</CdtDbtInd><Sts>BOOK</Sts>"
                     "<BookgDt><Dt>2018-05-03</Dt></BookgDt>%s</Ntry>\n",
                     amount, direction, more);
}
