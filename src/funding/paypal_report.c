#include "funding/paypal_report.h"
#include "base/check.h"
#include "base/json.h"
#include "base/scan.h"
#include "funding/paypal_webhook.h"
#include "funding/told_amount.h"

enum { PAGES_MAX = 1000000, OFFSET_TEXT = 5 /* "+0000" */ };

/* "2018-05-03T10:00:00+0000": RFC 3339 has a colon there. */
static bool read_time(const struct json *info, struct arena *a, int64_t *ret)
{
    struct str text = { 0 };
    if (!json_get_str(info, "transaction_initiation_date", &text))
        return false;
    size_t cut = text.n > OFFSET_TEXT ? text.n - OFFSET_TEXT : 0;
    struct str offset = str_sub(text, cut, text.n);
    if (str_starts(offset, S("+")) || str_starts(offset, S("-")))
        text = str_print(a, STR_FMT STR_FMT ":" STR_FMT, STR_ARG(str_sub(text, 0, cut)),
                         STR_ARG(str_sub(offset, 0, 3)), STR_ARG(str_sub(offset, 3, 2)));
    return time_parse(text, ret);
}

static bool read_money(const struct json *info, const char *name, struct amount *ret,
                       bool *ret_negative)
{
    const struct json *money = json_get(info, name);
    struct str currency = { 0 };
    struct str value = { 0 };
    return json_get_str(money, "currency_code", &currency) &&
           json_get_str(money, "value", &value) && told_amount(value, currency, ret, ret_negative);
}

/* What PayPal keeps has a minus; in another currency it is of what the gift was changed into. */
static void read_fee(const struct json *info, struct payment_event *e)
{
    bool kept = false;
    if (!read_money(info, "fee_amount", &e->fee, &kept) || !kept ||
        !asset_eq(e->fee.asset, e->amount.asset) || e->fee.units >= e->amount.units)
        e->fee = (struct amount){ 0 };
}

/* Succeeded, be it that all of it was refunded since: S, V. */
static bool is_done(const struct json *info)
{
    struct str status = { 0 };
    return json_get_str(info, "transaction_status", &status) &&
           (str_eq(status, S("S")) || str_eq(status, S("V")));
}

static bool read_payment(const struct json *info, struct payment_event *e)
{
    e->kind = PAYMENT_RECEIVED;
    read_fee(info, e);
    return true;
}

static bool read_refund(const struct json *info, struct payment_event *e)
{
    e->kind = PAYMENT_REFUND;
    return json_get_str(info, "paypal_reference_id", &e->of) && paypal_id_good(e->of);
}

/* Payments that people make: in general, of a subscription, approved before, by card, by the
 * checkout, by a button, by telephone, as a donation. Not T0001, what others pay out: Patreon's
 * gifts were counted when Patreon told of them. */
static bool is_payment(struct str code)
{
    static const char *const codes[] = { "T0000", "T0002", "T0003", "T0005",
                                         "T0006", "T0007", "T0011", "T0013" };
    for (size_t i = 0; i < COUNT(codes); i++)
        if (str_eq(code, str_from_z(codes[i])))
            return true;
    return false;
}

/* What moves money to us or back again; the others are none of our business. */
static bool counts(struct str code, bool out)
{
    return out ? str_eq(code, S("T1107")) : is_payment(code);
}

static void read_transaction(const struct json *info, struct arena *a, struct paypal_report *r)
{
    struct payment_event e = { 0 };
    struct str code = { 0 };
    bool out = false;
    bool sound = json_get_str(info, "transaction_event_code", &code) &&
                 read_money(info, "transaction_amount", &e.amount, &out);
    if (sound && (!counts(code, out) || !is_done(info)))
        return;
    sound = sound && e.amount.units > 0 && json_get_str(info, "transaction_id", &e.object) &&
            paypal_id_good(e.object) && read_time(info, a, &e.occurred_at) &&
            (out ? read_refund(info, &e) : read_payment(info, &e));
    if (sound)
        r->events[r->n++] = e;
    else
        r->skipped = true;
}

err paypal_report_read(struct str body, struct arena *a, struct paypal_report *ret)
{
    const struct json *j = NULL;
    struct str why = { 0 };
    struct paypal_report r = { .pages = 1 };
    err e = json_parse(body, PAYPAL_REPORT_MAX, a, &j, &why);
    if (e < 0)
        return fault(e);
    const struct json *list = e ? NULL : json_get(j, "transaction_details");
    if (!list || list->kind != JSON_KIND_ARRAY || list->n > PAYPAL_REPORT_PAGE ||
        !json_get_int(j, "total_pages", &r.pages) || r.pages < 0 || r.pages > PAGES_MAX)
        return PAYPAL_REPORT_NONSENSE;
    r.events = arena_new(a, struct payment_event, list->n);
    for (size_t i = 0; i < list->n; i++)
        read_transaction(json_get(&list->items[i], "transaction_info"), a, &r);
    *ret = r;
    return OK;
}
