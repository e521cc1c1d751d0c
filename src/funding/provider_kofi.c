#include "base/attr.h"
#include "funding/provider.h"

/* A link to give by; what arrives there is entered by hand. */
static const struct provider kofi = {
    .name = "kofi",
    .word = "funding_channel_kofi",
    .hosts = (const char *const[]){ "ko-fi.com", NULL },
};
PROVIDER(kofi);
