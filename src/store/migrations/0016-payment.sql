-- What providers, banks and chains say of money, and what it was worth (src/funding/payment.h,
-- contribution.h, rate.h; docs/ledger.md).

-- Who gave, as far as they said so and for as long as they wish; the ledger knows none of it.
create table giver (
    id integer primary key,
    channel text not null,
    name text not null,
    email text not null,
    message text not null,
    named integer not null check (named in (0, 1)),
    created_at integer not null,
    erased_at integer
) strict;
create index giver_email on giver (email) where email <> '';

-- `out` is what went out again (refunds, disputes, reversals), as a sum of amounts. The value, in
-- the currency of the goal of its day, is fixed once, with the rate it came from; null: not valued.
alter table contribution add column occurred_at integer not null default 0;
alter table contribution add column out_minor integer not null default 0;
alter table contribution add column out_fine integer not null default 0;
alter table contribution add column value_asset text;
alter table contribution add column value_minor integer not null default 0;
alter table contribution add column value_out integer not null default 0;
alter table contribution add column rate text not null default '';
alter table contribution add column rate_source text not null default '';
alter table contribution add column rate_at integer not null default 0;
alter table contribution add column giver integer references giver (id);
alter table contribution add column frozen integer not null default 0 check (frozen in (0, 1));
alter table contribution add column evidence blob check (evidence is null or length(evidence) = 32);
create index contribution_giver on contribution (giver) where giver is not null;
create trigger contribution_value_fixed before update of value_asset, value_minor, rate, rate_source, rate_at on contribution
when old.value_asset is not null
begin
    select raise(abort, 'the value of a contribution is fixed once');
end;

create index ledger_entry_transaction on ledger_entry (ledger_transaction);

-- The price of one whole unit of an asset in a currency, as decimal text, and until when it may be used.
create table rate (
    id integer primary key,
    asset text not null,
    currency text not null,
    price text not null,
    source text not null,
    at integer not null,
    valid_until integer not null check (valid_until >= at)
) strict;
create index rate_at on rate (asset, currency, at);

-- A message of a provider as it came, once its signature or token held. The body goes after a while;
-- its hash stays.
create table payment_message (
    id integer primary key,
    channel text not null,
    delivery text not null,
    body blob,
    hash blob not null check (length(hash) = 32),
    received_at integer not null,
    unique (channel, delivery)
) strict;
create index payment_message_received_at on payment_message (received_at) where body is not null;
create trigger payment_message_fixed before update of id, channel, delivery, hash, received_at on payment_message
begin
    select raise(abort, 'a message stays as it came');
end;
create trigger payment_message_body before update of body on payment_message when new.body is not null
begin
    select raise(abort, 'a message stays as it came');
end;
create trigger payment_message_kept before delete on payment_message
begin
    select raise(abort, 'messages are kept');
end;

-- One thing that happened to one money object, once and for ever.
create table payment_event (
    id integer primary key,
    channel text not null,
    object text not null,
    kind text not null,
    of_object text not null,
    asset text not null,
    minor integer not null,
    fine integer not null,
    fee_asset text not null,
    fee_minor integer not null,
    fee_fine integer not null,
    occurred_at integer not null,
    day integer not null,
    source text not null,
    reference text not null,
    message integer references payment_message (id),
    giver integer references giver (id),
    taken_at integer not null,
    state text not null check (state = 'booked' or state = 'waiting' or state = 'superseded' or state = 'undone'),
    why text not null,
    contribution integer references contribution (id),
    ledger_transaction integer references ledger_transaction (id),
    unique (channel, object, kind)
) strict;
create index payment_event_waiting on payment_event (channel, of_object) where state = 'waiting';
create index payment_event_contribution on payment_event (contribution) where contribution is not null;
create index payment_event_message on payment_event (message) where message is not null;
create index payment_event_giver on payment_event (giver) where giver is not null;
create trigger payment_event_fixed before update of id, channel, object, kind, of_object, asset, minor, fine,
    fee_asset, fee_minor, fee_fine, occurred_at, day, source, reference, message, taken_at on payment_event
begin
    select raise(abort, 'an event is never changed');
end;
create trigger payment_event_kept before delete on payment_event
begin
    select raise(abort, 'an event is never deleted');
end;
