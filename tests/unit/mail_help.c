#include "unit/mail_help.h"
#include "base/buf.h"
#include "base/scan.h"

const char mail_test_key[] = "-----BEGIN PRIVATE KEY-----\n"
                             "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
                             "-----END PRIVATE KEY-----\n";

void mail_bed_open(struct mail_bed *b, const char *lines)
{
    mail_bed_at(b, 1, lines);
}

void mail_bed_at(struct mail_bed *b, int port, const char *lines)
{
    struct str why = { 0 };
    *b = (struct mail_bed){ 0 };
    arena_init(&b->a, 1 << 24);
    struct str text = str_print(&b->a,
                                "[mail]\nserver = smtp://127.0.0.1:%d\ntls = no\n"
                                "from = news@example.org\n%s",
                                port, lines);
    expect(config_parse(S("test"), text, &b->a, &b->config, &why) == OK);
    expect(mail_setup_make(b->config, S("test"), &b->a, &b->mail, &why) == OK && b->mail);
}

void mail_bed_close(struct mail_bed *b)
{
    mail_setup_free(b->mail);
    config_free(b->config);
    arena_free(&b->a);
}

struct message_facts mail_facts(const struct mail_bed *b)
{
    return (struct message_facts){ .setup = b->mail,
                                   .secret = S("0123456789abcdef"),
                                   .to = S("reader@example.net"),
                                   .key = S("comment/55/7"),
                                   .row = 7,
                                   .now = INT64_C(1525435200) * SECOND };
}

int mail_headers(struct str message, const char *name, struct arena *a, struct str *ret)
{
    int n = 0;
    bool wanted = false;
    struct buf value CLEANUP(buf_free) = buf_make(1 << 20);
    while (message.n) {
        struct str line = scan_line(&message);
        struct str head = { 0 };
        struct str rest = { 0 };
        if (!line.n)
            break;
        if (line.s[0] != ' ') {
            expect(str_cut(line, ':', &head, &rest));
            wanted = str_eq_nocase(head, str_from_z(name));
            n += wanted;
            if (wanted)
                buf_clear(&value);
            line = str_trim(rest);
        }
        if (wanted)
            buf_put(&value, line);
    }
    *ret = buf_copy(&value, a);
    return n;
}
