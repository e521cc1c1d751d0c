#include "base/check.h"
#include "store/inside.h"

extern const struct row_check __start_row_checks[], __stop_row_checks[];

CHECK_ROWS(integrity, "the database file is sound",
           "select integrity_check as finding from pragma_integrity_check(100) "
           "where integrity_check <> 'ok'");
CHECK_ROWS(foreign_keys, "every row that another refers to exists",
           "select \"table\", rowid, parent from pragma_foreign_key_check");
CHECK_ROWS(job_states, "a job either waits, runs or has failed",
           "select id from job where failed_at is not null and lease_until is not null");

struct inspection {
    struct tx tx;
    struct arena arena;
    store_report *report;
    void *arg;
    int64_t findings;
};

static err inspect(struct inspection *in, const struct row_check *c)
{
    bool row = false;
    struct stmt *q = query_start(&in->tx, c->query);
    err e = query_step(q, &row);
    for (int n = 0; !e && row && n < ROWS_REPORTED_MAX; n++) {
        arena_reset(&in->arena);
        struct store_finding f = { .check = str_from_z(c->query->name),
                                   .must_hold = str_from_z(c->must_hold),
                                   .row = query_row_text(q, &in->arena) };
        in->report(in->arg, &f);
        in->findings++;
        e = query_step(q, &row);
    }
    query_end(q);
    return e;
}

err store_check(struct store *s, store_report *report, void *arg, int64_t *ret_findings)
{
    struct inspection in = { .report = report, .arg = arg };
    arena_init(&in.arena, 1 << 20);
    err e = store_read(s, &in.tx);
    for (const struct row_check *c = __start_row_checks; !e && c < __stop_row_checks; c++)
        e = inspect(&in, c);
    tx_end(&in.tx);
    arena_free(&in.arena);
    if (!e)
        *ret_findings = in.findings;
    return e;
}
