-- What was entered by hand and is above a set amount waits for a second person (src/funding/hand_entry.h).
-- Nothing of it counts before. Private words (note, reference, reason) stand here while it waits only.
create table hand_entry (
    id integer primary key,
    kind text not null check (kind in ('add', 'correct', 'value')),
    of_contribution integer references contribution (id),
    channel text not null,
    asset text not null,
    minor integer not null,
    fine integer not null,
    day integer not null,
    pending integer not null check (pending in (0, 1)),
    reference text not null,
    note text not null,
    reason text not null,
    price text not null,
    price_source text not null,
    by_staff integer not null,
    at integer not null,
    state text not null check (state in ('waiting', 'approved', 'refused', 'withdrawn')),
    decided_by integer,
    decided_at integer,
    why text not null,
    contribution integer references contribution (id),
    check ((kind = 'add') = (of_contribution is null)),
    check ((state = 'waiting') = (decided_by is null)),
    check ((state = 'approved') = (contribution is not null)),
    check (state <> 'approved' or decided_by <> by_staff)
) strict;
create index hand_entry_waiting on hand_entry (id) where state = 'waiting';
create index hand_entry_of on hand_entry (of_contribution) where of_contribution is not null;
create trigger hand_entry_fixed before update of id, kind, of_contribution, channel, asset, minor, fine, day, pending,
    price, price_source, by_staff, at on hand_entry
begin
    select raise(abort, 'what was entered is not changed');
end;
create trigger hand_entry_once before update on hand_entry when old.state <> 'waiting'
begin
    select raise(abort, 'it is decided once');
end;
create trigger hand_entry_kept before delete on hand_entry
begin
    select raise(abort, 'entries are kept');
end;
