#include "base/attr.h"
#include "funding/provider.h"

/* A link to give by; what arrives there is entered by hand. */
static const struct provider patreon = {
    .name = "patreon",
    .word = "funding_channel_patreon",
    .hosts = (const char *const[]){ "patreon.com", NULL },
};
PROVIDER(patreon);
