-- What the treasurer does with single gifts at the desk (src/funding/contribution_search.h).

-- Each way in of the search has an index that is read in the order of its pages, latest day first.
create index contribution_channel_day on contribution (channel, day, id);
create index contribution_state_day on contribution (state, day, id) where state <> 'settled';
create index contribution_frozen_day on contribution (day, id) where frozen = 1;
create index contribution_out_day on contribution (day, id) where out_minor > 0 or out_fine > 0;
create index contribution_amount_day on contribution (asset, minor, fine, day, id);
create index contribution_giver_day on contribution (giver, day, id) where giver is not null;
drop index contribution_giver;
create index contribution_reference_alone on contribution (reference) where reference is not null;
create index ledger_transaction_reference on ledger_transaction (reference) where reference <> '';
create index payment_event_object on payment_event (object);
create index giver_lower_email on giver (lower(email)) where email <> '';
create index giver_lower_name on giver (lower(name)) where name <> '';

-- What the staff wrote down of a gift: notes, why it was frozen, freed, taken back, corrected (and by
-- which other one). Words may be emptied, rows stay.
create table contribution_note (
    id integer primary key,
    contribution integer not null references contribution (id),
    kind text not null check (kind in ('note', 'freeze', 'free', 'take-back', 'corrected', 'corrects')),
    body text not null,
    other integer references contribution (id),
    by_staff integer not null,
    at integer not null
) strict;
create index contribution_note_contribution on contribution_note (contribution, id);
create trigger contribution_note_kept before delete on contribution_note
begin
    select raise(abort, 'notes are emptied, never deleted');
end;
create trigger contribution_note_fixed before update on contribution_note
when new.body <> '' or new.contribution <> old.contribution or new.kind <> old.kind
    or new.by_staff <> old.by_staff or new.at <> old.at
begin
    select raise(abort, 'notes are emptied, never changed');
end;
