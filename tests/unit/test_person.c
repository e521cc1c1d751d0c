#include "people/email.h"
#include "people/person.h"
#include "unit/people_help.h"

#include <string.h>

/* Without these a newsroom could be left without an owner, or two people share one door. */

struct deed {
    struct actor by;
    int64_t id;
    struct person_draft draft;
    struct staff_add_args args;
    struct str why;
};

static err add(struct tx *tx, void *arg)
{
    struct deed *d = arg;
    return person_add(tx, ACTOR_CLI, &d->draft, &d->id);
}

static err set(struct tx *tx, void *arg)
{
    const struct deed *d = arg;
    return person_set(tx, ACTOR_CLI, d->id, &d->draft);
}

static err end(struct tx *tx, void *arg)
{
    const struct deed *d = arg;
    return person_end(tx, ACTOR_CLI, d->id, NOON);
}

static err begin(struct tx *tx, void *arg)
{
    const struct deed *d = arg;
    return person_begin(tx, ACTOR_CLI, d->id, NOON);
}

static err staff(struct tx *tx, void *arg)
{
    struct deed *d = arg;
    return staff_add(tx, ACTOR_CLI, &d->args, NOON, &d->id, &d->why);
}

static err add_as(struct office *o, struct str name, struct str email)
{
    struct deed d = { .draft = {
                          .name = name, .email = email, .role = ROLE_REPORTER, .now = NOON } };
    return office_write(o, add, &d);
}

static struct str letters(struct arena *a, size_t n)
{
    char *p = arena_new(a, char, n);
    memset(p, 'a', n);
    return (struct str){ p, n };
}

TEST(a_person_is_added_tidied_and_found_by_email_in_any_case)
{
    struct office o;
    office_open(&o);
    int64_t id = office_person(&o, " Ada Weir ", " Ada@Example.ORG\t", ROLE_MODERATOR, "");
    struct person p = office_get(&o, id);
    expect_str(p.name, S("Ada Weir"));
    expect_str(p.email, S("ada@example.org"));
    expect(p.role == ROLE_MODERATOR && p.active && !p.has_password && !p.has_totp);
    expect(p.created_at == NOON && p.signed_in_at == 0 && p.session == 0);
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct person found = { 0 };
    expect(store_read(o.app.store, &tx) == OK);
    expect(person_get_by_email(&tx, S("ADA@example.org"), &o.a, &found) == OK && found.id == id);
    found.id = -1;
    expect(person_get_by_email(&tx, S("bo@example.org"), &o.a, &found) == PERSON_MISSING);
    expect(person_get_by_email(&tx, S("no address"), &o.a, &found) == PERSON_MISSING);
    expect(person_get(&tx, id + 1, &o.a, &found) == PERSON_MISSING && found.id == -1);
    tx_end(&tx);
    expect(office_audited(&o, "person.add") == 1);
    office_close(&o);
}

TEST(an_email_address_belongs_to_one_person)
{
    struct office o;
    office_open(&o);
    (void)office_person(&o, "Ada", "ada@example.org", ROLE_EDITOR, "");
    expect(add_as(&o, S("Bo"), S("ADA@EXAMPLE.ORG")) == PERSON_EMAIL_TAKEN);
    int64_t bo = office_person(&o, "Bo", "bo@example.org", ROLE_EDITOR, "");
    struct deed d = { .id = bo,
                      .draft = { .name = S("Bo"), .email = S("Ada@example.org"), .now = NOON } };
    expect(office_write(&o, set, &d) == PERSON_EMAIL_TAKEN);
    d.draft.email = S("BO@example.org"); /* the own one */
    expect(office_write(&o, set, &d) == OK);
    office_close(&o);
}

TEST(names_and_addresses_end_at_their_limits)
{
    struct office o;
    office_open(&o);
    expect(add_as(&o, letters(&o.a, PERSON_NAME_MAX), S("a@example.org")) == OK);
    expect(add_as(&o, letters(&o.a, PERSON_NAME_MAX + 1), S("b@example.org")) == PERSON_NAME_WRONG);
    expect(add_as(&o, S(" "), S("b@example.org")) == PERSON_NAME_WRONG);
    expect(add_as(&o, S("A\nB"), S("b@example.org")) == PERSON_NAME_WRONG);
    expect(add_as(&o, S("A\xE2\x80\xAE"), S("b@example.org")) == PERSON_NAME_WRONG);
    expect(add_as(&o, S("A"), S("")) == PERSON_EMAIL_WRONG);
    struct deed d = { .id = 1,
                      .draft = { .name = S("\xff"), .email = S("a@example.org"), .now = NOON } };
    expect(office_write(&o, set, &d) == PERSON_NAME_WRONG);
    d.id = 99;
    d.draft.name = S("A");
    expect(office_write(&o, set, &d) == PERSON_MISSING);
    office_close(&o);
}

TEST(addresses_are_taken_as_people_write_them_and_no_other)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 100000);
    static const char *const good[] = { "a@b", "a.b+c@example.org", "x@xn--bcher-kva.example",
                                        "o'hara@a-b.c", "1@1.2" };
    static const char *const bad[] = { "a",         "@b",    "a@",     "a@b@c",     "a b@c",
                                       ".a@b",      "a.@b",  "a..b@c", "a@-b",      "a@b-",
                                       "a@b..c",    "a@.b",  "a@b.",   "\"a\"@b",   "a@[1.2]",
                                       "a@b\nBcc:", "a,b@c", "<a@b>",  "\xc3\xa9@b" };
    struct str got = { 0 };
    for (size_t i = 0; i < COUNT(good); i++)
        expect(email_parse(str_from_z(good[i]), &a, &got));
    for (size_t i = 0; i < COUNT(bad); i++)
        expect(!email_parse(str_from_z(bad[i]), &a, &got));
    struct str local = letters(&a, EMAIL_LOCAL_MAX);
    expect(email_parse(str_print(&a, STR_FMT "@b.c", STR_ARG(local)), &a, &got));
    expect(!email_parse(str_print(&a, STR_FMT "a@b.c", STR_ARG(local)), &a, &got));
    struct str label = letters(&a, 63);
    struct str longest = str_print(&a, "%.62s@%s.%s.%s", local.s, str_z(&a, label),
                                   str_z(&a, label), str_z(&a, label));
    expect(longest.n == EMAIL_MAX && email_parse(longest, &a, &got));
    expect(!email_parse(str_print(&a, "a" STR_FMT, STR_ARG(longest)), &a, &got));
    expect(!email_parse(str_print(&a, "a@" STR_FMT "a", STR_ARG(label)), &a, &got));
}

TEST(the_last_owner_stays)
{
    struct office o;
    office_open(&o);
    int64_t ada = office_person(&o, "Ada", "ada@example.org", ROLE_OWNER, "");
    struct deed d = { .id = ada,
                      .draft = { .name = S("Ada"),
                                 .email = S("ada@example.org"),
                                 .role = ROLE_EDITOR,
                                 .now = NOON } };
    expect(office_write(&o, set, &d) == PERSON_LAST_OWNER);
    expect(office_write(&o, end, &d) == PERSON_LAST_OWNER);
    struct deed bo = { .id = office_person(&o, "Bo", "bo@example.org", ROLE_OWNER, "") };
    expect(office_write(&o, end, &bo) == OK);
    expect(office_write(&o, end, &d) == PERSON_LAST_OWNER); /* an ended one is no owner */
    expect(office_write(&o, begin, &bo) == OK);
    expect(office_write(&o, set, &d) == OK && office_get(&o, ada).role == ROLE_EDITOR);
    office_close(&o);
}

TEST(an_ended_person_keeps_the_name_and_loses_the_sessions)
{
    struct office o;
    office_open(&o);
    struct person p = { 0 };
    struct deed d = { .id = office_person(&o, "Ada", "ada@example.org", ROLE_EDITOR, "") };
    struct str token = office_session(&o, d.id);
    struct str link = office_link(&o, d.id);
    expect(office_find(&o, token, &p) == OK && p.id == d.id);
    expect(office_write(&o, end, &d) == OK && office_write(&o, end, &d) == OK);
    expect(office_audited(&o, "person.end") == 1);
    expect(office_find(&o, token, &p) == SESSION_NONE);
    expect_str(office_get(&o, d.id).name, S("Ada"));
    struct sign_in got = { 0 };
    struct knock k = office_knock(&o, "192.0.2.1");
    struct link_form f = { .token = link, .password = S("the river rose at night") };
    expect(sign_in_link(&k, &f, &got) == SIGN_IN_LINK_GONE);
    expect(office_write(&o, begin, &d) == OK && office_get(&o, d.id).active);
    expect(office_find(&o, token, &p) == SESSION_NONE); /* it does not come back */
    office_close(&o);
}

TEST(a_changed_role_counts_with_the_next_request)
{
    struct office o;
    office_open(&o);
    struct person p = { 0 };
    struct deed d = { .id = office_person(&o, "Ada", "ada@example.org", ROLE_EDITOR, ""),
                      .draft = { .name = S("Ada"),
                                 .email = S("ada@example.org"),
                                 .role = ROLE_REPORTER,
                                 .now = NOON } };
    struct str token = office_session(&o, d.id);
    expect(office_find(&o, token, &p) == OK && person_may(&p, PERMISSION_REPORT_PUBLISH));
    expect(office_write(&o, set, &d) == OK);
    expect(office_find(&o, token, &p) == OK && !person_may(&p, PERMISSION_REPORT_PUBLISH));
    expect(office_audited(&o, "person.role") == 1 && office_audited(&o, "person.email") == 0);
    office_close(&o);
}

TEST(a_changed_address_ends_the_other_sessions)
{
    struct office o;
    office_open(&o);
    struct person p = { 0 };
    int64_t id = office_person(&o, "Ada", "ada@example.org", ROLE_EDITOR, "");
    struct str mine = office_session(&o, id);
    struct str other = office_session(&o, id);
    expect(office_find(&o, mine, &p) == OK);
    struct deed d = { .id = id,
                      .draft = { .name = S("Ada"),
                                 .email = S("ada@example.net"),
                                 .role = ROLE_EDITOR,
                                 .now = NOON,
                                 .keep_session = p.session } };
    expect(office_write(&o, set, &d) == OK);
    expect(office_find(&o, mine, &p) == OK && office_find(&o, other, &p) == SESSION_NONE);
    expect(office_audited(&o, "person.email") == 1);
    office_close(&o);
}

TEST(staff_is_listed_active_first_by_name)
{
    struct office o;
    office_open(&o);
    struct deed c = { .id = office_person(&o, "Cy", "c@example.org", ROLE_EDITOR, "") };
    (void)office_person(&o, "Bo", "b@example.org", ROLE_OWNER, "x");
    (void)office_person(&o, "Ada", "a@example.org", ROLE_TREASURER, "");
    expect(office_write(&o, end, &c) == OK);
    struct tx tx CLEANUP(tx_end) = { 0 };
    const struct person *list = NULL;
    size_t n = 0;
    bool owner = false;
    expect(store_read(o.app.store, &tx) == OK && person_list(&tx, &o.a, &list, &n) == OK && n == 3);
    expect_str(list[0].name, S("Ada"));
    expect(list[1].has_password && !list[2].active);
    expect(person_owner_exists(&tx, &owner) == OK && owner);
    tx_end(&tx);
    office_close(&o);
}

TEST(staff_add_says_in_one_sentence_why_not)
{
    struct office o;
    office_open(&o);
    struct deed d = { .args = { S("Ada"), S("ada@example.org"), S("admin") } };
    expect(office_write(&o, staff, &d) == STAFF_REFUSED);
    expect_str(d.why, S("the role is one of owner, editor, reporter, moderator, treasurer"));
    d.args.role = S("owner");
    expect(office_write(&o, staff, &d) == OK && office_get(&o, d.id).role == ROLE_OWNER);
    expect(office_write(&o, staff, &d) == STAFF_REFUSED);
    expect_str(d.why, S("another person has that e-mail address"));
    office_close(&o);
}

TEST(forms_of_an_address_that_lead_to_one_mailbox_are_known_as_one)
{
    static const char *const cases[][2] = {
        { "ada@b.c", "ada@b.c" },
        { "ada+x@b.c", "ada@b.c" },
        { "ada++@b.c", "ada@b.c" },
        { "+ada@b.c", "+ada@b.c" },
        { "a.da@b.c", "a.da@b.c" },
        { "a.d.a+x.y@gmail.com", "ada@gmail.com" },
        { "a.da@googlemail.com", "ada@gmail.com" },
        { "a.da@gmail.com.evil.c", "a.da@gmail.com.evil.c" },
    };
    char room[EMAIL_MAX];
    for (size_t i = 0; i < COUNT(cases); i++)
        expect_str(email_mailbox(str_from_z(cases[i][0]), room), str_from_z(cases[i][1]));
}
