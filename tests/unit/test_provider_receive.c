#include "base/clock.h"
#include "base/crypto.h"
#include "base/encoding.h"
#include "funding/channel.h"
#include "funding/provider.h"
#include "render/format.h"
#include "unit/test.h"

/*
 * What providers' functions do with headers, settings and answers that nobody sends by accident.
 * Without these a message could be taken that proves nothing, or an API asked that is not its own.
 * Nothing is asked here: whoever calls gives up at once.
 */
enum { HEADERS = 6 };
struct post {
    struct str names[HEADERS], values[HEADERS];
};

struct desk {
    struct arena a;
    struct formats *formats;
    struct channel channel;
    struct provider_call call;
    struct post post;
};

static bool gives_up(void *arg)
{
    return arg == NULL;
}

static void desk_end(struct desk *d)
{
    formats_free(d->formats);
    arena_free(&d->a);
}

static void desk_start(struct desk *d, const char *provider)
{
    *d = (struct desk){ .channel = { .name = S("shop"), .kind = CHANNEL_PROVIDER } };
    arena_init(&d->a, 1 << 20);
    expect(formats_make(S("en"), S("America/New_York"), S("locale"), &d->formats) == OK);
    d->channel.provider = provider_find(str_from_z(provider));
    expect(d->channel.provider);
    d->call = (struct provider_call){ .channel = &d->channel,
                                      .formats = d->formats,
                                      .now = INT64_C(1525428000000000),
                                      .arena = &d->a,
                                      .give_up = gives_up };
}

static void set(struct desk *d, const char *key, const char *value)
{
    const struct provider *p = d->channel.provider;
    for (size_t i = 0; i < p->key_count; i++)
        if (str_eq(str_from_z(p->keys[i].name), str_from_z(key))) {
            d->channel.provider_values[i] = str_from_z(value);
            return;
        }
    expect(false);
}

static void head(struct desk *d, const char *name, struct str value)
{
    struct str wanted = str_from_z(name);
    for (size_t i = 0; i < HEADERS; i++)
        if (!d->post.names[i].n || str_eq(d->post.names[i], wanted)) {
            d->post.names[i] = wanted;
            d->post.values[i] = value;
            return;
        }
    expect(false);
}

static bool find_header(const void *from, const char *name, struct str *ret)
{
    const struct post *p = from;
    for (size_t i = 0; i < HEADERS; i++)
        if (p->values[i].n && str_eq(p->names[i], str_from_z(name))) {
            *ret = p->values[i];
            return true;
        }
    return false;
}

static err received(struct desk *d, struct str body, struct str *ret_delivery)
{
    struct provider_message m = { .body = body, .header = find_header, .from = &d->post };
    *ret_delivery = S("");
    return d->channel.provider->receive(&d->call, &m, ret_delivery);
}

static err takes(struct desk *d, const char *body)
{
    struct str delivery = { 0 };
    return received(d, str_from_z(body), &delivery);
}

static struct str hmac_hex(struct arena *a, struct str key, struct str text)
{
    uint8_t mac[SHA256_BYTES];
    hmac_sha256(key, text, mac);
    return hex_print(a, bytes_str(mac, sizeof mac));
}

/* ---- a signed webhook of our own */

#define KEY    "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define SECRET ("whsec_" KEY)

static struct str own_signature(struct desk *d, struct str body)
{
    struct str key = { 0 };
    uint8_t mac[SHA256_BYTES];
    expect(base64_read(&d->a, S(KEY), &key));
    hmac_sha256(key, str_print(&d->a, "m1.1525428000." STR_FMT, STR_ARG(body)), mac);
    return str_print(&d->a, "v1," STR_FMT,
                     STR_ARG(base64_print(&d->a, bytes_str(mac, sizeof mac))));
}

TEST(provider_own_webhooks_are_taken_with_all_three_headers_and_either_secret)
{
    static const char *const names[] = { "webhook-id", "webhook-timestamp", "webhook-signature" };
    struct desk d CLEANUP(desk_end);
    desk_start(&d, "webhook");
    set(&d, "secret", "whsec_" KEY);
    struct str values[] = { S("m1"), S("1525428000"), own_signature(&d, S("{}")) };
    for (size_t i = 0; i < COUNT(names); i++)
        head(&d, names[i], values[i]);
    expect(takes(&d, "{}") == OK);
    expect(takes(&d, "{ }") == PROVIDER_FORGED);
    for (size_t i = 0; i < COUNT(names); i++) {
        head(&d, names[i], S(""));
        expect(takes(&d, "{}") == PROVIDER_FORGED);
        head(&d, names[i], values[i]);
    }
    head(&d, names[1], S("soon"));
    expect(takes(&d, "{}") == PROVIDER_FORGED);
    head(&d, names[1], values[1]);
    static const char *const weak[] = { "whsec_", "whsec_AAAA", "whsec_!!", SECRET };
    for (size_t i = 0; i < COUNT(weak); i++) { // none, short, no base64; the last is right again
        set(&d, "secret", weak[i]);
        expect(takes(&d, "{}") == (i == 3 ? OK : PROVIDER_FORGED));
    }
    set(&d, "secret", "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    for (size_t i = 0; i < COUNT(weak); i++) {
        set(&d, "former_secret", weak[i]);
        expect(takes(&d, "{}") == (i == 3 ? OK : PROVIDER_FORGED));
    }
}

/* ---- Stripe */

static struct str stripe_signature(struct desk *d, const char *form, const char *body)
{
    struct str text = str_print(&d->a, "1525428000.%s", body);
    struct str before = str_from_z(form);
    struct str after = S("");
    if (!str_cut(before, '%', &before, &after))
        return before;
    return str_print(&d->a, STR_FMT STR_FMT STR_FMT, STR_ARG(before),
                     STR_ARG(hmac_hex(&d->a, S("whsec_river"), text)), STR_ARG(after));
}

TEST(provider_stripes_header_has_one_time_and_the_message_a_number)
{
    static const char *const good[] = { "t=1525428000,v1=%", "v0=1,t=1525428000,t=1,v1=%",
                                        "v1=00,v1=%,t=1525428000" };
    static const char *const bad[] = { "t=1525428000,v1=%,", "t=1525428000", "v1=%", "t,v1=%",
                                       "t=1525428001,v1=%",  "t=x,v1=%" };
    struct desk d CLEANUP(desk_end);
    desk_start(&d, "stripe");
    set(&d, "secret", "whsec_river");
    expect(takes(&d, "{}") == PROVIDER_FORGED); // without a header
    for (size_t i = 0; i < COUNT(good); i++) {
        head(&d, "Stripe-Signature", stripe_signature(&d, good[i], "{\"id\":\"evt_1\"}"));
        expect(takes(&d, "{\"id\":\"evt_1\"}") == OK);
        set(&d, "former_secret", "whsec_river");
        set(&d, "secret", "");
        expect(takes(&d, "{\"id\":\"evt_1\"}") == OK);
        set(&d, "former_secret", "");
        expect(takes(&d, "{\"id\":\"evt_1\"}") == PROVIDER_FORGED);
        set(&d, "secret", "whsec_river");
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        head(&d, "Stripe-Signature", stripe_signature(&d, bad[i], "{\"id\":\"evt_1\"}"));
        err e = takes(&d, "{\"id\":\"evt_1\"}");
        if (e != PROVIDER_FORGED)
            printf("# %s\n", bad[i]);
        expect(e == PROVIDER_FORGED || i == 0); // a comma at the end says nothing
    }
    static const char *const nonsense[] = { "{}", "{\"id\":1}", "[]", "1", "" };
    for (size_t i = 0; i < COUNT(nonsense); i++) {
        head(&d, "Stripe-Signature", stripe_signature(&d, good[0], nonsense[i]));
        expect(takes(&d, nonsense[i]) == PROVIDER_MALFORMED);
    }
}

/* ---- Patreon */

TEST(provider_patreons_messages_without_a_secret_or_a_signature_are_forged)
{
    struct desk d CLEANUP(desk_end);
    uint8_t mac[MD5_BYTES];
    desk_start(&d, "patreon");
    hmac_md5(S(""), S("{}"), mac);
    head(&d, "X-Patreon-Signature", hex_print(&d.a, bytes_str(mac, sizeof mac)));
    expect(takes(&d, "{}") == PROVIDER_FORGED);
    set(&d, "secret", "river");
    expect(takes(&d, "{}") == PROVIDER_FORGED);
    hmac_md5(S("river"), S("{}"), mac);
    head(&d, "X-Patreon-Signature", hex_print(&d.a, bytes_str(mac, sizeof mac)));
    expect(takes(&d, "{}") == OK);
    head(&d, "X-Patreon-Signature", S(""));
    expect(takes(&d, "{}") == PROVIDER_FORGED);
}

/* ---- PayPal */

#define HINT                                                                                       \
    "{\"id\":\"WH-1\",\"event_type\":\"PAYMENT.CAPTURE.COMPLETED\",\"resource\":{\"id\":\"5AB\","  \
    "\"amount\":{\"value\":\"5.00\",\"currency_code\":\"USD\"}}}"

static void paypal_heads(struct desk *d)
{
    head(d, "PayPal-Transmission-Id", S("69cd13f0-d67a-11e5-baa3-778b53f4ae55"));
    head(d, "PayPal-Transmission-Time", S("2018-05-04T10:00:00Z"));
    head(d, "PayPal-Transmission-Sig", S("AAAA"));
    head(d, "PayPal-Cert-Url", S("https://api.paypal.com/v1/notifications/certs/CERT-1"));
    head(d, "PayPal-Auth-Algo", S("SHA256withRSA"));
}

TEST(provider_paypals_webhooks_need_what_they_are_asked_about_with)
{
    static const char *const keys[] = { "webhook_id", "client_id", "client_secret" };
    struct desk d CLEANUP(desk_end);
    desk_start(&d, "paypal");
    set(&d, "merchant_id", "M1");
    paypal_heads(&d);
    for (size_t i = 0; i < COUNT(keys); i++) {
        expect(takes(&d, HINT) == PROVIDER_FORGED);
        set(&d, keys[i], "x");
    }
    expect(takes(&d, HINT) == OK);
    expect(takes(&d, "{}") == PROVIDER_FORGED);
    head(&d, "PayPal-Transmission-Time", S("2018-03-01T10:00:00Z"));
    expect(takes(&d, HINT) == PROVIDER_STALE);
    head(&d, "PayPal-Transmission-Time", S("soon"));
    expect(takes(&d, HINT) == PROVIDER_STALE);
    paypal_heads(&d);
    static const char *const bad[] = { "!", "", "====" };
    for (size_t i = 0; i < COUNT(bad); i++) {
        head(&d, "PayPal-Transmission-Sig", str_from_z(bad[i]));
        expect(takes(&d, HINT) == PROVIDER_FORGED);
    }
    paypal_heads(&d);
    head(&d, "PayPal-Cert-Url", S("https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1"));
    expect(takes(&d, HINT) == PROVIDER_FORGED); // who asks the real one wants real certificates
}

#define IPN                                                                                        \
    "payment_status=Completed&txn_id=5AB&receiver_id=M1&mc_gross=5.00&mc_currency=USD"             \
    "&payment_date=10%3A00%3A00+May+04%2C+2018+PDT&txn_type=web_accept"

TEST(provider_paypal_is_asked_where_it_is_and_not_when_the_program_ends)
{
    static const char *const apis[] = { "", "https://api-m.paypal.com",
                                        "https://api-m.sandbox.paypal.com", "http://127.0.0.1:1" };
    struct desk d CLEANUP(desk_end);
    struct provider_events events = { 0 };
    desk_start(&d, "paypal");
    const struct provider *p = d.channel.provider;
    set(&d, "merchant_id", "M1");
    set(&d, "webhook_id", "x");
    set(&d, "client_id", "x");
    set(&d, "client_secret", "x");
    set(&d, "since", "2018-05-01");
    for (size_t i = 0; i < COUNT(apis); i++) {
        set(&d, "api", apis[i]);
        paypal_heads(&d);
        struct provider_message hint = { .body = S(HINT), .header = find_header, .from = &d.post };
        struct str kept = str_copy(&d.a, p->keep(&d.call, &hint));
        expect(p->map(&d.call, kept, &events) == OK && events.confirm && events.n == 0);
        expect(p->confirm(&d.call, kept, &events) == PROVIDER_DOWN);
        struct post none = { 0 };
        struct provider_message ipn = { .body = i == 2 ? S(IPN "&test_ipn=1") : S(IPN),
                                        .header = find_header,
                                        .from = &none };
        kept = str_copy(&d.a, p->keep(&d.call, &ipn));
        expect(p->map(&d.call, kept, &events) == OK && events.confirm);
        expect(p->confirm(&d.call, kept, &events) == PROVIDER_DOWN);
        expect(p->poll(&d.call, S(""), &events) == PROVIDER_DOWN);
    }
}

TEST(provider_paypals_kept_messages_that_are_none_are_refused)
{
    static const char *const bad[] = {
        "",
        "paypal-webhook\n",
        "paypal-webhook\na\nb\nc\nd\n",
        "paypal-ipn\n",

        "paypal-webhook\na\nb\nc\nd\ne\n\n{}",
        "paypal-webhook\na\nb\nc\nd\ne\nf\n" HINT,
    };
    struct desk d CLEANUP(desk_end);
    desk_start(&d, "paypal");
    set(&d, "merchant_id", "M1");
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct provider_events events = { 0 };
        expect(d.channel.provider->map(&d.call, str_from_z(bad[i]), &events) == PROVIDER_MALFORMED);
        expect(d.channel.provider->confirm(&d.call, str_from_z(bad[i]), &events) ==
               PROVIDER_MALFORMED);
        expect(events.n == 0);
    }
    struct str kept = S("paypal-webhook\nid\n2018-05-04T10:00:00Z\n!\nurl\nalgorithm\n\n" HINT);
    struct provider_events events = { 0 };
    expect(d.channel.provider->confirm(&d.call, kept, &events) == PROVIDER_FORGED);
    kept = S("paypal-ipn\n" IPN);
    set(&d, "merchant_id", "M2");
    expect(d.channel.provider->confirm(&d.call, kept, &events) == OK && events.why && !events.n);
}

/* ---- polls */

static const struct {
    const char *provider;
    const char *keys[4][2];
} polled[] = {
    { "stripe", { { "secret", "x" }, { "api_key", "x" } } },
    { "patreon",
      { { "secret", "x" }, { "token", "x" }, { "campaign", "1" }, { "since", "2018-05-01" } } },
    { "opencollective", { { "slug", "river-news_1" }, { "since", "2018-05-01" } } },
    { "liberapay", { { "username", "river" } } },
};

TEST(provider_polls_that_are_given_up_ask_nobody)
{
    for (size_t i = 0; i < COUNT(polled); i++) {
        struct desk d CLEANUP(desk_end);
        struct provider_events events = { 0 };
        desk_start(&d, polled[i].provider);
        for (size_t k = 0; k < 4 && polled[i].keys[k][0]; k++)
            set(&d, polled[i].keys[k][0], polled[i].keys[k][1]);
        expect(d.channel.provider->poll(&d.call, S(""), &events) == PROVIDER_DOWN);
        expect(d.channel.provider->poll(&d.call, S("nonsense@x"), &events) == PROVIDER_DOWN);
        expect(events.n == 0);
    }
}

TEST(provider_names_that_would_leave_their_place_in_an_address_are_not_asked_for)
{
    static const char *const bad[] = { "", "a/b", "A?", "a b", "../x", "\xc3\xa9", "~", "{" };
    static const char *const asked[][2] = { { "opencollective", "slug" },
                                            { "liberapay", "username" },
                                            { "patreon", "campaign" } };
    for (size_t i = 0; i < COUNT(asked) * COUNT(bad); i++) {
        struct desk d CLEANUP(desk_end);
        struct provider_events events = { 0 };
        const char *const *one = asked[i / COUNT(bad)];
        desk_start(&d, one[0]);
        if (i / COUNT(bad) != 1)
            set(&d, "since", "2018-05-01");
        set(&d, one[1], bad[i % COUNT(bad)]);
        expect(d.channel.provider->poll(&d.call, S(""), &events) == PROVIDER_DENIED);
    }
}
