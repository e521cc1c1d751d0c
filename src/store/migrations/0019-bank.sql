-- What banks' statements say (src/funding/bank_import.h; docs/bank.md).

-- How a bank writes its CSV, as text of lines "key = value".
create table bank_mapping (
    channel text primary key,
    mapping text not null,
    set_by integer references person (id),
    set_at integer not null
) strict;

-- A file of which something was booked. `reading`: from what its lines' contents were made; `unnamed`:
-- how many of them are known by nothing else; `rule`: how one of its lines is read again.
create table bank_import (
    id integer primary key,
    channel text not null,
    format text not null check (format in ('csv', 'camt.053')),
    reading text not null,
    unnamed integer not null,
    rule text not null,
    hash blob not null check (length(hash) = 32),
    first_day integer not null,
    last_day integer not null check (last_day >= first_day),
    gifts integer not null,
    refunds integer not null,
    imported_by integer references person (id),
    imported_at integer not null
) strict;
create index bank_import_days on bank_import (channel, last_day);

-- A line of a statement that became an event. `named`: `object` is the bank's own number. `content`
-- and `ordinal`: what it says, and which one it is of those that say the same.
create table bank_line (
    id integer primary key,
    bank_import integer not null references bank_import (id),
    channel text not null,
    object text not null,
    refund integer not null check (refund in (0, 1)),
    named integer not null check (named in (0, 1)),
    content blob not null check (length(content) = 32),
    ordinal integer not null check (ordinal > 0),
    amount text not null,
    day integer not null,
    line integer not null,
    payment_event integer not null references payment_event (id),
    unique (channel, object, refund)
) strict;
create index bank_line_content on bank_line (channel, content, ordinal);
create index bank_line_import on bank_line (bank_import);
create index bank_line_event on bank_line (payment_event);

-- SHA-256 of what a gift and its refund have in common in CAMT.053.
create table bank_key (
    channel text not null,
    clue blob not null check (length(clue) = 32),
    bank_line integer not null references bank_line (id),
    primary key (channel, clue, bank_line)
) strict;
create index bank_key_line on bank_key (bank_line);

-- What was entered by hand, to be compared with what a statement says.
create index contribution_by_hand on contribution (channel, day, minor) where source = 'hand';
