-- What holds comments back: rules, bans, the filter and its lessons, bursts of votes. Each is told
-- in discussion/hold_rules.h, ban.h, filter_learn.h and vote.h.

-- A number that is null is as in the wider scope; 0 turns the rule off.
create table hold_rules (
    scope text not null check (scope in ('site', 'series', 'report')),
    object integer not null, -- the series or report; 0 for the site
    first_cookie integer,
    first_address integer,
    links integer,
    duplicates integer,
    flood integer,
    slow integer,
    filter integer,
    phrases text not null default '', -- one a line
    attack text not null default 'auto' check (attack in ('auto', 'on', 'off')), -- the site's alone
    primary key (scope, object)
) strict, without rowid;

-- Whom the rules for first comments let through: hashes of cookies and addresses whose comment a
-- moderator approved.
create table known_writer (
    hash blob primary key,
    kind text not null check (kind in ('cookie', 'address')),
    since integer not null
) strict, without rowid;
create index known_writer_since on known_writer (kind, since);

create table ban (
    id integer primary key,
    kind text not null check (kind in ('cookie', 'address', 'prefix')),
    hash blob not null,
    address_key integer not null, -- the key an address was hashed with; 0 for a cookie
    until integer not null,       -- microseconds; over when it is past
    reason text not null,
    comment integer references comment (id), -- the one it was made from
    created_at integer not null,
    created_by integer references person (id)
) strict;
create index ban_until on ban (until);

-- The filter: how many good and bad comments had a feature (its hash). Counts of the comments
-- themselves stand in feature 0.
create table filter_feature (
    feature integer primary key,
    good integer not null check (good >= 0),
    bad integer not null check (bad >= 0)
) strict;

-- What the desk decided of a comment, what the filter had said before, and what it has learned.
create table filter_lesson (
    comment integer primary key references comment (id),
    spam integer check (spam in (0, 1)), -- null: the decision was taken back
    learned integer check (learned in (0, 1)), -- null: not yet
    guess integer check (guess between 0 and 1000), -- thousandths of spam, as said when it came
    at integer not null
) strict;
create index filter_lesson_at on filter_lesson (at);
create index filter_lesson_new on filter_lesson (comment) where coalesce(learned, -1) <> coalesce(spam, -1);

-- Votes of one neighbourhood on one comment that came too close together: one of them counts.
create table vote_burst (
    comment integer not null references comment (id),
    prefix blob not null,
    first_at integer not null,
    last_at integer not null,
    votes integer not null, -- that do not count
    primary key (comment, prefix)
) strict, without rowid;
create index vote_burst_last on vote_burst (last_at);
