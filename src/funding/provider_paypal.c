#include "base/attr.h"
#include "funding/provider.h"

/* A link to give by; what arrives there is entered by hand. */
static const struct provider paypal = {
    .name = "paypal",
    .word = "funding_channel_paypal",
    .hosts = (const char *const[]){ "paypal.com", "paypal.me", NULL },
};
PROVIDER(paypal);
