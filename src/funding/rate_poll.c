#include "funding/rate_poll.h"
#include "base/check.h"
#include "base/json.h"
#include "base/scan.h"
#include "funding/channel_health.h"
#include "outgoing/fetch.h"

CONFIG_INT(rates_minutes, "rates", "minutes", 10, 1, 1440, "How often rates are asked for.");
CONFIG_INT(rates_valid_minutes, "rates", "valid_minutes", 60, 1, 10080,
           "How long a rate may be used; after that a gift in that currency has no value.");
CONFIG_INT(rates_spread, "rates", "spread_percent", 3, 1, 50,
           "How far a source may be from the median of all before it is left out.");
CONFIG_INT(rates_jump, "rates", "jump_percent", 10, 1, 100,
           "How far a rate may be from our last one of the same hour before it is refused.");
CONFIG_BOOL(rates_private, "rates", "allow_private", 0,
            "Sources may be on this machine or in a private network.");

enum {
    ANSWER_MAX = 256 * 1024,
    TIMEOUT_MS = 10000,
    ARENA_BYTES = 8 * 1024 * 1024,
    PERCENT = 100,
    EXPONENT_MAX = 30,
    DIGITS_MAX = 36, /* of a mantissa: far below 2^127 */
};

static int128 ten_to(int n)
{
    int128 p = 1;
    while (n-- > 0)
        p *= 10;
    return p;
}

/* ---- prices */

/* Digits with at most one point; *ret_decimals says how many stood behind it. */
static bool mantissa_read(struct str *s, int128 *ret, int *ret_decimals)
{
    int128 v = 0;
    int digits = 0;
    int decimals = -1;
    while (s->n && s->s[0] != 'e' && s->s[0] != 'E') {
        char c = s->s[0];
        *s = str_sub(*s, 1, s->n);
        if (c == '.' && decimals < 0 && digits > 0) {
            decimals = 0;
            continue;
        }
        if (c < '0' || c > '9' || ++digits > DIGITS_MAX)
            return false;
        v = v * 10 + (c - '0');
        decimals += decimals >= 0;
    }
    *ret = v;
    *ret_decimals = decimals < 0 ? 0 : decimals;
    return digits > 0 && decimals != 0;
}

static bool exponent_read(struct str s, int64_t *ret)
{
    *ret = 0;
    if (!s.n)
        return true;
    s = str_sub(s, 1, s.n); // the e
    bool minus = scan_char(&s, '-');
    if (!minus)
        (void)scan_char(&s, '+'); // may stand there
    if (!scan_int(&s, EXPONENT_MAX, ret) || s.n)
        return false;
    *ret = minus ? -*ret : *ret;
    return true;
}

bool rate_units_parse(struct str s, int128 *ret)
{
    int128 v = 0;
    int decimals = 0;
    int64_t exponent = 0;
    if (!mantissa_read(&s, &v, &decimals) || !exponent_read(s, &exponent))
        return false;
    int64_t shift = RATE_DECIMALS_MAX - decimals + exponent;
    const int128 most = ten_to(RATE_DECIMALS_MAX + RATE_DIGITS_MAX);
    for (; shift > 0 && v && v < most; shift--)
        v *= 10;
    for (; shift < 0 && v; shift++)
        v /= 10;
    if (v == 0 || v >= most)
        return false;
    *ret = v;
    return true;
}

struct str rate_units_print(struct arena *a, int128 v)
{
    char digits[AMOUNT_TEXT_MAX];
    size_t n = int128_print(digits, v, RATE_DECIMALS_MAX + 1);
    size_t whole = n - RATE_DECIMALS_MAX;
    size_t from = 0; // of its digits
    while (from + 1 < n && digits[from] == '0')
        from++;
    for (size_t i = from + RATE_DIGITS_MAX; i < n; i++)
        digits[i] = '0';
    while (n > whole && digits[n - 1] == '0')
        n--;
    if (n == whole)
        return str_copy(a, (struct str){ digits, whole });
    return str_print(a, "%.*s.%.*s", (int)whole, digits, (int)(n - whole), digits + whole);
}

/* ---- the judgement */

static void put_in_order(int128 *v, size_t n)
{
    for (size_t i = 1; i < n; i++)
        for (size_t j = i; j > 0 && v[j - 1] > v[j]; j--) {
            int128 swap = v[j];
            v[j] = v[j - 1];
            v[j - 1] = swap;
        }
}

static int128 median_of(const int128 *v, size_t n)
{
    return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static bool within(int128 v, int128 middle, int percent)
{
    int128 off = v > middle ? v - middle : middle - v;
    return off * PERCENT <= middle * percent; // both below 10^26
}

enum rate_doubt rate_judge(int128 *prices, size_t n, int128 last, struct rate_bounds bounds,
                           int128 *ret, size_t *ret_used)
{
    size_t kept = 0;
    *ret_used = 0;
    if (n < 2)
        return RATE_TOO_FEW;
    put_in_order(prices, n);
    int128 middle = median_of(prices, n);
    for (size_t i = 0; i < n; i++)
        if (within(prices[i], middle, bounds.spread_percent))
            prices[kept++] = prices[i];
    if (kept < 2)
        return RATE_SPREAD;
    middle = median_of(prices, kept);
    if (last && !within(middle, last, bounds.jump_percent))
        return RATE_JUMP;
    *ret = middle;
    *ret_used = kept;
    return RATE_FINE;
}

/* ---- asking */

struct asking {
    const struct app *app;
    const struct setup *setup;
    struct arena *arena;
    int64_t now;
};

/* "result.XXBTZUSD.c.0": members and numbers of items. */
static const struct json *follow(const struct json *j, struct str path)
{
    while (j && path.n) {
        struct str name = path;
        int64_t item = 0;
        if (!str_cut(path, '.', &name, &path))
            path = S("");
        if (j->kind == JSON_KIND_ARRAY)
            j = int_parse(name, 0, INT64_MAX, &item) && (uint64_t)item < j->n ? &j->items[item]
                                                                              : NULL;
        else if (j->kind == JSON_KIND_OBJECT) {
            size_t i = 0;
            while (i < j->n && !str_eq(j->names[i], name))
                i++;
            j = i < j->n ? &j->items[i] : NULL;
        } else
            j = NULL;
    }
    return j;
}

bool rate_answer_read(struct str body, struct str path, struct arena *a, int128 *ret)
{
    const struct json *j = NULL;
    struct str why = { 0 };
    if (json_parse(body, ANSWER_MAX, a, &j, &why) != OK)
        return false;
    j = follow(j, path);
    bool number =
        j && (j->kind == JSON_KIND_STR || j->kind == JSON_KIND_INT || j->kind == JSON_KIND_REAL);
    return number && rate_units_parse(j->text, ret);
}

static bool ask(struct asking *k, const struct rate_source *s, int128 *ret)
{
    struct fetch_answer answer = { 0 };
    struct fetch_request q = { .url = s->url,
                               .answer_max = ANSWER_MAX,
                               .timeout_ms = TIMEOUT_MS,
                               .allow_private = config_bool(k->setup->config, &rates_private) };
    return fetch(&q, k->arena, &answer) == OK && answer.status == 200 &&
           rate_answer_read(answer.body, s->path, k->arena, ret);
}

struct found {
    struct rate rate;
    struct str why; /* of none */
};

static err last_of_hour(struct asking *k, const struct rate_pair *p, int128 *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct rate last = { 0 };
    err e = store_read(k->app->store, &tx);
    if (!e)
        e = rate_find(&tx, p->asset, p->currency, k->now, k->arena, &last);
    *ret = 0;
    if (!e && last.price.n && k->now - last.at < HOUR)
        (void)rate_units_parse(last.price, ret); // we wrote it; else it counts as none
    return e ? fault(e) : OK;
}

/* "median of 3: kraken, coinbase, bitstamp" */
static struct str source_text(struct asking *k, const struct rate_pair *p, size_t used)
{
    struct str all = str_print(k->arena, "median of %zu of ", used);
    for (size_t i = 0; i < p->count; i++)
        all = str_print(k->arena, STR_FMT "%s" STR_FMT, STR_ARG(all), i ? ", " : "",
                        STR_ARG(p->sources[i].name));
    return str_sub(all, 0, RATE_SOURCE_MAX);
}

static err ask_pair(struct asking *k, const struct rate_pair *p, struct found *f)
{
    static const char *const doubts[] = {
        [RATE_TOO_FEW] = "fewer than two sources answered with a price",
        [RATE_SPREAD] = "the sources do not agree",
        [RATE_JUMP] = "the price moved further within an hour than is believed",
    };
    int128 prices[RATE_SOURCES_MAX];
    int128 last = 0;
    int128 middle = 0;
    size_t n = 0;
    size_t used = 0;
    struct rate_bounds bounds = { (int)config_int(k->setup->config, &rates_spread),
                                  (int)config_int(k->setup->config, &rates_jump) };
    for (size_t i = 0; i < p->count; i++)
        if (ask(k, &p->sources[i], &prices[n]))
            n++;
    err e = last_of_hour(k, p, &last);
    if (e)
        return e;
    enum rate_doubt doubt = rate_judge(prices, n, last, bounds, &middle, &used);
    if (doubt) {
        f->why = str_print(k->arena, "%s/%s: %s", p->asset.code, p->currency.code, doubts[doubt]);
        return OK;
    }
    f->rate.price = rate_units_print(k->arena, middle);
    f->rate.source = source_text(k, p, used);
    return OK;
}

static err find_pair(struct asking *k, const struct rate_pair *p, struct found *f)
{
    int64_t valid = config_int(k->setup->config, &rates_valid_minutes) * MINUTE;
    f->rate = (struct rate){ .asset = p->asset, .currency = p->currency, .at = k->now };
    f->rate.valid_until = k->now + valid;
    if (!p->fixed.n)
        return ask_pair(k, p, f);
    f->rate.price = p->fixed;
    f->rate.source = S("fixed by the newsroom");
    return OK;
}

/* ---- writing */

struct writing {
    const struct found *found;
    size_t count;
    int64_t now, next;
};

static err write_found(struct tx *tx, void *arg)
{
    const struct writing *w = arg;
    err e = channel_health_note(tx, S(RATE_HEALTH), HEALTH_HEARD, S(""), w->now);
    for (size_t i = 0; !e && i < w->count; i++)
        e = w->found[i].why.n ? channel_health_note(tx, S(RATE_HEALTH), HEALTH_POLL_FAILED,
                                                    w->found[i].why, w->now)
                              : rate_add(tx, &w->found[i].rate);
    return e ? e : job_add(tx, S(RATE_JOB), 0, w->next);
}

static err ask_all(struct asking *k)
{
    const struct rate_setup *rates = k->setup->rates;
    struct found *found = arena_new(k->arena, struct found, RATE_PAIRS_MAX);
    for (size_t i = 0; i < rates->count; i++) {
        err e = find_pair(k, &rates->pairs[i], &found[i]);
        if (e)
            return e;
    }
    int64_t every = config_int(k->setup->config, &rates_minutes) * MINUTE;
    struct writing w = {
        .found = found, .count = rates->count, .now = k->now, .next = k->now + every
    };
    return store_write(k->app->store, write_found, &w);
}

err rate_job(const struct app *app, const struct setup *s)
{
    struct arena arena;
    if (!s->rates->count) // the configuration has changed
        return OK;
    arena_init(&arena, ARENA_BYTES);
    struct asking k = { .app = app, .setup = s, .arena = &arena, .now = clock_now(&app->clock) };
    err e = ask_all(&k);
    arena_free(&arena);
    return e;
}

static err promise(struct tx *tx, void *arg)
{
    const int64_t *at = arg;
    return job_add(tx, S(RATE_JOB), 0, *at);
}

err rate_promise(const struct app *app, const struct setup *s)
{
    int64_t now = clock_now(&app->clock);
    return s->rates->count ? store_write(app->store, promise, &now) : OK;
}
