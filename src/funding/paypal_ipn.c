#include "funding/paypal_ipn.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/scan.h"
#include "funding/paypal_webhook.h"
#include "funding/told_amount.h"

#include <string.h>

/* ---- the form, byte by byte: it may be of any character set ---- */

enum ipn_field {
    IPN_CHARSET,
    IPN_TXN_ID,
    IPN_PARENT,
    IPN_STATUS,
    IPN_RECEIVER_ID,
    IPN_RECEIVER_EMAIL,
    IPN_BUSINESS,
    IPN_GROSS,
    IPN_FEE,
    IPN_CURRENCY,
    IPN_DATE,
    IPN_TEST,
    IPN_FIRST_NAME,
    IPN_LAST_NAME,
    IPN_PAYER_EMAIL,
    IPN_MEMO,
    IPN_FIELDS
};
static const char *const field_names[IPN_FIELDS] = {
    [IPN_CHARSET] = "charset",
    [IPN_TXN_ID] = "txn_id",
    [IPN_PARENT] = "parent_txn_id",
    [IPN_STATUS] = "payment_status",
    [IPN_RECEIVER_ID] = "receiver_id",
    [IPN_RECEIVER_EMAIL] = "receiver_email",
    [IPN_BUSINESS] = "business",
    [IPN_GROSS] = "mc_gross",
    [IPN_FEE] = "mc_fee",
    [IPN_CURRENCY] = "mc_currency",
    [IPN_DATE] = "payment_date",
    [IPN_TEST] = "test_ipn",
    [IPN_FIRST_NAME] = "first_name",
    [IPN_LAST_NAME] = "last_name",
    [IPN_PAYER_EMAIL] = "payer_email",
    [IPN_MEMO] = "memo",
};
struct ipn_form {
    struct str at[IPN_FIELDS]; /* raw bytes; no pointer: it was not there */
};

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Bytes of any kind but NUL. */
static bool unescape(struct arena *a, struct str s, struct str *ret)
{
    char *out = arena_new(a, char, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        int c = (unsigned char)s.s[i];
        if (c == '+') {
            c = ' ';
        } else if (c == '%') {
            int high = s.n - i > 2 ? hex_digit(s.s[i + 1]) : -1;
            int low = s.n - i > 2 ? hex_digit(s.s[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            c = high * 16 + low;
            i += 2;
        }
        if (c == 0)
            return false;
        out[n++] = (char)c;
    }
    *ret = (struct str){ out, n };
    return true;
}

static bool field_of(struct str name, enum ipn_field *ret)
{
    for (size_t i = 0; i < IPN_FIELDS; i++)
        if (str_eq(name, str_from_z(field_names[i]))) {
            *ret = (enum ipn_field)i;
            return true;
        }
    return false;
}

/* Fields that we do not look at may be anything, and there twice. */
static bool form_read(struct str body, struct arena *a, struct ipn_form *form)
{
    for (int count = 0; body.n; count++) {
        struct str pair = scan_until(&body, '&');
        struct str name = pair;
        struct str value = S("");
        enum ipn_field field = IPN_CHARSET;
        (void)str_cut(pair, '=', &name, &value); // a name alone has no value
        if (count == PAYPAL_IPN_FIELDS_MAX)
            return false;
        if (!field_of(name, &field))
            continue;
        if (form->at[field].s || !unescape(a, value, &form->at[field]))
            return false;
    }
    return true;
}

/* ---- character sets ---- */

/* What windows-1252 has between 0x80 and 0x9f; 0: nothing. */
static const uint16_t windows_1252[32] = {
    0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178,
};

static size_t put_utf8(char *out, unsigned c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | (c >> 6));
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    out[0] = (char)(0xe0 | (c >> 12));
    out[1] = (char)(0x80 | ((c >> 6) & 0x3f));
    out[2] = (char)(0x80 | (c & 0x3f));
    return 3;
}

static struct str from_latin(struct arena *a, struct str s, bool windows)
{
    char *out = arena_new(a, char, s.n * 3 + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned c = (unsigned char)s.s[i];
        if (windows && c >= 0x80 && c < 0xa0)
            c = windows_1252[c - 0x80];
        if (c)
            n += put_utf8(out + n, c);
    }
    return (struct str){ out, n };
}

/* A person's words. Those of a set that we do not know are left out: the gift is none the less. */
static struct str words(struct arena *a, const struct ipn_form *form, enum ipn_field field)
{
    struct str s = form->at[field];
    struct str set = form->at[IPN_CHARSET];
    if (set.n == 0 || str_eq_nocase(set, S("windows-1252")))
        return from_latin(a, s, true);
    if (str_eq_nocase(set, S("iso-8859-1")))
        return from_latin(a, s, false);
    return str_eq_nocase(set, S("utf-8")) ? s : S("");
}

/* ---- what it says ---- */

static bool month_of(struct str *s, int *ret)
{
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    for (size_t i = 0; i < COUNT(months); i++)
        if (scan_text(s, str_from_z(months[i]))) {
            *ret = (int)i + 1;
            return true;
        }
    return false;
}

bool paypal_ipn_time(struct str s, int64_t *ret)
{
    int64_t clock[3] = { 0 };
    int64_t day = 0;
    int64_t year = 0;
    struct date d = { 0 };
    if (!scan_digits(&s, 2, &clock[0]) || !scan_char(&s, ':') || !scan_digits(&s, 2, &clock[1]) ||
        !scan_char(&s, ':') || !scan_digits(&s, 2, &clock[2]) || !scan_char(&s, ' ') ||
        !month_of(&s, &d.month) || !scan_char(&s, ' ') || !scan_digits(&s, 2, &day) ||
        !scan_text(&s, S(", ")) || !scan_digits(&s, 4, &year) || clock[0] > 23 || clock[1] > 59 ||
        clock[2] > 60)
        return false;
    bool summer = str_eq(s, S(" PDT"));
    if (!summer && !str_eq(s, S(" PST")))
        return false;
    d.year = (int)year;
    d.day = (int)day;
    if (d.year < 2000 || d.day < 1 || date_cmp(date_from_days(date_to_days(d)), d))
        return false; // no such day
    *ret = date_to_days(d) * DAY + clock[0] * HOUR + clock[1] * MINUTE + clock[2] * SECOND +
           (summer ? 7 : 8) * HOUR;
    return true;
}

static bool is_ours(const struct ipn_form *form, const struct paypal_receiver *us)
{
    bool by_id = us->merchant_id.n && str_eq(form->at[IPN_RECEIVER_ID], us->merchant_id);
    bool by_email = us->email.n && str_eq_nocase(form->at[IPN_RECEIVER_EMAIL], us->email);
    bool other = us->merchant_id.n && form->at[IPN_RECEIVER_ID].n && !by_id;
    bool play = str_eq(form->at[IPN_TEST], S("1"));
    return (by_id || by_email) && !other && play == us->sandbox;
}

static const struct status_rule {
    const char *status;
    enum payment_kind kind;
    bool out; /* money that goes: mc_gross has a minus, and parent_txn_id names the payment */
} status_rules[] = {
    { "Completed", PAYMENT_RECEIVED, false },
    { "Pending", PAYMENT_PENDING, false },
    { "Denied", PAYMENT_FAILED, false },
    { "Failed", PAYMENT_FAILED, false },
    { "Expired", PAYMENT_FAILED, false },
    { "Voided", PAYMENT_FAILED, false },
    { "Refunded", PAYMENT_REFUND, true },
    { "Reversed", PAYMENT_REFUND, true }, /* as by the API: paypal_api.h */
    { "Canceled_Reversal", PAYMENT_DISPUTE_WON, false },
};

static const struct status_rule *rule_of(struct str status)
{
    for (size_t i = 0; i < COUNT(status_rules); i++)
        if (str_eq(status, str_from_z(status_rules[i].status)))
            return &status_rules[i];
    return NULL;
}

static bool read_event(const struct ipn_form *form, const struct status_rule *rule,
                       struct payment_event *e)
{
    struct str currency = form->at[IPN_CURRENCY];
    bool minus = false;
    bool fee_minus = false;
    *e = (struct payment_event){ .kind = rule->kind, .object = form->at[IPN_TXN_ID] };
    if (!paypal_id_good(e->object) || !paypal_ipn_time(form->at[IPN_DATE], &e->occurred_at) ||
        !told_amount(form->at[IPN_GROSS], currency, &e->amount, &minus) || minus != rule->out)
        return false;
    if (rule->kind == PAYMENT_FAILED)
        e->of = e->object;
    if (rule->out || rule->kind == PAYMENT_DISPUTE_WON) {
        e->of = form->at[IPN_PARENT];
        return paypal_id_good(e->of);
    }
    if (rule->kind == PAYMENT_RECEIVED &&
        (!told_amount(form->at[IPN_FEE], currency, &e->fee, &fee_minus) || fee_minus ||
         e->fee.units >= e->amount.units))
        e->fee = (struct amount){ 0 };
    return true;
}

static struct payer read_payer(struct arena *a, const struct ipn_form *form)
{
    struct str first = words(a, form, IPN_FIRST_NAME);
    struct str last = words(a, form, IPN_LAST_NAME);
    return (struct payer){
        .name = str_trim(str_print(a, STR_FMT " " STR_FMT, STR_ARG(first), STR_ARG(last))),
        .email = words(a, form, IPN_PAYER_EMAIL),
        .message = words(a, form, IPN_MEMO),
    };
}

err paypal_ipn_read(struct str body, const struct paypal_receiver *us, struct arena *a,
                    struct paypal_ipn *ret)
{
    struct ipn_form form = { 0 };
    struct paypal_ipn ipn = { 0 };
    if (body.n == 0 || body.n > PAYPAL_IPN_MAX || !form_read(body, a, &form))
        return PAYPAL_IPN_BROKEN;
    if (!is_ours(&form, us))
        return PAYPAL_IPN_STRANGER;
    const struct status_rule *rule = rule_of(form.at[IPN_STATUS]);
    if (!rule)
        return PAYPAL_IPN_IDLE;
    if (!read_event(&form, rule, &ipn.event))
        return PAYPAL_IPN_BROKEN;
    ipn.undoes = rule->kind == PAYMENT_DISPUTE_WON;
    if (rule->kind == PAYMENT_RECEIVED || rule->kind == PAYMENT_PENDING)
        ipn.event.payer = read_payer(a, &form);
    *ret = ipn;
    return OK;
}

struct str paypal_ipn_question(struct str body, struct arena *a)
{
    struct str command = S("cmd=_notify-validate&");
    char *out = arena_new(a, char, command.n + body.n);
    memcpy(out, command.s, command.n);
    memcpy(out + command.n, body.s, body.n); // it may hold a NUL
    return (struct str){ out, command.n + body.n };
}
