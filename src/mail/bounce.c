#include "mail/bounce.h"
#include "base/scan.h"
#include "mail/deliver.h"

#include <string.h>

enum { LINES_MAX = 20000, LINE_MAX_BYTES = 2000 };

/* What was found so far, while the lines go by. */
struct reading {
    bool failed, other; /* Action: failed, or another word */
    struct str status, diagnosis;
    int64_t row;
};

/* The value of the header `name` if the line begins it, else false. */
static bool header(struct str line, struct str name, struct str *ret)
{
    struct str head = { 0 };
    struct str value = { 0 };
    if (line.n > LINE_MAX_BYTES || !str_cut(line, ':', &head, &value) || !str_eq_nocase(head, name))
        return false;
    *ret = str_trim(value);
    return true;
}

static bool is_status(struct str s)
{
    int64_t class = 0;
    int64_t number = 0;
    return scan_digits(&s, 1, &class) && (class == 4 || class == 5) && scan_char(&s, '.') &&
           scan_int(&s, 999, &number) && scan_char(&s, '.') && scan_int(&s, 999, &number);
}

static void take_line(struct reading *r, struct str line, struct str secret)
{
    struct str value = { 0 };
    if (header(line, S("Action"), &value)) {
        bool failed = str_eq_nocase(value, S("failed"));
        r->failed = r->failed || failed;
        r->other = r->other || !failed;
    } else if (header(line, S("Status"), &value) && is_status(value)) {
        r->status = scan_until(&value, ' ');
    } else if (header(line, S("Diagnostic-Code"), &value)) {
        r->diagnosis = value;
    } else if (header(line, S(MESSAGE_MARK_HEADER), &value)) {
        (void)message_mark_read(secret, value, &r->row); // a forged one changes nothing
    }
}

static struct str printable(struct str s, struct arena *a)
{
    struct str cut = str_sub(s, 0, BOUNCE_TEXT_MAX);
    char *p = arena_new(a, char, cut.n + 1);
    memcpy(p, cut.s, cut.n);
    for (size_t i = 0; i < cut.n; i++)
        if (p[i] < ' ' || p[i] > '~')
            p[i] = '?';
    return (struct str){ p, cut.n };
}

bool bounce_read(struct str message, struct str secret, struct arena *a, struct bounce *ret)
{
    struct reading r = { 0 };
    struct str rest = str_sub(message, 0, BOUNCE_BYTES_MAX);
    for (int i = 0; i < LINES_MAX && rest.n; i++)
        take_line(&r, scan_line(&rest), secret);
    if (!r.row || !r.failed || r.other || !r.status.n)
        return false;
    *ret = (struct bounce){ .row = r.row,
                            .status = printable(r.status, a),
                            .text = printable(r.diagnosis.n ? r.diagnosis : r.status, a) };
    return true;
}

err bounce_take(struct tx *tx, const struct bounce_order *o, struct arena *a, bool *ret_done)
{
    struct queued row = { 0 };
    const struct queue_outcome back = { .id = o->bounce->row,
                                        .now = o->now,
                                        .answer = o->bounce->text };
    err e = queue_bounce(tx, &back, a, &row, ret_done);
    if (e || !*ret_done || !str_starts(o->bounce->status, S("5.1.")))
        return e;
    struct delivery d = { .kinds = o->kinds, .kind_count = o->kind_count };
    const struct mail_kind *kind = mail_kind_of(&d, row.order.kind);
    return kind && kind->failed ? kind->failed(tx, &row.order, o->now) : OK;
}
