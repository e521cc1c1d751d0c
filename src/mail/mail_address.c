#include "mail/mail.h"

enum { LOCAL_MAX = 64, LABEL_MAX = 63 }; /* RFC 5321, 4.5.3.1; RFC 1035 */

static bool letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool all(struct str s, const char *others)
{
    for (size_t i = 0; i < s.n; i++)
        if (!letter_or_digit(s.s[i]) && !str_has(str_from_z(others), s.s[i]))
            return false;
    return s.n > 0;
}

/* Each piece between dots is not empty. */
static bool is_local(struct str s)
{
    size_t at = 0;
    return s.n <= LOCAL_MAX && all(s, "!#$%&'*+/=?^_`{|}~.-") && s.s[0] != '.' &&
           s.s[s.n - 1] != '.' && !str_find(s, S(".."), &at);
}

static bool is_label(struct str s)
{
    return s.n <= LABEL_MAX && all(s, "-") && s.s[0] != '-' && s.s[s.n - 1] != '-';
}

static bool is_domain(struct str s)
{
    struct str label = { 0 };
    while (str_cut(s, '.', &label, &s))
        if (!is_label(label))
            return false;
    return is_label(s);
}

bool mail_address_good(struct str s)
{
    struct str local = { 0 };
    struct str domain = { 0 };
    return s.n <= MAIL_TO_MAX && str_cut(s, '@', &local, &domain) && is_local(local) &&
           is_domain(domain);
}
