#include "funding/liberapay_page.h"
#include "base/json.h"
#include "funding/told_amount.h"

#define PLEDGED_MAX ((int128)10 * 1000 * 1000 * 1000 * 1000) /* smallest units, as of gifts */

static bool read_weekly(const struct json *receiving, struct amount *ret)
{
    struct str amount = { 0 };
    struct str currency = { 0 };
    bool negative = false;
    return json_get_str(receiving, "amount", &amount) &&
           json_get_str(receiving, "currency", &currency) &&
           told_amount(amount, currency, ret, &negative) && !negative && ret->units <= PLEDGED_MAX;
}

err liberapay_page_read(struct str body, struct arena *a, struct liberapay_page *ret)
{
    const struct json *j = NULL;
    struct str why = { 0 };
    *ret = (struct liberapay_page){ 0 };
    if (json_parse(body, LIBERAPAY_PAGE_MAX, a, &j, &why) != OK)
        return LIBERAPAY_NOT_A_PAGE;
    const struct json *receiving = json_get(j, "receiving");
    ret->hidden = receiving && receiving->kind == JSON_KIND_NULL;
    return ret->hidden || read_weekly(receiving, &ret->weekly) ? OK : LIBERAPAY_NOT_A_PAGE;
}
