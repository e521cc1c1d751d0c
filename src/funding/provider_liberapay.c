#include "base/attr.h"
#include "funding/provider.h"

/* A link to give by; what arrives there is entered by hand. */
static const struct provider liberapay = {
    .name = "liberapay",
    .word = "funding_channel_liberapay",
    .hosts = (const char *const[]){ "liberapay.com", NULL },
};
PROVIDER(liberapay);
