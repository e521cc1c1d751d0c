/* Any bytes as what people and servers put into mails: the headers stay those that are ours, lines
 * keep their length, and what comes back is refused or read within bounds. */
#include "base/check.h"
#include "base/config.h"
#include "base/scan.h"
#include "base/utf8.h"
#include "mail/bounce.h"
#include "mail/message.h"
#include "outgoing/smtp.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static const char settings[] = "[mail]\nserver = smtp://127.0.0.1:25\ntls = no\n"
                               "from = news@example.org\n";

/* One piece up to the next 0xff, which stands in no UTF-8. */
static struct str piece(struct str *s)
{
    return scan_until(s, '\xff');
}

/* Every line end is CRLF, no line is too long, all is ASCII; returns how many fields the head has.
 */
static int check_lines(struct str m)
{
    int fields = 0;
    bool head = true;
    while (m.n) {
        struct str line = scan_until(&m, '\n');
        check(line.n && line.s[line.n - 1] == '\r' && line.n <= 999);
        for (size_t i = 0; i + 1 < line.n; i++)
            check(line.s[i] == '\t' || (line.s[i] >= ' ' && line.s[i] <= '~'));
        head = head && line.n > 1;
        if (head && line.s[0] != ' ')
            fields++;
    }
    return fields;
}

static void try_message(struct str in, const struct mail_setup *setup, struct arena *a)
{
    struct message_facts f = { .setup = setup,
                               .secret = S("0123456789abcdef"),
                               .to = S("reader@example.net"),
                               .key = S("key"),
                               .row = 1,
                               .now = SECOND };
    struct mail m = { .subject = piece(&in) };
    m.from_name = piece(&in);
    m.id = piece(&in);
    m.parent = piece(&in);
    m.unsubscribe = piece(&in);
    m.html = piece(&in);
    m.text = in;
    struct str message = { 0 };
    if (message_write(&f, &m, a, &message))
        return;
    int wanted = (m.html.n ? 9 : 10) + (m.parent.n ? 2 : 0) + (m.unsubscribe.n ? 2 : 0);
    check(check_lines(message) == wanted);
}

static void try_bounce(struct str in, struct arena *a)
{
    struct bounce b = { 0 };
    struct str secret = S("0123456789abcdef");
    struct str good = str_print(a, MESSAGE_MARK_HEADER ": " STR_FMT "\n" STR_FMT,
                                STR_ARG(message_mark(secret, 7, a)), STR_ARG(in));
    check(!bounce_read(in, secret, a, &b)); // nobody guesses a mark
    if (bounce_read(good, secret, a, &b))
        check(b.row == 7 && b.text.n <= BOUNCE_TEXT_MAX && b.status.n >= 5);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 1 << 26);
    struct config *config = NULL;
    struct mail_setup *setup = NULL;
    struct str why = { 0 };
    struct str in = { (const char *)bytes, n };
    check(config_parse(S("fuzz"), str_from_z(settings), &a, &config, &why) == OK);
    check(mail_setup_make(config, S("fuzz"), &a, &setup, &why) == OK);
    try_message(in, setup, &a);
    try_bounce(in, &a);
    if (smtp_url_good(in))
        check(in.n <= 300 && !str_has(in, '@') && !str_has(in, '\r') && !str_has(in, '\n'));
    mail_setup_free(setup);
    config_free(config);
    return 0;
}
