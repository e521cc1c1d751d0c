-- Mails to be sent, and for a while those that were (mail/mail.h). One that waits has no ended_at.
create table mail (
    id integer primary key,
    key text not null unique,
    kind text not null,
    recipient text, -- null: who composes it knows it
    subject integer not null,
    detail integer not null,
    note text,
    since integer not null, -- when it was queued, or from when on it may be sent
    due_at integer not null,
    attempts integer not null default 0,
    state integer not null default 0, -- enum mail_state
    ended_at integer,
    code integer, -- the server's last answer: 250, 421, 550; null: it had none
    answer text
) strict;
create index mail_due on mail (due_at) where ended_at is null;
create index mail_ended on mail (ended_at) where ended_at is not null;
create index mail_failed on mail (id) where state >= 3;
create index mail_recipient on mail (recipient) where recipient is not null;
