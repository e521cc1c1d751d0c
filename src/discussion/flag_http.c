#include "discussion/flag_http.h"
#include "base/check.h"
#include "base/config.h"
#include "base/scan.h"
#include "discussion/comment.h"
#include "discussion/flag.h"
#include "discussion/gate.h"
#include "http/error.h"
#include "people/visitor.h"
#include "publishing/layout.h"
#include "publishing/report.h"

#include <inttypes.h>

struct reason_view {
    struct str name, text;
    bool chosen;
};
static const struct field reason_fields[] = {
    FIELD_STR(struct reason_view, name),
    FIELD_STR(struct reason_view, text),
    FIELD_BOOL(struct reason_view, chosen),
};
static const struct view reason_view = VIEW(struct reason_view, reason_fields);

struct flag_view {
    struct layout page;
    struct str comment_url, action, name, note;
    struct str reason_error, note_error, error;
    struct html html;
    struct list reasons; /* of reason_view */
    bool done, wrong;
};
static const struct field flag_fields[] = {
    FIELD_VIEW(struct flag_view, page, &layout_view),
    FIELD_STR(struct flag_view, comment_url),
    FIELD_STR(struct flag_view, action),
    FIELD_STR(struct flag_view, name),
    FIELD_STR(struct flag_view, note),
    FIELD_STR(struct flag_view, reason_error),
    FIELD_STR(struct flag_view, note_error),
    FIELD_STR(struct flag_view, error),
    FIELD_HTML(struct flag_view, html),
    FIELD_LIST(struct flag_view, reasons, &reason_view),
    FIELD_BOOL(struct flag_view, done),
    FIELD_BOOL(struct flag_view, wrong),
};
static const struct view flag_page_view = VIEW(struct flag_view, flag_fields);
TEMPLATE(flag_page, "pages/flag.html", &flag_page_view, TEMPLATE_HTML);

/* What was sent, and what is wrong with it: words of the theme, or NULL. */
struct flag_form {
    int64_t comment;
    enum reason reason;
    struct str note;
    const char *reason_error, *note_error, *error;
    int status;
    bool done;
};

static struct str word(const struct request *r, const char *key)
{
    return key ? theme_word(r->setup->theme, key) : S("");
}

static bool segment_id(const struct request *r, int64_t *ret)
{
    struct str text = { 0 };
    return request_segment(r, "id", &text) && int_parse(text, 1, INT64_MAX, ret);
}

/* The comment while readers see it; else FLAG_NO_COMMENT or FLAG_NOT_PUBLISHED. */
static err read_comment(const struct request *r, int64_t id, struct comment *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    bool shown = false;
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = comment_get(&tx, id, r->arena, ret);
    if (e)
        return e < 0 ? fault(e) : FLAG_NO_COMMENT;
    e = report_published(&tx, ret->report, &shown);
    if (e)
        return fault(e);
    if (!shown)
        return FLAG_NO_COMMENT;
    return ret->state == COMMENT_STATE_PUBLISHED ? OK : FLAG_NOT_PUBLISHED;
}

static struct list reasons_of(const struct request *r, enum reason chosen)
{
    enum { CHOICES = REASON_LAST - REASON_FIRST + 1 };
    struct reason_view *list = arena_new(r->arena, struct reason_view, CHOICES);
    for (int i = 0; i < CHOICES; i++) {
        enum reason reason = (enum reason)(REASON_FIRST + i);
        struct str key = str_print(r->arena, "reason_" STR_FMT, STR_ARG(reason_str(reason)));
        list[i] = (struct reason_view){ reason_str(reason), word(r, str_z(r->arena, key)),
                                        reason == chosen };
    }
    return (struct list){ list, CHOICES };
}

static err refuse(struct request *r, struct response *ret, err refusal)
{
    struct flag_said said = flag_say(refusal);
    return http_refuse(r, ret, said.status, said.word);
}

static err show(struct request *r, struct response *ret, const struct flag_form *f)
{
    struct comment c = { 0 };
    struct flag_view v = {
        .page = { .title = word(r, "flag_title"), .kind = S("flag-page"), .noindex = true },
        .comment_url = str_print(r->arena, "/comments/%" PRId64, f->comment),
        .action = str_print(r->arena, "/comments/%" PRId64 "/flag", f->comment),
        .note = f->note,
        .reason_error = word(r, f->reason_error),
        .note_error = word(r, f->note_error),
        .error = word(r, f->error),
        .reasons = reasons_of(r, f->reason),
        .done = f->done,
        .wrong = f->reason_error || f->note_error || f->error,
    };
    err e = f->done ? OK : read_comment(r, f->comment, &c);
    if (e)
        return e < 0 ? fault(e) : refuse(r, ret, e);
    v.name = c.erased ? word(r, "comment_erased_author") : c.name;
    v.html = c.html;
    e = layout_fill(r, &v.page);
    return e ? fault(e) : layout_respond(r, ret, &flag_page, &v, f->status ? f->status : 200);
}

err flag_show(struct request *r, struct response *ret)
{
    struct flag_form f = { 0 };
    struct str done = { 0 };
    if (!segment_id(r, &f.comment))
        return http_refuse(r, ret, 404, "error_no_such_comment");
    f.done = request_query(r, "done", &done) && str_eq(done, S("1"));
    (void)visitor_make(r, ret); // so that the flag that follows has a voter
    return show(r, ret, &f);
}

static err again(struct request *r, struct response *ret, struct flag_form *f, int status)
{
    f->status = status;
    return show(r, ret, f);
}

static bool form_read(const struct request *r, struct flag_form *f)
{
    struct str reason = { 0 };
    (void)request_field(r, "note", &f->note); // none is fine
    f->note = str_trim(f->note);
    if (!request_field(r, "reason", &reason) || !reason_choose(reason, &f->reason))
        f->reason_error = "flag_reason_missing";
    err e = flag_note_check(f->note);
    if (e)
        f->note_error = e == FLAG_NOTE_LONG ? "flag_note_long" : "flag_not_text";
    return !f->reason_error && !f->note_error;
}

static err add_work(struct tx *tx, void *arg)
{
    return flag_add(tx, arg);
}

err flag_send(const struct request *r, int64_t comment, enum reason reason, struct str note)
{
    struct visitor_address from = visitor_address_of(r);
    struct flag flag = { .comment = comment,
                         .voter = from.address,
                         .reason = reason,
                         .note = note,
                         .address = from.address,
                         .prefix = from.prefix,
                         .key = from.key,
                         .now = r->now,
                         .hide_at = config_int(r->setup->config, &flags_hide) };
    err e = gate_act(r, GATE_FLAG, comment);
    if (e)
        return e < 0 ? e : e == GATE_BANNED ? FLAG_BANNED : FLAG_WORK_WANTED;
    (void)visitor_get(r, &flag.voter); // else the address
    e = store_write(r->app->store, add_work, &flag);
    return e == FLAG_AGAIN ? OK : e;
}

struct flag_said flag_say(err refusal)
{
    static const struct flag_said said[] = {
        [FLAG_NO_COMMENT] = { 404, "error_no_such_comment" },
        [FLAG_NOT_PUBLISHED] = { 409, "error_flag_not_published" },
        [FLAG_OWN] = { 403, "error_flag_own" },
        [FLAG_BANNED] = { 403, "error_act_banned" },
        [FLAG_WORK_WANTED] = { 428, "error_work_wanted" },
    };
    check(refusal > 0 && refusal < (err)COUNT(said) && said[refusal].word);
    return said[refusal];
}

err flag_post(struct request *r, struct response *ret)
{
    struct flag_form f = { 0 };
    if (!segment_id(r, &f.comment))
        return http_refuse(r, ret, 404, "error_no_such_comment");
    bool fine = form_read(r, &f);
    if (!request_limit(r, LIMIT_FLAG)) {
        f.error = "flag_too_often";
        return again(r, ret, &f, 429);
    }
    if (request_damage(r)) {
        f.error = request_damage(r);
        return again(r, ret, &f, 400);
    }
    if (!fine)
        return again(r, ret, &f, 422);
    err e = flag_send(r, f.comment, f.reason, f.note);
    if (e == FLAG_BANNED || e == FLAG_WORK_WANTED) {
        f.error = flag_say(e).word;
        return again(r, ret, &f, flag_say(e).status);
    }
    if (e)
        return e < 0 ? fault(e) : refuse(r, ret, e);
    return response_redirect(r, ret, 303,
                             str_print(r->arena, "/comments/%" PRId64 "/flag?done=1", f.comment));
}
