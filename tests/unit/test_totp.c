#include "people/totp.h"
#include "unit/people_help.h"

#include <string.h>

/* Without these a code seen over a shoulder would open the desk a second time. */

struct deed {
    struct office *o;
    struct person person;
    struct str code;
    bool recovery;
    struct totp_setup setup;
    struct recovery_codes codes;
};

static err use(struct tx *tx, void *arg)
{
    struct deed *d = arg;
    return totp_use(tx, d->person.id, d->code, d->o->now, &d->recovery);
}

static err begin(struct tx *tx, void *arg)
{
    struct deed *d = arg;
    return totp_begin(tx, &d->person, S("The Weir & Co"), &d->o->a, &d->setup);
}

static err get(struct tx *tx, void *arg)
{
    struct deed *d = arg;
    return totp_get(tx, &d->person, S("The Weir & Co"), &d->o->a, &d->setup);
}

static err confirm(struct tx *tx, void *arg)
{
    struct deed *d = arg;
    return totp_confirm(tx, &d->person, d->code, d->o->now, &d->o->a, &d->codes);
}

static err drop(struct tx *tx, void *arg)
{
    const struct deed *d = arg;
    return totp_drop(tx, ACTOR_CLI, d->person.id, 0, NOON);
}

static err renew(struct tx *tx, void *arg)
{
    struct deed *d = arg;
    return recovery_renew(tx, &d->person, NOON, &d->o->a, &d->codes);
}

static err use_code(struct deed *d, struct str code)
{
    d->code = code;
    return office_write(d->o, use, d);
}

static int64_t codes_left(struct office *o, int64_t person)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    int64_t n = -1;
    expect(store_read(o->app.store, &tx) == OK && recovery_left(&tx, person, &n) == OK);
    return n;
}

/* RFC 6238, appendix B, SHA-1; its codes have eight digits, of which the last six are ours. */
TEST(codes_are_those_of_rfc_6238)
{
    struct str secret = S("12345678901234567890");
    expect(totp_code(secret, 59 / 30) == 287082);
    expect(totp_code(secret, 1111111109 / 30) == 81804);
    expect(totp_code(secret, 1111111111 / 30) == 50471);
    expect(totp_code(secret, 1234567890 / 30) == 5924);
    expect(totp_code(secret, 2000000000 / 30) == 279037);
    expect(totp_code(secret, INT64_C(20000000000) / 30) == 353130);
}

TEST(a_code_counts_one_step_to_either_side_and_no_further)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 10000);
    struct str secret = S("12345678901234567890");
    int64_t now = INT64_C(1111111111) * SECOND; /* step 37037037 */
    int64_t step = 0;
    for (int64_t i = -2; i <= 2; i++) {
        struct str code = str_print(&a, "%06d", (int)totp_code(secret, 37037037 + i));
        expect(totp_match(secret, code, now, 0, &step) == (i >= -1 && i <= 1));
        expect(i < -1 || i > 1 || step == 37037037 + i);
    }
    expect(totp_match(secret, S("050 471"), now, 37037036, &step) && step == 37037037);
    step = 0;
    expect(!totp_match(secret, S("050471"), now, 37037037, &step) && step == 0);
    expect(!totp_match(secret, S("50471"), now, 0, &step));
    expect(!totp_match(secret, S("0050471"), now, 0, &step));
    expect(!totp_match(secret, S("+50471"), now, 0, &step));
    expect(!totp_match(secret, S("05047l"), now, 0, &step));
    expect(!totp_match(secret, S(""), now, 0, &step) && step == 0);
}

TEST(each_code_is_good_once_and_older_ones_are_not_good_after_it)
{
    struct office o;
    office_open(&o);
    struct recovery_codes codes = { 0 };
    struct deed d = { .o = &o };
    d.person.id = office_person(&o, "Ada", "ada@example.org", ROLE_EDITOR, "");
    struct str secret = office_totp(&o, d.person.id, &codes); /* used the code of a step ago */
    expect(office_get(&o, d.person.id).has_totp);
    expect(use_code(&d, office_code(&o, secret, -1)) == TOTP_WRONG);
    expect(use_code(&d, office_code(&o, secret, 1)) == OK && !d.recovery);
    expect(use_code(&d, office_code(&o, secret, 1)) == TOTP_WRONG);
    expect(use_code(&d, office_code(&o, secret, 0)) == TOTP_WRONG);
    o.now += 60 * SECOND;
    expect(use_code(&d, office_code(&o, secret, 0)) == OK);
    office_close(&o);
}

TEST(a_recovery_code_is_good_once_however_it_is_typed)
{
    struct office o;
    office_open(&o);
    struct recovery_codes codes = { 0 };
    struct deed d = { .o = &o };
    d.person.id = office_person(&o, "Ada", "ada@example.org", ROLE_EDITOR, "");
    (void)office_totp(&o, d.person.id, &codes);
    expect(codes.code[0].n == 29 && codes.code[0].s[4] == '-');
    expect(codes_left(&o, d.person.id) == RECOVERY_CODES);
    struct str typed = str_lower(&o.a, codes.code[3]);
    expect(use_code(&d, typed) == OK && d.recovery);
    expect(use_code(&d, codes.code[3]) == TOTP_WRONG && codes_left(&o, d.person.id) == 9);
    expect(use_code(&d, codes.code[9]) == OK);
    expect(use_code(&d, S("AAAA-AAAA-AAAA-AAAA-AAAA-AAAA")) == TOTP_WRONG);
    expect(use_code(&d, str_sub(codes.code[1], 0, 28)) == TOTP_WRONG);
    struct str first = codes.code[0];
    expect(office_write(&o, renew, &d) == OK && codes_left(&o, d.person.id) == RECOVERY_CODES);
    expect(use_code(&d, first) == TOTP_WRONG && use_code(&d, d.codes.code[0]) == OK);
    office_close(&o);
}

TEST(a_recovery_code_of_another_person_opens_nothing)
{
    struct office o;
    office_open(&o);
    struct recovery_codes one = { 0 };
    struct recovery_codes two = { 0 };
    struct deed d = { .o = &o };
    d.person.id = office_person(&o, "Ada", "ada@example.org", ROLE_EDITOR, "");
    (void)office_totp(&o, d.person.id, &one);
    (void)office_totp(&o, office_person(&o, "Bo", "bo@example.org", ROLE_EDITOR, ""), &two);
    expect(use_code(&d, two.code[0]) == TOTP_WRONG && use_code(&d, one.code[0]) == OK);
    office_close(&o);
}

TEST(the_second_step_counts_only_once_the_app_has_shown_a_code)
{
    struct office o;
    office_open(&o);
    struct deed d = { .o = &o };
    int64_t id = office_person(&o, "Ada", "ada@example.org", ROLE_EDITOR, "");
    d.person = office_get(&o, id);
    struct str mine = office_session(&o, id);
    struct str other = office_session(&o, id);
    expect(office_find(&o, mine, &d.person) == OK);
    expect(office_write(&o, get, &d) == TOTP_OFF && office_write(&o, confirm, &d) == TOTP_OFF);
    expect(office_write(&o, renew, &d) == TOTP_OFF && use_code(&d, S("123456")) == TOTP_OFF);
    expect(office_write(&o, begin, &d) == OK);
    struct str uri = d.setup.uri;
    size_t at = 0;
    expect(str_starts(uri, S("otpauth://totp/The%20Weir%20%26%20Co:ada%40example.org?secret=")));
    expect(str_find(uri, S("&issuer=The%20Weir%20%26%20Co"), &at) && d.setup.secret.n == 39);
    expect(office_write(&o, get, &d) == OK);
    expect_str(d.setup.uri, uri);
    expect(!office_get(&o, id).has_totp && use_code(&d, S("123456")) == TOTP_OFF);
    d.code = S("000000x");
    expect(office_write(&o, confirm, &d) == TOTP_WRONG);
    struct recovery_codes codes = { 0 };
    (void)office_totp(&o, id, &codes); /* begun anew, and confirmed */
    expect(office_get(&o, id).has_totp && office_audited(&o, "totp.on") == 1);
    expect(office_write(&o, begin, &d) == TOTP_ON && office_write(&o, get, &d) == TOTP_ON);
    expect(office_write(&o, confirm, &d) == TOTP_ON);
    struct person p = { 0 };
    expect(office_find(&o, other, &p) == SESSION_NONE);
    office_close(&o);
}

TEST(dropped_it_is_off_with_its_recovery_codes_and_sessions)
{
    struct office o;
    office_open(&o);
    struct recovery_codes codes = { 0 };
    struct deed d = { .o = &o };
    d.person.id = office_person(&o, "Ada", "ada@example.org", ROLE_EDITOR, "");
    expect(office_write(&o, drop, &d) == OK && office_audited(&o, "totp.off") == 0);
    (void)office_totp(&o, d.person.id, &codes);
    struct str token = office_session(&o, d.person.id);
    expect(office_write(&o, drop, &d) == OK && office_audited(&o, "totp.off") == 1);
    struct person p = { 0 };
    expect(office_find(&o, token, &p) == SESSION_NONE && codes_left(&o, d.person.id) == 0);
    expect(!office_get(&o, d.person.id).has_totp && use_code(&d, codes.code[0]) == TOTP_OFF);
    office_close(&o);
}
