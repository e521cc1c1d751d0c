#include "funding/rate.h"
#include "base/check.h"
#include "base/utf8.h"
#include "funding/contribution.h"

QUERY(rate_insert, "insert into rate (asset, currency, price, source, at, valid_until)"
                   " values ($1, $2, $3, $4, $5, $6)");
QUERY(rate_at_moment,
      "select price, source, at, valid_until from rate where asset = $1 and currency = $2"
      " and at <= $3 order by at desc, id desc limit 1");

/* A price as a whole number of units of 10^-decimals. */
struct price {
    int128 digits;
    int decimals;
};

static bool price_read(struct str s, struct price *ret)
{
    struct price p = { 0 };
    size_t digits = 0;
    bool point = false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.s[i] == '.' && !point && i > 0 && i + 1 < s.n) {
            point = true;
            continue;
        }
        if (s.s[i] < '0' || s.s[i] > '9')
            return false;
        p.digits = p.digits * 10 + (s.s[i] - '0');
        p.decimals += point;
        // zeros in front of "0.00012" are no digits of it
        digits += p.digits > 0;
        if (digits > RATE_DIGITS_MAX || p.decimals > RATE_DECIMALS_MAX)
            return false;
    }
    bool zeros = s.n > 1 && s.s[0] == '0' && s.s[1] != '.';
    if (p.digits == 0 || zeros)
        return false;
    *ret = p;
    return true;
}

bool rate_price_is_valid(struct str price)
{
    struct price p = { 0 };
    return price_read(price, &p);
}

bool rate_source_is_valid(struct str source)
{
    return source.n && source.n <= RATE_SOURCE_MAX && text_check(source, true) == TEXT_FINE;
}

static int128 power_of_ten(int n)
{
    int128 p = 1;
    while (n-- > 0)
        p *= 10;
    return p;
}

bool rate_apply(const struct rate *r, struct amount m, struct amount *ret)
{
    struct price p = { 0 };
    int128 v = 0;
    check(asset_eq(r->asset, m.asset) && m.units >= 0);
    if (!price_read(r->price, &p) || __builtin_mul_overflow(m.units, p.digits, &v))
        return false;
    // v counts 10^-(decimals of the asset and of the price); wanted are those of the currency
    int too_fine = asset_decimals(m.asset) + p.decimals - asset_decimals(r->currency);
    if (too_fine >= 0) {
        int128 unit = power_of_ten(too_fine); // at most 10^(18 + 12)
        v = v / unit + (v % unit >= unit - v % unit);
    } else if (__builtin_mul_overflow(v, power_of_ten(-too_fine), &v)) {
        return false;
    }
    if (v > CONTRIBUTION_MINOR_MAX)
        return false;
    *ret = (struct amount){ .units = v, .asset = r->currency };
    return true;
}

err rate_add(struct tx *tx, const struct rate *r)
{
    check(rate_price_is_valid(r->price) && r->source.n <= RATE_SOURCE_MAX &&
          !asset_is_coin(r->currency));
    struct stmt *s = query_start(tx, &rate_insert);
    bind_str(s, 1, asset_str(&r->asset));
    bind_str(s, 2, asset_str(&r->currency));
    bind_str(s, 3, r->price);
    bind_str(s, 4, r->source);
    bind_int(s, 5, r->at);
    bind_int(s, 6, r->valid_until);
    err e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

err rate_find(struct tx *tx, struct asset asset, struct asset currency, int64_t at, struct arena *a,
              struct rate *ret)
{
    struct rate rate = { .asset = asset, .currency = currency };
    bool row = false;
    struct stmt *s = query_start(tx, &rate_at_moment);
    bind_str(s, 1, asset_str(&asset));
    bind_str(s, 2, asset_str(&currency));
    bind_int(s, 3, at);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    if (row) {
        rate.at = column_int(s, 2);
        rate.valid_until = column_int(s, 3);
        if (rate.valid_until >= at) {
            rate.price = column_str(s, 0, a);
            rate.source = column_str(s, 1, a);
        }
        query_end(s);
    }
    *ret = rate;
    return OK;
}
