#include "funding/patreon_page.h"
#include "base/clock.h"
#include "base/json.h"
#include "funding/payment.h"
#include "funding/told_amount.h"

#include <stdlib.h>

/* Ids as Patreon makes them: letters, digits, - _ and ':'. */
static bool is_id(struct str s, size_t most)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.s[i];
        bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '-' || c == '_' || c == ':';
        if (!good)
            return false;
    }
    return s.n > 0 && s.n <= most;
}

/* ---- what is included, by id */

struct record {
    struct str id;
    const struct json *attributes;
};
struct records {
    struct record *items;
    size_t n;
};

static int compare(const void *a, const void *b)
{
    return str_cmp(((const struct record *)a)->id, ((const struct record *)b)->id);
}

static bool is_array(const struct json *j)
{
    return j && j->kind == JSON_KIND_ARRAY;
}

static struct records sort_records(const struct json *included, struct arena *a)
{
    size_t count = is_array(included) ? included->n : 0;
    struct records r = { .items = arena_new(a, struct record, count + 1) };
    for (size_t i = 0; i < count; i++) {
        const struct json *j = &included->items[i];
        struct str type = { 0 };
        struct record one = { .attributes = json_get(j, "attributes") };
        if (json_get_str(j, "type", &type) && str_eq(type, S("pledge-event")) &&
            json_get_str(j, "id", &one.id))
            r.items[r.n++] = one;
    }
    qsort(r.items, r.n, sizeof *r.items, compare);
    return r;
}

/* ---- one charge */

static enum patreon_status status_of(const struct json *attributes)
{
    static const struct {
        const char *text;
        enum patreon_status status;
    } known[] = {
        { "Paid", PATREON_PAID },
        { "Refunded", PATREON_REFUNDED },
        { "Fraud", PATREON_FRAUD },
        { "Partially Refunded", PATREON_PARTLY },
    };
    struct str text = { 0 };
    if (!json_get_str(attributes, "payment_status", &text))
        return PATREON_OTHER;
    for (size_t i = 0; i < COUNT(known); i++)
        if (str_eq(text, str_from_z(known[i].text)))
            return known[i].status;
    return PATREON_OTHER;
}

/* "Cents" of currencies that have no hundredths are not guessed. */
static bool read_money(const struct json *attributes, struct amount *ret)
{
    int64_t cents = 0;
    struct str code = { 0 };
    return json_get_int(attributes, "amount_cents", &cents) &&
           json_get_str(attributes, "currency_code", &code) && told_hundredths(cents, code, ret) &&
           asset_decimals(ret->asset) == 2;
}

static bool read_charge(const struct json *attributes, struct str member, struct arena *a,
                        struct patreon_charge *ret)
{
    struct str at = { 0 };
    if (!read_money(attributes, &ret->amount) || !json_get_str(attributes, "date", &at) ||
        !time_parse(at, &ret->at))
        return false;
    ret->at -= ret->at % SECOND;
    ret->object =
        str_print(a, STR_FMT "/" STR_FMT, STR_ARG(member), STR_ARG(time_print(a, ret->at)));
    return ret->at > 0;
}

/* ---- one member */

struct reading {
    struct arena *arena;
    struct records records;
    struct patreon_charge *charges;
    struct patreon_page *page;
};

/* Another record of the same charge, or NULL. */
static struct patreon_charge *find_listed(const struct reading *r, size_t from, struct str object)
{
    for (size_t i = from; i < r->page->n; i++)
        if (str_eq(r->charges[i].object, object))
            return &r->charges[i];
    return NULL;
}

/* Of two records of one charge the one that says what became of the money holds. */
static void add_charge(struct reading *r, const struct patreon_charge *c, size_t from)
{
    struct patreon_charge *same = find_listed(r, from, c->object);
    if (!same)
        r->charges[r->page->n++] = *c;
    else if (!asset_eq(same->amount.asset, c->amount.asset) ||
             same->amount.units != c->amount.units)
        r->page->skipped++;
    else if (same->status == PATREON_PAID)
        same->status = c->status;
}

static void read_record(struct reading *r, const struct patreon_charge *of, struct str member,
                        struct str id, size_t from)
{
    const struct record wanted = { .id = id };
    const struct record *found =
        bsearch(&wanted, r->records.items, r->records.n, sizeof wanted, compare);
    struct patreon_charge c = *of;
    c.status = found ? status_of(found->attributes) : PATREON_OTHER;
    if (c.status == PATREON_OTHER)
        return;
    if (!read_charge(found->attributes, member, r->arena, &c))
        r->page->skipped++;
    else if (c.amount.units)
        add_charge(r, &c, from);
}

static const struct json *history_of(const struct json *member)
{
    return json_get(json_get(json_get(member, "relationships"), "pledge_history"), "data");
}

static void read_member(struct reading *r, const struct json *member)
{
    const struct json *history = history_of(member);
    struct patreon_charge of = { 0 };
    struct str id = { 0 };
    size_t from = r->page->n;
    if (!json_get_str(member, "id", &id) || !is_id(id, PATREON_ID_MAX) || !is_array(history)) {
        r->page->skipped++;
        return;
    }
    (void)json_get_str(json_get(member, "attributes"), "full_name", &of.name); // may be missing
    for (size_t i = 0; i < history->n; i++) {
        struct str record = { 0 };
        if (json_get_str(&history->items[i], "id", &record))
            read_record(r, &of, id, record, from);
    }
}

static bool read_next(const struct json *page, struct str *ret)
{
    const struct json *cursors =
        json_get(json_get(json_get(page, "meta"), "pagination"), "cursors");
    const struct json *next = json_get(cursors, "next");
    *ret = S("");
    if (!next || next->kind == JSON_KIND_NULL)
        return true;
    return json_get_str(cursors, "next", ret) && is_id(*ret, PATREON_CURSOR_MAX);
}

static size_t count_records(const struct json *data)
{
    size_t n = 0;
    for (size_t i = 0; i < data->n; i++) {
        const struct json *history = history_of(&data->items[i]);
        n += is_array(history) ? history->n : 0;
    }
    return n;
}

err patreon_page_read(struct str body, struct arena *a, struct patreon_page *ret)
{
    const struct json *page = NULL;
    *ret = (struct patreon_page){ 0 };
    struct str why = { 0 };
    err e = json_parse(body, body.n, a, &page, &why);
    if (e)
        return e < 0 ? e : PATREON_NOT_A_PAGE;
    const struct json *data = json_get(page, "data");
    if (!is_array(data) || data->n > PATREON_MEMBERS_MAX || !read_next(page, &ret->next))
        return PATREON_NOT_A_PAGE;
    struct reading r = { .arena = a,
                         .records = sort_records(json_get(page, "included"), a),
                         .charges = arena_new(a, struct patreon_charge, count_records(data) + 1),
                         .page = ret };
    for (size_t i = 0; i < data->n; i++)
        read_member(&r, &data->items[i]);
    ret->charges = r.charges;
    return OK;
}
