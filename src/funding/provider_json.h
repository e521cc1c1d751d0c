#pragma once
#include "base/json.h"
#include "funding/provider.h"

/* What providers' JSON has in common. */

/* The body as an object; false: it is none, or not readable. */
bool provider_json(const struct provider_call *c, struct str body, const struct json **ret);
/* "USD" or "usd", of ISO 4217 or a coin. */
bool provider_asset(struct str code, struct asset *ret);
/* A member that is decimal text in the asset ("25.00"), above zero. */
bool provider_amount(const struct json *j, const char *name, struct asset asset,
                     struct amount *ret);
/* Seconds since 1970 as microseconds; false: before 2000 or after 9999. */
bool provider_seconds(int64_t seconds, int64_t *ret);
/* A name of an object of the provider's: 1..PAYMENT_OBJECT_MAX bytes, ASCII without spaces. */
bool provider_object(const struct json *j, const char *name, struct str *ret);
/* A signature as hex or base64, compared in constant time. */
bool provider_hex_is(struct str hex, struct str bytes);
