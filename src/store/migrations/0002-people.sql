-- The staff and how they sign in (people/*.h). People are ended, never removed.
create table person (
    id integer primary key,
    name text not null,
    email text not null, -- lower case
    role text not null check (role in ('owner', 'editor', 'reporter', 'moderator', 'treasurer')),
    active integer not null default 1 check (active in (0, 1)),
    password text not null default '', -- a line of Argon2id; empty: none yet
    password_at integer not null default 0,
    created_at integer not null,
    signed_in_at integer not null default 0
) strict;
create unique index person_email on person (email);

create table session (
    id integer primary key,
    token_hash blob not null check (length(token_hash) = 32), -- SHA-256 of what the cookie holds
    person integer not null references person (id),
    agent text not null, -- "Firefox on Linux"
    started_at integer not null,
    seen_at integer not null,
    confirmed_at integer not null, -- when the password was last given; 0: not in this session
    ends_at integer not null
) strict;
create unique index session_token_hash on session (token_hash);
create index session_person on session (person);
create index session_ends_at on session (ends_at);

-- One-time links to the desk. A used one is gone; the audit log remembers it.
create table link (
    token_hash blob not null primary key check (length(token_hash) = 32),
    person integer references person (id), -- null: makes the first owner
    ends_at integer not null
) strict;
create unique index link_person on link (coalesce(person, 0));

-- The second step. on_at is null until a code has shown that the app has the secret.
create table totp (
    person integer primary key references person (id),
    secret blob not null check (length(secret) = 20),
    last_step integer not null default 0, -- of the code that was used last
    on_at integer
) strict;
create table recovery_code (
    person integer not null references person (id),
    code_hash blob not null check (length(code_hash) = 32), -- SHA-256 of 120 random bits
    primary key (person, code_hash)
) strict;

create table audit (
    id integer primary key,
    at integer not null,
    person integer references person (id), -- null: not a person of the staff
    actor text not null,                   -- the name as it was
    action text not null,
    kind text not null,
    object integer not null,
    detail text not null
) strict;
create index audit_person on audit (person, id);
create index audit_object on audit (kind, object, id);
create trigger audit_stays before update on audit begin
    select raise(abort, 'the audit log is only ever added to');
end;
create trigger audit_is_kept before delete on audit begin
    select raise(abort, 'the audit log is only ever added to');
end;
