#include "http/negotiate.h"
#include "base/scan.h"

/* "0", "0.5", "1.000" as thousandths; what cannot be read is 1. */
static int quality(struct str parameters)
{
    struct str s = str_trim(parameters);
    int64_t whole = 0;
    if (!(scan_text(&s, S("q=")) || scan_text(&s, S("Q="))) || !scan_int(&s, 1, &whole))
        return 1000;
    int q = (int)whole * 1000;
    int unit = 100;
    if (scan_char(&s, '.'))
        for (size_t i = 0; i < s.n && i < 3 && s.s[i] >= '0' && s.s[i] <= '9'; i++, unit /= 10)
            q += (s.s[i] - '0') * unit;
    return q > 1000 ? 1000 : q;
}

struct liking {
    int identity, gzip, brotli, rest; /* thousandths; -1: not said */
};

static void like(struct liking *l, struct str coding, int q)
{
    if (str_eq_nocase(coding, S("gzip")) || str_eq_nocase(coding, S("x-gzip")))
        l->gzip = q;
    else if (str_eq_nocase(coding, S("br")))
        l->brotli = q;
    else if (str_eq_nocase(coding, S("identity")))
        l->identity = q;
    else if (str_eq(coding, S("*")))
        l->rest = q;
}

unsigned codings_accepted(struct str accept_encoding)
{
    struct liking l = { -1, -1, -1, -1 };
    while (accept_encoding.n) {
        struct str parameters = scan_until(&accept_encoding, ',');
        struct str coding = str_trim(scan_until(&parameters, ';'));
        like(&l, coding, quality(parameters));
    }
    int gzip = l.gzip >= 0 ? l.gzip : l.rest;
    int brotli = l.brotli >= 0 ? l.brotli : l.rest;
    unsigned mask = 1u << CODING_IDENTITY;
    if (gzip > 0 && gzip >= brotli && gzip >= l.identity)
        mask |= 1u << CODING_GZIP;
    if (brotli > 0 && brotli >= gzip && brotli >= l.identity)
        mask |= 1u << CODING_BROTLI;
    return mask;
}

bool etag_listed(struct str if_none_match, struct str etag)
{
    struct str rest = str_trim(if_none_match);
    if (str_eq(rest, S("*")))
        return true;
    while (rest.n) {
        struct str one = str_trim(scan_until(&rest, ','));
        (void)scan_text(&one, S("W/"));
        if (str_eq(one, etag))
            return true;
    }
    return false;
}
