#include "publishing/revision.h"
#include "base/check.h"
#include "publishing/report_inside.h"

#define REVISION_ROW                                                                               \
    "select id, report, number, coalesce(author, 0), author_name, made_at, series, day, minute,"   \
    " moment, slug, title, standfirst, byline, dateline, html_version"
QUERY(revision_one, REVISION_ROW ", body from revision where report = $1 and number = $2");
QUERY(revision_older, REVISION_ROW " from revision where report = $1 and number < $2"
                                   " order by number desc limit $3");
QUERY(revision_its_html, "select html from revision where id = $1");
QUERY(revision_its_questions,
      "select question, text, passage, at from revision_question where revision = $1"
      " order by place");
QUERY(revision_its_media,
      "select p.source, m.hash, m.name, m.type, m.size, m.width, m.height from revision_media p"
      " join media m on m.hash = p.media where p.revision = $1 order by p.source limit $2");
QUERY(revision_insert_row,
      "insert into revision (report, number, author, author_name, made_at, series, day, minute,"
      " moment, slug, title, standfirst, byline, dateline, body, hash, html, html_version, image)"
      " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,"
      " $19) returning id");
QUERY(revision_insert_media, "insert into revision_media (revision, source, media)"
                             " values ($1, $2, $3)");
QUERY(revision_update_html, "update revision set html = $2, html_version = $3 where id = $1");

CHECK_ROWS(revision_numbers, "a report's newest revision has the highest number",
           "select id, newest, (select max(number) from revision where revision.report ="
           " report.id) as highest from report where newest <> (select max(number) from revision"
           " where revision.report = report.id)");

static struct revision read_row(struct stmt *s, struct arena *a)
{
    return (struct revision){
        .id = column_int(s, 0),
        .report = column_int(s, 1),
        .number = column_int(s, 2),
        .author = column_int(s, 3),
        .author_name = column_str(s, 4, a),
        .made_at = column_int(s, 5),
        .series = column_int(s, 6),
        .date = date_from_days(column_int(s, 7)),
        .minute = column_int(s, 8),
        .moment = column_int(s, 9),
        .slug = column_str(s, 10, a),
        .title = column_str(s, 11, a),
        .standfirst = column_str(s, 12, a),
        .byline = column_str(s, 13, a),
        .dateline = column_str(s, 14, a),
        .html_version = column_int(s, 15),
    };
}

err revision_get(struct tx *tx, int64_t report, int64_t number, struct arena *a,
                 struct revision *ret)
{
    bool row = false;
    struct stmt *s = query_start(tx, &revision_one);
    bind_int(s, 1, report);
    bind_int(s, 2, number);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    if (!row)
        return REVISION_NONE;
    *ret = read_row(s, a);
    ret->body = column_str(s, 16, a);
    query_end(s);
    return OK;
}

err revision_list(struct tx *tx, int64_t report, int64_t before, struct arena *a,
                  struct revision_rows *ret)
{
    bool row = true;
    size_t n = 0;
    struct revision *rows = arena_new(a, struct revision, REVISION_LIST_MAX);
    struct stmt *s = query_start(tx, &revision_older);
    bind_int(s, 1, report);
    bind_int(s, 2, before > 0 ? before : INT64_MAX);
    bind_int(s, 3, REVISION_LIST_MAX + 1);
    for (;;) {
        err e = query_step(s, &row);
        if (e)
            return fault(e);
        if (!row || n == REVISION_LIST_MAX)
            break;
        rows[n++] = read_row(s, a);
    }
    query_end(s);
    *ret = (struct revision_rows){ rows, n, row };
    return OK;
}

/* ---- HTML and its questions ---- */

struct placed {
    struct question question;
    size_t at;
};

static err read_placed(struct tx *tx, int64_t revision, struct arena *a, struct placed **ret,
                       size_t *ret_n)
{
    size_t n = 0;
    size_t room = 0;
    struct placed *list = NULL;
    bool row = true;
    struct stmt *s = query_start(tx, &revision_its_questions);
    bind_int(s, 1, revision);
    for (;;) {
        err e = arena_full(a) ? ERR_LIMIT : query_step(s, &row);
        if (e)
            return fault(e);
        if (!row)
            break;
        if (n == room) {
            room = room ? 2 * room : 16;
            struct placed *more = arena_new(a, struct placed, room);
            for (size_t i = 0; i < n; i++)
                more[i] = list[i];
            list = more;
        }
        list[n++] = (struct placed){ .question = { .id = column_int(s, 0),
                                                   .text = column_str(s, 1, a),
                                                   .passage = column_str(s, 2, a) },
                                     .at = (size_t)column_int(s, 3) };
    }
    query_end(s);
    *ret = list;
    *ret_n = n;
    return OK;
}

/* A piece ends where questions stand; those of one place belong to one piece. */
static void cut(struct str html, const struct placed *placed, size_t n, struct arena *a,
                struct revision_html *ret)
{
    struct revision_piece *pieces = arena_new(a, struct revision_piece, n + 1);
    struct question *questions = arena_new(a, struct question, n);
    size_t from = 0;
    size_t count = 0;
    for (size_t i = 0; i < n;) {
        size_t at = placed[i].at;
        struct revision_piece *piece = &pieces[count++];
        piece->html = (struct html){ str_sub(html, from, at > from ? at - from : 0) };
        piece->questions = &questions[i];
        for (; i < n && placed[i].at == at; i++)
            questions[i] = placed[i].question;
        piece->question_count = (size_t)(&questions[i] - piece->questions);
        from = at > from ? at : from;
    }
    if (from < html.n || !count)
        pieces[count++] = (struct revision_piece){ .html = { str_sub(html, from, html.n) } };
    *ret = (struct revision_html){ .pieces = pieces, .n = count, .whole = { html } };
}

err revision_html(struct tx *tx, int64_t revision, struct arena *a, struct revision_html *ret)
{
    bool row = false;
    struct stmt *s = query_start(tx, &revision_its_html);
    bind_int(s, 1, revision);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    if (!row)
        return REVISION_NONE;
    struct str html = column_str(s, 0, a);
    query_end(s);
    struct placed *placed = NULL;
    size_t n = 0;
    e = read_placed(tx, revision, a, &placed, &n);
    if (e)
        return e;
    cut(html, placed, n, a, ret);
    return OK;
}

err revision_media(struct tx *tx, int64_t revision, struct arena *a, struct media_names *ret)
{
    struct stmt *s = query_start(tx, &revision_its_media);
    bind_int(s, 1, revision);
    bind_int(s, 2, MEDIA_PER_TEXT);
    return media_names_read(s, a, ret);
}

/* ---- Writing ---- */

static void bind_words(struct stmt *s, const struct report_draft *d)
{
    bind_str(s, 11, d->in.title);
    bind_str(s, 12, d->in.standfirst);
    bind_str(s, 13, d->in.byline);
    bind_str(s, 14, d->in.dateline);
    bind_str(s, 15, d->in.body);
    bind_str(s, 16, d->hash);
    bind_str(s, 17, d->body.html.s);
    bind_int(s, 18, MARKDOWN_VERSION);
    bind_str(s, 19, d->body.image);
}

static err insert_row(struct tx *tx, const struct report_draft *d, const struct revision_place *at,
                      int64_t *ret_id)
{
    bool row = false;
    struct stmt *s = query_start(tx, &revision_insert_row);
    bind_int(s, 1, at->report);
    bind_int(s, 2, at->number);
    bind_int_or_null(s, 3, d->in.by.person);
    bind_str(s, 4, d->in.by.name);
    bind_int(s, 5, d->now);
    bind_int(s, 6, at->series);
    bind_int(s, 7, d->day);
    bind_int(s, 8, d->minute);
    bind_int(s, 9, d->moment);
    bind_str(s, 10, at->slug);
    bind_words(s, d);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    *ret_id = column_int(s, 0);
    query_end(s);
    return OK;
}

err revision_insert(struct tx *tx, const struct report_draft *d, const struct revision_place *at,
                    int64_t *ret_id)
{
    int64_t id = 0;
    err e = insert_row(tx, d, at, &id);
    for (size_t i = 0; !e && i < d->body.picture_count; i++) {
        struct stmt *s = query_start(tx, &revision_insert_media);
        bind_int(s, 1, id);
        bind_str(s, 2, d->body.pictures[i]->source);
        bind_str(s, 3, d->body.pictures[i]->media.hash);
        e = query_run(s, NULL);
    }
    if (!e)
        e = question_place(tx, at->report, id, &d->body, d->now, d->arena);
    if (e)
        return fault(e);
    *ret_id = id;
    return OK;
}

err revision_set_html(struct tx *tx, int64_t revision, int64_t report, const struct body *body,
                      int64_t now, struct arena *a)
{
    struct stmt *s = query_start(tx, &revision_update_html);
    bind_int(s, 1, revision);
    bind_str(s, 2, body->html.s);
    bind_int(s, 3, MARKDOWN_VERSION);
    err e = query_run(s, NULL);
    if (e)
        return fault(e);
    return question_move(tx, report, revision, body, now, a);
}
