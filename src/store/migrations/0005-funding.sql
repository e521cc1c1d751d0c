-- Goals, contributions and the ledger (src/funding/, docs/ledger.md). Amounts are two whole numbers,
-- minor and fine: see funding/amount.h. Days count from 1970-01-01 and are days of the site's zone.

-- A goal as it stands; goal_version keeps how it came to be so. Periods of goals that are not
-- dropped never overlap (goal.c).
create table goal (
    id integer primary key,
    currency text not null,
    amount integer not null check (amount > 0),
    first_day integer not null,
    end_day integer not null check (end_day > first_day),
    label text not null,
    set_at integer not null,
    dropped integer not null default 0 check (dropped in (0, 1))
) strict;
create unique index goal_first_day on goal (first_day) where dropped = 0;
create table goal_version (
    id integer primary key,
    goal integer not null references goal (id),
    currency text not null,
    amount integer not null,
    label text not null,
    dropped integer not null check (dropped in (0, 1)),
    by_staff integer not null,
    set_at integer not null
) strict;
create index goal_version_goal on goal_version (goal, id);

-- One gift. What the ledger says of it is fixed; its state moves with its transactions; note,
-- reason and reference may speak of persons and can be emptied.
create table contribution (
    id integer primary key,
    channel text not null,
    asset text not null,
    minor integer not null check (minor >= 0),
    fine integer not null check (fine >= 0 and minor + fine > 0),
    day integer not null,
    state text not null check (state = 'pending' or state = 'settled' or state = 'reversed'), -- "in" would fill a table for each write
    source text not null,
    reference text,
    note text not null,
    reason text not null,
    by_staff integer not null,
    created_at integer not null,
    erased_by integer,
    erased_at integer
) strict;
create index contribution_day on contribution (day, id);
create unique index contribution_reference on contribution (channel, reference);
create trigger contribution_fixed before update of id, channel, asset, minor, fine, day, source on contribution
begin
    select raise(abort, 'a contribution is reversed, never changed');
end;
create trigger contribution_kept before delete on contribution
begin
    select raise(abort, 'a contribution is reversed, never deleted');
end;

-- The ledger proper: append-only, numbered without gaps. All but by_staff is public.
create table ledger_transaction (
    id integer primary key,
    contribution integer not null references contribution (id),
    kind text not null,
    source text not null,
    channel text not null,
    reference text not null,
    day integer not null,
    booked_at integer not null,
    by_staff integer not null
) strict;
create index ledger_transaction_contribution on ledger_transaction (contribution);
create table ledger_entry (
    seq integer primary key,
    ledger_transaction integer not null references ledger_transaction (id),
    account text not null,
    asset text not null,
    minor integer not null,
    fine integer not null check ((minor >= 0 and fine >= 0) or (minor <= 0 and fine <= 0)),
    hash blob not null check (length(hash) = 32)
) strict;

create trigger ledger_transaction_next before insert on ledger_transaction
when new.id <> (select coalesce(max(id), 0) + 1 from ledger_transaction)
begin
    select raise(abort, 'ledger transactions are numbered without gaps');
end;
create trigger ledger_transaction_fixed before update on ledger_transaction
begin
    select raise(abort, 'the ledger is append-only');
end;
create trigger ledger_transaction_kept before delete on ledger_transaction
begin
    select raise(abort, 'the ledger is append-only');
end;
create trigger ledger_entry_next before insert on ledger_entry
when new.seq <> (select coalesce(max(seq), 0) + 1 from ledger_entry)
begin
    select raise(abort, 'ledger entries are numbered without gaps');
end;
create trigger ledger_entry_fixed before update on ledger_entry
begin
    select raise(abort, 'the ledger is append-only');
end;
create trigger ledger_entry_kept before delete on ledger_entry
begin
    select raise(abort, 'the ledger is append-only');
end;

-- Sums of entries, kept for speed, written with the entries and recomputed by `diurnal check`.
create table ledger_day (
    day integer not null,
    account text not null,
    channel text not null,
    source text not null,
    asset text not null,
    minor integer not null,
    fine integer not null,
    primary key (day, account, channel, source, asset)
) strict, without rowid;
create table ledger_month (
    first_day integer not null,
    account text not null,
    channel text not null,
    source text not null,
    asset text not null,
    minor integer not null,
    fine integer not null,
    primary key (first_day, account, channel, source, asset)
) strict, without rowid;
