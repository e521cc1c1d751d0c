-- Outgoing webhooks (discussion/webhook.h): how each receiver stands, and what waits for it. A message is
-- the number of what it tells of; its text is made when it is sent. One that was delivered is gone.
create table webhook (
    id integer primary key,
    name text not null unique, -- of its section [webhook.NAME]
    url_hash blob not null check (length(url_hash) = 32),
    cursor integer not null, -- the last comment_event that was looked at for it
    since integer not null,
    off_at integer, -- it answered 410 Gone: nothing is sent until somebody switches it on
    missed_at integer, -- when events were found to be pruned before it was their turn
    succeeded_at integer,
    failed_at integer,
    answer integer not null default 0, -- to the last failure: an HTTP status, or enum webhook_trouble
    failures integer not null default 0, -- in a row
    pause_until integer not null default 0
) strict;
create table webhook_message (
    id integer primary key,
    key text not null unique, -- its webhook-id, the same at every try
    webhook integer not null references webhook (id),
    event integer not null, -- comment_event.id, which may be pruned before this is sent
    comment integer not null references comment (id),
    report integer not null,
    change integer not null, -- enum comment_change
    at integer not null, -- when it happened
    since integer not null, -- from when its tries are counted
    due_at integer not null,
    attempts integer not null default 0,
    answer integer not null default 0, -- to the last try
    ended_at integer -- it was given up; null: it waits
) strict;
create unique index webhook_message_event on webhook_message (webhook, event);
create index webhook_message_due on webhook_message (webhook, due_at, id) where ended_at is null;
create index webhook_message_ended on webhook_message (webhook, ended_at) where ended_at is not null;
create index webhook_message_tried on webhook_message (id) where attempts > 0;
