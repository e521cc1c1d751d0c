#include "base/check.h"
#include "base/scan.h"
#include "base/utf8.h"
#include "base/xml.h"
#include "funding/bank_inside.h"

#include <string.h>

/*
 * CAMT.053, the bank to customer statement of ISO 20022, in all its versions: those differ in where
 * they put a name or a status, and in nothing that we need. Written from the message definition
 * reports of camt.053.001.02 to .08.
 *
 * An entry is a line of the account. One that was booked as a batch tells its transactions; they
 * are gifts of their own when each tells its amount and they make up the whole. An entry that takes
 * back an earlier credit (RvslInd with DBIT) is a refund; one that takes back a debit is no gift.
 */
#define NAMESPACE "urn:iso:std:iso:20022:tech:xsd:camt.053.001."
#define STATEMENT "Document/BkToCstmrStmt/Stmt"
#define ENTRY     STATEMENT "/Ntry"
#define DETAILS   ENTRY "/NtryDtls/TxDtls"

enum { TRANSACTIONS_MAX = 2000, AMOUNT_TEXT = 40, DAY_TEXT = 10 };

/* What we take: of an entry, or of a transaction within. */
enum item {
    ITEM_AMOUNT,
    ITEM_CURRENCY,
    ITEM_DIRECTION,
    ITEM_REVERSAL,
    ITEM_STATUS,
    ITEM_BOOKED,
    ITEM_VALUED,
    ITEM_ID,
    ITEM_END_TO_END,
    ITEM_TRANSACTION,
    ITEM_PAYER,
    ITEM_TEXT,
    ITEMS
};
struct entry {
    struct str fields[ITEMS];
    int line, column;
    size_t from, to;
};
struct camt {
    struct bank_reading *g;
    struct entry entry;
    struct entry transactions[TRANSACTIONS_MAX];
    size_t n;
    bool more; /* than TRANSACTIONS_MAX */
    bool started, other_kind;
    bool full;
};

/* Paths below ENTRY and DETAILS; the first one of a field that is told stands, but texts add up. */
static const struct place {
    const char *path;
    enum item field;
} entry_places[] = {
    { "Amt", ITEM_AMOUNT },           { "CdtDbtInd", ITEM_DIRECTION },
    { "RvslInd", ITEM_REVERSAL },     { "Sts", ITEM_STATUS },
    { "Sts/Cd", ITEM_STATUS },        { "BookgDt/Dt", ITEM_BOOKED },
    { "BookgDt/DtTm", ITEM_BOOKED },  { "ValDt/Dt", ITEM_VALUED },
    { "ValDt/DtTm", ITEM_VALUED },    { "AcctSvcrRef", ITEM_ID },
    { "AddtlNtryInf", ITEM_TEXT },
}, details_places[] = {
    { "Amt", ITEM_AMOUNT },
    { "AmtDtls/TxAmt/Amt", ITEM_AMOUNT },
    { "CdtDbtInd", ITEM_DIRECTION },
    { "Refs/AcctSvcrRef", ITEM_ID },
    { "Refs/EndToEndId", ITEM_END_TO_END },
    { "Refs/TxId", ITEM_TRANSACTION },
    { "RltdPties/Dbtr/Nm", ITEM_PAYER },
    { "RltdPties/Dbtr/Pty/Nm", ITEM_PAYER },
    { "RmtInf/Ustrd", ITEM_TEXT },
    { "RmtInf/Strd/CdtrRefInf/Ref", ITEM_TEXT },
};

static bool place_find(const struct place *places, size_t n, struct str path, enum item *ret)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(path, str_from_z(places[i].path))) {
            *ret = places[i].field;
            return true;
        }
    return false;
}

/* The entry or transaction that an element is of, and which of its fields. */
static bool owner(struct camt *c, struct str path, struct entry **ret, enum item *ret_item)
{
    if (scan_text(&path, S(DETAILS "/"))) {
        if (!c->n || !place_find(details_places, COUNT(details_places), path, ret_item))
            return false;
        *ret = &c->transactions[c->n - 1];
        return true;
    }
    if (!scan_text(&path, S(ENTRY "/")) ||
        !place_find(entry_places, COUNT(entry_places), path, ret_item))
        return false;
    *ret = &c->entry;
    return true;
}

static void take(struct camt *c, struct entry *e, enum item field, struct str text)
{
    struct str *to = &e->fields[field];
    text = str_trim(text);
    if (!text.n)
        return;
    if (!to->n)
        *to = str_copy(c->g->a, text);
    else if (field == ITEM_TEXT && to->n + text.n < BANK_TEXT_MAX)
        *to = str_print(c->g->a, STR_FMT " " STR_FMT, STR_ARG(*to), STR_ARG(text));
}

/* ---- an entry becomes a line, or several ---- */

static struct str field_of(const struct entry *e, enum item f)
{
    return e->fields[f];
}

/* "true" and "1" are what a boolean of XML Schema may say. */
static bool is_true(struct str s)
{
    return str_eq(s, S("true")) || str_eq(s, S("1"));
}

static bool is_credit(const struct entry *e)
{
    return str_eq(field_of(e, ITEM_DIRECTION), S("CRDT"));
}

static bool read_amount(const struct entry *e, struct amount *ret)
{
    struct currency c = { 0 };
    struct str text = field_of(e, ITEM_AMOUNT);
    struct amount m = { 0 };
    if (!currency_parse(field_of(e, ITEM_CURRENCY), &c) || !text.n || text.n > AMOUNT_TEXT)
        return false;
    struct str whole = text;
    struct str rest = { 0 };
    if (str_cut(text, '.', &whole, &rest)) { // xs:decimal: "25.00", "25.00000", "25."
        size_t places = (size_t)currency_exponent(c);
        while (rest.n > places && rest.s[rest.n - 1] == '0')
            rest.n--;
    }
    while (whole.n > 1 && whole.s[0] == '0')
        whole = str_sub(whole, 1, whole.n);
    char digits[AMOUNT_TEXT + 2];
    struct str plain = { digits, whole.n + (rest.n ? rest.n + 1 : 0) };
    memcpy(digits, whole.s, whole.n);
    if (rest.n) {
        digits[whole.n] = '.';
        memcpy(digits + whole.n + 1, rest.s, rest.n);
    }
    if (!amount_parse(plain, asset_of(c), &m))
        return false;
    *ret = m;
    return true;
}

static bool read_day(const struct entry *e, int64_t *ret)
{
    struct date d = { 0 };
    struct str text = field_of(e, ITEM_BOOKED);
    if (!text.n)
        text = field_of(e, ITEM_VALUED);
    if (!date_parse(str_sub(text, 0, DAY_TEXT), &d) ||
        (text.n > DAY_TEXT && !strchr("TZ+-", text.s[DAY_TEXT])))
        return false;
    *ret = date_to_days(d);
    return true;
}

/* A reference that says that there is none. */
static struct str reference(struct str s)
{
    return str_eq(s, S("NOTPROVIDED")) || str_eq(s, S("NONREF")) ? S("") : bank_text(s);
}

static bool ids_are_good(const struct bank_reading *g)
{
    const struct bank_mapping *m = g->file->mapping;
    return !m || m->camt_ids;
}

/* What an entry itself says; `t` is the transaction that tells the rest, or NULL. */
static void fill(const struct camt *c, const struct entry *t, struct bank_line *l)
{
    const struct entry *e = &c->entry;
    static const struct entry none = { 0 };
    const struct entry *rest = t ? t : &none;
    struct str text = field_of(rest, ITEM_TEXT);
    struct str id = field_of(rest, ITEM_ID);
    l->payer = bank_text(field_of(rest, ITEM_PAYER));
    l->text = bank_text(text.n ? text : field_of(e, ITEM_TEXT));
    l->keys[0] = reference(field_of(rest, ITEM_END_TO_END));
    l->keys[1] = reference(field_of(rest, ITEM_TRANSACTION));
    if (ids_are_good(c->g))
        l->id = reference(id.n || (t && c->n > 1) ? id : field_of(e, ITEM_ID));
}

static enum bank_verdict verdict_of(const struct entry *e, struct str status, int128 units)
{
    bool back = is_true(field_of(e, ITEM_REVERSAL));
    if (!str_eq(status, S("BOOK")))
        return BANK_UNBOOKED;
    if (!units)
        return BANK_NOTHING;
    if (is_credit(e))
        return back ? BANK_OUTGOING : BANK_GIFT; // an own payment that came back is no gift
    return back ? BANK_REFUND : BANK_OUTGOING;
}

static struct str raw_of(const struct camt *c, const struct entry *e)
{
    return str_sub(c->g->file->bytes, e->from, e->to - e->from);
}

static void add_line(struct camt *c, const struct entry *t, struct amount amount, int64_t day)
{
    const struct entry *at = t && c->n > 1 ? t : &c->entry;
    struct bank_line *l = bank_line_add(c->g, at->line, at->column);
    if (!l) {
        c->full = true;
        return;
    }
    fill(c, t, l);
    l->amount = amount;
    l->day = day;
    l->raw = raw_of(c, at);
    l->verdict = verdict_of(&c->entry, field_of(&c->entry, ITEM_STATUS), amount.units);
    l->refund = l->verdict == BANK_REFUND;
    if (l->verdict == BANK_GIFT || l->verdict == BANK_REFUND)
        (void)bank_line_check(c->g, l, at->column, at->column); // it marks the line itself
}

/* Whether the transactions tell their amounts, in the entry's currency and direction, and make it
 * up. */
static bool is_split(const struct camt *c, struct amount whole, struct amount *amounts)
{
    struct amount sum = { .asset = whole.asset };
    struct str direction = field_of(&c->entry, ITEM_DIRECTION);
    for (size_t i = 0; i < c->n; i++) {
        const struct entry *t = &c->transactions[i];
        struct str own = field_of(t, ITEM_DIRECTION);
        if (!read_amount(t, &amounts[i]) || !asset_eq(amounts[i].asset, whole.asset) ||
            (own.n && !str_eq(own, direction)) || amount_add(&sum, amounts[i]))
            return false;
    }
    return c->n > 1 && !c->more && sum.units == whole.units;
}

static void add_wrong(struct camt *c, enum bank_fault f)
{
    bank_whole_wrong(c->g, c->entry.line, c->entry.column, f);
}

static void end_entry(struct camt *c)
{
    const struct entry *e = &c->entry;
    struct str direction = field_of(e, ITEM_DIRECTION);
    struct amount whole = { 0 };
    int64_t day = 0;
    if (!str_eq(direction, S("CRDT")) && !str_eq(direction, S("DBIT"))) {
        add_wrong(c, BANK_FAULT_DIRECTION);
    } else if (!read_amount(e, &whole)) {
        add_wrong(c, BANK_FAULT_AMOUNT);
    } else if (str_eq(field_of(e, ITEM_STATUS), S("BOOK")) && !read_day(e, &day)) {
        add_wrong(c, BANK_FAULT_DAY);
    } else {
        struct amount *amounts = arena_new(c->g->a, struct amount, c->n + 1);
        bool split = is_split(c, whole, amounts);
        for (size_t i = 0; split && i < c->n && !c->full; i++)
            add_line(c, &c->transactions[i], amounts[i], day);
        if (!split)
            add_line(c, c->n == 1 ? &c->transactions[0] : NULL, whole, day);
    }
}

/* ---- what expat tells ---- */

static void begin_entry(struct entry *e, const struct xml_element *x)
{
    *e = (struct entry){ .line = x->line, .column = x->column, .from = x->from };
}

static void on_begin(void *arg, const struct xml_element *x)
{
    struct camt *c = arg;
    if (!c->started) {
        struct str space = x->space;
        c->started = true;
        c->other_kind =
            !str_eq(x->path, S("Document")) || !scan_text(&space, S(NAMESPACE)) || space.n != 2;
    } else if (str_eq(x->path, S(ENTRY))) {
        begin_entry(&c->entry, x);
        c->n = 0;
        c->more = false;
    } else if (str_eq(x->path, S(DETAILS))) {
        c->more = c->more || c->n == TRANSACTIONS_MAX;
        if (!c->more)
            begin_entry(&c->transactions[c->n++], x);
    }
}

static void on_attribute(void *arg, const struct xml_element *x, struct str name, struct str value)
{
    struct camt *c = arg;
    enum item field = ITEM_AMOUNT;
    struct entry *e = NULL;
    if (owner(c, x->path, &e, &field) && field == ITEM_AMOUNT && str_eq(name, S("Ccy")) &&
        !e->fields[ITEM_AMOUNT].n)
        e->fields[ITEM_CURRENCY] = str_copy(c->g->a, value);
}

/* The account of a statement: the channel's, where both tell one. */
static void check_account(struct camt *c, const struct xml_element *x)
{
    struct str iban = c->g->file->iban;
    if (iban.n && !str_eq(str_trim(x->text), iban))
        bank_whole_wrong(c->g, x->line, x->column, BANK_FAULT_ACCOUNT);
}

static void on_end(void *arg, const struct xml_element *x)
{
    struct camt *c = arg;
    enum item field = ITEM_AMOUNT;
    struct entry *e = NULL;
    if (owner(c, x->path, &e, &field))
        take(c, e, field, x->text);
    if (str_eq(x->path, S(STATEMENT "/Acct/Id/IBAN")))
        check_account(c, x);
    if (str_eq(x->path, S(DETAILS)) && c->n && !c->more)
        c->transactions[c->n - 1].to = x->to;
    if (str_eq(x->path, S(ENTRY))) {
        c->entry.to = x->to;
        end_entry(c);
    }
}

static bool on_stop(void *arg)
{
    const struct camt *c = arg;
    return c->other_kind || c->full;
}

void bank_camt_read(struct bank_reading *g)
{
    struct camt *c = arena_new(g->a, struct camt, 1);
    g->s->rule = ids_are_good(g) ? S("camt_ids = yes\n") : S("camt_ids = no\n");
    c->g = g; // all else is zero; it is too large to be made on the stack
    struct xml_reader r = { on_begin, on_attribute, on_end, on_stop, c };
    int line = 0;
    int column = 0;
    switch (xml_read(g->file->bytes, &r, g->a, &line, &column)) {
    case XML_GOOD: break;
    case XML_STOPPED:
        if (c->other_kind)
            bank_whole_wrong(g, line, column, BANK_FAULT_NOT_CAMT);
        break;
    case XML_DOCTYPE: bank_whole_wrong(g, line, column, BANK_FAULT_DOCTYPE); break;
    case XML_DEEP:
    case XML_BROKEN: bank_whole_wrong(g, line, column, BANK_FAULT_XML); break;
    }
}
