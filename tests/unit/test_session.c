#include "base/encoding.h"
#include "people/session.h"
#include "unit/people_help.h"

/* Without these a session could outlive its end, its person or its password. */

QUERY(test_hashes, "select count(*) from session where token_hash = $1");

struct deed {
    struct office *o;
    int64_t person, id;
    struct str token;
};

static err end_one(struct tx *tx, void *arg)
{
    const struct deed *d = arg;
    return session_end(tx, ACTOR_CLI, d->person, d->id, NOON);
}

static err end_all(struct tx *tx, void *arg)
{
    const struct deed *d = arg;
    return session_end_all(tx, d->person, d->id);
}

static err end_token(struct tx *tx, void *arg)
{
    const struct deed *d = arg;
    return session_end_token(tx, d->token);
}

static err see(struct tx *tx, void *arg)
{
    const struct deed *d = arg;
    return session_seen(tx, d->id, d->o->now);
}

static err renew(struct tx *tx, void *arg)
{
    struct deed *d = arg;
    return session_renew(tx, d->id, d->o->now, &d->o->a, &d->token);
}

static size_t listed(struct office *o, int64_t person, int64_t current, const struct session **ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    size_t n = 0;
    struct session_query q = {
        .person = person, .now = o->now, .limits = session_limits_of(o->config), .current = current
    };
    expect(store_read(o->app.store, &tx) == OK);
    expect(session_list(&tx, &q, &o->a, ret, &n) == OK);
    return n;
}

TEST(a_session_is_found_by_its_token_only_and_the_token_is_not_stored)
{
    struct office o;
    office_open(&o);
    struct person p = { 0 };
    int64_t ada = office_person(&o, "Ada", "ada@example.org", ROLE_EDITOR, "");
    struct str token = office_session(&o, ada);
    uint8_t bytes[SESSION_TOKEN_BYTES];
    expect(token.n == 43 && base64url_parse(token, bytes, sizeof bytes));
    expect(office_find(&o, token, &p) == OK && p.id == ada && p.session > 0);
    char other[43];
    for (size_t i = 0; i < sizeof other; i++)
        other[i] = i == 7 ? (token.s[i] == 'A' ? 'B' : 'A') : token.s[i];
    expect(office_find(&o, (struct str){ other, 43 }, &p) == SESSION_NONE);
    expect(office_find(&o, S(""), &p) == SESSION_NONE);
    expect(office_find(&o, str_sub(token, 0, 42), &p) == SESSION_NONE);
    struct tx tx CLEANUP(tx_end) = { 0 };
    bool row = false;
    expect(store_read(o.app.store, &tx) == OK);
    struct stmt *s = query_start(&tx, &test_hashes);
    bind_blob(s, 1, (struct str){ (const char *)bytes, sizeof bytes });
    expect(query_step(s, &row) == OK && column_int(s, 0) == 0);
    query_end(s);
    tx_end(&tx);
    office_close(&o);
}

TEST(an_unused_session_ends_and_a_used_one_goes_on_to_its_absolute_end)
{
    struct office o;
    office_open(&o);
    struct person p = { 0 };
    struct session_limits limits = session_limits_of(o.config);
    expect(limits.idle == 4 * HOUR && limits.whole == 24 * HOUR);
    int64_t ada = office_person(&o, "Ada", "ada@example.org", ROLE_EDITOR, "");
    struct str token = office_session(&o, ada);
    o.now = NOON + limits.idle - 1;
    expect(office_find(&o, token, &p) == OK);
    o.now = NOON + limits.idle;
    expect(office_find(&o, token, &p) == SESSION_NONE);
    struct deed d = { .o = &o, .id = p.session };
    for (o.now = NOON; o.now < NOON + limits.whole; o.now += 3 * HOUR) {
        expect(office_find(&o, token, &p) == OK);
        expect(office_write(&o, see, &d) == OK);
    }
    o.now = NOON + limits.whole - 1;
    expect(office_find(&o, token, &p) == OK);
    o.now = NOON + limits.whole;
    expect(office_find(&o, token, &p) == SESSION_NONE);
    office_close(&o);
}

TEST(sessions_are_listed_and_ended_one_by_one_or_all_but_this)
{
    struct office o;
    office_open(&o);
    struct person p = { 0 };
    const struct session *list = NULL;
    int64_t ada = office_person(&o, "Ada", "ada@example.org", ROLE_EDITOR, "");
    int64_t bo = office_person(&o, "Bo", "bo@example.org", ROLE_EDITOR, "");
    struct str first = office_session(&o, ada);
    o.now += SECOND;
    struct str second = office_session(&o, ada);
    struct str third = office_session(&o, ada);
    struct str of_bo = office_session(&o, bo);
    expect(office_find(&o, second, &p) == OK && listed(&o, ada, p.session, &list) == 3);
    expect(list[1].current && !list[0].current && list[2].started_at == NOON);
    expect_str(list[0].agent, S("Firefox on Linux"));
    struct deed d = { .person = bo, .id = list[2].id };
    expect(office_write(&o, end_one, &d) == SESSION_NONE); /* another person's */
    d.person = ada;
    expect(office_write(&o, end_one, &d) == OK && office_audited(&o, "session.end") == 1);
    expect(office_write(&o, end_one, &d) == SESSION_NONE);
    expect(office_find(&o, first, &p) == SESSION_NONE);
    d.id = list[1].id;
    expect(office_write(&o, end_all, &d) == OK);
    expect(office_find(&o, second, &p) == OK && office_find(&o, third, &p) == SESSION_NONE);
    d.token = second;
    expect(office_write(&o, end_token, &d) == OK && office_write(&o, end_token, &d) == OK);
    expect(office_find(&o, second, &p) == SESSION_NONE && office_find(&o, of_bo, &p) == OK);
    d.token = S("no token");
    expect(office_write(&o, end_token, &d) == OK);
    office_close(&o);
}

TEST(one_session_too_many_ends_the_one_that_rested_longest)
{
    struct office o;
    office_open(&o);
    struct person p = { 0 };
    const struct session *list = NULL;
    int64_t ada = office_person(&o, "Ada", "ada@example.org", ROLE_EDITOR, "");
    struct str first = office_session(&o, ada);
    struct str second = office_session(&o, ada);
    expect(office_find(&o, first, &p) == OK);
    struct deed d = { .o = &o, .id = p.session };
    for (int i = 2; i < SESSIONS_MAX; i++) {
        o.now += SECOND;
        (void)office_session(&o, ada);
    }
    expect(office_write(&o, see, &d) == OK); /* the first is in use */
    expect(listed(&o, ada, 0, &list) == SESSIONS_MAX && office_find(&o, second, &p) == OK);
    (void)office_session(&o, ada);
    expect(listed(&o, ada, 0, &list) == SESSIONS_MAX);
    expect(office_find(&o, second, &p) == SESSION_NONE && office_find(&o, first, &p) == OK);
    office_close(&o);
}

TEST(a_renewed_session_has_a_new_token_and_is_confirmed_for_a_while)
{
    struct office o;
    office_open(&o);
    struct person p = { 0 };
    int64_t ada = office_person(&o, "Ada", "ada@example.org", ROLE_EDITOR, "");
    struct str token = office_session(&o, ada);
    expect(office_find(&o, token, &p) == OK && !session_confirmed(&p, o.now));
    struct deed d = { .o = &o, .id = p.session };
    expect(office_write(&o, renew, &d) == OK);
    expect(office_find(&o, token, &p) == SESSION_NONE);
    expect(office_find(&o, d.token, &p) == OK && p.session == d.id);
    expect(session_confirmed(&p, o.now) && session_confirmed(&p, o.now + SESSION_CONFIRM_SPAN - 1));
    expect(!session_confirmed(&p, o.now + SESSION_CONFIRM_SPAN));
    expect(!session_confirmed(&p, o.now - 1)); /* the clock went back: ask again */
    d.id = 99;
    expect(office_write(&o, renew, &d) == SESSION_NONE);
    office_close(&o);
}

TEST(of_a_user_agent_only_family_and_system_are_kept)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 10000);
    static const struct {
        const char *agent, *want;
    } table[] = {
        { "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
          "Chrome/120.0.0.0 Safari/537.36 Edg/120.0",
          "Edge on Windows" },
        { "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like "
          "Gecko) "
          "Version/17.0 Safari/605.1.15",
          "Safari on macOS" },
        { "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36",
          "Chrome on Android" },
        { "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) CriOS/119.0 Safari/604.1",
          "Chrome on iPhone" },
        { "curl/7.88.1", "curl" },
        { "", "" },
        { "something <else>", "" },
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        struct str got = session_agent(str_from_z(table[i].agent), &a);
        expect_str(got, str_from_z(table[i].want));
        expect(got.n <= SESSION_AGENT_MAX);
    }
}
