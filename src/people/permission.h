#pragma once
#include "base/str.h"

/*
 * Who at the desk may do what: one role a person, one table of roles and permissions
 * (permission.c), in the code and nowhere else. docs/permissions.md is printed from it. A route
 * names the permission it needs (http.h: struct route.need; PUBLIC is 0, so these begin at 1).
 *
 * The one rule that the table cannot hold, because it looks at the thing acted on: with
 * PERMISSION_REPORT_WRITE alone a person changes own drafts only (publishing asks
 * PERMISSION_REPORT_EDIT for all others).
 */
enum role { ROLE_OWNER, ROLE_EDITOR, ROLE_REPORTER, ROLE_MODERATOR, ROLE_TREASURER, ROLES };

enum permission {
    PERMISSION_DESK = 1,             /* sign in, the overview, the own account and sessions */
    PERMISSION_API_TOKEN,            /* act by an API token; see and end the own ones */
    PERMISSION_REPORT_WRITE,         /* write reports; change own drafts */
    PERMISSION_REPORT_EDIT,          /* change anybody's reports, and published ones */
    PERMISSION_REPORT_PUBLISH,       /* publish, schedule, withdraw */
    PERMISSION_PAGE_EDIT,            /* series and standing pages */
    PERMISSION_COMMENT_MODERATE,     /* see held ones; approve, hide, mark as spam */
    PERMISSION_COMMENT_DELETE,       /* delete, erase an author: cannot be taken back */
    PERMISSION_COMMENT_BULK,         /* decide about many comments at once */
    PERMISSION_APPEAL_JUDGE,         /* appeals against what others removed */
    PERMISSION_RULE_SET,             /* rules that hold comments, the proof of work */
    PERMISSION_QUESTION_SET,         /* states of questions; which answers a report made use of */
    PERMISSION_GOAL_SET,             /* goals */
    PERMISSION_CONTRIBUTION_ADD,     /* enter contributions by hand */
    PERMISSION_CONTRIBUTION_REVERSE, /* reverse or settle them */
    PERMISSION_CONTRIBUTION_APPROVE, /* approve what another entered above a set amount */
    PERMISSION_STAFF_MANAGE,         /* people, their roles, links and sessions */
    PERMISSION_AUDIT_READ,           /* the audit log */
    PERMISSION_SETTINGS,             /* what the desk sets for the whole site */
    PERMISSION_WEBHOOK,              /* outgoing webhooks: how they stand, trying again */
    PERMISSIONS,
};

bool role_may(enum role role, enum permission p);

/* "owner", "editor": as the command line, the store and word keys ("role_owner") spell them. */
struct str role_str(enum role role);
bool role_parse(struct str s, enum role *ret);
struct str permission_str(enum permission p); /* "desk", "report_write" */

/* docs/permissions.md: the table with a row a permission and a column a role. In `a`. */
struct str permission_manual(struct arena *a);
