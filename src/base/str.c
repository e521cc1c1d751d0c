#include "base/str.h"
#include "base/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static bool space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static char lower(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c - 'A' + 'a');
    return c;
}

bool str_eq(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.s, b.s, a.n) == 0);
}

int str_cmp(struct str a, struct str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.s, b.s, n) : 0;
    return c ? c : (a.n > b.n) - (a.n < b.n);
}

bool str_eq_nocase(struct str a, struct str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.s[i]) != lower(b.s[i]))
            return false;
    return true;
}

bool str_starts(struct str s, struct str prefix)
{
    return s.n >= prefix.n && str_eq((struct str){ s.s, prefix.n }, prefix);
}

bool str_ends(struct str s, struct str suffix)
{
    return s.n >= suffix.n && str_eq((struct str){ s.s + (s.n - suffix.n), suffix.n }, suffix);
}

bool str_has(struct str s, char c)
{
    return s.n && memchr(s.s, c, s.n);
}

bool str_find(struct str s, struct str needle, size_t *ret_at)
{
    const char *p = s.n && needle.n ? memmem(s.s, s.n, needle.s, needle.n) : NULL;
    if (!p)
        return false;
    *ret_at = (size_t)(p - s.s);
    return true;
}

bool str_cut(struct str s, char at, struct str *ret_head, struct str *ret_tail)
{
    const char *p = s.n ? memchr(s.s, at, s.n) : NULL;
    if (!p)
        return false;
    size_t i = (size_t)(p - s.s);
    *ret_head = (struct str){ s.s, i };
    *ret_tail = (struct str){ p + 1, s.n - i - 1 };
    return true;
}

struct str str_trim(struct str s)
{
    while (s.n && space(s.s[s.n - 1]))
        s.n--;
    while (s.n && space(s.s[0])) {
        s.s++;
        s.n--;
    }
    return s;
}

struct str str_sub(struct str s, size_t from, size_t n)
{
    if (from >= s.n)
        return (struct str){ 0 };
    size_t left = s.n - from;
    return (struct str){ s.s + from, n < left ? n : left };
}

struct str str_from_z(const char *z)
{
    return (struct str){ z, z ? strlen(z) : 0 };
}

struct str str_copy(struct arena *a, struct str s)
{
    char *p = arena_new(a, char, s.n);
    if (s.n)
        memcpy(p, s.s, s.n);
    return (struct str){ p, s.n };
}

struct str str_lower(struct arena *a, struct str s)
{
    char *p = arena_new(a, char, s.n);
    for (size_t i = 0; i < s.n; i++)
        p[i] = lower(s.s[i]);
    return (struct str){ p, s.n };
}

struct str str_print(struct arena *a, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    check(n >= 0);
    char *p = arena_new(a, char, (size_t)n + 1);
    va_start(args, fmt);
    check(vsnprintf(p, (size_t)n + 1, fmt, args) == n);
    va_end(args);
    return (struct str){ p, (size_t)n };
}

const char *str_z(struct arena *a, struct str s)
{
    char *p = arena_new(a, char, s.n + 1);
    if (s.n)
        memcpy(p, s.s, s.n);
    return p;
}
