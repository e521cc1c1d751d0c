#include "people/permission.h"
#include "base/buf.h"
#include "base/check.h"

enum { MANUAL_MAX = 16 * 1024 };

/* One row a permission. Read across: who may. */
struct row {
    const char *name, *what;
    bool may[ROLES];
};
// clang-format off
static const struct row table[PERMISSIONS] = {
/*                                                         owner  editor reporter moderator treasurer */
[PERMISSION_DESK]                 = { "desk",
    "sign in; the overview; the own account and sessions",  { 1,     1,     1,       1,        1 } },
[PERMISSION_API_TOKEN]            = { "api_token",
    "act by an API token; see and end the own ones",        { 1,     1,     0,       1,        0 } },
[PERMISSION_REPORT_WRITE]         = { "report_write",
    "write reports; change own drafts",                     { 1,     1,     1,       0,        0 } },
[PERMISSION_REPORT_EDIT]          = { "report_edit",
    "change anybody's reports, and published ones",         { 1,     1,     0,       0,        0 } },
[PERMISSION_REPORT_PUBLISH]       = { "report_publish",
    "publish, schedule and withdraw reports",               { 1,     1,     0,       0,        0 } },
[PERMISSION_PAGE_EDIT]            = { "page_edit",
    "series and standing pages",                            { 1,     1,     0,       0,        0 } },
[PERMISSION_COMMENT_MODERATE]     = { "comment_moderate",
    "see held comments; approve, hide, mark as spam",       { 1,     1,     0,       1,        0 } },
[PERMISSION_COMMENT_DELETE]       = { "comment_delete",
    "delete comments and erase their authors, for good",    { 1,     1,     0,       1,        0 } },
[PERMISSION_RULE_SET]             = { "rule_set",
    "rules that hold comments back; the proof of work",     { 1,     1,     0,       1,        0 } },
[PERMISSION_COMMENT_BULK]         = { "comment_bulk",
    "decide about many comments at once",                   { 1,     1,     0,       1,        0 } },
[PERMISSION_APPEAL_JUDGE]         = { "appeal_judge",
    "judge appeals against what others removed",            { 1,     1,     0,       1,        0 } },
[PERMISSION_QUESTION_SET]         = { "question_set",
    "questions: their states, and which answers were used", { 1,     1,     1,       1,        0 } },
[PERMISSION_GOAL_SET]             = { "goal_set",
    "goals",                                                { 1,     0,     0,       0,        1 } },
[PERMISSION_CONTRIBUTION_ADD]     = { "contribution_add",
    "enter contributions by hand",                          { 1,     0,     0,       0,        1 } },
[PERMISSION_CONTRIBUTION_REVERSE] = { "contribution_reverse",
    "what is done with gifts later: settle, reverse, correct, freeze, value, refund",                 { 1,     0,     0,       0,        1 } },
[PERMISSION_CONTRIBUTION_APPROVE] = { "contribution_approve",
    "approve what another entered above a set amount",      { 1,     0,     0,       0,        1 } },
[PERMISSION_STAFF_MANAGE]         = { "staff_manage",
    "people, their roles, links and sessions",              { 1,     0,     0,       0,        0 } },
[PERMISSION_AUDIT_READ]           = { "audit_read",
    "the audit log",                                        { 1,     0,     0,       0,        0 } },
[PERMISSION_SETTINGS]             = { "settings",
    "what the desk sets for the whole site",                { 1,     0,     0,       0,        0 } },
[PERMISSION_WEBHOOK]              = { "webhook",
    "outgoing webhooks: see them, try again, switch on",    { 1,     0,     0,       0,        0 } },
};
// clang-format on

static const char *const role_names[ROLES] = {
    [ROLE_OWNER] = "owner",         [ROLE_EDITOR] = "editor",       [ROLE_REPORTER] = "reporter",
    [ROLE_MODERATOR] = "moderator", [ROLE_TREASURER] = "treasurer",
};

static const struct row *row_of(enum permission p)
{
    check(p > 0 && p < PERMISSIONS);
    return &table[p];
}

bool role_may(enum role role, enum permission p)
{
    check(role < ROLES);
    return row_of(p)->may[role];
}

struct str role_str(enum role role)
{
    check(role < ROLES);
    return str_from_z(role_names[role]);
}

bool role_parse(struct str s, enum role *ret)
{
    for (size_t i = 0; i < ROLES; i++)
        if (str_eq(s, str_from_z(role_names[i]))) {
            *ret = (enum role)i;
            return true;
        }
    return false;
}

struct str permission_str(enum permission p)
{
    return str_from_z(row_of(p)->name);
}

struct str permission_manual(struct arena *a)
{
    struct buf b CLEANUP(buf_free) = buf_make(MANUAL_MAX);
    buf_put(&b, S("# Who may do what at the desk\n\n"
                  "Made by `make docs` from `diurnal permissions`. A person has one role; a change "
                  "of it takes effect\nwith the next request.\n\n| permission | allows |"));
    for (size_t i = 0; i < ROLES; i++)
        buf_print(&b, " %s |", role_names[i]);
    buf_put(&b, S("\n|---|---|"));
    for (size_t i = 0; i < ROLES; i++)
        buf_put(&b, S("---|"));
    for (size_t p = PERMISSION_DESK; p < PERMISSIONS; p++) {
        buf_print(&b, "\n| `%s` | %s |", table[p].name, table[p].what);
        for (size_t i = 0; i < ROLES; i++)
            buf_put(&b, table[p].may[i] ? S(" yes |") : S(" |"));
    }
    buf_put(&b, S("\n\nWith `report_write` alone a person changes own drafts only.\n"));
    check(!buf_full(&b));
    return buf_copy(&b, a);
}
