#include "store/job.h"
#include "base/check.h"
#include "store/inside.h"

QUERY(insert_job, "insert into job (kind, subject, run_at) values ($1, $2, $3) "
                  "on conflict (kind, subject) where lease_until is null and failed_at is null "
                  "do update set run_at = excluded.run_at where excluded.run_at < job.run_at");

err job_add(struct tx *tx, struct str kind, int64_t subject, int64_t run_at)
{
    check(tx->writing);
    tx->touched->jobs = true;
    struct stmt *s = query_start(tx, &insert_job);
    bind_str(s, 1, kind);
    bind_int(s, 2, subject);
    bind_int(s, 3, run_at);
    return query_run(s, NULL);
}
