#include "publishing/page_edit.h"
#include "base/check.h"
#include "base/utf8.h"
#include "publishing/body.h"
#include "render/slug.h"
#include "render/theme.h"

QUERY(page_target, "select p.id, p.live, p.newest, v.hash, v.id, v.html_version from page p"
                   " join page_revision v on v.page = p.id and v.number = p.newest"
                   " where p.slug = $1");
QUERY(page_total, "select count(*) from page");
QUERY(page_insert, "insert into page (slug) values ($1) returning id");
QUERY(page_insert_revision,
      "insert into page_revision (page, number, author, author_name, made_at, title, body, hash,"
      " html, html_version) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id");
QUERY(page_insert_media, "insert into page_revision_media (revision, source, media)"
                         " values ($1, $2, $3)");
QUERY(page_set_newest, "update page set newest = $2,"
                       " words = case when live = 0 then $3 else words end where id = $1");
QUERY(page_publish, "update page set live = newest, words = (select id from"
                    " page_revision where page = $1 and number = newest) where id = $1");
QUERY(page_set_html, "update page_revision set html = $2, html_version = $3 where id = $1");
QUERY(page_set_down, "update page set live = 0, words = (select id from"
                     " page_revision where page = $1 and number = newest) where id = $1");

QUERY(page_old_revision,
      "select v.id, p.id, v.number, p.slug from page_revision v join page p on p.id = v.page"
      " where v.html_version < $1 order by v.html_version, v.id limit 1");
QUERY(page_keep_html, "update page_revision set html_version = $2 where id = $1");

enum { SCRATCH_BYTES = 64 * 1024 };

struct page_draft {
    struct page_input in; /* trimmed and copied */
    struct arena *arena;
    struct body body;
    struct str hash;
    int64_t now;
};

static void wrong(struct page_faults *f, err refusal)
{
    if (refusal)
        f->refusals[f->n++] = refusal;
}

static err slug_check(struct str slug)
{
    if (!slug_valid(slug))
        return PAGE_SLUG_WRONG;
    return page_reserved(slug) ? PAGE_SLUG_RESERVED : OK;
}

static err title_check(struct str title)
{
    if (!title.n)
        return PAGE_TITLE_MISSING;
    if (text_check(title, true) != TEXT_FINE)
        return PAGE_TITLE_NOT_TEXT;
    return utf8_length(title) > PAGE_TITLE_MAX ? PAGE_TITLE_TOO_LONG : OK;
}

static err render(struct page_draft *d, const struct setup *setup, struct page_faults *f)
{
    static const err of_body[BODY_REFUSALS] = {
        [BODY_TOO_LONG] = PAGE_BODY_TOO_LONG,
        [BODY_MISSING] = PAGE_BODY_MISSING,
        [BODY_NOT_TEXT] = PAGE_BODY_NOT_TEXT,
        [BODY_PICTURE_MISSING] = PAGE_PICTURE_MISSING,
    };
    struct body_words s = { .text = d->in.body, .pictures = &d->in.pictures };
    err e = body_prepare(setup, d->arena, &s, &d->body, &f->picture);
    if (e < 0)
        return fault(e);
    wrong(f, of_body[e]);
    return OK;
}

static struct str hash_of(const struct page_draft *d)
{
    const struct str words[] = { d->in.title, d->in.body };
    return body_hash(d->arena, words, COUNT(words), &d->body);
}

err page_prepare(const struct setup *setup, struct arena *a, const struct page_input *in,
                 int64_t now, struct page_draft **ret, struct page_faults *ret_faults)
{
    struct page_faults f = { 0 };
    struct page_draft *d = arena_new(a, struct page_draft, 1);
    *d = (struct page_draft){ .in = *in, .arena = a, .now = now };
    d->in.slug = str_copy(a, str_trim(in->slug));
    d->in.title = str_copy(a, str_trim(in->title));
    d->in.body = str_copy(a, in->body);
    d->in.by.name = str_copy(a, in->by.name);
    wrong(&f, slug_check(d->in.slug));
    wrong(&f, title_check(d->in.title));
    err e = render(d, setup, &f);
    if (e)
        return e;
    *ret_faults = f;
    if (f.n)
        return f.refusals[0];
    d->hash = hash_of(d);
    *ret = d;
    return OK;
}

struct html page_draft_html(const struct page_draft *d)
{
    return d->body.html;
}

/* ---- Keeping ---- */

struct target {
    int64_t id, live, newest, revision, html_version;
    struct str hash;
};

/* id stays 0 when there is no such page. */
static err find_target(struct tx *tx, struct str slug, struct arena *a, struct target *ret)
{
    bool row = false;
    struct stmt *s = query_start(tx, &page_target);
    bind_str(s, 1, slug);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    if (row)
        *ret = (struct target){ .id = column_int(s, 0),
                                .live = column_int(s, 1),
                                .newest = column_int(s, 2),
                                .hash = column_str(s, 3, a),
                                .revision = column_int(s, 4),
                                .html_version = column_int(s, 5) };
    query_end(s);
    return OK;
}

/* The one number that a started query gives. */
static err read_number(struct stmt *s, int64_t *ret)
{
    bool row = false;
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    check(row);
    *ret = column_int(s, 0);
    query_end(s);
    return OK;
}

static err insert_page(struct tx *tx, const struct page_draft *d, int64_t *ret_id)
{
    int64_t total = 0;
    err e = read_number(query_start(tx, &page_total), &total);
    if (e)
        return e;
    if (total >= PAGE_MAX)
        return PAGE_TOO_MANY;
    struct stmt *s = query_start(tx, &page_insert);
    bind_str(s, 1, d->in.slug);
    return read_number(s, ret_id);
}

static err insert_revision(struct tx *tx, const struct page_draft *d, int64_t page, int64_t number,
                           int64_t *ret_id)
{
    struct stmt *s = query_start(tx, &page_insert_revision);
    bind_int(s, 1, page);
    bind_int(s, 2, number);
    bind_int_or_null(s, 3, d->in.by.person);
    bind_str(s, 4, d->in.by.name);
    bind_int(s, 5, d->now);
    bind_str(s, 6, d->in.title);
    bind_str(s, 7, d->in.body);
    bind_str(s, 8, d->hash);
    bind_str(s, 9, d->body.html.s);
    bind_int(s, 10, MARKDOWN_VERSION);
    return read_number(s, ret_id);
}

static err insert_media(struct tx *tx, const struct page_draft *d, int64_t revision)
{
    for (size_t i = 0; i < d->body.picture_count; i++) {
        struct stmt *s = query_start(tx, &page_insert_media);
        bind_int(s, 1, revision);
        bind_str(s, 2, d->body.pictures[i]->source);
        bind_str(s, 3, d->body.pictures[i]->media.hash);
        err e = query_run(s, NULL);
        if (e)
            return fault(e);
    }
    return OK;
}

static err set_newest(struct tx *tx, const struct page_saved *at, int64_t revision)
{
    struct stmt *s = query_start(tx, &page_set_newest);
    bind_int(s, 1, at->page);
    bind_int(s, 2, at->number);
    bind_int(s, 3, revision);
    err e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

static err add_note(struct tx *tx, const struct page_draft *d, struct str action, int64_t page)
{
    struct audit_note note = {
        .action = action, .kind = S("page"), .object = page, .detail = d->in.title, .now = d->now
    };
    err e = audit_add(tx, d->in.by, &note);
    return e ? fault(e) : OK;
}

static err set_html(struct tx *tx, int64_t revision, const struct body *body)
{
    struct stmt *s = query_start(tx, &page_set_html);
    bind_int(s, 1, revision);
    bind_str(s, 2, body->html.s);
    bind_int(s, 3, MARKDOWN_VERSION);
    err e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

static err keep_words(struct tx *tx, const struct page_draft *d, const struct target *t,
                      struct page_saved *ret)
{
    int64_t revision = 0;
    ret->page = t->id;
    ret->number = t->newest;
    if (t->id && str_eq(t->hash, d->hash))
        return t->html_version < MARKDOWN_VERSION ? set_html(tx, t->revision, &d->body) : OK;
    ret->number = t->newest + 1;
    ret->new_page = !t->id;
    ret->new_revision = true;
    err e = t->id ? OK : insert_page(tx, d, &ret->page);
    if (!e)
        e = insert_revision(tx, d, ret->page, ret->number, &revision);
    if (!e)
        e = insert_media(tx, d, revision);
    if (!e)
        e = set_newest(tx, ret, revision);
    return e ? e : add_note(tx, d, S("page.save"), ret->page);
}

static err run_on(struct tx *tx, const struct query *q, int64_t page)
{
    struct stmt *s = query_start(tx, q);
    bind_int(s, 1, page);
    err e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

static void tell(struct tx *tx, struct str slug)
{
    tx_touch(tx, "page/" STR_FMT, STR_ARG(slug));
    tx_touch(tx, "navigation");
}

err page_save(struct tx *tx, const struct page_draft *d, struct page_saved *ret)
{
    struct target t = { 0 };
    struct page_saved saved = { 0 };
    err e = find_target(tx, d->in.slug, d->arena, &t);
    if (e)
        return e;
    if (d->in.base >= 0 && d->in.base != t.newest && !str_eq(t.hash, d->hash))
        return PAGE_CHANGED;
    e = keep_words(tx, d, &t, &saved);
    if (!e && d->in.publish && t.live != saved.number) {
        saved.now_public = true;
        tell(tx, d->in.slug);
        e = run_on(tx, &page_publish, saved.page);
        if (!e)
            e = add_note(tx, d, S("page.publish"), saved.page);
    }
    if (e)
        return e;
    *ret = saved;
    return OK;
}

err page_take_down(struct tx *tx, struct actor by, struct str slug, int64_t now)
{
    struct arena a CLEANUP(arena_free) = { 0 };
    arena_init(&a, SCRATCH_BYTES);
    struct target t = { 0 };
    err e = find_target(tx, slug, &a, &t);
    if (e)
        return e;
    if (!t.live)
        return PAGE_NONE;
    tell(tx, slug);
    e = run_on(tx, &page_set_down, t.id);
    struct audit_note note = {
        .action = S("page.take_down"), .kind = S("page"), .object = t.id, .detail = slug, .now = now
    };
    if (!e)
        e = audit_add(tx, by, &note);
    return e ? fault(e) : OK;
}

/* ---- New HTML for old words ---- */

struct rendering {
    int64_t revision, page, number;
    struct str slug, text;
    struct media_names pictures;
    struct body body;
};

static err read_next(const struct app *app, struct arena *a, struct rendering *r)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    bool row = false;
    err e = store_read(app->store, &tx);
    if (e)
        return fault(e);
    struct stmt *s = query_start(&tx, &page_old_revision);
    bind_int(s, 1, MARKDOWN_VERSION);
    e = query_step(s, &row);
    if (e || !row)
        return e;
    r->revision = column_int(s, 0);
    r->page = column_int(s, 1);
    r->number = column_int(s, 2);
    r->slug = column_str(s, 3, a);
    query_end(s);
    struct page_revision v = { 0 };
    e = page_revision_get(&tx, r->page, r->number, a, &v);
    if (!e)
        e = page_media(&tx, r->revision, a, &r->pictures);
    r->text = v.body;
    return e > 0 ? fault(ERR_DATA) : e;
}

static err write_one(struct tx *tx, void *arg)
{
    const struct rendering *r = arg;
    tx_touch(tx, "page/" STR_FMT, STR_ARG(r->slug));
    return set_html(tx, r->revision, &r->body);
}

/* What was fit to be shown before stays as it is. */
static err keep_one(struct tx *tx, void *arg)
{
    const struct rendering *r = arg;
    struct stmt *s = query_start(tx, &page_keep_html);
    bind_int(s, 1, r->revision);
    bind_int(s, 2, MARKDOWN_VERSION);
    err e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

err page_render_next(const struct app *app, const struct setup *setup, struct arena *a,
                     bool *ret_any)
{
    struct rendering r = { 0 };
    err e = read_next(app, a, &r);
    *ret_any = r.revision != 0;
    if (e || !r.revision)
        return e;
    e = body_render(a, r.text, &r.pictures, theme_word(setup->theme, "back_to_text"), &r.body);
    if (e < 0)
        return fault(e);
    return store_write(app->store, e == BODY_TOO_LONG ? keep_one : write_one, &r);
}
