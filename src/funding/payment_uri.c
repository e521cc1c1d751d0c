#include "funding/payment_uri.h"
#include "base/buf.h"
#include "base/utf8.h"

#include <inttypes.h>

enum { URI_MAX = 128 + 3 * PAYMENT_LABEL_MAX };

/* RFC 3986 "unreserved". */
static bool is_plain(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           str_has(S("-._~"), c);
}

static void put_label(struct buf *out, struct str label)
{
    static const char hex[] = "0123456789ABCDEF";
    if (label.n == 0)
        return;
    buf_put(out, S("?label="));
    for (size_t i = 0; i < label.n; i++) {
        uint8_t byte = (uint8_t)label.s[i];
        if (is_plain(label.s[i])) {
            buf_put_char(out, label.s[i]);
        } else {
            buf_put_char(out, '%');
            buf_put_char(out, hex[byte >> 4]);
            buf_put_char(out, hex[byte & 15]);
        }
    }
}

static struct str with_label(struct arena *a, struct str scheme, struct str address,
                             struct str label)
{
    struct buf out CLEANUP(buf_free) = buf_make(URI_MAX);
    buf_put(&out, scheme);
    buf_put(&out, address);
    put_label(&out, utf8_cut(label, PAYMENT_LABEL_MAX));
    return buf_copy(&out, a);
}

struct str payment_uri_bitcoin(struct arena *a, struct str address, struct str label)
{
    return with_label(a, S("bitcoin:"), address, label);
}

struct str payment_uri_bitcoincash(struct arena *a, struct str address, struct str label)
{
    return with_label(a, S(""), address, label); // the address has its prefix, which is the scheme
}

struct str payment_uri_ethereum(struct arena *a, struct str address, int64_t chain_id)
{
    return str_print(a, "ethereum:" STR_FMT "@%" PRId64, STR_ARG(address), chain_id);
}

struct str payment_uri_token(struct arena *a, struct str contract, struct str address,
                             int64_t chain_id)
{
    return str_print(a, "ethereum:" STR_FMT "@%" PRId64 "/transfer?address=" STR_FMT,
                     STR_ARG(contract), chain_id, STR_ARG(address));
}

static char capital(char c)
{
    if (c >= 'a' && c <= 'z')
        return (char)(c - 'a' + 'A');
    return c;
}

static struct str upper(struct arena *a, struct str s)
{
    char *p = arena_new(a, char, s.n);
    for (size_t i = 0; i < s.n; i++)
        p[i] = capital(s.s[i]);
    return (struct str){ p, s.n };
}

struct str payment_qr_bitcoin(struct arena *a, struct str address)
{
    struct str uri = payment_uri_bitcoin(a, address, S(""));
    return str_starts(address, S("bc1")) ? upper(a, uri) : uri; // Base58 means case
}

struct str payment_qr_bitcoincash(struct arena *a, struct str address)
{
    return upper(a, address);
}
