#include "people/sign_in.h"
#include "people/sign_in_inside.h"
#include "unit/people_help.h"

#include <string.h>

/* Without these the desk's door would tell guessers who works here, or let them try for ever. */

#define PASSWORD "the river rose at night"

static const char right[] = PASSWORD;

static int64_t ada_of(struct office *o)
{
    return office_person(o, "Ada", "ada@example.org", ROLE_EDITOR, right);
}

static err knock_with(struct office *o, const char *client, struct str email, struct str password,
                      struct sign_in *ret)
{
    struct knock k = office_knock(o, client);
    return sign_in_start(&k, email, password, ret);
}

TEST(the_right_password_opens_a_new_session)
{
    struct office o;
    office_open(&o);
    struct sign_in got = { 0 };
    struct person p = { 0 };
    int64_t ada = ada_of(&o);
    expect(knock_with(&o, "192.0.2.1", S(" Ada@Example.org "), S(PASSWORD), &got) == OK);
    expect(office_find(&o, got.session, &p) == OK && p.id == ada);
    expect(session_confirmed(&p, o.now) && p.signed_in_at == NOON);
    expect(office_audited(&o, "sign_in") == 1 && !got.recovery && !got.ticket.n);
    office_close(&o);
}

TEST(the_browsers_old_session_is_ended_so_that_none_can_be_planted)
{
    struct office o;
    office_open(&o);
    struct sign_in got = { 0 };
    struct person p = { 0 };
    (void)ada_of(&o);
    int64_t eve = office_person(&o, "Eve", "eve@example.org", ROLE_REPORTER, "");
    struct knock k = office_knock(&o, "192.0.2.1");
    k.old_session = office_session(&o, eve);
    expect(sign_in_start(&k, S("ada@example.org"), S(PASSWORD), &got) == OK);
    expect(!str_eq(got.session, k.old_session));
    expect(office_find(&o, k.old_session, &p) == SESSION_NONE);
    struct str made_up = S("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    k.old_session = made_up;
    expect(sign_in_start(&k, S("ada@example.org"), S(PASSWORD), &got) == OK);
    expect(office_find(&o, made_up, &p) == SESSION_NONE);
    office_close(&o);
}

TEST(unknown_ended_and_passwordless_people_cost_a_hash_and_get_the_same_answer)
{
    struct office o;
    office_open(&o);
    struct sign_in got = { 0 };
    (void)ada_of(&o);
    (void)office_person(&o, "Bo", "bo@example.org", ROLE_EDITOR, "");
    static const struct {
        const char *email, *password;
    } table[] = {
        { "ada@example.org", "wrong" }, { "nobody@example.org", PASSWORD },
        { "bo@example.org", PASSWORD }, { "bo@example.org", "" },
        { "not an address", PASSWORD }, { "", PASSWORD },
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        int64_t before = sign_ins_hashed(o.app.sign_ins);
        expect(knock_with(&o, "192.0.2.1", str_from_z(table[i].email),
                          str_from_z(table[i].password), &got) == SIGN_IN_WRONG);
        expect(sign_ins_hashed(o.app.sign_ins) == before + 1);
        expect(!got.session.n && !got.ticket.n && !got.known.n);
    }
    office_close(&o);
}

/* Fails until the door asks to wait; returns how many guesses were let through. */
static int guesses_until_throttled(struct office *o, const char *client, const char *email)
{
    for (int n = 0; n < 100; n++) {
        struct sign_in got = { 0 };
        struct guess g = { .counts = { true, true, true } };
        struct knock k = office_knock(o, client);
        g.name[THROTTLE_PAIR] = str_print(&o->a, "%s\n%s", client, email);
        g.name[THROTTLE_CLIENT] = str_from_z(client);
        g.name[THROTTLE_ACCOUNT] = str_from_z(email);
        if (sign_in_guess(&k, &g, &got) == SIGN_IN_THROTTLED)
            return n;
    }
    return 100;
}

TEST(guesses_wait_without_being_hashed_whether_the_person_exists_or_not)
{
    struct office o;
    office_open(&o);
    (void)ada_of(&o);
    expect(guesses_until_throttled(&o, "192.0.2.1", "ada@example.org") == 5);
    expect(guesses_until_throttled(&o, "192.0.2.2", "nobody@example.org") == 5);
    struct sign_in got = { 0 };
    int64_t before = sign_ins_hashed(o.app.sign_ins);
    expect(knock_with(&o, "192.0.2.1", S("ADA@example.org"), S(PASSWORD), &got) ==
           SIGN_IN_THROTTLED);
    expect(got.wait_seconds == 1 && sign_ins_hashed(o.app.sign_ins) == before);
    expect(knock_with(&o, "192.0.2.3", S("ada@example.org"), S(PASSWORD), &got) == OK);
    o.now += SECOND;
    expect(knock_with(&o, "192.0.2.1", S("ada@example.org"), S(PASSWORD), &got) == OK);
    expect(guesses_until_throttled(&o, "192.0.2.1", "ada@example.org") == 5); /* was forgiven */
    office_close(&o);
}

TEST(a_known_browser_is_not_locked_out_by_strangers)
{
    struct office o;
    office_open(&o);
    struct sign_in got = { 0 };
    (void)ada_of(&o);
    expect(knock_with(&o, "192.0.2.1", S("ada@example.org"), S(PASSWORD), &got) == OK);
    struct str known = got.known;
    expect(known.n > 0);
    for (int i = 0; i < 20; i++) {
        char client[32];
        snprintf(client, sizeof client, "198.51.100.%d", i);
        (void)guesses_until_throttled(&o, client, "ada@example.org");
    }
    expect(knock_with(&o, "192.0.2.9", S("ada@example.org"), S(PASSWORD), &got) ==
           SIGN_IN_THROTTLED);
    struct knock k = office_knock(&o, "192.0.2.9");
    k.known = known;
    expect(sign_in_start(&k, S("ada@example.org"), S("wrong"), &got) == SIGN_IN_WRONG);
    expect(sign_in_start(&k, S("Ada@example.org"), S(PASSWORD), &got) == OK);
    k.known = S("made up");
    expect(sign_in_start(&k, S("ada@example.org"), S(PASSWORD), &got) == SIGN_IN_THROTTLED);
    office_close(&o);
}

TEST(a_full_queue_is_a_refusal_that_counts_as_no_guess)
{
    struct office o;
    office_open(&o);
    struct sign_in got = { 0 };
    (void)ada_of(&o);
    o.app.sign_ins->hashing.wait = 1000;
    expect(turn_take(&o.app.sign_ins->hashing) == OK); /* someone's password is being hashed */
    for (int i = 0; i < 20; i++)
        expect(knock_with(&o, "192.0.2.1", S("ada@example.org"), S(PASSWORD), &got) ==
               SIGN_IN_BUSY);
    turn_give(&o.app.sign_ins->hashing);
    expect(knock_with(&o, "192.0.2.1", S("ada@example.org"), S(PASSWORD), &got) == OK);
    office_close(&o);
}

TEST(a_cheaper_hash_is_replaced_when_its_person_signs_in)
{
    struct office o;
    office_open(&o);
    struct sign_in got = { 0 };
    int64_t id = ada_of(&o); /* with the cheapest hash there is */
    expect(knock_with(&o, "192.0.2.1", S("ada@example.org"), S(PASSWORD), &got) == OK);
    expect(sign_ins_hashed(o.app.sign_ins) == 2);
    expect(knock_with(&o, "192.0.2.1", S("ada@example.org"), S(PASSWORD), &got) == OK);
    expect(sign_ins_hashed(o.app.sign_ins) == 3);
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct credential c = { 0 };
    expect(store_read(o.app.store, &tx) == OK && credential_get(&tx, id, &o.a, &c) == OK);
    expect(str_starts(c.hash, S("$argon2id$v=19$m=19456,t=2,p=1$")));
    tx_end(&tx);
    office_close(&o);
}

TEST(with_the_second_step_the_password_gives_a_ticket_and_no_session)
{
    struct office o;
    office_open(&o);
    struct sign_in got = { 0 };
    struct recovery_codes codes = { 0 };
    struct person p = { 0 };
    int64_t ada = ada_of(&o);
    struct str secret = office_totp(&o, ada, &codes);
    struct knock k = office_knock(&o, "192.0.2.1");
    expect(sign_in_start(&k, S("ada@example.org"), S(PASSWORD), &got) == SIGN_IN_CODE_NEEDED);
    expect(got.ticket.n && !got.session.n && !got.known.n && office_audited(&o, "sign_in") == 0);
    struct str ticket = got.ticket;
    expect(sign_in_code(&k, ticket, S("000000x"), &got) == SIGN_IN_WRONG);
    expect(sign_in_code(&k, ticket, S(""), &got) == SIGN_IN_WRONG);
    struct str code = office_code(&o, secret, 0);
    expect(sign_in_code(&k, ticket, code, &got) == OK);
    expect(office_find(&o, got.session, &p) == OK && p.id == ada && got.known.n && !got.recovery);
    expect(sign_in_code(&k, ticket, code, &got) == SIGN_IN_WRONG); /* good once */
    expect(sign_in_code(&k, ticket, codes.code[0], &got) == OK && got.recovery);
    expect(sign_in_code(&k, ticket, codes.code[0], &got) == SIGN_IN_WRONG);
    office_close(&o);
}

TEST(a_ticket_ends_and_is_worth_nothing_after_a_change_of_password)
{
    struct office o;
    office_open(&o);
    struct sign_in got = { 0 };
    struct recovery_codes codes = { 0 };
    int64_t ada = ada_of(&o);
    (void)office_totp(&o, ada, &codes);
    struct knock k = office_knock(&o, "192.0.2.1");
    expect(sign_in_start(&k, S("ada@example.org"), S(PASSWORD), &got) == SIGN_IN_CODE_NEEDED);
    struct str ticket = got.ticket;
    k.now = NOON + SIGN_IN_CODE_SPAN + 1;
    expect(sign_in_code(&k, ticket, codes.code[0], &got) == SIGN_IN_TICKET_OLD);
    k.now = NOON - 1;
    expect(sign_in_code(&k, ticket, codes.code[0], &got) == SIGN_IN_TICKET_OLD);
    k.now = NOON + SIGN_IN_CODE_SPAN;
    expect(sign_in_code(&k, S("nonsense"), codes.code[0], &got) == SIGN_IN_TICKET_OLD);
    expect(sign_in_code(&k, got.known, codes.code[0], &got) == SIGN_IN_TICKET_OLD);
    struct knock later = k;
    later.now = NOON + SECOND;
    struct link_form f = { .token = office_link(&o, ada), .password = S("a heron on the weir") };
    expect(sign_in_link(&later, &f, &got) == SIGN_IN_CODE_NEEDED);
    expect(sign_in_code(&k, ticket, codes.code[0], &got) == SIGN_IN_WRONG);
    expect(sign_in_code(&k, got.ticket, codes.code[0], &got) == OK);
    office_close(&o);
}

TEST(codes_are_guessed_slowly_from_wherever)
{
    struct office o;
    office_open(&o);
    struct sign_in got = { 0 };
    struct recovery_codes codes = { 0 };
    int64_t ada = ada_of(&o);
    (void)office_totp(&o, ada, &codes);
    struct knock k = office_knock(&o, "192.0.2.1");
    expect(sign_in_start(&k, S("ada@example.org"), S(PASSWORD), &got) == SIGN_IN_CODE_NEEDED);
    struct str ticket = got.ticket;
    for (int i = 0; i < 5; i++) {
        char client[32];
        snprintf(client, sizeof client, "198.51.100.%d", i);
        k.client = str_copy(&o.a, str_from_z(client));
        expect(sign_in_code(&k, ticket, S("12345"), &got) == SIGN_IN_WRONG);
    }
    k.client = S("203.0.113.1");
    expect(sign_in_code(&k, ticket, codes.code[0], &got) == SIGN_IN_THROTTLED);
    office_close(&o);
}
