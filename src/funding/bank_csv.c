#include "base/csv.h"
#include "funding/bank_cell.h"
#include "funding/bank_inside.h"

/*
 * CSV by a mapping. All records are read first, for what stands at the end (balances, sums) is left
 * out by its number from there.
 */

struct csv_file {
    struct bank_reading *g;
    const struct bank_mapping *m;
    struct csv csv;
    int at[BANK_COLUMNS]; /* fields' numbers from 1; 0: there is none */
};

static enum bank_fault fault_of(enum csv_kind kind)
{
    return kind == CSV_MANY_FIELDS ? BANK_FAULT_FIELDS : BANK_FAULT_QUOTE;
}

/* ---- the columns ---- */

/* 0: it is not there, or twice. */
static int find_column(const struct csv_record *header, struct str name)
{
    int found = 0;
    for (size_t i = 0; i < header->n; i++)
        if (str_eq(str_trim(header->fields[i]), name)) {
            if (found)
                return 0;
            found = (int)i + 1;
        }
    return found;
}

static bool is_named(const struct bank_mapping *m)
{
    for (size_t i = 0; i < BANK_COLUMNS; i++)
        if (m->columns[i].name.n)
            return true;
    return false;
}

static bool place_columns(struct csv_file *f, const struct csv_record *header)
{
    for (size_t i = 0; i < BANK_COLUMNS; i++) {
        const struct bank_place *p = &f->m->columns[i];
        f->at[i] = p->name.n ? find_column(header, p->name) : p->number;
        if (p->name.n && !f->at[i]) {
            bank_whole_wrong(f->g, header->line, 0, BANK_FAULT_HEADER);
            return false;
        }
    }
    return true;
}

/* Takes the lines to skip; the last one of them is the header when columns have names. */
static bool take_header(struct csv_file *f)
{
    struct csv_record *header = arena_new(f->g->a, struct csv_record, 1);
    bool named = is_named(f->m);
    int lines = named ? f->m->skip - 1 : f->m->skip;
    for (int i = 0; i < lines; i++)
        (void)csv_skip_line(&f->csv); // a file that has fewer has no records either
    header->line = f->csv.line;
    if (named) {
        enum csv_kind kind = csv_next(&f->csv, f->g->a, header);
        if (kind != CSV_RECORD && kind != CSV_END) {
            bank_whole_wrong(f->g, header->line, (int)header->n + 1, fault_of(kind));
            return false;
        }
    }
    return place_columns(f, header);
}

/* ---- one line ---- */

struct cells {
    const struct csv_file *f;
    const struct csv_record *record;
    struct bank_line *line;
};

static struct str cell(const struct cells *c, enum bank_column column)
{
    int at = c->f->at[column];
    if (!at || (size_t)at > c->record->n)
        return S("");
    return str_trim(c->record->fields[at - 1]);
}

static bool wrong(const struct cells *c, enum bank_column column, enum bank_fault f)
{
    bank_line_wrong(c->line, c->f->at[column], f);
    return false;
}

/* The last columns of a line may be missing when nothing is asked of them. */
static bool has_columns(const struct cells *c)
{
    static const enum bank_column wanted[] = { BANK_DAY, BANK_AMOUNT, BANK_CURRENCY };
    for (size_t i = 0; i < COUNT(wanted); i++)
        if (c->f->at[wanted[i]] > (int)c->record->n)
            return wrong(c, wanted[i], BANK_FAULT_FIELDS);
    if (!c->f->at[BANK_AMOUNT] && c->f->at[BANK_CREDIT] > (int)c->record->n)
        return wrong(c, BANK_CREDIT, BANK_FAULT_FIELDS);
    return true;
}

static bool read_amount(const struct cells *c, enum bank_column column, struct currency currency,
                        struct amount *ret)
{
    const struct bank_mapping *m = c->f->m;
    return bank_amount_read(cell(c, column), m->decimal, m->thousands, currency, ret) ||
           wrong(c, column, BANK_FAULT_AMOUNT);
}

/* Credit and debit apart: exactly one of them, a zero beside it being nothing. */
static bool read_sides(const struct cells *c, struct currency currency, struct amount *ret)
{
    struct amount in = { .asset = asset_of(currency) };
    struct amount out = { .asset = asset_of(currency) };
    bool has_in = cell(c, BANK_CREDIT).n > 0;
    bool has_out = cell(c, BANK_DEBIT).n > 0;
    if (has_in && !read_amount(c, BANK_CREDIT, currency, &in))
        return false;
    if (has_out && !read_amount(c, BANK_DEBIT, currency, &out))
        return false;
    if (!has_in && !has_out)
        return wrong(c, BANK_CREDIT, BANK_FAULT_BOTH);
    if (in.units && out.units)
        return wrong(c, BANK_CREDIT, BANK_FAULT_BOTH);
    *ret = out.units > 0 ? amount_negative(out) : out.units ? out : in; // debits may bear a minus
    return true;
}

static bool read_money(const struct cells *c)
{
    struct bank_line *l = c->line;
    struct currency currency = c->f->m->fixed;
    if (c->f->at[BANK_CURRENCY] && !currency_parse(cell(c, BANK_CURRENCY), &currency))
        return wrong(c, BANK_CURRENCY, BANK_FAULT_CURRENCY);
    if (c->f->at[BANK_AMOUNT])
        return read_amount(c, BANK_AMOUNT, currency, &l->amount);
    return read_sides(c, currency, &l->amount);
}

static bool read_day(const struct cells *c)
{
    struct date d = { 0 };
    if (!bank_date_read(cell(c, BANK_DAY), c->f->m->date, &d))
        return wrong(c, BANK_DAY, BANK_FAULT_DAY);
    c->line->day = date_to_days(d);
    return true;
}

static void read_record(const struct csv_file *f, const struct csv_record *r, struct bank_line *l)
{
    struct cells c = { f, r, l };
    l->raw = r->raw;
    if (!has_columns(&c) || !read_day(&c) || !read_money(&c))
        return;
    l->id = bank_text(cell(&c, BANK_ID));
    l->payer = bank_text(cell(&c, BANK_PAYER));
    l->text = bank_text(cell(&c, BANK_REFERENCE));
    if (l->amount.units <= 0)
        l->verdict = l->amount.units ? BANK_OUTGOING : BANK_NOTHING;
    else
        (void)bank_line_check(f->g, l, f->at[BANK_DAY],
                              f->at[f->at[BANK_AMOUNT] ? BANK_AMOUNT : BANK_CREDIT]); // said there
}

/* ---- the file ---- */

/* How many records there are, and what ends them. */
struct extent {
    size_t n;
    enum csv_kind end; /* CSV_END, CSV_RECORD when there are too many, or what is wrong */
    int line, column;
};

static struct extent measure(struct csv csv, int skip_end, struct arena *a)
{
    struct csv_record *r = arena_new(a, struct csv_record, 1);
    struct extent x = { .line = csv.line };
    size_t most = BANK_LINES_MAX + (size_t)skip_end;
    for (;;) {
        x.end = csv_next(&csv, a, r);
        x.line = r->line;
        x.column = (int)r->n + 1;
        if (x.end != CSV_RECORD || x.n == most)
            return x;
        x.n++;
    }
}

static void read_records(struct csv_file *f)
{
    struct bank_reading *g = f->g;
    struct csv_record *r = arena_new(g->a, struct csv_record, 1);
    struct extent x = measure(f->csv, f->m->skip_end, g->a);
    size_t end = x.end == CSV_END ? (size_t)f->m->skip_end : 0;
    size_t n = x.n > end ? x.n - end : 0;
    for (size_t i = 0; i < n && csv_next(&f->csv, g->a, r) == CSV_RECORD; i++) {
        struct bank_line *l = bank_line_add(g, r->line, 0);
        if (!l)
            return;
        read_record(f, r, l);
    }
    if (x.end == CSV_RECORD)
        bank_whole_wrong(g, x.line, 0, BANK_FAULT_LONG);
    else if (x.end != CSV_END)
        bank_whole_wrong(g, x.line, x.column, fault_of(x.end));
}

/* How one record is read alone: columns by number, in the text as it is kept. */
static struct str rule_of(const struct csv_file *f)
{
    struct bank_mapping m = *f->m;
    for (size_t i = 0; i < BANK_COLUMNS; i++)
        m.columns[i] = (struct bank_place){ .number = f->at[i] };
    m.skip = 0;
    m.skip_end = 0;
    m.encoding = CHARSET_UTF8;
    m.not_gifts = S(""); // who gave nothing then may do so later, and the other way round
    return bank_mapping_print(&m, f->g->a);
}

static int line_of(struct str bytes, size_t at)
{
    int line = 1;
    for (size_t i = 0; i < at; i++)
        line += bytes.s[i] == '\n';
    return line;
}

void bank_csv_read(struct bank_reading *g)
{
    const struct bank_mapping *m = g->file->mapping;
    struct str text = { 0 };
    size_t at = 0;
    if (!m || !m->csv) {
        bank_whole_wrong(g, 0, 0, BANK_FAULT_NO_MAPPING);
        return;
    }
    if (!charset_read(m->encoding, g->file->bytes, g->a, &text, &at)) {
        bank_whole_wrong(g, line_of(g->file->bytes, at), 0, BANK_FAULT_ENCODING);
        return;
    }
    struct csv_file f = { .g = g, .m = m, .csv = { text, m->delimiter, m->quote, 1 } };
    if (!take_header(&f))
        return;
    g->s->rule = rule_of(&f);
    read_records(&f);
}
