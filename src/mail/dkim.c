#include "mail/dkim.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/encoding.h"
#include "base/scan.h"

#include <inttypes.h>

enum {
    HEADERS_MAX = 64 * 1024,
    BODY_MAX = 4 * 1024 * 1024,
    FIELDS_MAX = 40,
    NAME_MAX_BYTES = 253,
    VALUE_LINE = 72, /* digits of the signature on one line */
};

/* Those that are signed where they stand; the first ones once more, whether they stand or not. */
static const char *const signed_names[] = {
    "from",           "to",           "subject",          "date",
    "reply-to",       "message-id",   "in-reply-to",      "references",
    "mime-version",   "content-type", "list-unsubscribe", "list-unsubscribe-post",
    "auto-submitted",
};
enum { SEALED = 4 };

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static char lower(char c)
{
    if (c >= 'A' && c <= 'Z')
        c = (char)(c | 0x20);
    return c;
}

void dkim_relaxed_header(struct str field, struct buf *out)
{
    struct str value = field;
    struct str name = str_trim(scan_until(&value, ':'));
    bool space = false;
    bool begun = false;
    for (size_t i = 0; i < name.n; i++)
        buf_put_char(out, lower(name.s[i]));
    buf_put_char(out, ':');
    for (size_t i = 0; i < value.n; i++) {
        char c = value.s[i];
        if (c == '\r' || c == '\n')
            continue; // a fold: the blank after it stays
        if (is_blank(c)) {
            space = true;
            continue;
        }
        if (space && begun)
            buf_put_char(out, ' ');
        space = false;
        begun = true;
        buf_put_char(out, c);
    }
}

/* One line with its runs of blanks made one space, and none at its end. */
static void relax_line(struct str line, struct buf *out)
{
    bool space = false;
    for (size_t i = 0; i < line.n; i++) {
        if (is_blank(line.s[i])) {
            space = true;
            continue;
        }
        if (space)
            buf_put_char(out, ' ');
        space = false;
        buf_put_char(out, line.s[i]);
    }
}

void dkim_relaxed_body(struct str body, struct buf *out)
{
    size_t empty = 0; // lines seen and not put: those at the end are left out
    while (body.n) {
        struct str line = scan_line(&body);
        size_t before = out->n;
        for (size_t i = 0; i < empty; i++)
            buf_put(out, S("\r\n"));
        size_t start = out->n;
        relax_line(line, out);
        if (out->n == start) {
            out->n = before;
            empty++;
            continue;
        }
        empty = 0;
        buf_put(out, S("\r\n"));
    }
}

/* ---- the header's fields ---- */

struct fields {
    struct str field[FIELDS_MAX]; /* with its folds, without the last CRLF */
    size_t n;
};

static struct fields split(struct str headers)
{
    struct fields f = { 0 };
    while (headers.n) {
        struct str start = headers;
        size_t length = scan_line(&headers).n;
        while (headers.n && is_blank(headers.s[0])) {
            length = start.n - headers.n;
            length += scan_line(&headers).n;
        }
        check(f.n < FIELDS_MAX);
        f.field[f.n++] = str_sub(start, 0, length);
    }
    return f;
}

static bool has_name(struct str field, struct str name)
{
    struct str rest = field;
    return str_eq_nocase(str_trim(scan_until(&rest, ':')), name);
}

/* The names under h=, and the canonical text of their fields. No name stands twice in our mails. */
static void choose(const struct fields *f, struct buf *names, struct buf *text)
{
    for (size_t i = 0; i < COUNT(signed_names); i++) {
        struct str name = str_from_z(signed_names[i]);
        for (size_t k = 0; k < f->n; k++) {
            if (!has_name(f->field[k], name))
                continue;
            buf_print(names, "%s" STR_FMT, names->n ? ":" : "", STR_ARG(name));
            dkim_relaxed_header(f->field[k], text);
            buf_put(text, S("\r\n"));
        }
    }
    for (size_t i = 0; i < SEALED; i++)
        buf_print(names, ":%s", signed_names[i]);
}

static struct str hash_body(struct str body, struct arena *a)
{
    struct buf b CLEANUP(buf_free) = buf_make(BODY_MAX);
    uint8_t digest[SHA256_BYTES];
    dkim_relaxed_body(body, &b);
    check(!buf_full(&b));
    sha256(buf_str(&b), digest);
    return base64_print(a, bytes_str(digest, sizeof digest));
}

void dkim_sign(const struct dkim *d, struct str headers, struct str body, int64_t now,
               struct arena *a, struct buf *out)
{
    struct fields f = split(headers);
    struct buf names CLEANUP(buf_free) = buf_make(HEADERS_MAX);
    struct buf text CLEANUP(buf_free) = buf_make(HEADERS_MAX);
    choose(&f, &names, &text);
    struct str own = str_print(
        a,
        "DKIM-Signature: v=1; a=%s; c=relaxed/relaxed;\r\n d=" STR_FMT ";\r\n s=" STR_FMT
        "; t=%" PRId64 ";\r\n h=" STR_FMT ";\r\n bh=" STR_FMT ";\r\n b=",
        sign_key_kind(d->key) == SIGN_RSA ? "rsa-sha256" : "ed25519-sha256", STR_ARG(d->domain),
        STR_ARG(d->selector), now / SECOND, STR_ARG(buf_str(&names)), STR_ARG(hash_body(body, a)));
    dkim_relaxed_header(own, &text);
    check(!buf_full(&names) && !buf_full(&text));
    uint8_t digest[SHA256_BYTES];
    sha256(buf_str(&text), digest);
    struct str value = base64_print(a, sign_digest(d->key, digest, a));
    buf_put(out, own);
    for (; value.n; value = str_sub(value, VALUE_LINE, value.n)) {
        buf_put(out, str_sub(value, 0, VALUE_LINE));
        buf_put(out, value.n > VALUE_LINE ? S("\r\n ") : S("\r\n"));
    }
}

struct str dkim_record(const struct dkim *d, struct arena *a)
{
    return str_print(a, "v=DKIM1; k=%s; p=" STR_FMT,
                     sign_key_kind(d->key) == SIGN_RSA ? "rsa" : "ed25519",
                     STR_ARG(base64_print(a, sign_public(d->key, a))));
}

bool dkim_name_good(struct str name)
{
    if (!name.n || name.n > NAME_MAX_BYTES)
        return false;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.s[i];
        bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '-' || c == '.' || c == '_';
        if (!good)
            return false;
    }
    return true;
}
