#include "base/scan.h"
#include "base/check.h"

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

bool scan_char(struct str *s, char c)
{
    if (!s->n || s->s[0] != c)
        return false;
    *s = str_sub(*s, 1, s->n);
    return true;
}

bool scan_text(struct str *s, struct str text)
{
    if (!str_starts(*s, text))
        return false;
    *s = str_sub(*s, text.n, s->n);
    return true;
}

bool scan_digits(struct str *s, size_t count, int64_t *ret)
{
    check(count <= 18);
    if (s->n < count)
        return false;
    int64_t v = 0;
    for (size_t i = 0; i < count; i++) {
        if (!digit(s->s[i]))
            return false;
        v = v * 10 + (s->s[i] - '0');
    }
    *s = str_sub(*s, count, s->n);
    *ret = v;
    return true;
}

bool scan_int(struct str *s, int64_t max, int64_t *ret)
{
    size_t n = 0;
    int64_t v = 0;
    while (n < s->n && digit(s->s[n])) {
        int d = s->s[n] - '0';
        if (v > (max - d) / 10 || (n == 1 && s->s[0] == '0'))
            return false;
        v = v * 10 + d;
        n++;
    }
    if (n == 0 || v > max)
        return false;
    *s = str_sub(*s, n, s->n);
    *ret = v;
    return true;
}

bool scan_signed(struct str *s, int64_t max, int64_t *ret)
{
    struct str rest = *s;
    bool minus = scan_char(&rest, '-');
    int64_t v = 0;
    if (!scan_int(&rest, max, &v))
        return false;
    *s = rest;
    *ret = minus ? -v : v;
    return true;
}

struct str scan_until(struct str *s, char stop)
{
    struct str head = *s;
    struct str tail = { 0 };
    (void)str_cut(*s, stop, &head, &tail); // no stop: all of it is the head
    *s = tail;
    return head;
}

struct str scan_line(struct str *s)
{
    struct str line = scan_until(s, '\n');
    if (line.n && line.s[line.n - 1] == '\r')
        line.n--;
    return line;
}

bool int_parse(struct str s, int64_t min, int64_t max, int64_t *ret)
{
    int64_t v = 0;
    if (!scan_signed(&s, INT64_MAX, &v) || s.n || v < min || v > max)
        return false;
    *ret = v;
    return true;
}
