#include "funding/channel.h"
#include "base/check.h"
#include "funding/channel_inside.h"

static const struct str kind_names[CHANNEL_KINDS] = {
    [CHANNEL_PROVIDER] = { "", 0 }, // its own name
    [CHANNEL_LINK] = { "link", 4 },         [CHANNEL_BANK] = { "bank", 4 },
    [CHANNEL_BITCOIN] = { "bitcoin", 7 },   [CHANNEL_BITCOINCASH] = { "bitcoincash", 11 },
    [CHANNEL_ETHEREUM] = { "ethereum", 8 },
};

struct str channel_kind_name(const struct channel *c)
{
    return c->provider ? str_from_z(c->provider->name) : kind_names[c->kind];
}

bool channel_kind_parse(struct str s, enum channel_kind *ret, const struct provider **ret_provider)
{
    const struct provider *p = provider_find(s);
    *ret_provider = p;
    *ret = CHANNEL_PROVIDER;
    for (size_t i = 0; !p && i < CHANNEL_KINDS; i++)
        if (i != CHANNEL_PROVIDER && str_eq(kind_names[i], s)) {
            *ret = (enum channel_kind)i;
            return true;
        }
    return p;
}

size_t channel_kind_names(struct arena *a, const struct str **ret)
{
    size_t n = 0;
    const struct provider *const *p = providers(&n);
    struct str *names = arena_new(a, struct str, n + CHANNEL_KINDS);
    for (size_t i = 0; i < n; i++)
        names[i] = str_from_z(p[i]->name);
    for (size_t i = 0; i < CHANNEL_KINDS; i++)
        if (i != CHANNEL_PROVIDER)
            names[n++] = kind_names[i];
    *ret = names;
    return n;
}

void channels_free(struct channels *c)
{
    if (!c)
        return;
    struct arena arena = c->arena; // which holds *c itself
    arena_free(&arena);
}

size_t channels_list(const struct channels *c, const struct channel **ret)
{
    *ret = c->list;
    return c->count;
}

const struct channel *channels_find(const struct channels *c, struct str name)
{
    for (size_t i = 0; i < c->count; i++)
        if (str_eq(c->list[i].name, name))
            return &c->list[i];
    return NULL;
}

bool channel_name_is_valid(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.s[i];
        bool alnum = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!alnum && (c != '-' || i == 0))
            return false;
    }
    return s.n > 0 && s.n <= CHANNEL_NAME_MAX;
}

bool channel_is_known(const struct channels *c, struct str name)
{
    const struct provider *provider = NULL;
    enum channel_kind kind = CHANNEL_LINK;
    return channel_kind_parse(name, &kind, &provider) || (c && channels_find(c, name));
}
