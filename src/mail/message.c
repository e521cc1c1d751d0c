#include "mail/message.h"
#include "base/check.h"
#include "base/encoding.h"
#include "base/scan.h"
#include "base/utf8.h"
#include "mail/header.h"
#include "mail/mime.h"

#include <inttypes.h>

enum {
    ID_TEXT_MAX = 60,
    ID_HASH_BYTES = 12,
    MARK_BYTES = 10,
    DATE_BYTES = 26, /* "Fri, 04 May 2018 10:00:00 " */
    HEADERS_MAX = 32 * 1024,
};

/* What people may read of the id; the hash beside it tells apart what looks the same here. */
static struct str plain_id(struct str id, struct arena *a)
{
    struct str cut = str_sub(id, 0, ID_TEXT_MAX);
    char *p = arena_new(a, char, cut.n + 1);
    for (size_t i = 0; i < cut.n; i++) {
        char c = cut.s[i];
        bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    (c == '-' && i);
        p[i] = c;
        if (!good)
            p[i] = '_';
    }
    return (struct str){ p, cut.n };
}

struct str message_id(const struct message_facts *f, struct str id, struct arena *a)
{
    uint8_t hash[SHA256_BYTES];
    struct str parts[] = { S("message-id"), id, f->to };
    hmac_sha256_parts(f->secret, parts, COUNT(parts), hash);
    struct str text = plain_id(id, a);
    return str_print(a, "<" STR_FMT "." STR_FMT "@" STR_FMT ">", STR_ARG(text),
                     STR_ARG(hex_print(a, bytes_str(hash, ID_HASH_BYTES))),
                     STR_ARG(f->setup->domain));
}

struct str message_mark(struct str secret, int64_t row, struct arena *a)
{
    uint8_t hash[SHA256_BYTES];
    struct str parts[] = { S("mail-mark"), str_print(a, "%" PRId64, row) };
    hmac_sha256_parts(secret, parts, COUNT(parts), hash);
    return str_print(a, STR_FMT "-" STR_FMT, STR_ARG(parts[1]),
                     STR_ARG(hex_print(a, bytes_str(hash, MARK_BYTES))));
}

bool message_mark_read(struct str secret, struct str mark, int64_t *ret_row)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 4096);
    struct str rest = mark;
    int64_t row = 0;
    if (!scan_int(&rest, INT64_MAX, &row) || !secret_eq(message_mark(secret, row, &a), mark))
        return false;
    *ret_row = row;
    return true;
}

/* ---- headers ---- */

static struct str date(int64_t now, struct arena *a)
{
    struct str http = time_print_http(a, now); // RFC 5322's but for the zone's name
    return str_print(a, STR_FMT "+0000", STR_ARG(str_sub(http, 0, DATE_BYTES)));
}

static void put_thread(const struct message_facts *f, const struct mail *m, struct arena *a,
                       struct buf *out)
{
    struct str parent = m->parent.n ? message_id(f, m->parent, a) : S("");
    struct str root = m->root.n ? message_id(f, m->root, a) : S("");
    if (!parent.n)
        parent = root;
    if (!parent.n)
        return;
    bool two = root.n && !str_eq(root, parent);
    check(header_plain(out, S("In-Reply-To"), parent));
    check(header_plain(out, S("References"),
                       two ? str_print(a, STR_FMT " " STR_FMT, STR_ARG(root), STR_ARG(parent))
                           : parent));
}

/* RFC 2369 and 8058: an https address, in angles. */
static bool put_unsubscribe(const struct mail *m, struct arena *a, struct buf *out)
{
    if (!m->unsubscribe.n)
        return true;
    bool link =
        str_starts(m->unsubscribe, S("https://")) || str_starts(m->unsubscribe, S("http://"));
    if (!link || str_has(m->unsubscribe, ' ') || str_has(m->unsubscribe, '<') ||
        str_has(m->unsubscribe, '>') || str_has(m->unsubscribe, ','))
        return false;
    struct str value = str_print(a, "<" STR_FMT ">", STR_ARG(m->unsubscribe));
    return header_plain(out, S("List-Unsubscribe"), value) &&
           header_plain(out, S("List-Unsubscribe-Post"), S("List-Unsubscribe=One-Click"));
}

static bool put_headers(const struct message_facts *f, const struct mail *m, struct arena *a,
                        struct buf *out)
{
    const struct mail_setup *s = f->setup;
    struct str subject = utf8_cut(m->subject, MAIL_SUBJECT_MAX);
    header_person(out, S("From"), m->from_name, s->from);
    header_person(out, S("To"), S(""), f->to);
    if (s->reply_to.n)
        header_person(out, S("Reply-To"), S(""), s->reply_to);
    header_text(out, S("Subject"), subject);
    check(header_plain(out, S("Date"), date(f->now, a)));
    check(header_plain(out, S("Message-ID"), message_id(f, m->id.n ? m->id : f->key, a)));
    put_thread(f, m, a, out);
    check(header_plain(out, S("Auto-Submitted"), S("auto-generated")));
    check(header_plain(out, S(MESSAGE_MARK_HEADER), message_mark(f->secret, f->row, a)));
    check(header_plain(out, S("MIME-Version"), S("1.0")));
    return put_unsubscribe(m, a, out);
}

/* ---- the body, with the headers that describe it before it ---- */

/* "=_" stands in no line of a part (mime.h). */
static struct str boundary(const struct message_facts *f, struct arena *a)
{
    uint8_t hash[SHA256_BYTES];
    struct str parts[] = { S("boundary"), f->key, f->to };
    hmac_sha256_parts(f->secret, parts, COUNT(parts), hash);
    return str_print(a, "=_" STR_FMT, STR_ARG(hex_print(a, bytes_str(hash, ID_HASH_BYTES))));
}

static void put_body(const struct message_facts *f, const struct mail *m, struct arena *a,
                     struct buf *out)
{
    if (!m->html.n) {
        mime_text_part(out, S("text/plain"), m->text);
        buf_put(out, S("\r\n"));
        return;
    }
    struct str mark = boundary(f, a);
    buf_print(out,
              "Content-Type: multipart/alternative;\r\n boundary=\"" STR_FMT "\"\r\n\r\n"
              "--" STR_FMT "\r\n",
              STR_ARG(mark), STR_ARG(mark));
    mime_text_part(out, S("text/plain"), m->text);
    buf_print(out, "\r\n--" STR_FMT "\r\n", STR_ARG(mark));
    mime_text_part(out, S("text/html"), m->html);
    buf_print(out, "\r\n--" STR_FMT "--\r\n", STR_ARG(mark));
}

static bool parts_good(const struct mail *m)
{
    return m->text.n && m->text.n <= MAIL_TEXT_MAX && m->html.n <= MAIL_HTML_MAX &&
           utf8_valid(m->subject) && utf8_valid(m->text) && utf8_valid(m->html);
}

err message_write(const struct message_facts *f, const struct mail *m, struct arena *a,
                  struct str *ret)
{
    struct buf headers CLEANUP(buf_free) = buf_make(HEADERS_MAX);
    struct buf body CLEANUP(buf_free) = buf_make(MESSAGE_MAX);
    struct buf whole CLEANUP(buf_free) = buf_make(MESSAGE_MAX);
    size_t at = 0;
    check(f->secret.n == MESSAGE_SECRET_BYTES && mail_address_good(f->to));
    if (!parts_good(m) || !put_headers(f, m, a, &headers))
        return fault(ERR_DATA);
    put_body(f, m, a, &body);
    struct str text = buf_str(&body);
    check(str_find(text, S("\r\n\r\n"), &at)); // between its own headers and the body
    buf_put(&headers, str_sub(text, 0, at + 2));
    if (buf_full(&body) || buf_full(&headers))
        return fault(ERR_LIMIT);
    text = str_sub(text, at + 4, text.n);
    if (f->setup->dkim.key)
        dkim_sign(&f->setup->dkim, buf_str(&headers), text, f->now, a, &whole);
    buf_put(&whole, buf_str(&headers));
    buf_put(&whole, S("\r\n"));
    buf_put(&whole, text);
    if (buf_full(&whole))
        return fault(ERR_LIMIT);
    *ret = buf_copy(&whole, a);
    return OK;
}
