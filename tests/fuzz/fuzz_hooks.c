#include "base/check.h"
#include "base/crypto.h"
#include "funding/channel.h"
#include "funding/payment_inside.h"
#include "funding/provider.h"
#include "render/format.h"

/*
 * Any bytes as a message of a provider (the first byte says of which): its proof does not hold, and
 * what it would mean if it did is refused, or events that can be looked at.
 */
enum { LONGEST = 64 * 1024 };

static bool no_header(const void *from, const char *name, struct str *ret)
{
    *ret = S("t=1,v1=00");
    return from == NULL && name[0] == 'S'; // Stripe's, and it does not hold
}

static const struct provider *pick(uint8_t number)
{
    size_t n = 0;
    size_t listening = 0;
    const struct provider *const *all = providers(&n);
    const struct provider *some[64];
    for (size_t i = 0; i < n; i++)
        if (all[i]->receive)
            some[listening++] = all[i];
    return some[number % listening];
}

static void try_message(const struct provider_call *c, struct str body)
{
    const struct provider *p = c->channel->provider;
    struct provider_message m = { .body = body, .header = no_header };
    struct provider_events events = { 0 };
    struct str delivery = { 0 };
    err e = p->receive(c, &m, &delivery);
    check(e == OK || (e >= PROVIDER_FORGED && e <= PROVIDER_MALFORMED));
    check(e || p->proves_later); // nobody else takes what is not signed
    e = p->map(c, body, &events);
    check(e == OK || e == PROVIDER_MALFORMED);
    for (size_t i = 0; !e && i < events.n; i++) {
        check(events.events[i].kind < PAYMENT_KINDS);
        struct payment_event one = events.events[i];
        one.channel = c->channel->name;
        (void)payment_event_is_sound(&one, c->now); // payment_take() asks it first
    }
    check(e || events.n <= PROVIDER_EVENTS_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct formats *formats = NULL;
    if (size < 1 || size > LONGEST)
        return 0;
    check(formats_make(S("en"), S("America/New_York"), S("locale"), &formats) == OK);
    arena_init(&a, 32 * 1024 * 1024);
    struct channel channel = { .name = S("shop"),
                               .kind = CHANNEL_PROVIDER,
                               .provider = pick(data[0]) };
    for (size_t i = 0; i < channel.provider->key_count; i++)
        channel.provider_values[i] = S("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    struct provider_call call = {
        .channel = &channel, .formats = formats, .now = INT64_C(1525428000000000), .arena = &a
    };
    try_message(&call, bytes_str(data + 1, size - 1));
    arena_free(&a);
    formats_free(formats);
    return 0;
}
