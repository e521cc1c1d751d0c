#include "desk/pictures.h"
#include "base/scan.h"
#include "base/utf8.h"
#include "publishing/report.h"

CONFIG_INT(limit_desk_form_bytes, "limits", "desk_form_bytes", 33554432, 65536, 268435456,
           "Bytes of a report's or page's form at the desk, with its pictures.");

enum {
    NAMES_MAX = MEDIA_PER_TEXT,
    HASH_DIGITS = 32,
    CARRY_MAX = PICTURES_CARRIED_MAX * (HASH_DIGITS + 1),
    BODY_MORE = 64 * 1024,      /* what changed names may add to a text */
    TEXT_MORE_MAX = 512 * 1024, /* a text that is too long is shown again up to here */
};

static const struct field picture_row_fields[] = {
    FIELD_STR(struct picture_row, url),
    FIELD_STR(struct picture_row, markdown),
};
const struct view picture_row_view = VIEW(struct picture_row, picture_row_fields);

struct names {
    struct media_name *at;
    size_t n;
};

static void add(struct names *names, const struct media *m)
{
    for (size_t i = 0; i < names->n; i++)
        if (str_eq(names->at[i].source, m->name))
            return;
    if (names->n < NAMES_MAX)
        names->at[names->n++] = (struct media_name){ .source = m->name, .media = *m };
}

/* ---- how the text names them */

/* Every `from` in the text becomes `to`; whether there was one. */
static bool replace(struct arena *a, struct str *text, struct str from, struct str to)
{
    struct buf b CLEANUP(buf_free) = buf_make(text->n + BODY_MORE);
    struct str rest = *text;
    size_t at = 0;
    while (str_find(rest, from, &at)) {
        buf_put(&b, str_sub(rest, 0, at));
        buf_put(&b, to);
        rest = str_sub(rest, at + from.n, rest.n);
    }
    bool found = rest.n < text->n;
    buf_put(&b, rest);
    if (found && !buf_full(&b))
        *text = buf_copy(&b, a);
    return found;
}

static void name_in_text(struct desk_form *f, struct arena *a, struct str file, struct str name)
{
    struct str body = desk_form_get(f, "body");
    struct str link = str_print(a, "](" STR_FMT ")", STR_ARG(name));
    size_t at = 0;
    bool named = str_find(body, link, &at);
    if (file.n) {
        struct str plain = str_print(a, "](" STR_FMT ")", STR_ARG(file));
        struct str angled = str_print(a, "](<" STR_FMT ">)", STR_ARG(file));
        named = replace(a, &body, plain, link) || named;
        named = replace(a, &body, angled, link) || named;
    }
    if (!named)
        body = str_print(a, STR_FMT "%s![" STR_FMT "\n", STR_ARG(body), body.n ? "\n\n" : "",
                         STR_ARG(link));
    desk_form_set(f, "body", body);
}

/* ---- uploads */

struct keep {
    const struct request *r;
    struct media_draft *draft;
};

static err keep_work(struct tx *tx, void *arg)
{
    struct keep *k = arg;
    err e = media_add(tx, k->draft, k->r->now, k->r->arena);
    struct desk_deed deed = { .action = "picture.add", .detail = k->draft->media.name };
    return e ? e : desk_note(tx, k->r, &deed);
}

/* A refusal is media.h's. */
static err keep_one(struct request *r, const struct upload *u, struct media *ret)
{
    struct media_draft draft CLEANUP(media_draft_free) = { 0 };
    struct keep k = { r, &draft };
    err e = media_prepare(r->setup->config, r->arena, u->file_name, u->bytes, &draft);
    if (!e)
        e = store_write(r->app->store, keep_work, &k);
    if (!e)
        *ret = draft.media;
    return e;
}

static err take_upload(struct request *r, struct desk_form *f, const struct upload *u,
                       struct names *names)
{
    struct media m = { 0 };
    struct str file = text_check(u->file_name, true) == TEXT_FINE ? u->file_name : S("?");
    err e = keep_one(r, u, &m);
    if (e < 0)
        return fault(e);
    if (!e) {
        name_in_text(f, r->arena, file, m.name);
        add(names, &m);
        return OK;
    }
    struct str why = desk_word(r, media_refusal_word(e));
    desk_form_wrong_text(f, "upload",
                         str_print(r->arena, STR_FMT ": " STR_FMT, STR_ARG(file), STR_ARG(why)));
    return OK;
}

static err take_uploads(struct request *r, struct desk_form *f, struct names *names)
{
    const struct upload *uploads = NULL;
    size_t n = request_uploads(r, &uploads);
    for (size_t i = 0; i < n; i++) {
        if (!str_eq(uploads[i].field, S("upload")))
            continue;
        err e = take_upload(r, f, &uploads[i], names);
        if (e)
            return e;
    }
    return OK;
}

/* ---- carried from form to form */

static err take_carried(const struct request *r, struct str hashes, struct names *names)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    if (!hashes.n)
        return OK;
    err e = store_read(r->app->store, &tx);
    for (size_t i = 0; !e && hashes.n && i < PICTURES_CARRIED_MAX; i++) {
        struct media m = { 0 };
        e = media_get(&tx, scan_until(&hashes, ' '), r->arena, &m);
        if (!e)
            add(names, &m);
        else if (e > 0) // not one of ours
            e = OK;
    }
    return e ? fault(e) : OK;
}

static struct str carry(struct arena *a, const struct names *names)
{
    struct buf b CLEANUP(buf_free) = buf_make(CARRY_MAX);
    size_t n = names->n < PICTURES_CARRIED_MAX ? names->n : PICTURES_CARRIED_MAX;
    for (size_t i = 0; i < n; i++)
        buf_print(&b, "%s" STR_FMT, i ? " " : "", STR_ARG(names->at[i].media.hash));
    return buf_copy(&b, a);
}

err pictures_take(struct request *r, struct desk_form *f, struct media_names stored,
                  struct media_names *ret)
{
    struct names names = { arena_new(r->arena, struct media_name, NAMES_MAX), 0 };
    err e = take_uploads(r, f, &names);
    if (!e)
        e = take_carried(r, desk_form_get(f, "pictures"), &names);
    if (e)
        return e;
    desk_form_set(f, "pictures", carry(r->arena, &names));
    for (size_t i = 0; i < stored.n && names.n < NAMES_MAX; i++)
        if (!media_find(&(struct media_names){ names.at, names.n }, stored.names[i].source))
            names.at[names.n++] = stored.names[i];
    *ret = (struct media_names){ names.at, names.n };
    return OK;
}

bool text_too_long(const struct request *r)
{
    int64_t most = config_int(r->setup->config, &limit_report_bytes);
    return desk_field(r, "body").n > (size_t)most + TEXT_MORE_MAX;
}

struct list picture_rows(struct arena *a, struct media_names names)
{
    struct picture_row *rows = arena_new(a, struct picture_row, names.n ? names.n : 1);
    for (size_t i = 0; i < names.n; i++)
        rows[i] = (struct picture_row){
            .url = media_url(a, &names.names[i].media),
            .markdown = str_print(a, "![](" STR_FMT ")", STR_ARG(names.names[i].source)),
        };
    return (struct list){ rows, names.n };
}
