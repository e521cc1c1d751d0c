#include "funding/paypal_api.h"
#include "unit/test.h"

/* Without these an answer of PayPal's that lacks something, or is about somebody else's money,
 * could be booked. The answers are written after PayPal's documents of its API. */

#define MERCHANT  "MERCHANT1234X"
#define ID        "\"id\":\"5O190127TN364715T\""
#define CREATED   "\"create_time\":\"2018-05-03T10:00:00Z\""
#define AMOUNT    "\"amount\":{\"currency_code\":\"USD\",\"value\":\"25.00\"}"
#define PAYEE     "\"payee\":{\"merchant_id\":\"" MERCHANT "\"}"
#define COMPLETED "\"status\":\"COMPLETED\""
#define UP(to)    "\"links\":[{\"rel\":\"self\",\"href\":\"x\"},{\"rel\":\"up\",\"href\":\"" to "\"}]"
#define TOTAL     "\"amount\":{\"currency\":\"USD\",\"total\":\"25.00\"}"
#define FEE(code)                                                                                  \
    "\"seller_receivable_breakdown\":{\"paypal_fee\":{\"currency_code\":\"" code                   \
    "\",\"value\":\"1.25\"}}"

struct answer {
    enum paypal_object object;
    const char *body;
    err e;
    enum paypal_state state; /* when it is read */
    int64_t fee;             /* in cents */
};
static const struct answer answers[] = {
    { PAYPAL_CAPTURE, "{" ID "," CREATED "," AMOUNT "," PAYEE "," COMPLETED "," FEE("USD") "}", OK,
      PAYPAL_DONE, 125 },
    { PAYPAL_CAPTURE, "{" ID "," CREATED "," AMOUNT "," PAYEE "," COMPLETED "," FEE("EUR") "}", OK,
      PAYPAL_DONE, 0 },
    { PAYPAL_CAPTURE, "{" ID "," CREATED "," AMOUNT "," PAYEE "," COMPLETED "}", OK, PAYPAL_DONE,
      0 },
    { PAYPAL_CAPTURE, "{" ID "," CREATED "," AMOUNT "," PAYEE ",\"status\":\"REFUNDED\"}", OK,
      PAYPAL_DONE, 0 },
    { PAYPAL_CAPTURE, "{" ID "," CREATED "," AMOUNT "," PAYEE ",\"status\":\"PARTIALLY_REFUNDED\"}",
      OK, PAYPAL_DONE, 0 },
    { PAYPAL_CAPTURE, "{" ID "," CREATED "," AMOUNT "," PAYEE ",\"status\":\"PENDING\"}", OK,
      PAYPAL_PENDING, 0 },
    { PAYPAL_CAPTURE, "{" ID "," CREATED "," AMOUNT "," PAYEE ",\"status\":\"DECLINED\"}", OK,
      PAYPAL_FAILED, 0 },
    { PAYPAL_CAPTURE, "{" ID "," CREATED "," AMOUNT "," PAYEE ",\"status\":\"FAILED\"}", OK,
      PAYPAL_FAILED, 0 },
    { PAYPAL_CAPTURE, "{" ID "," CREATED "," AMOUNT "," PAYEE ",\"status\":\"REVERSED\"}", OK,
      PAYPAL_REVERSED, 0 },
    { PAYPAL_CAPTURE, "{" ID "," CREATED "," AMOUNT "," PAYEE ",\"status\":\"SOMETHING_NEW\"}", OK,
      PAYPAL_OTHER, 0 },
    { PAYPAL_CAPTURE, "{" ID "," CREATED "," AMOUNT "," PAYEE "}", PAYPAL_API_NONSENSE, 0, 0 },
    { PAYPAL_CAPTURE, "{" ID "," CREATED "," PAYEE "," COMPLETED "}", PAYPAL_API_NONSENSE, 0, 0 },
    { PAYPAL_CAPTURE,
      "{" ID "," CREATED ",\"amount\":{\"value\":\"25.00\"}," PAYEE "," COMPLETED "}",
      PAYPAL_API_NONSENSE, 0, 0 },
    { PAYPAL_CAPTURE,
      "{" ID "," CREATED ",\"amount\":{\"currency_code\":\"USD\"}," PAYEE "," COMPLETED "}",
      PAYPAL_API_NONSENSE, 0, 0 },
    { PAYPAL_CAPTURE,
      "{" ID "," CREATED ",\"amount\":{\"currency_code\":\"USD\",\"value\":25}," PAYEE "," COMPLETED
      "}",
      PAYPAL_API_NONSENSE, 0, 0 },
    { PAYPAL_CAPTURE,
      "{" ID "," CREATED ",\"amount\":{\"currency_code\":\"USD\",\"value\":\"1e3\"}," PAYEE
      "," COMPLETED "}",
      PAYPAL_API_NONSENSE, 0, 0 },
    { PAYPAL_CAPTURE, "{" ID "," CREATED "," AMOUNT "," COMPLETED "}", PAYPAL_API_STRANGER, 0, 0 },
    { PAYPAL_CAPTURE,
      "{" ID "," CREATED "," AMOUNT ",\"payee\":{\"merchant_id\":\"OTHER\"}," COMPLETED "}",
      PAYPAL_API_STRANGER, 0, 0 },
    { PAYPAL_CAPTURE, "{" CREATED "," AMOUNT "," PAYEE "," COMPLETED "}", PAYPAL_API_NONSENSE, 0,
      0 },
    { PAYPAL_CAPTURE, "{\"id\":\"../x\"," CREATED "," AMOUNT "," PAYEE "," COMPLETED "}",
      PAYPAL_API_NONSENSE, 0, 0 },
    { PAYPAL_CAPTURE, "{" ID "," AMOUNT "," PAYEE "," COMPLETED "}", PAYPAL_API_NONSENSE, 0, 0 },
    { PAYPAL_CAPTURE, "{" ID ",\"create_time\":\"yesterday\"," AMOUNT "," PAYEE "," COMPLETED "}",
      PAYPAL_API_NONSENSE, 0, 0 },
    { PAYPAL_CAPTURE, "{" ID, PAYPAL_API_NONSENSE, 0, 0 },
    { PAYPAL_CAPTURE, "[]", PAYPAL_API_NONSENSE, 0, 0 },
    { PAYPAL_REFUND,
      "{" ID "," CREATED "," AMOUNT "," COMPLETED
      "," UP("https://x/v2/payments/captures/CAPTURE1") "}",
      OK, PAYPAL_DONE, 0 },
    { PAYPAL_REFUND,
      "{" ID "," CREATED "," AMOUNT
      ",\"status\":\"PENDING\"," UP("https://x/v2/payments/captures/CAPTURE1") "}",
      OK, PAYPAL_OTHER, 0 },
    { PAYPAL_REFUND, "{" ID "," CREATED "," AMOUNT "," COMPLETED "," UP("CAPTURE1") "}", OK,
      PAYPAL_DONE, 0 },
    { PAYPAL_REFUND, "{" ID "," CREATED "," AMOUNT "," COMPLETED "," UP("https://x/captures/") "}",
      PAYPAL_API_NONSENSE, 0, 0 },
    { PAYPAL_REFUND, "{" ID "," CREATED "," AMOUNT "," COMPLETED "," UP("https://x/a b") "}",
      PAYPAL_API_NONSENSE, 0, 0 },
    { PAYPAL_REFUND,
      "{" ID "," CREATED "," AMOUNT "," COMPLETED ",\"links\":[{\"href\":\"x\"},{\"rel\":\"up\"}]}",
      PAYPAL_API_NONSENSE, 0, 0 },
    { PAYPAL_REFUND, "{" ID "," CREATED "," AMOUNT "," COMPLETED ",\"links\":{}}",
      PAYPAL_API_NONSENSE, 0, 0 },
    { PAYPAL_REFUND, "{" ID "," CREATED "," AMOUNT "," COMPLETED "}", PAYPAL_API_NONSENSE, 0, 0 },
    { PAYPAL_REFUND, "{" ID "," CREATED "," AMOUNT "," UP("x/CAPTURE1") "}", PAYPAL_API_NONSENSE, 0,
      0 },
    { PAYPAL_REFUND, "{" ID "," CREATED "," COMPLETED "," UP("x/CAPTURE1") "}", PAYPAL_API_NONSENSE,
      0, 0 },
    { PAYPAL_SALE,
      "{" ID "," CREATED "," TOTAL
      ",\"state\":\"completed\",\"transaction_fee\":{\"currency\":\"USD\",\"value\":\"1.25\"}}",
      OK, PAYPAL_DONE, 125 },
    { PAYPAL_SALE, "{" ID "," CREATED "," TOTAL ",\"state\":\"pending\"}", OK, PAYPAL_PENDING, 0 },
    { PAYPAL_SALE, "{" ID "," CREATED "," TOTAL ",\"state\":\"denied\"}", OK, PAYPAL_FAILED, 0 },
    { PAYPAL_SALE, "{" ID "," CREATED "," TOTAL "}", PAYPAL_API_NONSENSE, 0, 0 },
    { PAYPAL_SALE, "{" ID "," CREATED ",\"state\":\"completed\"}", PAYPAL_API_NONSENSE, 0, 0 },
    { PAYPAL_SALE_REFUND,
      "{" ID "," CREATED "," TOTAL ",\"state\":\"completed\",\"sale_id\":\"SALE1\"}", OK,
      PAYPAL_DONE, 0 },
    { PAYPAL_SALE_REFUND,
      "{" ID "," CREATED "," TOTAL ",\"state\":\"pending\",\"sale_id\":\"SALE1\"}", OK,
      PAYPAL_OTHER, 0 },
    { PAYPAL_SALE_REFUND,
      "{" ID "," CREATED "," TOTAL ",\"state\":\"completed\",\"sale_id\":\"no id\"}",
      PAYPAL_API_NONSENSE, 0, 0 },
    { PAYPAL_SALE_REFUND, "{" ID "," CREATED "," TOTAL ",\"state\":\"completed\"}",
      PAYPAL_API_NONSENSE, 0, 0 },
    { PAYPAL_SALE_REFUND, "{" ID "," CREATED "," TOTAL ",\"sale_id\":\"SALE1\"}",
      PAYPAL_API_NONSENSE, 0, 0 },
    { PAYPAL_SALE_REFUND, "{" ID "," CREATED ",\"state\":\"completed\",\"sale_id\":\"SALE1\"}",
      PAYPAL_API_NONSENSE, 0, 0 },
};

TEST(paypal_answers_are_read_or_refused_for_what_they_lack)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < COUNT(answers); i++) {
        const struct answer *w = &answers[i];
        struct paypal_fact f = { 0 };
        err e = paypal_fact_read(str_from_z(w->body), w->object, S(MERCHANT), &a, &f);
        if (e != w->e)
            printf("# %zu: %d, not %d: %s\n", i, e, w->e, w->body);
        expect(e == w->e);
        if (e)
            continue;
        expect(f.state == w->state && f.fee.units == w->fee && f.amount.units == 2500);
        expect_str(f.id, S("5O190127TN364715T"));
        expect_str(f.of, w->object == PAYPAL_REFUND        ? S("CAPTURE1")
                         : w->object == PAYPAL_SALE_REFUND ? S("SALE1")
                                                           : S(""));
    }
    arena_free(&a);
}

struct telling {
    enum paypal_object object;
    enum paypal_state state;
    size_t events;
    enum payment_kind kind;
};
static const struct telling tellings[] = {
    { PAYPAL_CAPTURE, PAYPAL_DONE, 1, PAYMENT_RECEIVED },
    { PAYPAL_CAPTURE, PAYPAL_REVERSED, 1, PAYMENT_RECEIVED },
    { PAYPAL_CAPTURE, PAYPAL_PENDING, 1, PAYMENT_PENDING },
    { PAYPAL_CAPTURE, PAYPAL_FAILED, 1, PAYMENT_FAILED },
    { PAYPAL_CAPTURE, PAYPAL_OTHER, 0, 0 },
    { PAYPAL_SALE, PAYPAL_DONE, 1, PAYMENT_RECEIVED },
    { PAYPAL_REFUND, PAYPAL_DONE, 1, PAYMENT_REFUND },
    { PAYPAL_REFUND, PAYPAL_OTHER, 0, 0 },
    { PAYPAL_SALE_REFUND, PAYPAL_DONE, 1, PAYMENT_REFUND },
    { PAYPAL_SALE_REFUND, PAYPAL_PENDING, 0, 0 },
};

TEST(paypal_facts_tell_the_ledger_one_thing_or_none)
{
    struct amount amount = { .units = 2500, .asset = { "USD" } };
    for (size_t i = 0; i < COUNT(tellings); i++) {
        const struct telling *w = &tellings[i];
        for (int fee = 0; fee <= 3000; fee += 1500) {
            struct paypal_fact f = { .object = w->object,
                                     .state = w->state,
                                     .id = S("ID"),
                                     .of = S("OF"),
                                     .amount = amount,
                                     .fee = { .units = fee, .asset = amount.asset } };
            struct payment_event e = { 0 };
            expect(paypal_fact_events(&f, &e) == w->events);
            if (!w->events)
                continue;
            expect(e.kind == w->kind && e.amount.units == 2500 && str_eq(e.object, S("ID")));
            bool kept = w->kind == PAYMENT_RECEIVED && fee < 2500; // a fee above the gift is none
            expect(e.fee.units == (kept ? fee : 0));
            expect_str(e.of, w->kind == PAYMENT_REFUND   ? S("OF")
                             : w->kind == PAYMENT_FAILED ? S("ID")
                                                         : S(""));
        }
    }
}
