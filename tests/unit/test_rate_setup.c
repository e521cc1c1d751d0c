#include "base/buf.h"
#include "funding/rate_setup.h"
#include "unit/test.h"

#include <string.h>

/*
 * Without these a typing error in the configuration could let one source alone say what a coin is
 * worth, or a line that is not understood could be passed over.
 */

struct made {
    struct arena arena;
    struct config *config;
    struct rate_setup *setup; /* NULL: refused */
    struct str why;
};

static struct made make(struct str text)
{
    struct made m = { 0 };
    arena_init(&m.arena, 1 << 20);
    expect(config_parse(S("d.ini"), text, &m.arena, &m.config, &m.why) == OK);
    err e = rate_setup_make(m.config, S("d.ini"), &m.arena, &m.setup, &m.why);
    expect(e == OK || (e == RATE_SETUP_WRONG && !m.setup));
    return m;
}

static void drop(struct made *m)
{
    rate_setup_free(m->setup);
    config_free(m->config);
    arena_free(&m->arena);
}

/* NULL as `part`: it is taken. */
static void expect_said(struct str text, const char *begin, const char *part)
{
    struct made m = make(text);
    size_t at = 0;
    bool right = part ? !m.setup && str_starts(m.why, str_from_z(begin)) &&
                            str_find(m.why, str_from_z(part), &at)
                      : m.setup != NULL;
    if (!right)
        printf("# " STR_FMT "\n# for: " STR_FMT "\n", STR_ARG(m.why), STR_ARG(text));
    expect(right);
    drop(&m);
}

TEST(rate_setup_reads_prices_and_sources_of_a_pair)
{
    struct made m = make(S("[rate.a]\nbtc_usd = https://a.example/ x.0\neur_usd = 1.08\n"
                           "[rate.b]\nbtc_usd = https://b.example/?p=1 y\n"
                           "[rate.c]\nbtc_usd = https://c.example/ z\n"));
    expect(m.setup && m.setup->count == 2);
    const struct rate_pair *btc = &m.setup->pairs[0];
    const struct rate_pair *eur = &m.setup->pairs[1];
    expect_str(asset_str(&btc->asset), S("BTC"));
    expect_str(asset_str(&btc->currency), S("USD"));
    expect(btc->count == 3 && btc->fixed.n == 0 && btc->sources[1].line == 5);
    expect_str(btc->sources[1].name, S("b"));
    expect_str(btc->sources[1].url, S("https://b.example/?p=1"));
    expect_str(btc->sources[0].path, S("x.0"));
    expect(eur->count == 0);
    expect_str(eur->fixed, S("1.08"));
    drop(&m);
    m = make(S(""));
    expect(m.setup && m.setup->count == 0);
    drop(&m);
    rate_setup_free(NULL);
}

TEST(rate_setup_refuses_pairs_that_are_none)
{
    static const char *const keys[] = {
        "btcusd",  "_usd",        "btc_",    "btc_usd_", "Btc_usd", "btc_Usd", "usd_usd",
        "eur_btc", "dogecoi_usd", "xyz_usd", "eur_xyz",  "b-c_usd", "1_usd",   "btc_dogecoins",
    };
    for (size_t i = 0; i < COUNT(keys); i++) {
        char text[100];
        (void)snprintf(text, sizeof text, "[rate.a]\n%s = 1\n", keys[i]);
        expect_said(str_from_z(text), "d.ini:2: ", "a rate's key is a coin or currency");
    }
}

TEST(rate_setup_refuses_a_source_that_is_none_or_that_stands_twice)
{
    static const struct {
        const char *text, *begin, *part;
    } wrong[] = {
        { "btc_usd = https://a.example/\n", "d.ini:2: ", "a blank and the path" },
        { "btc_usd = ftp://a.example/ x\n", "d.ini:2: ", "a blank and the path" },
        { "btc_usd = https://a.example/ x y\n", "d.ini:2: ", "a blank and the path" },
        { "btc_usd = https://a.example/ \xC3\xBC\n", "d.ini:2: ", "a blank and the path" },
        { "btc_usd = 0\n", "d.ini:2: ", "a blank and the path" },
        { "btc_usd = 1\n[rate.b]\nbtc_usd = 2\n", "d.ini:4: ", "a price already" },
        { "btc_usd = 1\n[rate.b]\nbtc_usd = https://b.example/ x\n", "d.ini:2: ", "not both" },
        { "btc_usd = https://a.example/ x\n", "d.ini:2: ", "at least three sources" },
        { "btc_usd = https://a.example/ x\n[rate.b]\nbtc_usd = https://b.example/ x\n",
          "d.ini:2: ", "at least three sources" },
        { "btc_usd = https://a.example/ x\n[rate.b]\nbtc_usd = https://a.example/ y\n",
          "d.ini:4: ", "it is one source" },
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        char text[300];
        (void)snprintf(text, sizeof text, "[rate.a]\n%s", wrong[i].text);
        expect_said(str_from_z(text), wrong[i].begin, wrong[i].part);
    }
}

static void expect_sources(int n, const char *begin, const char *part)
{
    struct buf b CLEANUP(buf_free) = buf_make(10000);
    for (int i = 0; i < n; i++)
        buf_print(&b, "[rate.s%d]\nbtc_usd = https://s%d.example/ x\n", i, i);
    expect_said(buf_str(&b), begin, part);
}

static void expect_pairs(int n, const char *begin, const char *part)
{
    static const char *const codes[] = { "eur", "gbp", "chf", "jpy", "sek", "nok",
                                         "dkk", "pln", "czk", "huf", "cad", "aud",
                                         "nzd", "inr", "brl", "mxn", "zar" };
    struct buf b CLEANUP(buf_free) = buf_make(10000);
    buf_print(&b, "[rate.fixed]\n");
    for (int i = 0; i < n; i++)
        buf_print(&b, "%s_usd = 1.5\n", codes[i]);
    expect_said(buf_str(&b), begin, part);
}

TEST(rate_setup_takes_so_many_sources_and_pairs_and_no_more)
{
    expect_sources(RATE_SOURCES_MAX, NULL, NULL);
    expect_sources(RATE_SOURCES_MAX + 1, "d.ini:18: ", "at most 8 sources");
    expect_pairs(RATE_PAIRS_MAX, NULL, NULL);
    expect_pairs(RATE_PAIRS_MAX + 1, "d.ini:18: ", "more than 16 pairs");
}

/* Three sources; the first has a name and a path of so many bytes. */
static void expect_lengths(int name, int path, const char *part)
{
    char letters[300];
    memset(letters, 'x', sizeof letters);
    struct buf b CLEANUP(buf_free) = buf_make(10000);
    buf_print(&b, "[rate.%.*s]\nbtc_usd = https://a.example/ %.*s\n", name, letters, path, letters);
    buf_print(&b, "[rate.b]\nbtc_usd = https://b.example/ x\n");
    buf_print(&b, "[rate.c]\nbtc_usd = https://c.example/ x\n");
    expect_said(buf_str(&b), "d.ini:2: ", part);
}

TEST(rate_setup_takes_names_and_paths_of_so_many_bytes_and_no_more)
{
    expect_lengths(RATE_NAME_MAX, RATE_PATH_MAX, NULL);
    expect_lengths(RATE_NAME_MAX + 1, 1, "too long");
    expect_lengths(1, RATE_PATH_MAX + 1, "a blank and the path");
}
