#include "mail_kinds.h"
#include "publishing/letter.h"
#include "site/mine.h"

const struct mail_kind mail_kinds[] = {
    { .name = { LETTER_TEST, sizeof LETTER_TEST - 1 }, .compose = letter_compose_test },
    { .name = { MINE_LINK_MAIL, sizeof MINE_LINK_MAIL - 1 }, .compose = mine_compose_link },
};
const size_t mail_kind_count = COUNT(mail_kinds);

void mail_secret(const struct keys *k, uint8_t ret[MESSAGE_SECRET_BYTES])
{
    struct str purpose = S("mail");
    keys_sign(k, KEY_LINK, &purpose, 1, ret);
}
