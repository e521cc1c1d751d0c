#include "people/permission.h"
#include "people/person.h"
#include "unit/test.h"

/* Without these a slip in one cell could hand the treasury to a reporter. */

/* Said a second time and in another form than in permission.c: who may, by first letters. */
static const struct {
    enum permission permission;
    const char *name;
    const char *who; /* owner Editor Reporter Moderator Treasurer */
} expected[] = {
    { PERMISSION_DESK, "desk", "OERMT" },
    { PERMISSION_API_TOKEN, "api_token", "OEM" },
    { PERMISSION_REPORT_WRITE, "report_write", "OER" },
    { PERMISSION_REPORT_EDIT, "report_edit", "OE" },
    { PERMISSION_REPORT_PUBLISH, "report_publish", "OE" },
    { PERMISSION_PAGE_EDIT, "page_edit", "OE" },
    { PERMISSION_COMMENT_MODERATE, "comment_moderate", "OEM" },
    { PERMISSION_COMMENT_DELETE, "comment_delete", "OEM" },
    { PERMISSION_COMMENT_BULK, "comment_bulk", "OEM" },
    { PERMISSION_APPEAL_JUDGE, "appeal_judge", "OEM" },
    { PERMISSION_RULE_SET, "rule_set", "OEM" },
    { PERMISSION_QUESTION_SET, "question_set", "OERM" },
    { PERMISSION_GOAL_SET, "goal_set", "OT" },
    { PERMISSION_CONTRIBUTION_ADD, "contribution_add", "OT" },
    { PERMISSION_CONTRIBUTION_REVERSE, "contribution_reverse", "OT" },
    { PERMISSION_CONTRIBUTION_APPROVE, "contribution_approve", "OT" },
    { PERMISSION_STAFF_MANAGE, "staff_manage", "O" },
    { PERMISSION_AUDIT_READ, "audit_read", "O" },
    { PERMISSION_SETTINGS, "settings", "O" },
    { PERMISSION_WEBHOOK, "webhook", "O" },
};

TEST(every_cell_of_the_permission_table_is_as_agreed)
{
    static const char letters[ROLES] = { [ROLE_OWNER] = 'O',
                                         [ROLE_EDITOR] = 'E',
                                         [ROLE_REPORTER] = 'R',
                                         [ROLE_MODERATOR] = 'M',
                                         [ROLE_TREASURER] = 'T' };
    expect(COUNT(expected) == PERMISSIONS - 1);
    for (size_t i = 0; i < COUNT(expected); i++) {
        expect(expected[i].permission == i + 1);
        expect_str(permission_str(expected[i].permission), str_from_z(expected[i].name));
        for (size_t role = 0; role < ROLES; role++) {
            bool want = str_has(str_from_z(expected[i].who), letters[role]);
            expect(role_may((enum role)role, expected[i].permission) == want);
        }
    }
}

TEST(roles_are_spelled_one_way)
{
    enum role role = ROLE_TREASURER;
    for (size_t i = 0; i < ROLES; i++) {
        expect(role_parse(role_str((enum role)i), &role) && role == (enum role)i);
    }
    expect(!role_parse(S("Owner"), &role) && !role_parse(S(""), &role) &&
           !role_parse(S("owner "), &role) && role == ROLE_TREASURER);
}

TEST(an_ended_person_may_nothing_and_nobody_may_nothing)
{
    struct person p = { .active = true, .role = ROLE_OWNER };
    expect(person_may(&p, PERMISSION_STAFF_MANAGE));
    p.active = false;
    expect(!person_may(&p, PERMISSION_DESK) && !person_may(NULL, PERMISSION_DESK));
}

TEST(the_permission_manual_shows_each_row)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 100000);
    struct str manual = permission_manual(&a);
    size_t at = 0;
    expect(str_find(manual, S("| `goal_set` | goals | yes | | | | yes |\n"), &at));
    expect(str_find(manual, S("| permission | allows | owner | editor | reporter | moderator |"),
                    &at));
    for (size_t i = 0; i < COUNT(expected); i++)
        expect(str_find(manual, str_from_z(expected[i].name), &at));
}
