#include "base/check.h"
#include "base/utf8.h"
#include "funding/contribution.h"
#include "funding/goal.h"
#include "funding/payment_uri.h"
#include "funding/web_link.h"

/*
 * Any bytes as a link, a label of a payment link, an amount, a period or a cursor: what is taken
 * can stand in an address as it is, and is written back alike.
 */

static bool can_stand(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.s[i] <= ' ' || s.s[i] > '~' || str_has(S("\"'<>\\^`{|}"), s.s[i]))
            return false;
    return true;
}

static void try_links(struct str s, struct arena *a)
{
    static const char *const hosts[] = { "paypal.com", "paypal.me", NULL };
    if (web_link_check(s, NULL) == WEB_LINK_FINE) {
        check(can_stand(s) && str_starts(s, S("https://")));
        check(str_has(web_link_host(s), '.'));
    }
    if (web_link_check(s, hosts) == WEB_LINK_FINE) {
        struct str host = str_lower(a, web_link_host(s));
        check(str_ends(host, S("paypal.com")) || str_ends(host, S("paypal.me")));
    }
    if (utf8_valid(s))
        check(can_stand(payment_uri_bitcoin(a, S("bc1q"), s)));
}

static void try_numbers(struct str s, struct arena *a)
{
    struct asset eth = { 0 };
    struct amount m = { 0 };
    struct amount again = { 0 };
    struct contribution_cursor c = { 0 };
    int64_t first = 0;
    int64_t end = 0;
    check(asset_parse(S("ETH"), &eth));
    if (amount_parse(s, eth, &m)) {
        int64_t minor = 0;
        int64_t fine = 0;
        check(amount_parse(amount_print(a, m), eth, &again) && again.units == m.units);
        if (m.units <= (int128)INT64_MAX * 1000000000) {
            check(amount_split(m, &minor, &fine) == OK);
            check(amount_join(minor, fine, eth).units == m.units);
        }
    }
    if (contribution_cursor_parse(s, &c))
        check(str_eq(contribution_cursor_print(a, c), s));
    if (goal_period_parse(s, &first, &end)) {
        int64_t day = first;
        check(first < end && end - first <= GOAL_DAYS_MAX);
        check(goal_period_parse(goal_period_print(a, first, end), &day, &end) && day == first);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    const void *p = bytes;
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 1 << 20);
    if (n <= 4096) {
        try_links((struct str){ p, n }, &a);
        try_numbers((struct str){ p, n }, &a);
    }
    return 0;
}
