#include "funding/contribution_search.h"
#include "base/check.h"
#include "funding/contribution_search_sql.h"

QUERY(contribution_search_day, SEARCH_BY_DAY);
QUERY(contribution_search_channel, SEARCH_BY_CHANNEL);
QUERY(contribution_search_state, SEARCH_BY_STATE);
QUERY(contribution_search_frozen, SEARCH_BY_FROZEN);
QUERY(contribution_search_out, SEARCH_BY_OUT);
QUERY(contribution_search_amount, SEARCH_BY_AMOUNT);
QUERY(contribution_search_giver, SEARCH_BY_GIVER);
QUERY(contribution_search_reference, SEARCH_BY_REFERENCE);
QUERY(contribution_search_givers, SEARCH_COUNT_GIVERS);
QUERY(contribution_search_references, SEARCH_COUNT_REFERENCES);

static const struct str state_names[SEARCH_STATES] = {
    [SEARCH_ANY] = { "", 0 },
    [SEARCH_PENDING] = { "pending", 7 },
    [SEARCH_SETTLED] = { "settled", 7 },
    [SEARCH_UNVALUED] = { "unvalued", 8 },
    [SEARCH_FROZEN] = { "frozen", 6 },
    [SEARCH_REFUNDED] = { "refunded", 8 },
    [SEARCH_REVERSED] = { "reversed", 8 },
};

struct str search_state_name(enum search_state s)
{
    return state_names[s];
}

bool search_state_parse(struct str s, enum search_state *ret)
{
    for (size_t i = 0; i < SEARCH_STATES; i++)
        if (str_eq(state_names[i], s)) {
            *ret = (enum search_state)i;
            return true;
        }
    return false;
}

static const struct query *by_state(enum search_state s)
{
    switch (s) {
    case SEARCH_PENDING:
    case SEARCH_REVERSED: return &contribution_search_state;
    case SEARCH_FROZEN: return &contribution_search_frozen;
    case SEARCH_REFUNDED: return &contribution_search_out;
    case SEARCH_ANY:
    case SEARCH_SETTLED:  // nearly all of them are
    case SEARCH_UNVALUED: // goals and rates decide, which no index knows
        return NULL;
    }
    check(false);
    return NULL;
}

static const struct query *leader(const struct contribution_search *q)
{
    if (q->reference.n)
        return &contribution_search_reference;
    if (q->giver.n)
        return &contribution_search_giver;
    if (q->amount.units)
        return &contribution_search_amount;
    if (by_state(q->state))
        return by_state(q->state);
    return q->channel.n ? &contribution_search_channel : &contribution_search_day;
}

/* The first text after all that begin with `s`: no text has this character. */
static struct str end_of(struct str s, struct arena *a)
{
    return str_print(a, STR_FMT "\xf4\x8f\xbf\xbf", STR_ARG(s));
}

static err count(struct tx *tx, const struct query *query, struct str from, int64_t most,
                 struct arena *a, bool *ret_many)
{
    bool row = false;
    struct stmt *s = query_start(tx, query);
    bind_str(s, 1, from);
    bind_str(s, 2, end_of(from, a));
    bind_int(s, 3, most + 1);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    *ret_many = column_int(s, 0) > most;
    query_end(s);
    return OK;
}

/* A list of givers or references is read whole, whichever leads: it must be a short one. */
static err check_lists(struct tx *tx, const struct contribution_search *q, struct arena *a)
{
    bool references = false;
    bool givers = false;
    err e = OK;
    if (q->reference.n)
        e = count(tx, &contribution_search_references, q->reference, SEARCH_REFERENCES_MAX, a,
                  &references);
    if (!e && q->giver.n)
        e = count(tx, &contribution_search_givers, str_lower(a, q->giver), SEARCH_GIVERS_MAX, a,
                  &givers);
    if (e)
        return e;
    if (references)
        return SEARCH_REFERENCES_MANY;
    return givers ? SEARCH_GIVERS_MANY : OK;
}

static err start(struct tx *tx, const struct contribution_search *q,
                 struct contribution_cursor after, struct arena *a, struct stmt **ret)
{
    const struct query *query = leader(q);
    struct amount m = q->amount;
    int64_t minor = 0;
    int64_t fine = 0;
    err e = m.units ? amount_split(m, &minor, &fine) : OK;
    if (e)
        return fault(e);
    struct stmt *s = query_start(tx, query);
    bool later = q->last_day < after.day; // the pages begin after the last day's last gift
    bind_int(s, 1, later ? q->last_day : after.day);
    bind_int(s, 2, later ? INT64_MAX : after.id);
    bind_int(s, 3, q->first_day);
    bind_int(s, 4, SEARCH_WALK);
    bind_str(s, 5, q->channel);
    bind_str(s, 6, search_state_name(q->state));
    bind_str(s, 7, m.units ? str_copy(a, asset_str(&m.asset)) : S(""));
    bind_int(s, 8, minor);
    bind_int(s, 9, fine);
    bind_str(s, 10, q->giver);
    bind_str(s, 11, end_of(str_lower(a, q->giver), a));
    if (query == &contribution_search_reference) {
        bind_str(s, 12, q->reference);
        bind_str(s, 13, end_of(q->reference, a));
        bind_int(s, 14, SEARCH_REFERENCES_MAX);
    }
    *ret = s;
    return OK;
}

/* What a walk found: the numbers of a page's gifts, and where it stopped. */
struct walk {
    int64_t ids[CONTRIBUTION_PAGE];
    size_t n;
    bool more;
    struct contribution_cursor last; /* looked at */
};

static err walk(struct stmt *s, struct walk *w)
{
    bool row = false;
    int64_t seen = 0;
    err e = query_step(s, &row);
    for (; !e && row && w->n < CONTRIBUTION_PAGE; e = query_step(s, &row)) {
        w->last = (struct contribution_cursor){ .day = column_int(s, 1), .id = column_int(s, 0) };
        if (column_int(s, 2))
            w->ids[w->n++] = column_int(s, 0);
        seen++;
    }
    if (e)
        return fault(e);
    w->more = row || seen == SEARCH_WALK;
    if (row)
        query_end(s);
    return OK;
}

err contribution_search(struct tx *tx, const struct contribution_search *q,
                        struct contribution_cursor after, struct arena *a,
                        struct contribution_page *ret)
{
    struct walk w = { 0 };
    struct stmt *s = NULL;
    err e = check_lists(tx, q, a);
    if (!e)
        e = start(tx, q, after, a, &s);
    if (!e)
        e = walk(s, &w);
    struct contribution *items = arena_new(a, struct contribution, CONTRIBUTION_PAGE);
    for (size_t i = 0; !e && i < w.n; i++)
        e = contribution_get(tx, w.ids[i], a, &items[i]);
    if (e)
        return e;
    *ret = (struct contribution_page){
        .items = items, .n = w.n, .more = w.more, .next = w.more ? w.last : CONTRIBUTION_BEGIN
    };
    return OK;
}
