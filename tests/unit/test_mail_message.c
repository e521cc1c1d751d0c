/* Without this, what somebody typed could add headers and recipients to a mail, or a mail could
 * reach nobody because its form is wrong. */
#include "base/encoding.h"
#include "base/scan.h"
#include "mail/header.h"
#include "mail/mime.h"
#include "unit/mail_help.h"

static struct str write_it(struct mail_bed *b, const struct mail *m)
{
    struct message_facts f = mail_facts(b);
    struct str message = { 0 };
    expect(message_write(&f, m, &b->a, &message) == OK);
    return message;
}

/* Every CR is followed by LF and every LF preceded by CR; no line is longer than 998 bytes. */
static void expect_lines(struct str s)
{
    size_t column = 0;
    for (size_t i = 0; i < s.n; i++) {
        expect(s.s[i] != '\r' || (i + 1 < s.n && s.s[i + 1] == '\n'));
        expect(s.s[i] != '\n' || (i && s.s[i - 1] == '\r'));
        expect((unsigned char)s.s[i] < 0x80);
        column = s.s[i] == '\n' ? 0 : column + 1;
        expect(column <= 999);
    }
}

static int fields_of(struct str message)
{
    int n = 0;
    while (message.n) {
        struct str line = scan_line(&message);
        if (!line.n)
            break;
        n += line.s[0] != ' ';
    }
    return n;
}

TEST(whatever_stands_in_a_subject_or_name_the_headers_are_the_same)
{
    const struct str texts[] = {
        S("plain"),
        S("a\r\nBcc: x@example.net"),
        S("a\nBcc: x@example.net\n\nbody"),
        S("a\rBcc: x"),
        S("\r\n\r\n<html>"),
        S("\"><x@example.net>, y@example.net"),
        S("a\\\" <b@c>"),
        S("=?UTF-8?B?DQpCY2M6IHg=?="),
        S("\xc3\xa4\xc3\xb6 \xd8\xb9\xd8\xb1\xd8\xa8\xd9\x8a \xf0\x9f\x8c\x8a\r\nBcc: x"),
        S("\xe2\x80\xa8"
          "Bcc: x"),
        S("\xc2\x85"
          "Bcc: x"),
        S("\0Bcc: x"),
        S(" "),
        S("..."),
    };
    struct mail_bed b;
    mail_bed_open(&b, "");
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct mail m = { .subject = texts[i],
                          .text = texts[i],
                          .html = texts[i],
                          .from_name = texts[i],
                          .id = texts[i],
                          .parent = texts[i],
                          .root = S("report/1"),
                          .unsubscribe = S("https://example.org/leave/abc") };
        struct str value = { 0 };
        struct str message = write_it(&b, &m);
        expect_lines(message);
        expect(fields_of(message) == 13);
        expect(mail_headers(message, "Bcc", &b.a, &value) == 0);
        expect(mail_headers(message, "To", &b.a, &value) == 1);
        expect_str(value, S("<reader@example.net>"));
        expect(mail_headers(message, "From", &b.a, &value) == 1);
        expect(str_ends(value, S("<news@example.org>")));
    }
    mail_bed_close(&b);
}

TEST(a_long_subject_is_folded_and_read_back_whole)
{
    struct mail_bed b;
    struct str value = { 0 };
    mail_bed_open(&b, "");
    struct mail m = { .subject =
                          S("Floodwater breaches the southern dike, and the council meets at "
                            "night to hear what the harbour needs most before the morning"),
                      .text = S("x") };
    struct str message = write_it(&b, &m);
    expect(mail_headers(message, "Subject", &b.a, &value) == 1);
    expect_str(value, m.subject);
    for (struct str rest = message; rest.n;)
        expect(scan_line(&rest).n <= 100);
    mail_bed_close(&b);
}

TEST(encoded_words_are_short_and_hold_whole_characters)
{
    struct buf out CLEANUP(buf_free) = buf_make(1 << 16);
    header_text(&out, S("Subject"),
                S("\xd8\xa7\xd9\x84\xd9\x81\xd9\x8a\xd8\xb6\xd8\xa7\xd9\x86 "
                  "\xd9\x8a\xd9\x83\xd8\xb3\xd8\xb1 \xd8\xa7\xd9\x84\xd8\xb3\xd8\xaf "
                  "\xd8\xa7\xd9\x84\xd8\xac\xd9\x86\xd9\x88\xd8\xa8\xd9\x8a\xf0\x9f"
                  "\x8c\x8a\xf0\x9f\x8c\x8a"));
    struct str rest = buf_str(&out);
    int words = 0;
    while (rest.n) {
        struct str line = scan_line(&rest);
        expect(line.n <= 78);
        words++;
    }
    expect(words >= 2);
}

TEST(what_must_be_plain_is_refused_when_it_is_not)
{
    struct buf out CLEANUP(buf_free) = buf_make(1 << 16);
    char longest[HEADER_PLAIN_MAX + 1];
    for (size_t i = 0; i < sizeof longest; i++)
        longest[i] = 'a';
    expect(!header_plain(&out, S("X"), S("")) && !header_plain(&out, S("X"), S("a\r\nb")));
    expect(!header_plain(&out, S("X"), S("\xc3\xa4")) && !header_plain(&out, S("X"), S("a ")));
    expect(!header_plain(&out, S("X"), (struct str){ longest, HEADER_PLAIN_MAX + 1 }));
    expect(out.n == 0);
    expect(header_plain(&out, S("X"), (struct str){ longest, HEADER_PLAIN_MAX }));
}

TEST(quoted_printable_keeps_spaces_dots_and_equals_at_their_places)
{
    struct buf out CLEANUP(buf_free) = buf_make(1 << 16);
    mime_text_part(&out, S("text/plain"), S("a =b \n.\nlast\t"));
    struct str all = buf_str(&out);
    size_t at = 0;
    expect(str_find(all, S("quoted-printable\r\n\r\na =3Db=20\r\n.\r\nlast=09"), &at));
}

TEST(a_line_end_of_any_kind_becomes_one)
{
    struct buf out CLEANUP(buf_free) = buf_make(1 << 16);
    mime_text_part(&out, S("text/plain"), S("a\rb\nc\r\nd\n\re"));
    expect(str_ends(buf_str(&out), S("a\r\nb\r\nc\r\nd\r\n\r\ne")));
}

TEST(the_id_depends_on_mail_recipient_and_secret_and_is_always_the_same)
{
    struct mail_bed b;
    mail_bed_open(&b, "");
    struct message_facts f = mail_facts(&b);
    struct message_facts other = f;
    struct str id = message_id(&f, S("comment/55"), &b.a);
    expect(str_starts(id, S("<comment_55.")) && str_ends(id, S("@example.org>")));
    expect_str(id, message_id(&f, S("comment/55"), &b.a));
    expect(!str_eq(id, message_id(&f, S("comment/56"), &b.a)));
    expect(!str_eq(message_id(&f, S("a/b"), &b.a), message_id(&f, S("a_b"), &b.a)));
    other.to = S("other@example.net");
    expect(!str_eq(id, message_id(&other, S("comment/55"), &b.a)));
    other = f;
    other.secret = S("0123456789abcdeX");
    expect(!str_eq(id, message_id(&other, S("comment/55"), &b.a)));
    mail_bed_close(&b);
}

TEST(a_thread_is_held_together_by_parent_and_root)
{
    struct mail_bed b;
    struct str value = { 0 };
    mail_bed_open(&b, "");
    struct message_facts f = mail_facts(&b);
    struct str root = message_id(&f, S("report/1"), &b.a);
    struct str parent = message_id(&f, S("comment/54"), &b.a);
    struct mail m = { .subject = S("s"), .text = S("t"), .root = S("report/1") };
    struct str message = write_it(&b, &m);
    expect(mail_headers(message, "In-Reply-To", &b.a, &value) == 1);
    expect_str(value, root);
    m.parent = S("comment/54");
    message = write_it(&b, &m);
    expect(mail_headers(message, "In-Reply-To", &b.a, &value) == 1);
    expect_str(value, parent);
    expect(mail_headers(message, "References", &b.a, &value) == 1);
    expect_str(value, str_print(&b.a, STR_FMT " " STR_FMT, STR_ARG(root), STR_ARG(parent)));
    m = (struct mail){ .subject = S("s"), .text = S("t") };
    message = write_it(&b, &m);
    expect(mail_headers(message, "References", &b.a, &value) == 0);
    mail_bed_close(&b);
}

TEST(one_click_leaving_has_both_headers_and_only_for_a_link)
{
    const struct str wrong[] = { S("javascript:x"), S("https://a/<b>"),
                                 S("https://a/ b"), S("https://a/\r\nBcc: x"),
                                 S("https://a,b"),  S("https://\xc3\xa4/") };
    struct mail_bed b;
    struct str value = { 0 };
    mail_bed_open(&b, "");
    struct mail m = { .subject = S("s"), .text = S("t"), .unsubscribe = S("https://e.org/l/x") };
    struct str message = write_it(&b, &m);
    expect(mail_headers(message, "List-Unsubscribe", &b.a, &value) == 1);
    expect_str(value, S("<https://e.org/l/x>"));
    expect(mail_headers(message, "List-Unsubscribe-Post", &b.a, &value) == 1);
    expect_str(value, S("List-Unsubscribe=One-Click"));
    struct message_facts f = mail_facts(&b);
    for (size_t i = 0; i < COUNT(wrong); i++) {
        m.unsubscribe = wrong[i];
        expect(message_write(&f, &m, &b.a, &value) == ERR_DATA);
    }
    mail_bed_close(&b);
}

TEST(a_mail_without_text_or_of_too_much_is_not_made)
{
    struct mail_bed b;
    struct str value = { 0 };
    mail_bed_open(&b, "");
    struct message_facts f = mail_facts(&b);
    char *much = arena_new(&b.a, char, MAIL_TEXT_MAX + 1);
    for (size_t i = 0; i <= MAIL_TEXT_MAX; i++)
        much[i] = 'a';
    struct mail m = { .subject = S("s") };
    expect(message_write(&f, &m, &b.a, &value) == ERR_DATA);
    m.text = (struct str){ much, MAIL_TEXT_MAX + 1 };
    expect(message_write(&f, &m, &b.a, &value) == ERR_DATA);
    m.text.n--;
    expect(message_write(&f, &m, &b.a, &value) == OK);
    m.text = S("\xff");
    expect(message_write(&f, &m, &b.a, &value) == ERR_DATA);
    mail_bed_close(&b);
}

TEST(a_mark_is_read_by_who_made_it_and_by_nobody_else)
{
    struct arena a;
    int64_t row = 0;
    arena_init(&a, 1 << 16);
    struct str mark = message_mark(S("secret"), 55, &a);
    expect(message_mark_read(S("secret"), mark, &row) && row == 55);
    expect(!message_mark_read(S("Secret"), mark, &row));
    expect(!message_mark_read(S("secret"), str_sub(mark, 0, mark.n - 1), &row));
    expect(!message_mark_read(S("secret"), str_print(&a, STR_FMT "0", STR_ARG(mark)), &row));
    expect(!message_mark_read(S("secret"), S("55-"), &row));
    expect(!message_mark_read(S("secret"), S(""), &row));
    arena_free(&a);
}
