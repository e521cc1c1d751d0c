-- What the staff decide about comments, and what leads to it and follows from it. Each table's
-- meaning is told in the header named beside it (discussion/*.h).

-- act.h: one click of a person, or of the program itself, that may be undone.
create table act (
    id integer primary key,
    at integer not null,
    person integer references person (id), -- null: the program, or the command line
    kind integer not null, -- enum act_kind
    comment integer references comment (id), -- what was pinned or locked; of one decision: its comment
    report integer references report (id),   -- what was closed or opened
    was integer not null default 0,          -- of a mark: what it was before
    comments integer not null default 0,     -- of decisions: how many
    undone_at integer,
    undone_by integer references person (id)
) strict;
create index act_person on act (person, id);

-- decision.h: what became of one comment by an act, and all that it was before.
create table decision (
    id integer primary key,
    act integer not null references act (id),
    comment integer not null references comment (id),
    at integer not null,
    person integer references person (id),
    was text not null,
    was_reason integer not null,
    was_changed_at integer,
    was_changed_by integer references person (id),
    became text not null,
    reason integer not null,
    note text not null,      -- for the author
    minutes integer,         -- how long somebody waited for it, rounded (record.h); null: nobody did
    assigned integer references person (id), -- who was to look at it
    undone integer not null default 0 check (undone in (0, 1))
) strict;
create index decision_comment on decision (comment, id);
create index decision_act on decision (act, id);

-- record.h: the public figures, moved in the decision's transaction.
create table moderation_reason (
    report integer not null references report (id),
    reason integer not null,
    comments integer not null,
    primary key (report, reason)
) strict, without rowid;
create table moderation_wait (
    report integer not null references report (id),
    minutes integer not null,
    decisions integer not null,
    primary key (report, minutes)
) strict, without rowid;

-- flag.h
create table flag (
    comment integer not null references comment (id),
    voter blob not null,
    reason integer not null,
    note text not null,
    created_at integer not null,
    address_key integer not null,
    address blob,
    prefix blob,
    decision integer references decision (id), -- null: nobody has looked yet
    primary key (comment, voter)
) strict, without rowid;
create index flag_decision on flag (decision) where decision is not null;

-- staff_note.h and assignment.h: for the desk alone.
create table staff_note (
    id integer primary key,
    comment integer not null references comment (id),
    person integer references person (id),
    at integer not null,
    body text not null
) strict;
create index staff_note_comment on staff_note (comment, id);
create table assignment (
    comment integer primary key references comment (id),
    person integer not null references person (id),
    at integer not null
) strict;
create index assignment_person on assignment (person, comment);

-- trace.h: who else wrote what; made after the commit, a little later than the comments.
create table trace (
    clue integer not null, -- the first eight bytes of a hash of comment_origin
    comment integer not null references comment (id),
    primary key (clue, comment)
) strict, without rowid;
create table trace_end (
    id integer primary key check (id = 1),
    comment integer not null -- comments up to this one have their traces
) strict;
insert into trace_end (id, comment) values (1, 0);

-- appeal.h
create table appeal_right (
    comment integer primary key references comment (id),
    visitor blob not null,
    until integer not null
) strict;
create index appeal_right_until on appeal_right (until);
create table appeal (
    id integer primary key,
    comment integer not null references comment (id),
    decision integer not null references decision (id),
    body text not null,
    created_at integer not null,
    state text not null check (state in ('open', 'granted', 'refused', 'moot')),
    decided_at integer,
    decided_by integer references person (id),
    answer text not null default ''
) strict;
create unique index appeal_decision on appeal (decision);
create index appeal_comment on appeal (comment, id);
create index appeal_state on appeal (state, id);
create index appeal_words on appeal (decided_at) where body <> '' and state <> 'open';
