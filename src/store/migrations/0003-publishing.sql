-- Reports, their series and revisions, standing pages and pictures (src/publishing/). Days count from
-- 1970-01-01 and are days of the site's zone; times are UTC microseconds.

create table series (
    id integer primary key,
    slug text not null,
    title text not null,
    about text not null,
    made_at integer not null,
    close_after integer, -- days until discussions close by themselves; 0: never; null: as the site
    -- Of its published reports, kept by publishing/report_state.c for the navigation.
    report_count integer not null default 0,
    latest_day integer
) strict;
create unique index series_slug on series (slug);
create unique index series_title on series (title);

-- Pictures by half the SHA-256 of their cleaned bytes; the bytes in pieces, so that a large one can
-- be served without holding it whole.
create table media (
    hash text primary key,
    name text not null,
    type text not null,
    width integer not null,
    height integer not null,
    size integer not null,
    made_at integer not null
) strict;
create table media_piece (
    media text not null references media (hash),
    place integer not null,
    bytes blob not null,
    primary key (media, place)
) strict;

-- A report as it stands. Its words are a revision's: the live one, else the newest. `live` and
-- `scheduled` are numbers of revisions, 0 for none. `file_id` is the id its file gave it.
create table report (
    id integer primary key,
    file_id text,
    state text not null check (state in ('draft', 'scheduled', 'published', 'withdrawn')),
    series integer not null references series (id),
    day integer not null,
    slug text not null,
    words integer references revision (id),
    live integer not null default 0,
    newest integer not null default 0,
    scheduled integer not null default 0,
    publish_at integer,
    published_at integer,
    updated_at integer,
    edited_at integer not null,
    reason text not null default ''
) strict;
create unique index report_address on report (day, slug);
create unique index report_file on report (file_id);
create index report_front on report (day, published_at, id) where state = 'published';
create index report_series on report (series, day, published_at, id) where state = 'published';
create index report_edited on report (edited_at, id);
create index report_state on report (state, edited_at, id);

-- Addresses a report once had.
create table report_path (
    day integer not null,
    slug text not null,
    report integer not null references report (id),
    primary key (day, slug)
) strict;
create index report_path_report on report_path (report);

-- Everything an author gave, and the HTML made of it. Rows never change but for their HTML, which is
-- made anew when the renderer's version moves. `moment` is when the report's day (and minute, -1 for
-- none) begins; `author` is a person's number, null for the command line.
create table revision (
    id integer primary key,
    report integer not null references report (id),
    number integer not null check (number > 0),
    author integer references person (id),
    author_name text not null,
    made_at integer not null,
    series integer not null references series (id),
    day integer not null,
    minute integer not null,
    moment integer not null,
    slug text not null,
    title text not null,
    standfirst text not null,
    byline text not null,
    dateline text not null,
    body text not null,
    hash text not null,
    html text not null,
    html_version integer not null,
    image text not null
) strict;
create unique index revision_number on revision (report, number);
create index revision_series on revision (series);
create index revision_version on revision (html_version, id);

-- What the names of pictures in a revision's Markdown stand for.
create table revision_media (
    revision integer not null references revision (id),
    source text not null,
    media text not null references media (hash),
    primary key (revision, source)
) strict;
create index revision_media_media on revision_media (media);

-- Questions asked in a report (publishing/question.h). `text` and `passage` are the words of the
-- newest revision that asks it, which may be a draft; those that readers know are `asked_text` and
-- `asked_passage`, of the newest revision that was public, with the series it then belonged to and
-- the time it was first asked. `shown`: it stands in the text that is public now.
create table question (
    id integer primary key,
    report integer not null references report (id),
    text text not null,
    passage text not null,
    made_at integer not null,
    asked_at integer,
    asked_text text not null default '',
    asked_passage text not null default '',
    series integer references series (id),
    shown integer not null default 0 check (shown in (0, 1)),
    state text not null default 'open' check (state in ('open', 'answered', 'used', 'closed')),
    answers integer not null default 0, -- published comments that answer it
    changed_at integer,                 -- the last change of state, and whose it was
    changed_by integer references person (id)
) strict;
create index question_report on question (report, id);
create index question_asked on question (report, id) where asked_at is not null;
create index question_dropped on question (report, id) where asked_at is not null and shown = 0;
create index question_board on question (series, asked_at, id) where shown = 1 and state = 'open';
create index question_desk on question (state, id) where asked_at is not null;
-- Where and how they stand in a revision: behind byte `at` of its HTML.
create table revision_question (
    revision integer not null references revision (id),
    place integer not null,
    question integer not null references question (id),
    text text not null,
    passage text not null,
    at integer not null,
    primary key (revision, place)
) strict;
create index revision_question_question on revision_question (question);

-- Standing pages, in the same way: `live` is the number of the public revision, 0 for none.
create table page (
    id integer primary key,
    slug text not null,
    words integer references page_revision (id),
    live integer not null default 0,
    newest integer not null default 0
) strict;
create unique index page_slug on page (slug);
create table page_revision (
    id integer primary key,
    page integer not null references page (id),
    number integer not null check (number > 0),
    author integer references person (id),
    author_name text not null,
    made_at integer not null,
    title text not null,
    body text not null,
    hash text not null,
    html text not null,
    html_version integer not null
) strict;
create unique index page_revision_number on page_revision (page, number);
create index page_revision_version on page_revision (html_version, id);
create table page_revision_media (
    revision integer not null references page_revision (id),
    source text not null,
    media text not null references media (hash),
    primary key (revision, source)
) strict;
create index page_revision_media_media on page_revision_media (media);
