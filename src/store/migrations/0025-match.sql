-- Events that wait, and what the treasurer decided of them (src/funding/payment_match.h).

-- The gift that an event belongs to, said by hand: once and for ever. And what was set aside, for
-- what it waited then: when it waits for something else, it is shown again.
alter table payment_event add column matched integer references contribution (id);
alter table payment_event add column matched_by integer not null default 0;
alter table payment_event add column matched_at integer not null default 0;
alter table payment_event add column aside_why text not null default '';
alter table payment_event add column aside_reason text not null default '';
alter table payment_event add column aside_by integer not null default 0;
alter table payment_event add column aside_at integer not null default 0;
create trigger payment_event_matched_fixed before update of matched, matched_by, matched_at on payment_event
when old.matched is not null
begin
    select raise(abort, 'an event is matched once');
end;
create index payment_event_open on payment_event (id) where state = 'waiting' and aside_why <> why;
create index payment_event_aside on payment_event (id) where state = 'waiting' and aside_why = why;
create index payment_event_matched on payment_event (channel, of_object) where matched is not null;

-- Gifts that an event may belong to: those of its channel and amount.
create index contribution_amount on contribution (channel, minor, id);
