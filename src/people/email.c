#include "people/email.h"
#include "mail/mail.h"

bool email_parse(struct str s, struct arena *a, struct str *ret)
{
    s = str_trim(s);
    if (!mail_address_good(s))
        return false;
    *ret = str_lower(a, s);
    return true;
}
