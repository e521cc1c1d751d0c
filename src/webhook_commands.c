#include "webhook_commands.h"
#include "discussion/webhook_post.h"
#include "newsroom.h"
#include "outgoing/fetch.h"

#include <inttypes.h>

static const char *trouble_sentence(int64_t answer)
{
    switch (answer) {
    case WEBHOOK_TROUBLE_ADDRESS: return fetch_refusal(FETCH_WRONG_URL);
    case WEBHOOK_TROUBLE_PRIVATE: return fetch_refusal(FETCH_PRIVATE);
    case WEBHOOK_TROUBLE_UNREACHABLE: return fetch_refusal(FETCH_UNREACHABLE);
    case WEBHOOK_TROUBLE_TIMEOUT: return fetch_refusal(FETCH_TIMEOUT);
    case WEBHOOK_TROUBLE_TOO_LARGE: return fetch_refusal(FETCH_TOO_LARGE);
    default: return fetch_refusal(FETCH_BROKEN);
    }
}

int webhook_test_run(struct call *c)
{
    if (c->arg_count != 1)
        return call_refuse(c, "the name of one webhook is wanted");
    const struct webhook_config *h = webhook_find(c->setup->webhooks, c->args[0]);
    if (!h)
        return call_refuse(c, STR_FMT ": there is no section [webhook." STR_FMT "]",
                           STR_ARG(c->args[0]), STR_ARG(c->args[0]));
    int64_t now = clock_now(&newsroom_app(c->room)->clock);
    struct webhook_try t = { .hook = h,
                             .key = webhook_key(c->arena),
                             .body = webhook_test_body(c->setup, h, now, c->arena),
                             .now = now,
                             .timeout_ms = c->setup->webhooks->timeout_ms };
    struct webhook_answer got = webhook_post(&t, c->arena);
    if (got.answer < WEBHOOK_TROUBLES)
        return call_refuse(c, "%s", trouble_sentence(got.answer));
    if (!webhook_taken(got.answer))
        return call_refuse(c, "it answered %" PRId64, got.answer);
    call_say(c, "it answered %" PRId64 "; the message was " STR_FMT, got.answer, STR_ARG(t.key));
    return EXIT_DONE;
}
