#include "funding/rate_setup.h"
#include "base/check.h"
#include "base/scan.h"
#include "base/utf8.h"
#include "outgoing/fetch.h"

CONFIG_OPEN_SECTION(
    rate_sections, "rate.",
    "What other currencies and coins are worth; one section a source. docs/rates.md "
    "is the manual.");

enum { SETUP_MEMORY = 256 * 1024, LINE_MAX_BYTES = FETCH_URL_MAX + RATE_PATH_MAX + 1 };

struct maker {
    struct rate_setup *made;
    struct str file;
    struct arena *a; /* for ret_why */
    struct str *ret_why;
};

static err refuse(struct maker *m, int line, const char *what)
{
    *m->ret_why = str_print(m->a, STR_FMT ":%d: %s", STR_ARG(m->file), line, what);
    return RATE_SETUP_WRONG;
}

static bool code_of(struct str s, struct asset *ret)
{
    char upper[ASSET_CODE_MAX];
    if (s.n == 0 || s.n > sizeof upper)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.s[i] >= 'A' && s.s[i] <= 'Z') // one spelling
            return false;
        upper[i] = s.s[i];
        if (s.s[i] >= 'a' && s.s[i] <= 'z')
            upper[i] = (char)(s.s[i] - 'a' + 'A');
    }
    return asset_parse((struct str){ upper, s.n }, ret);
}

/* "btc_usd"; NULL: refused. */
static struct rate_pair *pair_of(struct maker *m, const struct config_entry *e)
{
    struct str left = { 0 };
    struct str right = { 0 };
    struct asset asset = { 0 };
    struct asset currency = { 0 };
    if (!str_cut(e->name, '_', &left, &right) || !code_of(left, &asset) ||
        !code_of(right, &currency) || asset_is_coin(currency) || asset_eq(asset, currency)) {
        (void)refuse(
            m, e->line,
            "a rate's key is a coin or currency and a currency: btc_usd, eur_usd"); // always
        return NULL;
    }
    for (size_t i = 0; i < m->made->count; i++)
        if (asset_eq(m->made->pairs[i].asset, asset) &&
            asset_eq(m->made->pairs[i].currency, currency))
            return &m->made->pairs[i];
    if (m->made->count == RATE_PAIRS_MAX) {
        (void)refuse(m, e->line, "there are more than 16 pairs"); // always
        return NULL;
    }
    struct rate_pair *p = &m->made->pairs[m->made->count++];
    *p = (struct rate_pair){ .asset = asset, .currency = currency, .line = e->line };
    return p;
}

static bool is_path(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.s[i] <= ' ' || s.s[i] > '~')
            return false;
    return s.n > 0 && s.n <= RATE_PATH_MAX;
}

static err take_source(struct maker *m, const struct config_entry *e, struct rate_pair *p)
{
    struct rate_source s = { .line = e->line };
    struct str name = e->section;
    check(scan_text(&name, str_from_z(rate_sections.prefix)));
    if (p->count == RATE_SOURCES_MAX)
        return refuse(m, e->line, "a pair has at most 8 sources");
    if (!str_cut(e->value, ' ', &s.url, &s.path) || !fetch_url_good(s.url, m->a) ||
        !is_path(s.path))
        return refuse(m, e->line,
                      "a source is an address, a blank and the path to the price in its answer");
    for (size_t i = 0; i < p->count; i++)
        if (str_eq(p->sources[i].url, s.url))
            return refuse(m, e->line, "this pair asks that address already: it is one source");
    s.name = str_copy(&m->made->arena, name);
    s.url = str_copy(&m->made->arena, s.url);
    s.path = str_copy(&m->made->arena, s.path);
    p->sources[p->count++] = s;
    return OK;
}

static err take_line(struct maker *m, const struct config_entry *e)
{
    struct rate_pair *p = NULL;
    if (e->value.n > LINE_MAX_BYTES || text_check(e->value, true) != TEXT_FINE ||
        e->section.n > str_from_z(rate_sections.prefix).n + RATE_NAME_MAX)
        return refuse(m, e->line, "the value or the source's name is too long, or not one line");
    p = pair_of(m, e);
    if (!p)
        return RATE_SETUP_WRONG;
    if (!rate_price_is_valid(e->value))
        return take_source(m, e, p);
    if (p->fixed.n)
        return refuse(m, e->line, "this pair has a price already");
    p->fixed = str_copy(&m->made->arena, e->value);
    return OK;
}

static err check_pairs(struct maker *m)
{
    for (size_t i = 0; i < m->made->count; i++) {
        const struct rate_pair *p = &m->made->pairs[i];
        if (p->fixed.n && p->count)
            return refuse(m, p->line, "a pair has a price of yours or sources, not both");
        if (!p->fixed.n && p->count < RATE_SOURCES_LEAST)
            return refuse(
                m, p->line,
                "a pair needs at least three sources, so that none can be believed alone");
    }
    return OK;
}

static err make(struct maker *m, const struct config *config)
{
    const struct config_entry *entries = NULL;
    size_t n = config_entries(config, &rate_sections, &entries);
    for (size_t i = 0; i < n; i++) {
        err e = take_line(m, &entries[i]);
        if (e)
            return e;
    }
    return check_pairs(m);
}

err rate_setup_make(const struct config *config, struct str file, struct arena *a,
                    struct rate_setup **ret, struct str *ret_why)
{
    struct arena memory;
    arena_init(&memory, SETUP_MEMORY);
    struct rate_setup *made = arena_new(&memory, struct rate_setup, 1);
    made->arena = memory; // moves into what it holds; nothing points at the local one any more
    struct maker m = { .made = made, .file = file, .a = a, .ret_why = ret_why };
    err e = make(&m, config);
    if (e) {
        rate_setup_free(made);
        return e;
    }
    *ret = made;
    return OK;
}

void rate_setup_free(struct rate_setup *s)
{
    if (!s)
        return;
    struct arena memory = s->arena; // which holds *s itself
    arena_free(&memory);
}
