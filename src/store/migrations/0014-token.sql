-- API tokens (people/api_token.h): programs that act for a person of the staff.
create table api_token (
    id integer primary key,
    token_hash blob not null check (length(token_hash) = 32), -- SHA-256 of what the program sends
    person integer not null references person (id),
    name text not null,
    scopes integer not null, -- bits of enum scope
    created_at integer not null,
    ends_at integer not null, -- 0: when somebody ends it
    ended_at integer not null default 0,
    used_at integer not null default 0
) strict;
create unique index api_token_hash on api_token (token_hash);
create index api_token_person on api_token (person, id);
