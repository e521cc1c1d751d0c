#include "token_commands.h"
#include "base/scan.h"
#include "newsroom.h"
#include "people/api_token.h"
#include "people/email.h"

#include <inttypes.h>

static int64_t now_of(const struct call *c)
{
    return clock_now(&newsroom_app(c->room)->clock);
}

static struct store *store_of(const struct call *c)
{
    return newsroom_app(c->room)->store;
}

static int finish(struct call *c, err e, struct str say)
{
    if (e < 0)
        return call_refuse(c, "it failed; the log says why, and nothing was changed");
    if (e)
        return call_refuse(c, STR_FMT, STR_ARG(say));
    if (say.n)
        call_say(c, STR_FMT, STR_ARG(say));
    return EXIT_DONE;
}

struct token_call {
    struct call *call;
    struct str email;
    struct api_token_draft draft;
    int64_t id;
    struct str text, why;
};

static err token_add_work(struct tx *tx, void *arg)
{
    struct token_call *t = arg;
    struct person p = { 0 };
    err e = person_get_by_email(tx, t->email, t->call->arena, &p);
    t->draft.person = p.id;
    if (!e)
        e = api_token_add(tx, ACTOR_CLI, &t->draft, t->call->arena, &t->text);
    else if (e > 0)
        e = API_TOKEN_NO_PERSON;
    if (e > 0)
        t->why = api_token_refusal_str(e);
    return e;
}

const struct option token_add_options[4] = {
    { "email", "E", "the person of the staff in whose name it acts", true },
    { "name", "N", "what it is for", true },
    { "scopes", "S", "such as comments:read,comments:decide (docs/api.md)", true },
    { "until", "2026-12-31", "the last day it works (UTC); without: until it is ended", false },
};
int token_add_run(struct call *c)
{
    struct token_call t = {
        .call = c, .draft = { .name = str_trim(call_option(c, "name")), .now = now_of(c) }
    };
    struct date last = { 0 };
    if (!email_parse(call_option(c, "email"), c->arena, &t.email))
        return call_refuse(c, "not an e-mail address");
    if (!scopes_parse(call_option(c, "scopes"), &t.draft.scopes))
        return call_refuse(c, "not scopes: " STR_FMT "; there are " STR_FMT,
                           STR_ARG(call_option(c, "scopes")),
                           STR_ARG(scopes_print(c->arena, SCOPES_END - 1)));
    if (call_given(c, "until")) {
        if (!date_parse(call_option(c, "until"), &last))
            return call_refuse(c, "not a day: YYYY-MM-DD, please");
        t.draft.ends_at = (date_to_days(last) + 1) * DAY;
    }
    err e = store_write(store_of(c), token_add_work, &t);
    return finish(c, e, e ? t.why : t.text);
}

int token_list_run(struct call *c)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    const struct api_token *tokens = NULL;
    size_t n = 0;
    err e = store_read(store_of(c), &tx);
    if (!e)
        e = api_token_list(&tx, 0, c->arena, &tokens, &n);
    for (size_t i = 0; !e && i < n; i++) {
        const struct api_token *t = &tokens[i];
        struct person p = { 0 };
        e = person_get(&tx, t->person, c->arena, &p);
        struct str used = t->used_at ? time_print(c->arena, t->used_at) : S("never");
        struct str until = t->ends_at ? time_print(c->arena, t->ends_at) : S("-");
        call_say(c,
                 "%" PRId64 "\t" STR_FMT "\t" STR_FMT "\t" STR_FMT "\tused " STR_FMT
                 "\tuntil " STR_FMT "%s",
                 t->id, STR_ARG(p.email), STR_ARG(t->name),
                 STR_ARG(scopes_print(c->arena, t->scopes)), STR_ARG(used), STR_ARG(until),
                 api_token_lives(t, now_of(c)) ? "" : "\t(over)");
    }
    return finish(c, e, S(""));
}

static err token_end_work(struct tx *tx, void *arg)
{
    const struct token_call *t = arg;
    return api_token_end(tx, ACTOR_CLI, t->id, 0, t->draft.now);
}

const struct option token_end_options[1] = {
    { "id", "N", "the token's number, as token list says it", true },
};
int token_end_run(struct call *c)
{
    struct token_call t = { .call = c, .draft = { .now = now_of(c) } };
    if (!int_parse(call_option(c, "id"), 1, INT64_MAX, &t.id))
        return call_refuse(c, "not a number");
    err e = store_write(store_of(c), token_end_work, &t);
    return finish(c, e, e > 0 ? api_token_refusal_str(e) : S(""));
}
