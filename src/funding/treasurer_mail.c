#include "funding/treasurer_mail.h"
#include "base/crypto.h"
#include "base/encoding.h"
#include "people/person.h"

enum { KEY_DIGEST = 16 };

err treasurer_mail_to(struct tx *tx, const struct treasurer_letter *l, struct str address)
{
    uint8_t hash[SHA256_BYTES];
    sha256(address, hash);
    struct str digest = hex_print(l->arena, bytes_str(hash, KEY_DIGEST));
    struct mail_order o = {
        .key = str_print(l->arena, STR_FMT "/" STR_FMT, STR_ARG(l->name), STR_ARG(digest)),
        .kind = l->kind,
        .to = address,
        .subject = l->subject,
    };
    return mail_add(tx, &o, l->now, NULL);
}

err treasurer_mail(struct tx *tx, const struct treasurer_letter *l)
{
    const struct person *persons = NULL;
    size_t n = 0;
    err e = person_list(tx, l->arena, &persons, &n);
    for (size_t i = 0; !e && i < n; i++)
        if (persons[i].active && persons[i].role == ROLE_TREASURER)
            e = treasurer_mail_to(tx, l, persons[i].email);
    return e;
}
