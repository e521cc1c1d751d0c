-- Comments, votes and their counters. What each is, and what "visible" means, is told in
-- discussion/comment.h, discussion/vote.h and discussion/discussion.h.

create table discussion (
    report integer primary key references report (id),
    published integer not null default 0,
    threads integer not null default 0,
    held integer not null default 0,
    hidden integer not null default 0,
    spam integer not null default 0,
    deleted integer not null default 0,
    answers integer not null default 0, -- published comments that answer a question
    open integer not null default 1 check (open in (0, 1)),
    kept_open integer not null default 0 check (kept_open in (0, 1)) -- by hand: age does not close it
) strict;

-- What readers see. Kept narrow, for a page reads 120 of these rows; see comment_origin.
-- A root has neither parent nor root; replies have both.
create table comment (
    id integer primary key,
    report integer not null references report (id),
    parent integer references comment (id),
    root integer references comment (id),
    depth integer not null check (depth >= 0),
    state text not null check (state in ('held', 'published', 'hidden', 'spam', 'deleted')),
    visible integer not null check (visible in (0, 1)),
    erased integer not null default 0 check (erased in (0, 1)),
    person integer references person (id),
    question integer references question (id), -- of a root: the question it answers
    used integer not null default 0 check (used in (0, 1)), -- an answer the report made use of
    created_at integer not null,
    up integer not null default 0,
    down integer not null default 0,
    score integer not null default 0,
    children integer not null default 0, -- visible direct replies
    replies integer not null default 0,  -- of a root: visible comments below it
    hold text not null default '',       -- why it was held
    held_for blob,                       -- while it is held: the visitor who may see it
    reason integer not null default 0,   -- why it was removed (discussion/reason.h)
    flags integer not null default 0,    -- open ones (discussion/flag.h)
    pinned integer not null default 0 check (pinned in (0, 1)),
    locked integer not null default 0 check (locked in (0, 1)), -- takes no replies
    changed_at integer,                  -- the last change of state, and whose it was
    changed_by integer, -- a person; no reference, for checking it makes a change cost twice
    edited_at integer,                   -- the last edit by its author (discussion/comment_own.h)
    html_version integer not null,
    name text not null,
    html text not null,
    check ((parent is null) = (root is null)),
    check ((parent is null) = (depth = 0)),
    check (question is null or parent is null),
    check (used = 0 or question is not null)
) strict;
-- Pages start from these; only what is visible is in them, so that no heap of spam slows a page.
create index comment_root_time on comment (report, created_at, id) where root is null and visible = 1;
create index comment_root_score on comment (report, score, id) where root is null and visible = 1;
create index comment_reply on comment (root, id) where root is not null and visible = 1;
create index comment_published on comment (report, id) where state = 'published';
-- Answers: of a report, and of a question. A comment that answers nothing is in none of these.
create index comment_answer_time on comment (report, created_at, id) where question is not null and visible = 1;
create index comment_answer_score on comment (report, score, id) where question is not null and visible = 1;
create index comment_question_time on comment (question, created_at, id) where question is not null and visible = 1;
create index comment_question_score on comment (question, score, id) where question is not null and visible = 1;
create index comment_used on comment (question, id) where used = 1;
-- The desk's queues.
create index comment_queue on comment (state, id) where state <> 'published';
create index comment_flagged on comment (id) where flags > 0;
create index comment_pinned on comment (report, id) where pinned = 1;
-- What a reader has written that waits.
create index comment_held_for on comment (held_for, report, id) where held_for is not null;

-- What a comment was made from: the words as typed, and whom they came from. Gone when it is
-- deleted; all but the words are null when its author is erased. Comments come at a rate that an
-- index on a hash would halve, for each makes one more page to be written: so there is none here.
create table comment_origin (
    comment integer primary key references comment (id),
    said integer not null, -- hash of who said what and where (discussion/recent.h)
    address_key integer not null,
    visitor blob,
    address blob,
    prefix blob,
    email text,
    hold_about text, -- what the rule that held it saw
    guess integer,   -- what the filter said of it, in thousandths; null: it knew nothing
    body text not null
) strict;
-- What an address has written, for whom it belongs to. Few give one.
create index comment_origin_email on comment_origin (email, comment) where email is not null;

create table vote (
    comment integer not null references comment (id),
    voter blob not null,
    value integer not null check (value in (-1, 1)),
    created_at integer not null,
    address_key integer not null,
    address blob,
    prefix blob,
    counted integer not null default 1 check (counted in (0, 1)), -- 0: one of a burst
    primary key (comment, voter)
) strict, without rowid;
