-- What commenters do with their own: the words before an edit (discussion/comment_own.h).

create table comment_former (
    comment integer not null references comment (id),
    number integer not null,   -- 1 is the oldest
    until_at integer not null, -- when they were replaced
    body text not null,        -- as typed
    primary key (comment, number)
) strict, without rowid;

-- Who showed that an address is theirs, or was asked to (people/claim.h). Links and cookies name the
-- id, so none is given twice (autoincrement), or those of an erased person would open another's.
create table address_claim (
    id integer primary key autoincrement,
    email text not null,         -- lower case
    mailbox text not null,       -- people/email.h: a+b@ is a@, who is written to once an hour
    round integer not null,      -- links and cookies of an earlier one are void
    asked_at integer not null,   -- the last mail that was asked for
    erase integer not null default 0 check (erase in (0, 1)) -- asked to be erased: a job is at it
) strict;
create unique index address_claim_email on address_claim (email);
create index address_claim_mailbox on address_claim (mailbox, asked_at);
create index address_claim_asked on address_claim (asked_at);

-- How far the daily removal of old data has come (discussion/retention.h).
create table retention (
    what text primary key,
    comment integer not null -- up to this one it is done
) strict;
