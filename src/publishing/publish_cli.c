#include "publishing/publish_cli.h"
#include "base/check.h"
#include "base/scan.h"
#include "publishing/body.h"
#include "publishing/front_matter.h"
#include "publishing/page_edit.h"
#include "publishing/report_edit.h"
#include "store/store.h"

/* One file on its way: what it says, the pictures it shows, and the draft made of both. */
struct sheet {
    struct front_matter head;
    struct media_names pictures;
    struct report_draft *report; /* or */
    struct page_draft *page;
    struct report_saved report_saved;
    struct page_saved page_saved;
};

struct work {
    const struct publish_order *order;
    struct arena *a;
    struct buf *out;
    struct sheet *sheets; /* beside order->files */
    int64_t now;
    bool wrong;
    size_t at; /* the file report_save() or page_save() refused, and why */
    err refusal;
};

/* ---- Pictures beside a file ---- */

static bool leaves_folder(struct str name)
{
    if (str_starts(name, S("/")))
        return true;
    for (struct str rest = name; rest.n;)
        if (str_eq(scan_until(&rest, '/'), S("..")))
            return true;
    return false;
}

static int hex_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Addresses in Markdown may be percent-encoded; files are not. */
static struct str decoded(struct arena *a, struct str s)
{
    char *out = arena_new(a, char, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        int high = s.s[i] == '%' && i + 2 < s.n ? hex_of(s.s[i + 1]) : -1;
        int low = high >= 0 ? hex_of(s.s[i + 2]) : -1;
        if (low < 0) {
            out[n++] = s.s[i];
            continue;
        }
        out[n++] = (char)(high * 16 + low);
        i += 2;
    }
    return (struct str){ out, n };
}

struct str publish_beside(struct arena *a, struct str path, struct str name)
{
    struct str plain = decoded(a, name);
    size_t folder = path.n;
    while (folder > 0 && path.s[folder - 1] != '/')
        folder--;
    if (!plain.n || plain.n > MEDIA_SOURCE_MAX || leaves_folder(plain) || str_has(plain, '\0'))
        return S("");
    return str_print(a, STR_FMT STR_FMT, STR_ARG(str_sub(path, 0, folder)), STR_ARG(plain));
}

struct publish_names publish_pictures(struct arena *a, struct str text)
{
    struct front_matter m = { 0 };
    struct str why = { 0 };
    struct media_names none = { 0 };
    struct body body = { 0 };
    if (front_matter_parse(S(""), text, a, &m, &why) || body_render(a, m.body, &none, S(""), &body))
        return (struct publish_names){ 0 };
    return (struct publish_names){ body.missing, body.missing_count };
}

static const struct publish_file *picture_at(const struct publish_order *o, struct str path)
{
    for (size_t i = 0; i < o->picture_count; i++)
        if (path.n && str_eq(o->pictures[i].path, path))
            return &o->pictures[i];
    return NULL;
}

/* ---- Saying what is wrong ---- */

static void say(struct work *w, const struct front_matter *m, enum front_key key, const char *text)
{
    int line = m->lines[key] ? m->lines[key] : 1;
    buf_print(w->out, STR_FMT ":%d: %s: %s\n", STR_ARG(m->file), line, front_key_name(key), text);
    w->wrong = true;
}

static void say_body(struct work *w, const struct front_matter *m, int line, const char *text)
{
    buf_print(w->out, STR_FMT ":%d: text: %s\n", STR_ARG(m->file), line, text);
    w->wrong = true;
}

/* The line of the text that names the picture: the first with that name in it. */
static int line_naming(const struct front_matter *m, struct str name)
{
    struct str rest = m->body;
    size_t at = 0;
    for (int line = m->body_line; rest.n; line++)
        if (str_find(scan_line(&rest), name, &at))
            return line;
    return m->body_line;
}

static void say_picture(struct work *w, const struct front_matter *m, struct str name,
                        const char *text)
{
    buf_print(w->out, STR_FMT ":%d: text: " STR_FMT ": %s\n", STR_ARG(m->file),
              line_naming(m, name), STR_ARG(name), text);
    w->wrong = true;
}

static void say_refusal(struct work *w, const struct front_matter *m, const char *field,
                        const char *text)
{
    for (size_t k = 0; k < FRONT_KEYS; k++) {
        if (!str_eq(str_from_z(field), str_from_z(front_key_name((enum front_key)k))))
            continue;
        say(w, m, (enum front_key)k, text);
        return;
    }
    say_body(w, m, m->body_line, text);
}

/* ---- Reading ---- */

/* A name for the picture as it is, or will be, kept. */
static err name_picture(struct work *w, const struct publish_file *file, struct media *ret)
{
    struct media_draft d CLEANUP(media_draft_free) = { 0 };
    err e = media_prepare(w->order->setup->config, w->a, file->path, file->bytes, &d);
    if (e)
        return e;
    struct tx tx CLEANUP(tx_end) = { 0 };
    *ret = d.media;
    e = store_read(w->order->app->store, &tx);
    if (!e)
        e = media_get(&tx, d.media.hash, w->a, ret);
    return e == MEDIA_NONE ? OK : e;
}

static err find_pictures(struct work *w, struct sheet *s)
{
    struct media_names none = { 0 };
    struct body body = { 0 };
    err e = body_render(w->a, s->head.body, &none, S(""), &body);
    if (e)
        return e < 0 ? fault(e) : OK; // report_prepare() says so
    struct media_name *names = arena_new(w->a, struct media_name, body.missing_count);
    size_t n = 0;
    for (size_t i = 0; i < body.missing_count; i++) {
        struct str name = body.missing[i];
        struct str path = publish_beside(w->a, s->head.file, name);
        const struct publish_file *file = picture_at(w->order, path);
        struct media media = { 0 };
        e = file ? name_picture(w, file, &media) : MEDIA_NONE;
        if (e < 0)
            return fault(e);
        if (e)
            say_picture(w, &s->head, name,
                        file ? media_refusal_text(e) : "there is no such file beside this one");
        names[n++] = (struct media_name){ .source = name, .media = media };
    }
    s->pictures = (struct media_names){ names, n };
    return OK;
}

static bool wish_of(struct work *w, const struct front_matter *m, enum report_wish *ret)
{
    static const struct {
        const char *state;
        enum report_wish wish;
    } wishes[] = {
        { "", REPORT_WISH_STANDARD },          { "draft", REPORT_WISH_DRAFT },
        { "scheduled", REPORT_WISH_SCHEDULE }, { "published", REPORT_WISH_PUBLISH },
        { "withdrawn", REPORT_WISH_WITHDRAW },
    };
    for (size_t i = 0; i < COUNT(wishes); i++) {
        if (!str_eq(m->values[FRONT_STATE], str_from_z(wishes[i].state)))
            continue;
        *ret = wishes[i].wish;
        return true;
    }
    say(w, m, FRONT_STATE, "is none of draft, scheduled, published, withdrawn");
    return false;
}

static err prepare_report(struct work *w, struct sheet *s)
{
    const struct front_matter *m = &s->head;
    struct report_input in = {
        .base = -1,
        .key = m->values[FRONT_ID],
        .series = m->values[FRONT_SERIES],
        .title = m->values[FRONT_TITLE],
        .date = m->values[FRONT_DATE],
        .slug = m->values[FRONT_SLUG],
        .byline = m->values[FRONT_BYLINE],
        .dateline = m->values[FRONT_DATELINE],
        .standfirst = m->values[FRONT_STANDFIRST],
        .body = m->body,
        .reason = m->values[FRONT_REASON],
        .pictures = s->pictures,
        .by = ACTOR_CLI,
    };
    struct report_faults faults = { 0 };
    if (!wish_of(w, m, &in.wish))
        return OK;
    if (m->lines[FRONT_REASON] && in.wish != REPORT_WISH_WITHDRAW)
        say(w, m, FRONT_REASON, "goes with state: withdrawn only");
    err e = report_prepare(w->order->setup, w->a, &in, w->now, &s->report, &faults);
    for (size_t i = 0; i < faults.n; i++)
        say_refusal(w, m, report_refusal_field(faults.refusals[i]),
                    report_refusal_text(faults.refusals[i]));
    return e < 0 ? fault(e) : OK;
}

static err prepare_page(struct work *w, struct sheet *s)
{
    const struct front_matter *m = &s->head;
    struct str state = m->values[FRONT_STATE];
    struct page_input in = { .slug = m->values[FRONT_PAGE],
                             .title = m->values[FRONT_TITLE],
                             .body = m->body,
                             .base = -1,
                             .publish = !str_eq(state, S("draft")),
                             .pictures = s->pictures,
                             .by = ACTOR_CLI };
    struct page_faults faults = { 0 };
    for (size_t k = 0; k < FRONT_KEYS; k++)
        if (m->lines[k] && k != FRONT_PAGE && k != FRONT_TITLE && k != FRONT_STATE)
            say(w, m, (enum front_key)k, "a standing page has no such key");
    if (in.publish && state.n && !str_eq(state, S("published")))
        say(w, m, FRONT_STATE, "is none of draft, published");
    err e = page_prepare(w->order->setup, w->a, &in, w->now, &s->page, &faults);
    for (size_t i = 0; i < faults.n; i++)
        say_refusal(w, m, page_refusal_field(faults.refusals[i]),
                    page_refusal_text(faults.refusals[i]));
    return e < 0 ? fault(e) : OK;
}

static err read_file(struct work *w, size_t i)
{
    struct sheet *s = &w->sheets[i];
    const struct publish_file *f = &w->order->files[i];
    struct str why = { 0 };
    err e = front_matter_parse(f->path, f->bytes, w->a, &s->head, &why);
    if (e < 0)
        return fault(e);
    if (e) {
        buf_print(w->out, STR_FMT "\n", STR_ARG(why));
        w->wrong = true;
        return OK;
    }
    e = find_pictures(w, s);
    if (e)
        return e;
    return s->head.lines[FRONT_PAGE] ? prepare_page(w, s) : prepare_report(w, s);
}

/* ---- Writing ---- */

struct adding {
    struct media_draft draft;
    struct arena *a;
    int64_t now;
};

static err add_media(struct tx *tx, void *arg)
{
    struct adding *m = arg;
    return media_add(tx, &m->draft, m->now, m->a);
}

static err keep_picture(struct work *w, const struct publish_file *file)
{
    struct adding m = { .a = w->a, .now = w->now };
    err e = media_prepare(w->order->setup->config, w->a, file->path, file->bytes, &m.draft);
    if (!e)
        e = store_write(w->order->app->store, add_media, &m);
    media_draft_free(&m.draft);
    return e > 0 ? ERR_DATA : e; // it was fine a moment ago
}

/* Only those that a file names; each in a transaction of its own, for they can be large. */
static err keep_pictures(struct work *w)
{
    for (size_t i = 0; i < w->order->file_count; i++) {
        const struct sheet *s = &w->sheets[i];
        for (size_t k = 0; k < s->pictures.n; k++) {
            struct str path = publish_beside(w->a, s->head.file, s->pictures.names[k].source);
            const struct publish_file *file = picture_at(w->order, path);
            err e = file ? keep_picture(w, file) : OK;
            if (e)
                return fault(e);
        }
    }
    return OK;
}

/* Two files of one command that speak of the same report differently are a slip of the pen. */
static bool is_second(const struct work *w, size_t at)
{
    const struct report_saved *own = &w->sheets[at].report_saved;
    for (size_t i = 0; own->new_revision && i < at; i++)
        if (w->sheets[i].report && w->sheets[i].report_saved.report == own->report)
            return true;
    return false;
}

static err save_all(struct tx *tx, void *arg)
{
    struct work *w = arg;
    for (size_t i = 0; i < w->order->file_count; i++) {
        struct sheet *s = &w->sheets[i];
        err e = s->page ? page_save(tx, s->page, &s->page_saved)
                        : report_save(tx, s->report, &s->report_saved);
        if (!e && s->report && is_second(w, i))
            e = REPORT_ADDRESS_TAKEN;
        w->at = i;
        w->refusal = e;
        if (e)
            return e;
    }
    return OK;
}

static void say_refused(struct work *w)
{
    const struct sheet *s = &w->sheets[w->at];
    if (s->page)
        say_refusal(w, &s->head, page_refusal_field(w->refusal), page_refusal_text(w->refusal));
    else
        say_refusal(w, &s->head, report_refusal_field(w->refusal), report_refusal_text(w->refusal));
}

/* ---- Saying what was done ---- */

static const char *report_done(const struct report_saved *r)
{
    switch (r->state) {
    case REPORT_DRAFT: return r->new_revision ? "kept as a draft" : "is a draft already";
    case REPORT_SCHEDULED: return "scheduled";
    case REPORT_WITHDRAWN: return "withdrawn";
    case REPORT_PUBLISHED: break;
    }
    if (r->now_public)
        return r->number == 1 ? "published" : "published anew";
    if (r->scheduled)
        return "changes scheduled";
    return r->new_revision ? "changes kept as a draft" : "is published already";
}

static void say_done(struct work *w, const struct sheet *s)
{
    if (s->page) {
        const struct page_saved *p = &s->page_saved;
        buf_print(w->out, STR_FMT ": %s: /" STR_FMT ", revision %lld\n", STR_ARG(s->head.file),
                  p->now_public     ? "published"
                  : p->new_revision ? "kept as a draft"
                                    : "nothing new",
                  STR_ARG(s->head.values[FRONT_PAGE]), (long long)p->number);
        return;
    }
    const struct report_saved *r = &s->report_saved;
    buf_print(w->out, STR_FMT ": %s: " STR_FMT ", revision %lld", STR_ARG(s->head.file),
              report_done(r), STR_ARG(r->path), (long long)r->number);
    if (r->new_series)
        buf_print(w->out, ", in the new series \"" STR_FMT "\"",
                  STR_ARG(s->head.values[FRONT_SERIES]));
    buf_put_char(w->out, '\n');
}

err publish_files(const struct publish_order *o, struct arena *a, struct buf *out)
{
    check(o->file_count <= PUBLISH_FILES_MAX);
    struct work w = { .order = o,
                      .a = a,
                      .out = out,
                      .sheets = arena_new(a, struct sheet, o->file_count),
                      .now = clock_now(&o->app->clock) };
    err e = OK;
    for (size_t i = 0; !e && i < o->file_count; i++)
        e = read_file(&w, i);
    if (!e && !w.wrong)
        e = keep_pictures(&w);
    if (!e && !w.wrong)
        e = store_write(o->app->store, save_all, &w);
    if (e < 0)
        return fault(e);
    if (e)
        say_refused(&w);
    if (w.wrong)
        return PUBLISH_WRONG;
    for (size_t i = 0; i < o->file_count; i++)
        say_done(&w, &w.sheets[i]);
    return OK;
}
