#include "funding/channel.h"
#include "funding/collective_page.h"
#include "funding/patreon_page.h"
#include "funding/payment_inside.h"
#include "funding/paypal_api.h"
#include "funding/paypal_report.h"
#include "funding/provider.h"
#include "render/format.h"
#include "unit/json_mutants.h"
#include "unit/test.h"

/*
 * Messages and answers of providers with each member gone and each value another: what money is
 * told of is never guessed. Without these a member that a provider renames, or that comes as null,
 * would count as nothing, or as something.
 */
struct sample {
    const char *provider;
    const char *needed; /* members without which nothing counts */
    const char *body;
};

#define CHARGE                                                                                     \
    "\"object\":{\"id\":\"ch_1\",\"object\":\"charge\",\"amount\":2500,\"amount_captured\":2400,"  \
    "\"captured\":true,\"currency\":\"usd\",\"created\":1525341600,\"application\":{\"id\":"       \
    "\"ca_1\"},\"balance_transaction\":{\"fee\":103,\"currency\":\"usd\"},\"billing_details\":"    \
    "{\"name\":\"Ada\",\"email\":\"ada@example.org\"},\"payment_method_details\":{\"type\":"       \
    "\"sepa_debit\"}}"
#define STRIPE(type, object)                                                                       \
    "{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"" type                                      \
    "\",\"livemode\":true,\"data\":{" object "}}"
#define OUT(object, more)                                                                          \
    "\"object\":{\"id\":\"x_1\",\"object\":\"" object "\",\"charge\":\"ch_1\",\"amount\":500,"     \
    "\"currency\":\"usd\",\"created\":1525341600" more "}"

#define KOFI(type, number)                                                                         \
    "{\"type\":\"" type "\",\"kofi_transaction_id\":\"" number                                     \
    "\",\"verification_token\":\"5e1f\",\"message_id\":\"m\",\"amount\":\"3.00\",\"currency\":"    \
    "\"USD\",\"timestamp\":\"2018-05-03T10:04:30Z\",\"from_name\":\"Ada\",\"is_public\":true,"     \
    "\"message\":\"words\",\"email\":\"ada@example.org\"}"

static const struct sample samples[] = {
    { "kofi", "type kofi_transaction_id amount currency timestamp", KOFI("Tip", "t-1") },
    { "stripe", "id created currency type data object", STRIPE("charge.succeeded", CHARGE) },
    { "stripe", "id created currency type amount data", STRIPE("charge.pending", CHARGE) },
    { "stripe", "id created type data", STRIPE("charge.failed", CHARGE) },
    { "stripe", "id charge amount currency created status type data",
      STRIPE("refund.created", OUT("refund", ",\"status\":\"pending\"")) },
    { "stripe", "id charge amount currency created status type data",
      STRIPE("refund.updated", OUT("refund", ",\"status\":\"failed\"")) },
    { "stripe", "id charge amount currency created status type data",
      STRIPE("refund.failed", OUT("refund", ",\"status\":\"canceled\"")) },
    { "stripe", "id charge amount currency created type data",
      STRIPE("charge.refund.updated", OUT("refund", ",\"status\":\"succeeded\"")) },
    { "stripe", "id charge amount currency created type data",
      STRIPE("charge.dispute.funds_withdrawn", OUT("dispute", "")) },
    { "stripe", "id charge amount currency created type data",
      STRIPE("charge.dispute.funds_reinstated", OUT("dispute", "")) },
    { "buymeacoffee", "type live_mode data transaction_id amount currency created_at",
      "{\"type\":\"donation.created\",\"live_mode\":true,\"event_id\":1,\"data\":{\"id\":58,"
      "\"amount\":\"5.00\",\"currency\":\"USD\",\"created_at\":1525341600,\"note_hidden\":false,"
      "\"support_note\":\"words\",\"supporter_name\":\"Ada\",\"transaction_id\":\"pi_1\","
      "\"supporter_email\":\"ada@example.org\"}}" },
    { "buymeacoffee", "type live_mode data transaction_id amount currency created_at",
      "{\"type\":\"donation.refunded\",\"live_mode\":true,\"data\":{\"amount\":5.5,\"currency\":"
      "\"USD\",\"created_at\":1525341600,\"note_hidden\":\"true\",\"support_note\":\"words\","
      "\"transaction_id\":\"pi_1\"}}" },
    { "webhook", "events type object amount currency occurred_at",
      "{\"events\":[{\"type\":\"payment\",\"object\":\"p1\",\"amount\":\"25.00\",\"currency\":"
      "\"USD\",\"fee\":\"0.60\",\"occurred_at\":\"2018-05-03T10:00:00Z\",\"name\":\"Ada\","
      "\"named\":true}]}" },
    { "webhook", "events type object of amount currency occurred_at",
      "{\"events\":[{\"type\":\"refund\",\"object\":\"r1\",\"of\":\"p1\",\"amount\":\"5.00\","
      "\"currency\":\"USD\",\"occurred_at\":\"2018-05-03T10:00:00Z\"}]}" },
    { "webhook", "events type object of occurred_at",
      "{\"events\":[{\"type\":\"dispute-won\",\"object\":\"w1\",\"of\":\"d1\",\"occurred_at\":"
      "\"2018-05-03T10:00:00Z\"}]}" },
};

/* What is told of, and moves no money of its own or none that counts yet. */
static const struct sample idle[] = {
    { "stripe", "", STRIPE("refund.created", OUT("refund", ",\"status\":\"requires_action\"")) },
    { "stripe", "",
      STRIPE("charge.failed", "\"object\":{\"id\":\"ch_1\",\"object\":\"charge\",\"created\":"
                              "1525341600,\"payment_method_details\":{\"type\":\"card\"}}") },
    { "stripe", "", STRIPE("charge.expired", CHARGE) },
    { "stripe", "",
      STRIPE("charge.succeeded", "\"object\":{\"id\":\"ch_1\",\"object\":\"charge\",\"amount\":"
                                 "1,\"captured\":false,\"currency\":\"usd\",\"created\":1}") },
    { "buymeacoffee", "", "{\"type\":\"membership.started\",\"live_mode\":true,\"data\":{}}" },
    { "kofi", "", KOFI("Shop Order", "t-1") },
    { "kofi", "", KOFI("Donation", "00000000-1111-2222-3333-444444444444") },
};

static bool names(const char *list, struct str name)
{
    struct str rest = str_from_z(list);
    while (rest.n) {
        struct str one = rest;
        if (!str_cut(rest, ' ', &one, &rest))
            rest = S("");
        if (str_eq(one, name))
            return true;
    }
    return false;
}

struct trial {
    const struct sample *sample;
    struct provider_call call;
    size_t count, refused;
};

/* Ko-fi sends JSON in a form. */
static struct str in_form(const struct trial *t, struct str json)
{
    static const char digits[] = "0123456789ABCDEF";
    char *out = arena_new(t->call.arena, char, 3 * json.n);
    for (size_t i = 0; i < json.n; i++) {
        out[3 * i] = '%';
        out[3 * i + 1] = digits[(uint8_t)json.s[i] >> 4];
        out[3 * i + 2] = digits[json.s[i] & 15];
    }
    return str_print(t->call.arena, "data=" STR_FMT, STR_ARG(((struct str){ out, 3 * json.n })));
}

static struct provider_events mapped(const struct trial *t, struct str text, err *ret)
{
    struct provider_events events = { 0 };
    if (str_eq(str_from_z(t->sample->provider), S("kofi")))
        text = in_form(t, text);
    *ret = t->call.channel->provider->map(&t->call, text, &events);
    expect(*ret == OK || *ret == PROVIDER_MALFORMED);
    return *ret ? (struct provider_events){ 0 } : events;
}

static void try_mutant(void *arg, const struct json_mutant *m)
{
    struct trial *t = arg;
    err e = OK;
    struct provider_events events = mapped(t, m->text, &e);
    bool told = events.n > 0;
    t->count++;
    t->refused += !told;
    if (m->missing.n && names(t->sample->needed, m->missing) && told) {
        printf("# without " STR_FMT ": " STR_FMT "\n", STR_ARG(m->missing), STR_ARG(m->text));
        expect(false);
    }
    for (size_t i = 0; i < events.n; i++) {
        const struct payment_event *one = &events.events[i];
        expect(one->amount.units >= 0 && one->fee.units >= 0);
        expect(one->object.n > 0 && one->day == provider_day(&t->call, one->occurred_at));
    }
}

static void try_sample(const struct sample *s, const struct formats *formats, bool counts)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 1 << 20);
    struct channel channel = { .name = S("shop"),
                               .kind = CHANNEL_PROVIDER,
                               .provider = provider_find(str_from_z(s->provider)) };
    struct trial t = { .sample = s,
                       .call = { .channel = &channel,
                                 .formats = formats,
                                 .now = INT64_C(1525428000000000),
                                 .arena = &a } };
    err e = OK;
    struct provider_events events = mapped(&t, str_from_z(s->body), &e);
    if (!counts) {
        expect(e == OK && events.n == 0 && events.why && *events.why);
        return;
    }
    expect(events.n > 0);
    json_mutants(str_from_z(s->body), NULL, &a, try_mutant, &t);
    expect(t.count > 150 && t.refused > 50 && t.refused < t.count);
}

TEST(provider_messages_are_never_guessed_at)
{
    struct formats *formats = NULL;
    expect(formats_make(S("en"), S("America/New_York"), S("locale"), &formats) == OK);
    for (size_t i = 0; i < COUNT(samples); i++)
        try_sample(&samples[i], formats, true);
    for (size_t i = 0; i < COUNT(idle); i++)
        try_sample(&idle[i], formats, false);
    formats_free(formats);
}

/* ---- answers of APIs */

struct page_trial {
    const char *needed;
    size_t (*read)(struct str text, struct arena *a); /* how many payments it tells of */
    struct arena a;
    size_t all, count, fewer;
};

static void try_page(void *arg, const struct json_mutant *m)
{
    struct page_trial *t = arg;
    size_t n = t->read(m->text, &t->a);
    t->count++;
    t->fewer += n < t->all;
    expect(n <= t->all);
    if (m->missing.n && names(t->needed, m->missing) && n == t->all) {
        printf("# without " STR_FMT ": " STR_FMT "\n", STR_ARG(m->missing), STR_ARG(m->text));
        expect(false);
    }
}

static void try_answer(const char *needed, size_t (*read)(struct str text, struct arena *a),
                       const char *text)
{
    struct arena mutants CLEANUP(arena_free);
    struct page_trial t = { .needed = needed, .read = read };
    arena_init(&mutants, 1 << 20);
    arena_init(&t.a, 64 << 20);
    t.all = read(str_from_z(text), &t.a);
    expect(t.all > 0);
    json_mutants(str_from_z(text), NULL, &mutants, try_page, &t);
    expect(t.count > 100 && t.fewer > 50 && t.fewer < t.count);
    arena_free(&t.a);
}

static size_t read_patreon(struct str text, struct arena *a)
{
    struct patreon_page p = { 0 };
    err e = patreon_page_read(text, a, &p);
    expect(e == OK || e == PATREON_NOT_A_PAGE);
    for (size_t i = 0; !e && i < p.n; i++)
        expect(p.charges[i].amount.units > 0 && p.charges[i].at > 0 && p.charges[i].object.n);
    return e ? 0 : p.n;
}

TEST(provider_patreons_page_with_anything_missing_tells_of_fewer_charges)
{
    try_answer(
        "data included attributes amount_cents currency_code date payment_status "
        "relationships pledge_history",
        read_patreon,
        "{\"data\":[{\"type\":\"member\",\"id\":\"m1\",\"attributes\":{\"full_name\":\"Ada\","
        "\"currency\":\"USD\"},\"relationships\":{\"pledge_history\":{\"data\":[{\"type\":"
        "\"pledge-event\",\"id\":\"e1\"},{\"type\":\"pledge-event\",\"id\":\"e2\"}]}}}],"
        "\"included\":[{\"type\":\"pledge-event\",\"id\":\"e1\",\"attributes\":{\"type\":"
        "\"subscription\",\"payment_status\":\"Paid\",\"amount_cents\":500,"
        "\"currency_code\":\"USD\",\"date\":\"2018-05-01T00:00:00.000+00:00\"}},{\"type\":"
        "\"pledge-event\",\"id\":\"e2\",\"attributes\":{\"payment_status\":\"Refunded\","
        "\"amount_cents\":700,\"currency_code\":\"USD\",\"date\":"
        "\"2018-04-01T00:00:00.000+00:00\"}}],\"meta\":{\"pagination\":{\"cursors\":"
        "{\"next\":\"c2\"}}}}");
}

static size_t read_report(struct str text, struct arena *a)
{
    struct paypal_report r = { 0 };
    err e = paypal_report_read(text, a, &r);
    expect(e == OK || e == PAYPAL_REPORT_NONSENSE);
    for (size_t i = 0; !e && i < r.n; i++)
        expect(r.events[i].amount.units > 0 && r.events[i].object.n);
    return e ? 0 : r.n;
}

#define MONEY(name, value) "\"" name "\":{\"currency_code\":\"USD\",\"value\":\"" value "\"}"

TEST(provider_paypals_list_with_anything_missing_tells_of_fewer_payments)
{
    try_answer("transaction_details total_pages transaction_info transaction_id "
               "transaction_event_code transaction_initiation_date transaction_amount "
               "transaction_status currency_code value",
               read_report,
               "{\"transaction_details\":[{\"transaction_info\":{\"transaction_id\":\"5AB\","
               "\"transaction_event_code\":\"T0006\",\"transaction_initiation_date\":"
               "\"2018-05-03T10:00:00+0000\"," MONEY("transaction_amount", "25.00") "," MONEY(
                   "fee_amount", "-1.03") ",\"transaction_status\":\"S\"},\"payer_info\":{"
                                          "\"email_address\":\"ada@example.org\",\"payer_name\":{"
                                          "\"alternate_full_name\":\"Ada\"}}},"
                                          "{\"transaction_info\":{\"transaction_id\":\"6AB\","
                                          "\"paypal_reference_id\":\"5AB\",\"transaction_event_"
                                          "code\":\"T1107\",\"transaction_initiation_date\":"
                                          "\"2018-05-04T10:00:00-0700\"," MONEY(
                                              "transaction_amount",
                                              "-5.00") ",\"transaction_status\":\"S\"}}],"
                                                       "\"total_pages\":1}");
}

static size_t read_collective(struct str text, struct arena *a)
{
    struct collective_page p = { 0 };
    err e = collective_page_read(text, a, &p);
    expect(e == OK || e == COLLECTIVE_NOT_A_PAGE || e == COLLECTIVE_UNKNOWN);
    for (size_t i = 0; !e && i < p.n; i++)
        expect(p.moves[i].amount.units > 0 && p.moves[i].at > 0 && p.moves[i].object.n);
    return e ? 0 : p.n;
}

#define NODE(type, kind, group, cents, more)                                                       \
    "{\"id\":\"i\",\"type\":\"" type "\",\"kind\":\"" kind "\",\"group\":\"" group                 \
    "\",\"createdAt\":\"2018-05-03T10:00:00.000Z\",\"amount\":{\"valueInCents\":" cents            \
    ",\"currency\":\"USD\"},\"netAmount\":{\"valueInCents\":" cents                                \
    ",\"currency\":\"USD\"},\"isRefund\":" more "}"

TEST(provider_collectives_page_with_anything_missing_tells_of_fewer_moves)
{
    try_answer(
        "data account transactions nodes group createdAt amount valueInCents currency kind "
        "type",
        read_collective,
        "{\"data\":{\"account\":{\"transactions\":{\"totalCount\":3,\"nodes\":[" NODE(
            "CREDIT", "CONTRIBUTION", "g1", "2500",
            "false,\"isRefunded\":true,\"refundTransaction\":null,\"fromAccount\":{"
            "\"name\":\"Ada\",\"isIncognito\":false}") "," NODE("DEBIT", "PAYMENT_PROCESSOR_FEE",
                                                                "g1", "-103",
                                                                "false") "," NODE("DEBIT",
                                                                                  "CONTRIBUT"
                                                                                  "ION",
                                                                                  "g2", "-2500",
                                                                                  "true,"
                                                                                  "\"refund"
                                                                                  "Transac"
                                                                                  "tion\":{"
                                                                                  "\"group"
                                                                                  "\":"
                                                                                  "\"g1\"}") "]}}}"
                                                                                             "}");
}
