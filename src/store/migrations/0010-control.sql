-- What commenters do with their own: the words before an edit (discussion/comment_own.h).

create table comment_former (
    comment integer not null references comment (id),
    number integer not null,   -- 1 is the oldest
    until_at integer not null, -- when they were replaced
    body text not null,        -- as typed
    primary key (comment, number)
) strict, without rowid;
