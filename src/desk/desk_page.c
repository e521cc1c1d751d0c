#include "desk/desk_page.h"
#include "base/buf.h"
#include "base/check.h"
#include "base/scan.h"
#include "render/format.h"

#include <inttypes.h>

static const struct field desk_head_fields[] = {
    FIELD_LIST(struct desk_head, links, &layout_link_view),
    FIELD_STR(struct desk_head, name),
    FIELD_STR(struct desk_head, role),
    FIELD_BOOL(struct desk_head, signed_in),
};
const struct view desk_head_view = VIEW(struct desk_head, desk_head_fields);

static const struct field desk_time_fields[] = {
    FIELD_STR(struct desk_time, at),
    FIELD_STR(struct desk_time, text),
};
const struct view desk_time_view = VIEW(struct desk_time, desk_time_fields);

/* The navigation: who sees a link is who may open it. */
static const struct {
    enum desk_place place;
    enum permission need;
    const char *url, *word;
} links[] = {
    { DESK_AT_OVERVIEW, PERMISSION_DESK, "/desk", "desk_overview" },
    { DESK_AT_REPORTS, PERMISSION_REPORT_WRITE, "/desk/reports", "desk_reports" },
    { DESK_AT_SERIES, PERMISSION_PAGE_EDIT, "/desk/series", "desk_series" },
    { DESK_AT_PAGES, PERMISSION_PAGE_EDIT, "/desk/pages", "desk_pages" },
    { DESK_AT_COMMENTS, PERMISSION_COMMENT_MODERATE, "/desk/comments", "desk_comments" },
    { DESK_AT_RULES, PERMISSION_COMMENT_MODERATE, "/desk/rules", "desk_rules" },
    { DESK_AT_QUESTIONS, PERMISSION_QUESTION_SET, "/desk/questions", "desk_questions" },
    { DESK_AT_FUNDING, PERMISSION_CONTRIBUTION_ADD, "/desk/funding", "desk_funding" },
    { DESK_AT_STAFF, PERMISSION_STAFF_MANAGE, "/desk/staff", "desk_staff" },
    { DESK_AT_MAIL, PERMISSION_SETTINGS, "/desk/mail", "desk_mail" },
    { DESK_AT_WEBHOOKS, PERMISSION_WEBHOOK, "/desk/webhooks", "desk_webhooks" },
    { DESK_AT_PRIVACY, PERMISSION_COMMENT_DELETE, "/desk/privacy", "desk_privacy" },
    { DESK_AT_AUDIT, PERMISSION_AUDIT_READ, "/desk/audit", "desk_audit" },
    { DESK_AT_ACCOUNT, PERMISSION_DESK, "/desk/account", "desk_account" },
};

/* Every notice there is, so that an address cannot put words into a page. */
#define NOTICE "desk_done_"
// clang-format off
static const char *const notices[] = {
    NOTICE "signed_out",
    NOTICE "report_saved",
    NOTICE "report_same",
    NOTICE "report_published",
    NOTICE "report_scheduled",
    NOTICE "report_unscheduled",
    NOTICE "report_withdrawn",
    NOTICE "report_restored",
    NOTICE "discussion_opened",
    NOTICE "discussion_closed",
    NOTICE "series_saved",
    NOTICE "page_saved",
    NOTICE "page_down",
    NOTICE "comment_approved",
    NOTICE "comment_hidden",
    NOTICE "comment_spam",
    NOTICE "comment_deleted",
    NOTICE "author_erased",
    NOTICE "comment_marked",
    NOTICE "comment_assigned",
    NOTICE "note_added",
    NOTICE "act_undone",
    NOTICE "appeal_judged",
    NOTICE "rules_saved",
    NOTICE "ban_added",
    NOTICE "ban_lifted",
    NOTICE "question_set",
    NOTICE "answer_used",
    NOTICE "answer_unused",
    NOTICE "filter_imported",
    NOTICE "filter_reset",
    NOTICE "mail_again",
    NOTICE "webhook_again",
    NOTICE "webhook_on",
    NOTICE "person_erased",
    NOTICE "goal_set",
    NOTICE "goal_dropped",
    NOTICE "goal_marked",
    NOTICE "goal_closed",
    NOTICE "bank_booked",
    NOTICE "bank_mapping_set",
    NOTICE "contribution_added",
    NOTICE "contribution_settled",
    NOTICE "contribution_reversed",
    NOTICE "contribution_erased",
    NOTICE "hand_waits",
    NOTICE "hand_approved",
    NOTICE "hand_refused",
    NOTICE "contribution_noted",
    NOTICE "contribution_valued",
    NOTICE "contribution_refunded",
    NOTICE "contribution_evidence",
    NOTICE "contribution_receipt",
    NOTICE "contribution_giver",
    NOTICE "giver_erased",
    NOTICE "giver_named",
    NOTICE "giver_statement",
    NOTICE "giver_statements",
    NOTICE "contribution_frozen",
    NOTICE "contribution_freed",
    NOTICE "contribution_corrected",
    NOTICE "channel_looked",
    NOTICE "event_matched",
    NOTICE "event_aside",
    NOTICE "event_taken_up",
    NOTICE "person_saved",
    NOTICE "person_ended",
    NOTICE "person_begun",
    NOTICE "session_ended",
    NOTICE "token_ended",
    NOTICE "sessions_ended",
    NOTICE "name_saved",
    NOTICE "password_set",
    NOTICE "second_step_off",
    NOTICE "recovery_used",
};
// clang-format on

/* The word of a notice, or NULL. */
static const char *notice_word(struct str key)
{
    for (size_t i = 0; i < COUNT(notices); i++)
        if (str_eq(key, str_from_z(notices[i] + sizeof NOTICE - 1)))
            return notices[i];
    return NULL;
}

static void fill_head(struct request *r, enum desk_place place, struct desk_head *head)
{
    struct layout_link *list = arena_new(r->arena, struct layout_link, COUNT(links));
    size_t n = 0;
    for (size_t i = 0; i < COUNT(links); i++)
        if (person_may(r->person, links[i].need))
            list[n++] = (struct layout_link){ .title = desk_word(r, links[i].word),
                                              .url = str_from_z(links[i].url),
                                              .current = links[i].place == place };
    *head = (struct desk_head){ .links = { list, n },
                                .name = r->person->name,
                                .role = desk_word_of(r, "role_", role_str(r->person->role)),
                                .signed_in = true };
}

err desk_fill(struct request *r, enum desk_place place, const char *title, struct desk_top *top)
{
    const char *notice = notice_word(desk_query(r, "done"));
    top->page.title = top->page.title.n ? top->page.title : desk_word(r, title);
    top->page.kind = S("desk");
    top->page.desk = true;
    top->page.noindex = true;
    if (!top->page.notice.n && notice)
        top->page.notice = desk_word(r, notice);
    if (r->person && place != DESK_AT_DOOR)
        fill_head(r, place, &top->desk);
    return layout_fill(r, &top->page);
}

err desk_respond(struct request *r, struct response *ret, const struct template *t,
                 const void *view, int status)
{
    size_t most = r->arena->limit < DESK_PAGE_MAX ? r->arena->limit : DESK_PAGE_MAX;
    struct buf out CLEANUP(buf_free) = buf_make(most);
    err e = theme_render(r->setup->theme, t, view, &out);
    if (!e && buf_full(&out))
        e = ERR_LIMIT;
    if (e)
        return fault(e);
    ret->cache = CACHE_PRIVATE;
    ret->status = status;
    ret->body = buf_copy(&out, r->arena);
    return OK;
}

err desk_done(struct request *r, struct response *ret, struct str path, const char *key)
{
    check(notice_word(str_from_z(key)));
    struct str fragment = { 0 };
    struct str rest = { 0 };
    struct str head = path;
    if (str_cut(path, '#', &head, &rest))
        fragment = str_sub(path, head.n, path.n);
    struct str to = str_print(r->arena, STR_FMT "%cdone=%s" STR_FMT, STR_ARG(head),
                              str_has(head, '?') ? '&' : '?', key, STR_ARG(fragment));
    response_fresh(r, ret);
    return response_redirect(r, ret, 303, to);
}

bool desk_segment_id(const struct request *r, const char *name, int64_t *ret)
{
    struct str s = { 0 };
    return request_segment(r, name, &s) && int_parse(s, 1, INT64_MAX, ret);
}

bool desk_query_id(const struct request *r, const char *name, int64_t *ret)
{
    return int_parse(desk_query(r, name), 1, INT64_MAX, ret);
}

bool desk_field_id(const struct request *r, const char *name, int64_t *ret)
{
    return int_parse(desk_field(r, name), 1, INT64_MAX, ret);
}

struct str desk_query(const struct request *r, const char *name)
{
    struct str s = { 0 };
    return request_query(r, name, &s) ? s : S("");
}

struct str desk_field(const struct request *r, const char *name)
{
    struct str s = { 0 };
    return request_field(r, name, &s) ? s : S("");
}

struct str desk_word(const struct request *r, const char *key)
{
    return theme_word(r->setup->theme, key);
}

struct str desk_word_of(const struct request *r, const char *prefix, struct str name)
{
    return desk_word(r, str_z(r->arena, str_print(r->arena, "%s" STR_FMT, prefix, STR_ARG(name))));
}

struct str desk_count(const struct request *r, const char *key, int64_t n)
{
    const struct word_arg args[] = { { .name = "n", .count = n } };
    return theme_phrase(r->setup->theme, r->arena, key, args, COUNT(args));
}

struct str desk_named(const struct request *r, const char *key, struct str name)
{
    const struct word_arg args[] = { { .name = "name", .text = name } };
    return theme_phrase(r->setup->theme, r->arena, key, args, COUNT(args));
}

struct desk_time desk_time(const struct request *r, int64_t micros)
{
    if (!micros)
        return (struct desk_time){ S(""), S("") };
    return (struct desk_time){ time_print(r->arena, micros),
                               format_time(r->setup->formats, r->arena, micros) };
}

/* What a program did in somebody's name is told from what they did. */
static struct str detail_of(const struct request *r, struct str detail)
{
    const struct person *p = r->person;
    if (!p->token)
        return detail;
    return str_print(r->arena, STR_FMT "%s(token %" PRId64 ": " STR_FMT ")", STR_ARG(detail),
                     detail.n ? " " : "", p->token, STR_ARG(p->token_name));
}

err desk_note(struct tx *tx, const struct request *r, const struct desk_deed *d)
{
    return audit_add(tx, person_actor(r->person),
                     &(struct audit_note){ .action = str_from_z(d->action),
                                           .kind = str_from_z(d->kind),
                                           .object = d->object,
                                           .detail = detail_of(r, d->detail),
                                           .now = r->now });
}
