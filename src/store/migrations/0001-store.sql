-- Later work, promised in the transaction that makes it necessary (store/job.h). A waiting job has
-- neither lease_until nor failed_at; a running one has the first, one given up the second.
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
create index job_due on job (kind, run_at) where lease_until is null and failed_at is null;
create index job_leased on job (kind, subject) where lease_until is not null;
create index job_failed on job (failed_at) where failed_at is not null;
