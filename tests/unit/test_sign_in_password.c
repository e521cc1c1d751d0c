#include "people/password_rules.h"
#include "people/sign_in.h"
#include "unit/people_help.h"

/* Without these a borrowed screen or an old mail could take an account over. */

#define PASSWORD "the river rose at night"
#define ANOTHER  "a heron on the weir"

struct seat { /* someone at the desk */
    struct office o;
    struct person person;
    struct str token;
};

static void seat_take(struct seat *s)
{
    office_open(&s->o);
    int64_t id = office_person(&s->o, "Ada", "ada@example.org", ROLE_EDITOR, PASSWORD);
    s->token = office_session(&s->o, id);
    expect(office_find(&s->o, s->token, &s->person) == OK);
}

TEST(the_password_given_again_confirms_the_session_under_a_new_token)
{
    struct seat s;
    seat_take(&s);
    struct sign_in got = { 0 };
    struct person p = { 0 };
    struct knock k = office_knock(&s.o, "192.0.2.1");
    expect(!session_confirmed(&s.person, s.o.now));
    expect(sign_in_confirm(&k, &s.person, S("wrong"), &got) == SIGN_IN_WRONG && !got.session.n);
    expect(sign_in_confirm(&k, &s.person, S(PASSWORD), &got) == OK);
    expect(office_find(&s.o, s.token, &p) == SESSION_NONE);
    expect(office_find(&s.o, got.session, &p) == OK && session_confirmed(&p, s.o.now));
    expect(p.session == s.person.session);
    for (int i = 0; i < 5; i++)
        expect(sign_in_confirm(&k, &s.person, S("wrong"), &got) == SIGN_IN_WRONG);
    expect(sign_in_confirm(&k, &s.person, S(PASSWORD), &got) == SIGN_IN_THROTTLED);
    office_close(&s.o);
}

TEST(a_new_password_needs_the_present_one_and_ends_the_other_sessions)
{
    struct seat s;
    seat_take(&s);
    struct sign_in got = { 0 };
    struct person p = { 0 };
    struct knock k = office_knock(&s.o, "192.0.2.1");
    struct str other = office_session(&s.o, s.person.id);
    struct password_form f = { .present = S("wrong"), .wanted = S(ANOTHER) };
    expect(sign_in_set_password(&k, &s.person, &f, &got) == SIGN_IN_WRONG);
    f.present = S(PASSWORD);
    f.wanted = S("password1234");
    expect(sign_in_set_password(&k, &s.person, &f, &got) == SIGN_IN_PASSWORD);
    expect(got.password == PASSWORD_COMMON);
    f.wanted = S("ada@example.org1");
    expect(sign_in_set_password(&k, &s.person, &f, &got) == SIGN_IN_PASSWORD);
    expect(got.password == PASSWORD_CONTEXT);
    f.wanted = S(ANOTHER);
    expect(sign_in_set_password(&k, &s.person, &f, &got) == OK);
    expect(office_find(&s.o, got.session, &p) == OK && p.id == s.person.id);
    expect(office_find(&s.o, other, &p) == SESSION_NONE);
    expect(office_find(&s.o, s.token, &p) == SESSION_NONE);
    expect(office_audited(&s.o, "password.set") == 1);
    expect(sign_in_start(&k, S("ada@example.org"), S(PASSWORD), &got) == SIGN_IN_WRONG);
    expect(sign_in_start(&k, S("ada@example.org"), S(ANOTHER), &got) == OK);
    office_close(&s.o);
}

static err look(struct office *o, struct str token, struct link *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(o->app.store, &tx) == OK);
    return link_look(&tx, token, o->now, &o->a, ret);
}

TEST(a_link_sets_a_password_once_and_ends_every_session)
{
    struct seat s;
    seat_take(&s);
    struct sign_in got = { 0 };
    struct person p = { 0 };
    struct link l = { 0 };
    struct knock k = office_knock(&s.o, "192.0.2.1");
    struct link_form f = { .token = office_link(&s.o, s.person.id), .password = S(ANOTHER) };
    for (int i = 0; i < 3; i++) /* a mail scanner looks at it */
        expect(look(&s.o, f.token, &l) == OK && l.person == s.person.id);
    expect_str(l.email, S("ada@example.org"));
    f.password = S("short");
    expect(sign_in_link(&k, &f, &got) == SIGN_IN_PASSWORD && got.password == PASSWORD_SHORT);
    f.password = S(ANOTHER);
    expect(sign_in_link(&k, &f, &got) == OK);
    expect(office_find(&s.o, got.session, &p) == OK && p.id == s.person.id);
    expect(office_find(&s.o, s.token, &p) == SESSION_NONE);
    f.password = S(PASSWORD);
    expect(sign_in_link(&k, &f, &got) == SIGN_IN_LINK_GONE && look(&s.o, f.token, &l) == LINK_GONE);
    expect(sign_in_start(&k, S("ada@example.org"), S(ANOTHER), &got) == OK);
    office_close(&s.o);
}

TEST(a_link_ends_after_a_day_and_when_a_newer_one_is_made)
{
    struct seat s;
    seat_take(&s);
    struct link l = { 0 };
    struct str first = office_link(&s.o, s.person.id);
    struct str second = office_link(&s.o, s.person.id);
    expect(look(&s.o, first, &l) == LINK_GONE && look(&s.o, second, &l) == OK);
    s.o.now = NOON + LINK_SPAN - 1;
    expect(look(&s.o, second, &l) == OK);
    s.o.now = NOON + LINK_SPAN;
    expect(look(&s.o, second, &l) == LINK_GONE);
    struct sign_in got = { 0 };
    struct knock k = office_knock(&s.o, "192.0.2.1");
    struct link_form f = { .token = second, .password = S(ANOTHER) };
    expect(sign_in_link(&k, &f, &got) == SIGN_IN_LINK_GONE);
    f.token = S("nonsense");
    expect(sign_in_link(&k, &f, &got) == SIGN_IN_LINK_GONE);
    expect_str(link_path(&s.o.a, S("abc")), S("/desk/link/abc"));
    office_close(&s.o);
}

TEST(a_link_does_not_stand_in_for_the_second_step)
{
    struct seat s;
    seat_take(&s);
    struct sign_in got = { 0 };
    struct recovery_codes codes = { 0 };
    struct str secret = office_totp(&s.o, s.person.id, &codes);
    struct knock k = office_knock(&s.o, "192.0.2.1");
    struct link_form f = { .token = office_link(&s.o, s.person.id), .password = S(ANOTHER) };
    expect(sign_in_link(&k, &f, &got) == SIGN_IN_CODE_NEEDED && !got.session.n && got.ticket.n);
    expect(sign_in_code(&k, got.ticket, office_code(&s.o, secret, 0), &got) == OK);
    office_close(&s.o);
}

TEST(the_first_link_of_all_makes_the_owner_and_no_second_one)
{
    struct office o;
    office_open(&o);
    struct sign_in got = { 0 };
    struct person p = { 0 };
    struct link l = { 0 };
    struct knock k = office_knock(&o, "192.0.2.1");
    struct str older = office_link(&o, 0);
    struct link_form f = { .token = office_link(&o, 0),
                           .password = S(PASSWORD),
                           .name = S("Ada"),
                           .email = S("no address") };
    expect(look(&o, older, &l) == LINK_GONE); /* each start makes a new one */
    expect(look(&o, f.token, &l) == OK && l.person == 0);
    expect(sign_in_link(&k, &f, &got) == SIGN_IN_PERSON && got.person == PERSON_EMAIL_WRONG);
    f.email = S("Ada@example.org");
    expect(sign_in_link(&k, &f, &got) == OK);
    expect(office_find(&o, got.session, &p) == OK && p.role == ROLE_OWNER);
    expect_str(p.email, S("ada@example.org"));
    expect(sign_in_link(&k, &f, &got) == SIGN_IN_LINK_GONE);
    expect(office_link(&o, 0).n == 0); /* no more of these */
    office_close(&o);
}

TEST(a_founding_link_is_void_once_an_owner_can_sign_in)
{
    struct office o;
    office_open(&o);
    struct link l = { 0 };
    struct str founding = office_link(&o, 0);
    int64_t ada = office_person(&o, "Ada", "ada@example.org", ROLE_OWNER, "");
    expect(look(&o, founding, &l) == OK); /* an owner without a password cannot */
    struct sign_in got = { 0 };
    struct knock k = office_knock(&o, "192.0.2.1");
    struct link_form f = { .token = office_link(&o, ada), .password = S(PASSWORD) };
    expect(sign_in_link(&k, &f, &got) == OK && look(&o, founding, &l) == LINK_GONE);
    office_close(&o);
}

struct deed {
    struct office *o;
    struct staff_link_args args;
    struct staff_link made;
};

static err staff(struct tx *tx, void *arg)
{
    struct deed *d = arg;
    return staff_link(tx, ACTOR_CLI, &d->args, d->o->now, &d->o->a, &d->made);
}

TEST(the_command_line_makes_links_and_drops_a_lost_second_step)
{
    struct seat s;
    seat_take(&s);
    struct recovery_codes codes = { 0 };
    struct link l = { 0 };
    (void)office_totp(&s.o, s.person.id, &codes);
    struct deed d = { .o = &s.o, .args = { .email = S("bo@example.org") } };
    expect(office_write(&s.o, staff, &d) == STAFF_REFUSED);
    expect_str(d.made.why, S("there is no such person"));
    d.args.email = S("ADA@example.org");
    expect(office_write(&s.o, staff, &d) == OK && look(&s.o, d.made.token, &l) == OK);
    expect(office_get(&s.o, s.person.id).has_totp);
    d.args.drop_totp = true;
    expect(office_write(&s.o, staff, &d) == OK && !office_get(&s.o, s.person.id).has_totp);
    expect(office_audited(&s.o, "link.add") == 2 && office_audited(&s.o, "totp.off") == 1);
    office_close(&s.o);
}
