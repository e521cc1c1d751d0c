#include "http/cookie.h"
#include "base/scan.h"

static bool is_octet(char c)
{
    return c > 0x20 && c < 0x7F && c != '"' && c != ',' && c != ';' && c != '\\';
}

bool cookie_value_valid(struct str value)
{
    for (size_t i = 0; i < value.n; i++)
        if (!is_octet(value.s[i]))
            return false;
    return true;
}

static struct str unquote(struct str value)
{
    bool quoted = value.n >= 2 && value.s[0] == '"' && value.s[value.n - 1] == '"';
    return quoted ? str_sub(value, 1, value.n - 2) : value;
}

bool cookie_find(struct str header, struct str name, struct str *ret)
{
    while (header.n) {
        struct str value = str_trim(scan_until(&header, ';'));
        if (!str_has(value, '='))
            continue;
        if (!str_eq(str_trim(scan_until(&value, '=')), name))
            continue;
        value = unquote(str_trim(value));
        if (!cookie_value_valid(value))
            return false;
        *ret = value;
        return true;
    }
    return false;
}

size_t cookie_count(struct str header)
{
    size_t n = 0;
    while (header.n)
        n += str_trim(scan_until(&header, ';')).n > 0;
    return n;
}
