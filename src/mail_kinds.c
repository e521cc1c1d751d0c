#include "mail_kinds.h"
#include "discussion/notice.h"
#include "funding/channel_alarm.h"
#include "funding/daily_head.h"
#include "funding/gift_receipt.h"
#include "funding/giver_year.h"
#include "people/subscriber.h"
#include "publishing/letter.h"
#include "site/digest.h"
#include "site/mine.h"
#include "site/notice_mail.h"

const struct mail_kind mail_kinds[] = {
    { .name = { LETTER_TEST, sizeof LETTER_TEST - 1 }, .compose = letter_compose_test },
    { .name = { MINE_LINK_MAIL, sizeof MINE_LINK_MAIL - 1 }, .compose = mine_compose_link },
    { .name = { SUBSCRIBER_CONFIRM_MAIL, sizeof SUBSCRIBER_CONFIRM_MAIL - 1 },
      .compose = notice_mail_confirm,
      .failed = notice_mail_subscriber_failed },
    { .name = { NOTICE_MAIL, sizeof NOTICE_MAIL - 1 },
      .compose = notice_mail_comment,
      .failed = notice_mail_failed },
    { .name = { NOTICE_REPORT_MAIL, sizeof NOTICE_REPORT_MAIL - 1 },
      .compose = notice_mail_report,
      .failed = notice_mail_failed },
    { .name = { DIGEST_MAIL, sizeof DIGEST_MAIL - 1 },
      .compose = digest_mail,
      .failed = notice_mail_subscriber_failed },
    { .name = { DAILY_HEAD_MAIL, sizeof DAILY_HEAD_MAIL - 1 }, .compose = daily_head_compose },
    { .name = { CHANNEL_ALARM_MAIL, sizeof CHANNEL_ALARM_MAIL - 1 },
      .compose = channel_alarm_compose },
    { .name = { GIFT_RECEIPT_MAIL, sizeof GIFT_RECEIPT_MAIL - 1 },
      .compose = gift_receipt_compose,
      .failed = gift_receipt_failed },
    { .name = { GIVER_YEAR_MAIL, sizeof GIVER_YEAR_MAIL - 1 },
      .compose = giver_year_compose,
      .failed = giver_year_failed },
};
const size_t mail_kind_count = COUNT(mail_kinds);

void mail_secret(const struct keys *k, uint8_t ret[MESSAGE_SECRET_BYTES])
{
    struct str purpose = S("mail");
    keys_sign(k, KEY_LINK, &purpose, 1, ret);
}
