-- What happened to comments, in the order in which it was committed: discussion/comment_event.h.
-- Every comment makes one of these rows, so there is no index beside the key.
create table comment_event (
    id integer primary key,
    comment integer not null references comment (id),
    report integer not null,
    change integer not null, -- enum comment_change
    at integer not null
) strict;
