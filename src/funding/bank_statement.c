#include "base/buf.h"
#include "base/check.h"
#include "base/encoding.h"
#include "base/scan.h"
#include "base/utf8.h"
#include "funding/bank_inside.h"
#include "funding/channel.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MIN = 2 /* bytes of one */, LINES_SPARE = 8 /* that say what is wrong */ };
enum { CONTENT_MAX = (BANK_KEYS_MAX + 2) * (BANK_TEXT_MAX + 16) + 1024 };

struct str bank_format_name(enum bank_format f)
{
    return f == BANK_CSV ? S("csv") : S("camt.053");
}

static const struct {
    const char *sentence, *word;
} verdicts[BANK_VERDICTS] = {
    [BANK_GIFT] = { "gift", "bank_verdict_gift" },
    [BANK_REFUND] = { "gift taken back", "bank_verdict_refund" },
    [BANK_WAITING] = { "taken, waits at the desk", "bank_verdict_waiting" },
    [BANK_THERE] = { "already there", "bank_verdict_there" },
    [BANK_OUTGOING] = { "not a gift, ignored", "bank_verdict_outgoing" },
    [BANK_NOTHING] = { "an amount of zero, ignored", "bank_verdict_nothing" },
    [BANK_UNBOOKED] = { "not booked by the bank yet, ignored", "bank_verdict_unbooked" },
    [BANK_PAYOUT] = { "a payout of what was counted before, ignored", "bank_verdict_payout" },
    [BANK_WRONG] = { "not understood", "bank_verdict_wrong" },
};

const char *bank_verdict_sentence(enum bank_verdict v)
{
    return verdicts[v].sentence;
}

const char *bank_verdict_word(enum bank_verdict v)
{
    return verdicts[v].word;
}

static const struct {
    const char *sentence, *word;
} faults[BANK_FAULTS] = {
    [BANK_FAULT_NONE] = { "nothing is wrong", "bank_fault_none" },
    [BANK_FAULT_ENCODING] = { "a byte that the encoding does not have; is it another one?",
                              "bank_fault_encoding" },
    [BANK_FAULT_EMPTY] = { "the file holds no line", "bank_fault_empty" },
    [BANK_FAULT_LONG] = { "the file has more than 4 MB or 5000 lines; import it in parts of whole "
                          "days",
                          "bank_fault_long" },
    [BANK_FAULT_NO_MAPPING] = { "nothing says yet how this bank writes its CSV; set it with "
                                "diurnal bank mapping or at the desk",
                                "bank_fault_no_mapping" },
    [BANK_FAULT_HEADER] = { "the header does not name a column that the mapping asks for, or names "
                            "it twice",
                            "bank_fault_header" },
    [BANK_FAULT_QUOTE] = { "quotes that do not close, or something behind their end",
                           "bank_fault_quote" },
    [BANK_FAULT_FIELDS] = { "there is no such column in this line", "bank_fault_fields" },
    [BANK_FAULT_DAY] = { "not a day of the form that the mapping says", "bank_fault_day" },
    [BANK_FAULT_DAY_RANGE] = { "a day before 2000 or in the future", "bank_fault_day_range" },
    [BANK_FAULT_AMOUNT] = { "not an amount of the form that the mapping says",
                            "bank_fault_amount" },
    [BANK_FAULT_LARGE] = { "an amount larger than can be booked", "bank_fault_large" },
    [BANK_FAULT_BOTH] = { "neither a credit nor a debit, or both", "bank_fault_both" },
    [BANK_FAULT_CURRENCY] = { "not a currency of ISO 4217", "bank_fault_currency" },
    [BANK_FAULT_ID_TWICE] = { "the bank's number of this line stands twice in the file; it is "
                              "another column, or there is none",
                              "bank_fault_id_twice" },
    [BANK_FAULT_DIFFERS] = { "the bank's number of this line was booked before with another amount "
                             "or day",
                             "bank_fault_differs" },
    [BANK_FAULT_XML] = { "not well-formed XML", "bank_fault_xml" },
    [BANK_FAULT_DOCTYPE] = { "XML with a document type declaration is not taken",
                             "bank_fault_doctype" },
    [BANK_FAULT_NOT_CAMT] = { "XML, but no statement of the kind camt.053.001",
                              "bank_fault_not_camt" },
    [BANK_FAULT_ACCOUNT] = { "a statement of another account than the channel's",
                             "bank_fault_account" },
    [BANK_FAULT_DIRECTION] = { "it does not say whether it is a credit or a debit",
                               "bank_fault_direction" },
    [BANK_FAULT_OTHER_FORMAT] = { "some of its days were imported from a statement of the other "
                                  "format; their gifts would count twice",
                                  "bank_fault_other_format" },
    [BANK_FAULT_OTHER_READING] = { "some of its days were imported when payers and words were read "
                                   "from other columns, or in another encoding; their gifts would "
                                   "count twice",
                                   "bank_fault_other_reading" },
    [BANK_FAULT_OTHER_CHANNEL] = { "the same file was imported for another channel; its gifts "
                                   "would count twice",
                                   "bank_fault_other_channel" },
};

const char *bank_fault_sentence(enum bank_fault f)
{
    return faults[f].sentence;
}

const char *bank_fault_word(enum bank_fault f)
{
    return faults[f].word;
}

/* ---- for the readers ---- */

void bank_line_wrong(struct bank_line *l, int column, enum bank_fault f)
{
    l->verdict = BANK_WRONG;
    l->fault = f;
    l->column = column;
}

struct bank_line *bank_line_add(struct bank_reading *g, int line, int column)
{
    struct bank_statement *s = g->s;
    if (s->n > g->most)
        return NULL;
    struct bank_line *l = &s->lines[s->n++];
    *l = (struct bank_line){ .line = line, .column = column };
    if (s->n <= g->most)
        return l;
    bank_line_wrong(l, 0, BANK_FAULT_LONG);
    return NULL;
}

void bank_whole_wrong(struct bank_reading *g, int line, int column, enum bank_fault f)
{
    struct bank_line *l = bank_line_add(g, line, column);
    if (l)
        bank_line_wrong(l, column, f);
}

struct str bank_text(struct str s)
{
    s = utf8_cut(str_trim(s), BANK_TEXT_MAX);
    return text_check(s, false) == TEXT_FINE ? s : S("");
}

struct str bank_amount_text(const struct bank_line *l, struct arena *a)
{
    struct str digits = amount_print(a, l->amount);
    return str_print(a, STR_FMT " " STR_FMT, STR_ARG(digits), STR_ARG(asset_str(&l->amount.asset)));
}

bool bank_line_check(const struct bank_reading *g, struct bank_line *l, int day_column,
                     int amount_column)
{
    int64_t today = date_to_days(date_of_utc(g->file->now));
    if (l->day < CONTRIBUTION_FIRST_DAY || l->day > today + 1) {
        bank_line_wrong(l, day_column, BANK_FAULT_DAY_RANGE);
        return false;
    }
    if (l->amount.units > CONTRIBUTION_MINOR_MAX) {
        bank_line_wrong(l, amount_column, BANK_FAULT_LARGE);
        return false;
    }
    return true;
}

/* ---- how a line is known again ---- */

static bool is_counted(const struct bank_line *l)
{
    return l->verdict == BANK_GIFT || l->verdict == BANK_REFUND;
}

static void put_part(struct buf *out, struct str s)
{
    buf_print(out, "%zu:" STR_FMT "\n", s.n, STR_ARG(s));
}

static void hash_content(struct bank_line *l, struct arena *a)
{
    struct buf out CLEANUP(buf_free) = buf_make(CONTENT_MAX);
    buf_print(&out, "diurnal bank line 1\n%" PRId64 "\n%d\n", l->day, l->refund);
    put_part(&out, amount_print(a, l->amount));
    put_part(&out, asset_str(&l->amount.asset));
    put_part(&out, l->payer);
    put_part(&out, l->text);
    for (size_t i = 0; i < BANK_KEYS_MAX; i++)
        put_part(&out, l->keys[i]);
    check(!buf_full(&out)); // every part is bounded
    sha256(buf_str(&out), l->content);
    sha256(l->raw, l->raw_hash);
}

/* By what they say; equal ones as in the file. */
static int by_content(const void *x, const void *y)
{
    const struct bank_line *const *a = x;
    const struct bank_line *const *b = y;
    int c = memcmp((*a)->content, (*b)->content, SHA256_BYTES);
    return c ? c : (*a > *b) - (*a < *b);
}

static int by_object(const void *x, const void *y)
{
    const struct bank_line *const *a = x;
    const struct bank_line *const *b = y;
    int c = str_cmp((*a)->object, (*b)->object);
    if (!c)
        c = (int)(*a)->refund - (int)(*b)->refund;
    return c ? c : (*a > *b) - (*a < *b);
}

static void number_equals(struct bank_line **lines, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool again = i && memcmp(lines[i]->content, lines[i - 1]->content, SHA256_BYTES) == 0;
        lines[i]->ordinal = again ? lines[i - 1]->ordinal + 1 : 1;
    }
}

static struct str hex_hash(struct str s, struct arena *a)
{
    uint8_t hash[SHA256_BYTES];
    sha256(s, hash);
    return hex_print(a, bytes_str(hash, sizeof hash));
}

static bool is_plain(struct str id)
{
    for (size_t i = 0; i < id.n; i++)
        if (id.s[i] < '!' || id.s[i] > '~')
            return false;
    return id.n <= BANK_ID_MAX;
}

static struct str object_of(const struct bank_line *l, struct arena *a)
{
    if (!l->id.n)
        return str_print(a, "sha256:" STR_FMT ":%d",
                         STR_ARG(hex_print(a, bytes_str(l->content, SHA256_BYTES))), l->ordinal);
    return is_plain(l->id) ? l->id
                           : str_print(a, "id-sha256:" STR_FMT, STR_ARG(hex_hash(l->id, a)));
}

/* The same number twice is an error of the mapping; in CAMT.053 it may be the same line twice. */
static void find_twice(const struct bank_statement *s, struct bank_line **lines, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const struct bank_line *before = lines[i - 1];
        if (!str_eq(lines[i]->object, before->object) || lines[i]->refund != before->refund)
            continue;
        bool same = memcmp(lines[i]->content, before->content, SHA256_BYTES) == 0;
        if (s->format == BANK_CAMT && same)
            lines[i]->verdict = BANK_THERE;
        else
            bank_line_wrong(lines[i], lines[i]->column, BANK_FAULT_ID_TWICE);
    }
}

static void name_lines(struct bank_reading *g)
{
    struct bank_statement *s = g->s;
    struct bank_line **lines = arena_new(g->a, struct bank_line *, s->n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++)
        if (is_counted(&s->lines[i])) {
            hash_content(&s->lines[i], g->a);
            lines[n++] = &s->lines[i];
        }
    qsort(lines, n, sizeof *lines, by_content);
    number_equals(lines, n);
    for (size_t i = 0; i < n; i++)
        lines[i]->object = object_of(lines[i], g->a);
    qsort(lines, n, sizeof *lines, by_object);
    find_twice(s, lines, n);
}

/* ---- who gives nothing ---- */

/* A line as it is looked for names: in small letters, each made once. */
struct payer_text {
    struct str payer, words;
};

/* Of a line without a payer, what its words begin with: further behind it may be anybody's. */
static bool is_from(const struct payer_text *t, struct str name)
{
    size_t at = 0;
    return t->payer.n ? str_find(t->payer, name, &at) : str_starts(t->words, name);
}

static bool is_named(const struct payer_text *t, struct str names)
{
    while (names.n)
        if (is_from(t, str_trim(scan_until(&names, ';'))))
            return true;
    return false;
}

/* `names` are the mapping's, in small letters. */
static bool is_payout(const struct bank_reading *g, const struct payer_text *t, struct str names)
{
    const struct channel *list = NULL;
    size_t n = g->file->channels ? channels_list(g->file->channels, &list) : 0;
    for (size_t i = 0; i < n; i++)
        if (list[i].provider && list[i].provider->pays_as && provider_listens(&list[i]) &&
            is_from(t, str_from_z(list[i].provider->pays_as)))
            return true;
    return is_named(t, names);
}

static void find_payouts(struct bank_reading *g)
{
    const struct bank_mapping *m = g->file->mapping;
    struct str names = m ? str_lower(g->a, m->not_gifts) : S("");
    for (size_t i = 0; i < g->s->n; i++) {
        struct bank_line *l = &g->s->lines[i];
        if (l->verdict != BANK_GIFT)
            continue;
        struct payer_text t = { .payer = str_lower(g->a, l->payer) };
        if (!t.payer.n)
            t.words = str_lower(g->a, str_sub(l->text, 0, BANK_NOT_GIFTS_MAX));
        if (is_payout(g, &t, names))
            l->verdict = BANK_PAYOUT;
    }
}

/* ---- the whole ---- */

void bank_statement_count(struct bank_statement *s)
{
    memset(s->counts, 0, sizeof s->counts);
    s->first_day = INT64_MAX;
    s->last_day = INT64_MIN;
    s->unnamed = 0;
    for (size_t i = 0; i < s->n; i++) {
        const struct bank_line *l = &s->lines[i];
        s->counts[l->verdict]++;
        if (!l->object.n)
            continue;
        s->unnamed += !l->id.n;
        s->first_day = l->day < s->first_day ? l->day : s->first_day;
        s->last_day = l->day > s->last_day ? l->day : s->last_day;
    }
}

const struct bank_line *bank_statement_wrong(const struct bank_statement *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->lines[i].verdict == BANK_WRONG)
            return &s->lines[i];
    return NULL;
}

/* XML, also in UTF-16, which expat reads: behind a byte order mark and blanks the first is '<'. */
static bool is_xml(struct str s)
{
    for (size_t i = 0; i < s.n && i < 64; i++) {
        if (s.s[i] == '<')
            return true;
        if (!memchr(" \t\r\n\xEF\xBB\xBF\xFF\xFE", s.s[i], 10) && s.s[i] != '\0')
            return false;
    }
    return false;
}

/* What a mapping says of the texts of a line: others make other contents of the same line. */
static struct str reading_of(const struct bank_mapping *m, struct arena *a)
{
    const struct bank_place *p = &m->columns[BANK_PAYER];
    const struct bank_place *t = &m->columns[BANK_REFERENCE];
    return str_print(a, STR_FMT "\n%d " STR_FMT "\n%d " STR_FMT, STR_ARG(charset_name(m->encoding)),
                     p->number, STR_ARG(p->name), t->number, STR_ARG(t->name));
}

void bank_statement_read(const struct bank_file *f, struct arena *a, struct bank_statement *ret)
{
    size_t most = f->bytes.n / LINE_MIN + LINES_SPARE;
    most = most < BANK_LINES_MAX ? most : BANK_LINES_MAX;
    *ret = (struct bank_statement){ .format = is_xml(f->bytes) ? BANK_CAMT : BANK_CSV,
                                    .lines = arena_new(a, struct bank_line, most + 1) };
    struct bank_reading g = { .file = f, .a = a, .s = ret, .most = most };
    sha256(f->bytes, ret->hash);
    if (ret->format == BANK_CSV && f->mapping)
        ret->reading = reading_of(f->mapping, a);
    if (f->bytes.n > BANK_FILE_MAX)
        bank_whole_wrong(&g, 0, 0, BANK_FAULT_LONG);
    else if (ret->format == BANK_CAMT)
        bank_camt_read(&g);
    else
        bank_csv_read(&g);
    if (!ret->n && ret->format == BANK_CSV) // a day without entries is a statement of CAMT.053
        bank_whole_wrong(&g, 0, 0, BANK_FAULT_EMPTY);
    find_payouts(&g);
    name_lines(&g);
    bank_statement_count(ret);
}
