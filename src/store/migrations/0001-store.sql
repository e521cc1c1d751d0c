-- Later work, promised in the transaction that makes it necessary (store/job.h).
-- A waiting job has lease_until null; a running one has it set; one that failed for the last time
-- has failed_at set and stays until somebody looks at it.
create table job (
    id integer primary key,
    kind text not null,
    subject integer not null,
    run_at integer not null,
    lease_until integer,
    attempts integer not null default 0,
    last_error integer,
    failed_at integer
) strict;
create unique index job_waiting on job (kind, subject) where lease_until is null and failed_at is null;
create index job_due on job (run_at) where lease_until is null and failed_at is null;
create index job_leased on job (lease_until) where lease_until is not null;
