#include "funding/collective_page.h"
#include "base/clock.h"
#include "base/json.h"
#include "funding/told_amount.h"

enum { OBJECT_MAX = 64 };

static bool is_object(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.s[i];
        bool good =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
        if (!good)
            return false;
    }
    return s.n > 0 && s.n <= OBJECT_MAX;
}

static bool is_text(const struct json *j, const char *name, const char *text)
{
    struct str s = { 0 };
    return json_get_str(j, name, &s) && str_eq(s, str_from_z(text));
}

static bool is_true(const struct json *j, const char *name)
{
    bool truth = false;
    return json_get_bool(j, name, &truth) && truth;
}

/* What comes in is above zero, what goes out below. */
static bool read_money(const struct json *node, bool out, struct amount *ret)
{
    const struct json *amount = json_get(node, "amount");
    int64_t cents = 0;
    struct str code = { 0 };
    return json_get_int(amount, "valueInCents", &cents) && cents != INT64_MIN &&
           json_get_str(amount, "currency", &code) && (cents < 0) == out &&
           told_hundredths(cents < 0 ? -cents : cents, code, ret) && ret->units > 0;
}

/* What a transaction is of ours: false of most kinds. */
static bool kind_of(const struct json *node, enum payment_kind *ret, bool *ret_out)
{
    bool gift = is_text(node, "kind", "CONTRIBUTION") || is_text(node, "kind", "ADDED_FUNDS");
    bool fee = is_text(node, "kind", "HOST_FEE") || is_text(node, "kind", "PAYMENT_PROCESSOR_FEE");
    bool in = is_text(node, "type", "CREDIT");
    bool back = is_true(node, "isRefund");
    *ret_out = !in;
    if (gift && in && !back)
        *ret = PAYMENT_RECEIVED;
    else if (gift && !in && back)
        *ret = PAYMENT_REFUND;
    else if (fee && !in && !back)
        *ret = PAYMENT_FEE;
    else
        return false; // what we gave to others, tips for the platform, fees given back, expenses
    return true;
}

static struct str name_of(const struct json *node)
{
    const struct json *from = json_get(node, "fromAccount");
    struct str name = { 0 };
    return !is_true(from, "isIncognito") && json_get_str(from, "name", &name) ? name : S("");
}

static bool read_objects(const struct json *node, struct arena *a, struct collective_move *m)
{
    struct str group = { 0 };
    struct str own = { 0 };
    if (!json_get_str(node, "group", &group) || !is_object(group))
        return false;
    m->object = group;
    if (m->kind == PAYMENT_FEE) { // two of them share the group
        if (!json_get_str(node, "id", &own) || !is_object(own))
            return false;
        m->of = group;
        m->object = str_print(a, STR_FMT "/" STR_FMT, STR_ARG(group), STR_ARG(own));
        return true;
    }
    if (m->kind == PAYMENT_REFUND)
        return json_get_str(json_get(node, "refundTransaction"), "group", &m->of) &&
               is_object(m->of);
    m->name = name_of(node);
    return true;
}

struct reading {
    struct arena *arena;
    struct collective_move *moves;
    struct collective_page *page;
};

static void read_node(struct reading *r, const struct json *node)
{
    struct collective_move m = { 0 };
    struct str at = { 0 };
    bool out = false;
    bool timed = json_get_str(node, "createdAt", &at) && time_parse(at, &m.at) && m.at > 0;
    if (timed && m.at > r->page->newest)
        r->page->newest = m.at;
    if (timed && !kind_of(node, &m.kind, &out))
        return;
    if (timed && read_objects(node, r->arena, &m) && read_money(node, out, &m.amount))
        r->moves[r->page->n++] = m;
    else
        r->page->skipped++;
}

err collective_page_read(struct str body, struct arena *a, struct collective_page *ret)
{
    const struct json *answer = NULL;
    struct str why = { 0 };
    *ret = (struct collective_page){ 0 };
    err e = json_parse(body, body.n, a, &answer, &why);
    if (e)
        return e < 0 ? e : COLLECTIVE_NOT_A_PAGE;
    const struct json *account = json_get(json_get(answer, "data"), "account");
    if (account && account->kind == JSON_KIND_NULL)
        return COLLECTIVE_UNKNOWN;
    const struct json *nodes = json_get(json_get(account, "transactions"), "nodes");
    if (json_get(answer, "errors") || !nodes || nodes->kind != JSON_KIND_ARRAY ||
        nodes->n > COLLECTIVE_NODES_MAX)
        return COLLECTIVE_NOT_A_PAGE;
    struct reading r = { .arena = a,
                         .moves = arena_new(a, struct collective_move, nodes->n + 1),
                         .page = ret };
    ret->nodes = nodes->n;
    for (size_t i = 0; i < nodes->n; i++)
        read_node(&r, &nodes->items[i]);
    ret->moves = r.moves;
    return OK;
}
