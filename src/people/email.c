#include "people/email.h"
#include "base/check.h"
#include "mail/mail.h"

#include <string.h>

bool email_parse(struct str s, struct arena *a, struct str *ret)
{
    s = str_trim(s);
    if (!mail_address_good(s))
        return false;
    *ret = str_lower(a, s);
    return true;
}

static bool dots_mean_nothing(struct str domain)
{
    return str_eq(domain, S("gmail.com")) || str_eq(domain, S("googlemail.com"));
}

struct str email_mailbox(struct str email, char room[EMAIL_MAX])
{
    struct str local = { 0 };
    struct str domain = { 0 };
    struct str tag = { 0 };
    size_t n = 0;
    check(email.n <= EMAIL_MAX && str_cut(email, '@', &local, &domain));
    if (!str_starts(local, S("+")))
        (void)str_cut(local, '+', &local, &tag); // none: it is the whole
    bool dots = dots_mean_nothing(domain);
    for (size_t i = 0; i < local.n; i++)
        if (!dots || local.s[i] != '.')
            room[n++] = local.s[i];
    room[n++] = '@';
    if (dots)
        domain = S("gmail.com");
    memcpy(room + n, domain.s, domain.n);
    return (struct str){ room, n + domain.n };
}
