#include "funding/bank_cell.h"
#include "base/scan.h"

enum { DIGITS_MAX = 40, GROUP = 3, CENTURY = 2000 };

/* ---- days ---- */

/* What of a date a form's next letters are. */
enum part { PART_NONE, PART_DAY, PART_MONTH, PART_YEAR, PARTS };
struct piece {
    enum part part;
    size_t digits; /* 1: one or two */
};

static struct piece next_piece(struct str *form)
{
    if (scan_text(form, S("YYYY")))
        return (struct piece){ PART_YEAR, 4 };
    if (scan_text(form, S("YY")))
        return (struct piece){ PART_YEAR, 2 };
    if (scan_text(form, S("MM")))
        return (struct piece){ PART_MONTH, 2 };
    if (scan_text(form, S("M")))
        return (struct piece){ PART_MONTH, 1 };
    if (scan_text(form, S("DD")))
        return (struct piece){ PART_DAY, 2 };
    if (scan_text(form, S("D")))
        return (struct piece){ PART_DAY, 1 };
    return (struct piece){ PART_NONE, 0 };
}

bool bank_date_form_is_good(struct str form)
{
    enum { FORM_MAX = 40 };
    int seen[PARTS] = { 0 };
    if (form.n > FORM_MAX)
        return false;
    while (form.n && !str_eq(form, S("*"))) {
        struct piece p = next_piece(&form);
        if (p.part != PART_NONE && seen[p.part]++)
            return false;
        if (p.part == PART_NONE) {
            if (form.s[0] == 'Y' || (form.s[0] >= '0' && form.s[0] <= '9'))
                return false;
            form = str_sub(form, 1, form.n);
        }
    }
    return seen[PART_DAY] && seen[PART_MONTH] && seen[PART_YEAR];
}

static bool take_number(struct str *s, size_t digits, int64_t *ret)
{
    if (digits > 1)
        return scan_digits(s, digits, ret);
    return scan_digits(s, 2, ret) || scan_digits(s, 1, ret);
}

bool bank_date_read(struct str s, struct str form, struct date *ret)
{
    int64_t parts[PARTS] = { 0 };
    while (form.n && !str_eq(form, S("*"))) {
        struct piece p = next_piece(&form);
        if (p.part == PART_NONE) {
            if (!scan_char(&s, form.s[0]))
                return false;
            form = str_sub(form, 1, form.n);
        } else if (!take_number(&s, p.digits, &parts[p.part])) {
            return false;
        } else if (p.part == PART_YEAR && p.digits == 2) {
            parts[PART_YEAR] += CENTURY;
        }
    }
    if (s.n && !form.n)
        return false;
    struct date d = { (int)parts[PART_YEAR], (int)parts[PART_MONTH], (int)parts[PART_DAY] };
    if (d.year < 1600 || d.month < 1 || d.month > 12 || d.day < 1 || d.day > 31)
        return false;
    struct date same = date_from_days(date_to_days(d)); // the 30th of February comes back as March
    if (date_cmp(d, same))
        return false;
    *ret = d;
    return true;
}

/* ---- amounts ---- */

/* Blanks that banks put around and between: also the one that does not break (U+00A0) and the
 * narrow one (U+202F). */
static bool take_blank(struct str *s)
{
    return scan_char(s, ' ') || scan_char(s, '\t') || scan_text(s, S("\xC2\xA0")) ||
           scan_text(s, S("\xE2\x80\xAF"));
}

static bool take_thousands(struct str *s, char thousands)
{
    if (thousands == ' ')
        return take_blank(s);
    if (thousands == '\'' && scan_text(s, S("\xE2\x80\x99")))
        return true;
    return thousands && scan_char(s, thousands);
}

static bool take_minus(struct str *s)
{
    return scan_char(s, '-') || scan_text(s, S("\xE2\x88\x92")); // U+2212
}

/* An amount's digits without anything between them. */
struct digits {
    char text[DIGITS_MAX];
    size_t n;
};

static bool take_run(struct str *s, struct digits *d, size_t *ret_n)
{
    size_t before = d->n;
    while (s->n && s->s[0] >= '0' && s->s[0] <= '9') {
        if (d->n == DIGITS_MAX)
            return false;
        d->text[d->n++] = s->s[0];
        *s = str_sub(*s, 1, s->n);
    }
    *ret_n = d->n - before;
    return true;
}

/* Digits before the decimal character, in threes behind the first group. */
static bool take_whole(struct str *s, char thousands, struct digits *d)
{
    size_t n = 0;
    if (!take_run(s, d, &n) || n == 0)
        return false;
    for (size_t first = n;;) {
        struct str rest = *s;
        if (!take_thousands(&rest, thousands) || !rest.n || rest.s[0] < '0' || rest.s[0] > '9')
            return true; // a blank at the end is none between
        if (first > GROUP || !take_run(&rest, d, &n) || n != GROUP)
            return false;
        *s = rest;
    }
}

static bool take_fraction(struct str *s, char decimal, size_t places, struct digits *d)
{
    size_t n = 0;
    if (!scan_char(s, decimal))
        return true;
    if (d->n == DIGITS_MAX)
        return false;
    d->text[d->n++] = '.';
    if (!take_run(s, d, &n) || n == 0)
        return false;
    for (; n > places; n--)
        if (d->text[--d->n] != '0')
            return false;
    if (places == 0)
        d->n--; // the point
    return true;
}

struct sign {
    bool minus, plus, brackets;
};

static void take_blanks(struct str *s)
{
    while (take_blank(s))
        continue;
}

static struct sign take_front(struct str *s)
{
    struct sign sign = { 0 };
    take_blanks(s);
    sign.brackets = scan_char(s, '(');
    sign.minus = take_minus(s);
    sign.plus = !sign.minus && scan_char(s, '+');
    take_blanks(s);
    return sign;
}

/* What may follow the number; false: something else does. */
static bool take_back(struct str *s, struct sign *sign)
{
    take_blanks(s);
    if (sign->brackets && !scan_char(s, ')'))
        return false;
    if (!sign->minus && !sign->plus && !sign->brackets) {
        sign->minus = take_minus(s);
        sign->plus = !sign->minus && scan_char(s, '+');
    }
    take_blanks(s);
    return s->n == 0 && !(sign->brackets && (sign->minus || sign->plus));
}

bool bank_amount_read(struct str s, char decimal, char thousands, struct currency c,
                      struct amount *ret)
{
    struct digits d = { 0 };
    struct amount m = { 0 };
    struct sign sign = take_front(&s);
    if (!take_whole(&s, thousands, &d) ||
        !take_fraction(&s, decimal, (size_t)currency_exponent(c), &d) || !take_back(&s, &sign))
        return false;
    if (!amount_parse((struct str){ d.text, d.n }, asset_of(c), &m))
        return false;
    *ret = sign.minus || sign.brackets ? amount_negative(m) : m;
    return true;
}
