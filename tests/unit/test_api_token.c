#include "people/api_token.h"
#include "unit/people_help.h"

#include <string.h>

/* Without these a token could outlive its end or its person, or allow what it was not given for. */

struct wish {
    struct office *o;
    struct api_token_draft draft;
    int64_t id, person;
    struct str text;
};

static err add(struct tx *tx, void *arg)
{
    struct wish *w = arg;
    return api_token_add(tx, ACTOR_CLI, &w->draft, &w->o->a, &w->text);
}

static err end(struct tx *tx, void *arg)
{
    const struct wish *w = arg;
    return api_token_end(tx, ACTOR_CLI, w->id, w->person, w->o->now);
}

static err leave(struct tx *tx, void *arg)
{
    const struct wish *w = arg;
    return person_end(tx, ACTOR_CLI, w->person, w->o->now);
}

static err come_back(struct tx *tx, void *arg)
{
    const struct wish *w = arg;
    return person_begin(tx, ACTOR_CLI, w->person, w->o->now);
}

static struct wish wish_of(struct office *o, int64_t person)
{
    return (struct wish){ .o = o,
                          .person = person,
                          .draft = { .person = person,
                                     .name = S("robot"),
                                     .scopes = SCOPE_COMMENTS_READ,
                                     .now = o->now } };
}

static err find(struct office *o, struct str text, struct api_token *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct person p = { 0 };
    err e = store_read(o->app.store, &tx);
    return e ? e : api_token_find(&tx, text, o->now, &o->a, ret, &p);
}

TEST(scopes_are_read_and_written)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 65536);
    int scopes = -1;
    expect(scopes_parse(S("comments:read"), &scopes) && scopes == SCOPE_COMMENTS_READ);
    expect(scopes_parse(S("appeals:judge, comments:read"), &scopes));
    expect(str_eq(scopes_print(&a, scopes), S("comments:read appeals:judge")));
    expect(scopes_parse(scopes_print(&a, SCOPES_END - 1), &scopes) && scopes == SCOPES_END - 1);
    static const char *const wrong[] = { "",
                                         " ",
                                         ",",
                                         "comments",
                                         "comments:",
                                         "comments:read;comments:note",
                                         "Comments:read",
                                         "comments:readx",
                                         "*" };
    for (size_t i = 0; i < COUNT(wrong); i++)
        expect(!scopes_parse(str_from_z(wrong[i]), &scopes));
}

TEST(scopes_fit_roles_that_may_do_what_they_are_for)
{
    expect(scopes_fit(SCOPES_END - 1, ROLE_OWNER) && scopes_fit(SCOPES_END - 1, ROLE_MODERATOR));
    expect(!scopes_fit(SCOPE_COMMENTS_READ, ROLE_REPORTER));
    expect(!scopes_fit(SCOPE_APPEALS_READ, ROLE_TREASURER));
}

TEST(a_token_is_found_by_its_whole_text_alone)
{
    struct office o;
    office_open(&o);
    struct wish w = wish_of(&o, office_person(&o, "Ona", "ona@river.example", ROLE_OWNER, ""));
    struct api_token found = { 0 };
    expect(!office_write(&o, add, &w));
    expect(w.text.n == API_TOKEN_TEXT && str_starts(w.text, S(API_TOKEN_PREFIX)));
    expect(!find(&o, w.text, &found) && found.scopes == SCOPE_COMMENTS_READ);
    expect(find(&o, str_sub(w.text, 0, w.text.n - 1), &found) == API_TOKEN_NONE);
    expect(find(&o, str_sub(w.text, 4, w.text.n), &found) == API_TOKEN_NONE);
    expect(find(&o, str_print(&o.a, STR_FMT "A", STR_ARG(w.text)), &found) == API_TOKEN_NONE);
    for (size_t i = 0; i < w.text.n; i += 9) { // 46 is the last: its lowest bits stand for none
        char *other = arena_new(&o.a, char, w.text.n);
        memcpy(other, w.text.s, w.text.n);
        other[i] = other[i] == 'x' ? 'y' : 'x';
        expect(find(&o, (struct str){ other, w.text.n }, &found) == API_TOKEN_NONE);
    }
    expect(find(&o, S(""), &found) == API_TOKEN_NONE);
    expect(office_audited(&o, "token.add") == 1);
    office_close(&o);
}

TEST(a_token_is_over_at_its_end_and_not_before)
{
    struct office o;
    office_open(&o);
    struct wish w = wish_of(&o, office_person(&o, "Ona", "ona@river.example", ROLE_OWNER, ""));
    struct api_token found = { 0 };
    w.draft.ends_at = o.now;
    expect(office_write(&o, add, &w) == API_TOKEN_END_PAST);
    w.draft.ends_at = o.now + DAY;
    expect(!office_write(&o, add, &w));
    o.now += DAY - 1;
    expect(!find(&o, w.text, &found));
    o.now += 1;
    expect(find(&o, w.text, &found) == API_TOKEN_NONE);
    office_close(&o);
}

TEST(a_token_is_ended_once_and_by_whom_it_is_of)
{
    struct office o;
    office_open(&o);
    int64_t owner = office_person(&o, "Ona", "ona@river.example", ROLE_OWNER, "");
    int64_t editor = office_person(&o, "Edda", "edda@river.example", ROLE_EDITOR, "");
    struct wish w = wish_of(&o, editor);
    struct api_token found = { 0 };
    expect(!office_write(&o, add, &w) && !find(&o, w.text, &found));
    w.id = found.id;
    w.person = owner;
    expect(office_write(&o, end, &w) == API_TOKEN_NONE && !find(&o, w.text, &found));
    w.person = editor;
    expect(!office_write(&o, end, &w) && find(&o, w.text, &found) == API_TOKEN_NONE);
    expect(office_write(&o, end, &w) == API_TOKEN_NONE);
    expect(office_audited(&o, "token.end") == 1);
    office_close(&o);
}

TEST(tokens_end_with_their_person_for_good)
{
    struct office o;
    office_open(&o);
    (void)office_person(&o, "Ona", "ona@river.example", ROLE_OWNER, ""); // so that another may go
    struct wish w = wish_of(&o, office_person(&o, "Edda", "edda@river.example", ROLE_EDITOR, ""));
    struct api_token found = { 0 };
    expect(!office_write(&o, add, &w));
    expect(!office_write(&o, leave, &w) && find(&o, w.text, &found) == API_TOKEN_NONE);
    expect(office_write(&o, add, &w) == API_TOKEN_NO_PERSON);
    expect(!office_write(&o, come_back, &w) && find(&o, w.text, &found) == API_TOKEN_NONE);
    office_close(&o);
}

TEST(a_person_has_so_many_tokens_and_not_one_more)
{
    struct office o;
    office_open(&o);
    struct wish w = wish_of(&o, office_person(&o, "Ona", "ona@river.example", ROLE_OWNER, ""));
    struct api_token found = { 0 };
    for (int i = 0; i < API_TOKENS_MAX; i++)
        expect(!office_write(&o, add, &w));
    expect(!find(&o, w.text, &found));
    w.id = found.id;
    expect(office_write(&o, add, &w) == API_TOKEN_TOO_MANY);
    expect(!office_write(&o, end, &w) && !office_write(&o, add, &w));
    office_close(&o);
}
