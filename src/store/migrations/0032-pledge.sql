-- What providers say is pledged to us, in money that has not been paid (src/funding/pledge.h).
create table pledge (
    channel text primary key,
    asset text not null,
    minor integer not null,
    fine integer not null,
    told_at integer not null
) strict;
