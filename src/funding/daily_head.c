#include "funding/daily_head.h"
#include "base/crypto.h"
#include "funding/ledger_csv.h"
#include "funding/treasurer_mail.h"
#include "store/job.h"

#include <inttypes.h>
#include <string.h>

QUERY(daily_head_insert, "insert into ledger_head (day, seq, hash, noted_at)"
                         " values ($1, $2, $3, $4) on conflict (day) do nothing");
QUERY(daily_head_last, "select day, seq, hash, noted_at from ledger_head"
                       " order by day desc limit $1");
QUERY(daily_head_one, "select day, seq, hash, noted_at from ledger_head where day = $1");
CHECK_ROWS(daily_heads, "a head that was told is in the chain",
           "select h.day, h.seq from ledger_head h left join ledger_entry e on e.seq = h.seq"
           " where h.seq > 0 and (e.hash is null or e.hash <> h.hash) order by h.day");

CONFIG_TEXT(funding_witnesses, "funding", "witnesses", "", 4000,
            "Addresses outside the newsroom that get the ledger's head by mail each day anything "
            "was booked, with spaces between; at most 20. See docs/ledger.md.");

enum { JOB_BYTES = 1 << 20 };

static err row_read(struct stmt *s, struct arena *a, struct daily_head *ret)
{
    struct str hash = column_str(s, 2, a);
    if (hash.n != LEDGER_HASH)
        return fault(ERR_DATA);
    *ret = (struct daily_head){
        .day = column_int(s, 0),
        .noted_at = column_int(s, 3),
        .head = { .seq = column_int(s, 1) },
    };
    memcpy(ret->head.hash, hash.s, LEDGER_HASH);
    return OK;
}

static err list(struct tx *tx, size_t most, struct arena *a, struct daily_head *heads,
                size_t *ret_n)
{
    size_t n = 0;
    bool row = false;
    struct stmt *s = query_start(tx, &daily_head_last);
    bind_int(s, 1, (int64_t)most);
    err e = query_step(s, &row);
    while (!e && row) {
        e = row_read(s, a, &heads[n]);
        if (e) {
            query_end(s);
            return e;
        }
        n++;
        e = query_step(s, &row);
    }
    if (e)
        return fault(e);
    *ret_n = n;
    return OK;
}

err daily_head_list(struct tx *tx, struct arena *a, const struct daily_head **ret, size_t *ret_n)
{
    struct daily_head *heads = arena_new(a, struct daily_head, DAILY_HEADS_MAX);
    *ret = heads;
    return list(tx, DAILY_HEADS_MAX, a, heads, ret_n);
}

err daily_head_get(struct tx *tx, int64_t day, struct arena *a, struct daily_head *ret)
{
    bool row = false;
    struct stmt *s = query_start(tx, &daily_head_one);
    bind_int(s, 1, day);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    if (!row)
        return DAILY_HEAD_MISSING;
    e = row_read(s, a, ret);
    query_end(s);
    return e;
}

struct str daily_head_line(struct arena *a, const struct daily_head *h)
{
    char hash[2 * LEDGER_HASH];
    struct str day = date_print(a, date_from_days(h->day));
    ledger_hash_print(h->head.hash, hash);
    return str_print(a, STR_FMT " %" PRId64 " %.*s", STR_ARG(day), h->head.seq, (int)sizeof hash,
                     hash);
}

/* A sentence says what is wrong; NULL: nothing. */
static const char *witnesses_read(const struct config *c, struct str ret[WITNESSES_MAX],
                                  size_t *ret_n)
{
    struct str rest = str_trim(config_text(c, &funding_witnesses));
    size_t n = 0;
    while (rest.n) {
        struct str one = rest;
        struct str after = { 0 };
        if (str_cut(rest, ' ', &one, &after))
            rest = str_trim(after);
        else
            rest = S("");
        if (!mail_address_good(one))
            return "funding.witnesses: e-mail addresses with spaces between are wanted";
        if (n == WITNESSES_MAX)
            return "funding.witnesses: 20 addresses at most";
        ret[n++] = one;
    }
    *ret_n = n;
    return NULL;
}

err witnesses_check(const struct config *c, struct str file, struct arena *a, struct str *ret_why)
{
    struct str list[WITNESSES_MAX];
    size_t n = 0;
    const char *why = witnesses_read(c, list, &n);
    if (!why)
        return OK;
    *ret_why =
        str_print(a, STR_FMT ":%d: %s", STR_ARG(file), config_line(c, &funding_witnesses), why);
    return WITNESSES_WRONG;
}

/* One run of the job. */
struct telling {
    struct daily_head head;
    int64_t now;
    bool mails; /* they can be sent */
    struct str witnesses[WITNESSES_MAX];
    size_t witness_count;
    struct arena *arena;
};

static err queue_all(struct tx *tx, const struct telling *t)
{
    const struct treasurer_letter letter = {
        .kind = S(DAILY_HEAD_MAIL),
        .name = str_print(t->arena, "ledger-head/%" PRId64, t->head.day),
        .subject = t->head.day,
        .now = t->now,
        .arena = t->arena,
    };
    err e = treasurer_mail(tx, &letter);
    for (size_t i = 0; !e && i < t->witness_count; i++)
        e = treasurer_mail_to(tx, &letter, t->witnesses[i]);
    return e ? fault(e) : OK;
}

static err insert(struct tx *tx, const struct daily_head *h, bool *ret_new)
{
    int64_t changes = 0;
    struct stmt *s = query_start(tx, &daily_head_insert);
    bind_int(s, 1, h->day);
    bind_int(s, 2, h->head.seq);
    bind_blob(s, 3, bytes_str(h->head.hash, LEDGER_HASH));
    bind_int(s, 4, h->noted_at);
    err e = query_run(s, &changes);
    *ret_new = changes > 0;
    return e ? fault(e) : OK;
}

static int64_t next_run(int64_t now)
{
    return (now / DAY + 1) * DAY;
}

static err tell(struct tx *tx, void *arg)
{
    struct telling *t = arg;
    struct daily_head last = { 0 };
    size_t n = 0;
    bool new = false;
    err e = list(tx, 1, t->arena, &last, &n);
    if (!e)
        e = ledger_head(tx, t->arena, &t->head.head);
    if (!e)
        e = insert(tx, &t->head, &new);
    if (!e && new && t->mails && t->head.head.seq != last.head.seq)
        e = queue_all(tx, t);
    if (!e)
        e = job_add(tx, S(DAILY_HEAD_JOB), 0, next_run(t->now));
    if (e)
        return fault(e);
    if (new)
        tx_touch(tx, "funding");
    return OK;
}

static err promise(struct tx *tx, void *arg)
{
    const int64_t *at = arg;
    return job_add(tx, S(DAILY_HEAD_JOB), 0, *at);
}

err daily_head_promise(const struct app *app)
{
    int64_t at = next_run(clock_now(&app->clock));
    return store_write(app->store, promise, &at);
}

err daily_head_job(const struct app *app, const struct setup *setup)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, JOB_BYTES);
    int64_t now = clock_now(&app->clock);
    struct telling t = {
        .head = { .day = now / DAY - 1, .noted_at = now },
        .now = now,
        .mails = mail_enabled(setup),
        .arena = &a,
    };
    (void)witnesses_read(setup->config, t.witnesses, &t.witness_count); // checked at the start
    return store_write(app->store, tell, &t);
}
