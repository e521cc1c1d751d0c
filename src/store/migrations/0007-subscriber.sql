-- Who is told by mail about what (people/subscriber.h). An address counts only once its owner has
-- confirmed; until then the rows wait for some days and go. Links in mails name the ids, so none is
-- given twice (autoincrement): an old link must not open the page of whoever came later.
create table subscriber (
    id integer primary key autoincrement,
    email text not null unique, -- lower case
    mailbox text not null default '', -- people/email.h: a+b@ is a@, who is written to once an hour
    created_at integer not null,
    confirmed_at integer, -- its owner has followed a link that was mailed to it
    asked_at integer,     -- when the latest mail that asks for it was queued
    blocked_at integer,   -- its owner wants no mail from us at all
    failed_at integer,    -- its server refuses it for good
    visitor blob,         -- the browser it was confirmed in
    told_since integer not null default 0, -- the hour in which mails of comments are counted
    told integer not null default 0
) strict;
create index subscriber_mailbox on subscriber (mailbox, asked_at);
create index subscriber_blocked on subscriber (mailbox) where blocked_at is not null;

create table subscription (
    id integer primary key autoincrement,
    subscriber integer not null references subscriber (id),
    kind integer not null check (kind between 1 and 4), -- enum follow_kind
    object integer not null, -- the report, comment, question or series
    pace integer not null default 0 check (pace between 0 and 2), -- enum follow_pace
    confirmed_at integer,
    created_at integer not null
) strict;
create unique index subscription_once on subscription (subscriber, kind, object);
-- What a fan-out walks along.
create index subscription_object on subscription (kind, object, id) where confirmed_at is not null;
create index subscription_pace on subscription (pace, subscriber) where confirmed_at is not null and pace > 0;
create index subscription_waiting on subscription (created_at) where confirmed_at is null;

-- How far the fan-outs have come, so that one that was cut off goes on where it was.
create table fan_out (
    kind integer not null,   -- enum follow_kind: 4 a report for its series; 1 a comment
    object integer not null, -- the report; the comment
    last integer not null,   -- the subscription that was dealt with last
    primary key (kind, object)
) strict, without rowid;

-- The latest digest of each pace (people/digest_round.h): what it names, and whom it has reached.
create table digest_round (
    pace integer primary key check (pace between 1 and 2), -- enum follow_pace
    since integer not null,
    until integer not null,
    last integer not null, -- the subscriber who was dealt with last
    ended integer not null check (ended in (0, 1))
) strict;
