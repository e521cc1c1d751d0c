#include "publishing/body.h"
#include "base/buf.h"
#include "base/check.h"
#include "base/crypto.h"
#include "base/encoding.h"
#include "base/utf8.h"
#include "publishing/report.h"
#include "render/theme.h"

enum {
    SCRATCH_BYTES = 64 * 1024 * 1024, /* MARKDOWN_GROWTH times the longest text, and room */
    HASHED_MAX = 16 * 1024 * 1024,    /* more than all fields of a draft together */
};

struct collector {
    const struct media_names *names;
    struct arena *a;
    struct body *body;
    struct str *missing;
};

static bool is_listed(const struct str *list, size_t n, struct str s)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(list[i], s))
            return true;
    return false;
}

static void note_missing(struct collector *c, struct str src)
{
    struct body *b = c->body;
    if (b->missing_count < MEDIA_PER_TEXT && !is_listed(b->missing, b->missing_count, src))
        c->missing[b->missing_count++] = str_copy(c->a, src);
}

static void note_used(struct body *b, const struct media_name *m)
{
    for (size_t i = 0; i < b->picture_count; i++)
        if (b->pictures[i] == m)
            return;
    b->pictures[b->picture_count++] = m;
}

/* A markdown_options.picture. */
static bool find_picture(void *arg, struct str src, struct markdown_picture *ret)
{
    struct collector *c = arg;
    const struct media_name *m = media_find(c->names, src);
    if (!m) {
        note_missing(c, src);
        return false;
    }
    note_used(c->body, m);
    *ret = (struct markdown_picture){ .url = media_url(c->a, &m->media),
                                      .width = m->media.width,
                                      .height = m->media.height };
    return true;
}

static size_t question_total(const struct markdown_report *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->count; i++)
        n += r->segments[i].count;
    return n;
}

static void join(const struct markdown_report *r, struct arena *a, struct buf *out,
                 struct body *body)
{
    struct body_question *questions = arena_new(a, struct body_question, question_total(r));
    for (size_t i = 0; i < r->count; i++) {
        const struct markdown_segment *s = &r->segments[i];
        buf_put(out, s->html.s);
        for (size_t k = 0; k < s->count; k++)
            questions[body->question_count++] =
                (struct body_question){ .text = str_copy(a, s->questions[k].question),
                                        .passage = str_copy(a, s->questions[k].passage),
                                        .at = out->n };
    }
    body->questions = questions;
}

static err render(struct arena *scratch, struct arena *a, struct str text,
                  const struct markdown_options *opt, struct body *body)
{
    struct markdown_report report = { 0 };
    err e = markdown_report(scratch, text, opt, &report);
    if (e)
        return e < 0 ? fault(e) : BODY_TOO_LONG;
    struct buf html CLEANUP(buf_free) = buf_make(BODY_HTML_MAX);
    join(&report, a, &html, body);
    if (buf_full(&html))
        return BODY_TOO_LONG;
    body->html = (struct html){ buf_copy(&html, a) };
    if (body->picture_count)
        body->image = media_url(a, &body->pictures[0]->media);
    return OK;
}

err body_render(struct arena *a, struct str text, const struct media_names *names,
                struct str back_to_text, struct body *ret)
{
    struct body body = { .pictures = arena_new(a, const struct media_name *, names->n) };
    struct collector c = {
        .names = names, .a = a, .body = &body, .missing = arena_new(a, struct str, MEDIA_PER_TEXT)
    };
    body.missing = c.missing;
    struct markdown_options opt = { .picture = find_picture,
                                    .arg = &c,
                                    .back_to_text = back_to_text };
    struct arena scratch CLEANUP(arena_free) = { 0 };
    arena_init(&scratch, SCRATCH_BYTES);
    err e = render(&scratch, a, text, &opt, &body);
    if (e)
        return e;
    *ret = body;
    return OK;
}

static err check_text(const struct config *c, const struct body_words *s)
{
    if (!str_trim(s->text).n)
        return s->may_be_empty ? OK : BODY_MISSING;
    if (s->text.n > (size_t)config_int(c, &limit_report_bytes))
        return BODY_TOO_LONG;
    return text_check(s->text, false) == TEXT_FINE ? OK : BODY_NOT_TEXT;
}

err body_prepare(const struct setup *setup, struct arena *a, const struct body_words *s,
                 struct body *ret, struct str *ret_picture)
{
    struct body body = { 0 };
    err e = check_text(setup->config, s);
    if (!e)
        e = body_render(a, s->text, s->pictures, theme_word(setup->theme, "back_to_text"), &body);
    if (e)
        return e < 0 ? fault(e) : e;
    if (body.missing_count) {
        *ret_picture = body.missing[0];
        return BODY_PICTURE_MISSING;
    }
    *ret = body;
    return OK;
}

static void put_part(struct buf *out, struct str s)
{
    buf_print(out, "%zu:", s.n);
    buf_put(out, s);
}

struct str body_hash(struct arena *a, const struct str *words, size_t n, const struct body *b)
{
    struct buf all CLEANUP(buf_free) = buf_make(HASHED_MAX);
    for (size_t i = 0; i < n; i++)
        put_part(&all, words[i]);
    for (size_t i = 0; i < b->picture_count; i++) {
        put_part(&all, b->pictures[i]->source);
        put_part(&all, b->pictures[i]->media.hash);
    }
    check(!buf_full(&all)); // every field was checked to be short
    uint8_t digest[SHA256_BYTES];
    sha256(buf_str(&all), digest);
    return hex_print(a, bytes_str(digest, sizeof digest));
}
