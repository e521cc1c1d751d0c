-- What the public sees of money beyond the ledger itself (src/funding/daily_head.h, goal_mark.h,
-- goal_close.h; docs/ledger.md).

-- The end of the ledger's chain at the turn of each day (UTC), as it went out to witnesses.
create table ledger_head (
    day integer primary key,
    seq integer not null check (seq >= 0),
    hash blob not null check (length(hash) = 32),
    noted_at integer not null
) strict;
create trigger ledger_head_fixed before update on ledger_head
begin
    select raise(abort, 'a head stays as it was told');
end;
create trigger ledger_head_kept before delete on ledger_head
begin
    select raise(abort, 'heads are kept');
end;

-- What a goal's money would do beyond the goal: further amounts on the same scale.
create table goal_mark (
    goal integer not null references goal (id),
    minor integer not null check (minor > 0),
    label text not null,
    set_at integer not null,
    primary key (goal, minor)
) strict, without rowid;

-- A closed period: its totals as they were, signed. What is booked later of its days stands in the
-- ledger after entry `seq`.
create table goal_close (
    goal integer primary key references goal (id),
    closed_at integer not null,
    by_staff integer not null,
    seq integer not null check (seq >= 0),
    last_transaction integer not null check (last_transaction >= 0),
    settled integer not null,
    net integer not null,
    pending integer not null,
    statement text not null,
    public_key blob not null check (length(public_key) = 32),
    signature blob not null check (length(signature) = 64)
) strict;
create trigger goal_close_fixed before update on goal_close
begin
    select raise(abort, 'a closed period stays closed');
end;
create trigger goal_close_kept before delete on goal_close
begin
    select raise(abort, 'a closed period stays closed');
end;
create trigger goal_closed before update of currency, amount, first_day, end_day, dropped on goal
when exists (select 1 from goal_close where goal = old.id)
begin
    select raise(abort, 'the period of this goal is closed');
end;

-- Adjustments to a closed period are found by the days in it, and then by what came later.
create index ledger_transaction_day on ledger_transaction (day, id);
