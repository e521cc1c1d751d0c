#include "funding/bank_check.h"
#include "funding/bank_inside.h"

#include <inttypes.h>
#include <string.h>

QUERY(bank_check_lines,
      "select bank_line.id, bank_line.object, bank_line.refund, bank_line.named, "
      "bank_line.content, bank_line.amount, bank_line.day, bank_import.format, bank_import.rule, "
      "payment_message.body, payment_message.hash from bank_line "
      "join bank_import on bank_import.id = bank_line.bank_import "
      "join payment_message on payment_message.channel = bank_line.channel and "
      "payment_message.delivery = bank_line.object || "
      "case bank_line.refund when 1 then ':refund' else '' end "
      "where bank_line.id > $1 and payment_message.body is not null "
      "order by bank_line.id limit 1");

enum { READING = 8 * 1024 * 1024 };

/* What was kept of one line. */
struct kept {
    int64_t id, day;
    struct str object, content, amount, format, rule, body, hash;
    bool refund, named;
};

static err next_line(struct tx *tx, int64_t after, struct arena *a, struct kept *ret)
{
    struct stmt *q = query_start(tx, &bank_check_lines);
    bool row = false;
    bind_int(q, 1, after);
    err e = query_step(q, &row);
    *ret = (struct kept){ 0 };
    if (!e && row)
        *ret = (struct kept){ .id = column_int(q, 0),
                              .object = column_str(q, 1, a),
                              .refund = column_int(q, 2),
                              .named = column_int(q, 3),
                              .content = column_str(q, 4, a),
                              .amount = column_str(q, 5, a),
                              .day = column_int(q, 6),
                              .format = column_str(q, 7, a),
                              .rule = column_str(q, 8, a),
                              .body = column_str(q, 9, a),
                              .hash = column_str(q, 10, a) };
    query_end(q);
    return e ? fault(e) : OK;
}

/* The file that it would be alone; empty: it cannot be read alone. */
static struct str file_of(const struct kept *k, struct arena *a)
{
    if (!str_eq(k->format, bank_format_name(BANK_CAMT)))
        return k->body;
    if (!str_starts(k->body, S("<Ntry>")))
        return S("");
    return str_print(a,
                     "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\">"
                     "<BkToCstmrStmt><Stmt>" STR_FMT "<%cStmt><%cBkToCstmrStmt><%cDocument>",
                     STR_ARG(k->body), '/', '/', '/');
}

static const char *compare(const struct kept *k, const struct bank_line *l, struct arena *a)
{
    if (l->day != k->day)
        return "day";
    if (!str_eq(bank_amount_text(l, a), k->amount))
        return "amount";
    if (l->refund != k->refund || (l->id.n > 0) != k->named ||
        (k->named && !str_eq(l->object, k->object)))
        return "number";
    return memcmp(l->content, k->content.s, SHA256_BYTES) ? "content" : NULL;
}

/* What differs, or NULL. */
static const char *check_line(const struct kept *k, struct arena *a)
{
    struct bank_mapping m = { 0 };
    struct bank_mapping_wrong wrong = { 0 };
    struct bank_statement s = { 0 };
    uint8_t hash[SHA256_BYTES];
    sha256(k->body, hash);
    if (!str_eq(bytes_str(hash, sizeof hash), k->hash))
        return "hash of its evidence";
    struct str bytes = file_of(k, a);
    if (!bytes.n)
        return NULL;
    if (bank_mapping_parse(k->rule, &m, &wrong))
        return "rule";
    struct bank_file f = { .bytes = bytes, .mapping = &m, .now = (k->day + 1) * DAY };
    bank_statement_read(&f, a, &s);
    if (!str_eq(bank_format_name(s.format), k->format) ||
        (s.format == BANK_CAMT && s.counts[BANK_WRONG]))
        return NULL; // a field that begins with '<'; the file's encoding; names from around it
    if (s.n != 1 || s.counts[BANK_GIFT] + s.counts[BANK_REFUND] != 1)
        return "verdict";
    return compare(k, &s.lines[0], a);
}

err bank_check(struct tx *tx, struct arena *a, struct str *ret_why)
{
    struct arena scratch CLEANUP(arena_free);
    struct kept k = { 0 };
    arena_init(&scratch, READING);
    do {
        int64_t after = k.id;
        arena_reset(&scratch);
        err e = next_line(tx, after, &scratch, &k);
        if (e)
            return e;
        const char *what = k.id ? check_line(&k, &scratch) : NULL;
        if (what) {
            *ret_why = str_print(a,
                                 "line %" PRId64 " of a bank's statement: its %s is not what "
                                 "the evidence says",
                                 k.id, what);
            return BANK_CHECK_WRONG;
        }
    } while (k.id);
    return OK;
}
