-- How channels that count by themselves are doing (src/funding/channel_health.h), and where the last
-- poll of each ended.
create table channel_health (
    id integer primary key,
    channel text not null unique,
    heard_at integer not null default 0,
    forged integer not null default 0,
    forged_hour integer not null default 0,
    forged_in_hour integer not null default 0,
    malformed integer not null default 0,
    ignored integer not null default 0,
    differs integer not null default 0,
    polls_failed integer not null default 0,
    paused_at integer not null default 0,
    paused_why text not null default '',
    why text not null default '',
    poll_cursor text not null default '',
    polled_at integer not null default 0
) strict;
