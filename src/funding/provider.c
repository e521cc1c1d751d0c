#include "base/check.h"
#include "funding/channel.h"
#include "render/format.h"

#include <string.h>

extern const struct provider *const __start_providers[] WEAK, *const __stop_providers[] WEAK;

const struct provider *const *providers(size_t *ret_n)
{
    *ret_n = (size_t)(__stop_providers - __start_providers);
    return __start_providers;
}

const struct provider *provider_find(struct str name)
{
    for (const struct provider *const *p = __start_providers; p < __stop_providers; p++)
        if (str_eq(str_from_z((*p)->name), name))
            return *p;
    return NULL;
}

struct str provider_value(const struct provider_call *c, const char *name)
{
    const struct provider *p = c->channel->provider;
    for (size_t i = 0; i < p->key_count; i++)
        if (strcmp(p->keys[i].name, name) == 0)
            return c->channel->provider_values[i];
    check(false); // it asks for one of its own
}

bool provider_listens(const struct channel *c)
{
    for (size_t i = 0; c->provider && i < c->provider->key_count; i++)
        if (c->provider_values[i].n)
            return true;
    return false;
}

bool provider_polls(const struct channel *c)
{
    const struct provider *p = c->provider;
    if (!provider_listens(c) || !p->poll)
        return false;
    for (size_t i = 0; p->poll_needs && i < p->key_count; i++)
        if (strcmp(p->keys[i].name, p->poll_needs) == 0)
            return c->provider_values[i].n > 0;
    return true;
}

int64_t provider_day(const struct provider_call *c, int64_t at)
{
    return date_to_days(format_day_of(c->formats, at));
}
