#include "base/attr.h"
#include "base/scan.h"
#include "funding/liberapay_page.h"
#include "funding/provider.h"
#include "outgoing/fetch.h"

/*
 * Liberapay (https://liberapay.com/about/ and its public profile as JSON): it tells what is pledged
 * to an account in a week, and nothing of payments. The figure stands apart (pledge.h); what
 * arrives is entered by hand or from the bank's statement.
 */
#define LIBERAPAY_API "https://liberapay.com"
enum { ACCOUNT_MAX = 64, ASK_MS = 30000 };

/* Letters, digits, - _ . and nothing that a path could be left by. */
static bool is_account(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.s[i];
        bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '-' || c == '_' || c == '.';
        if (!good)
            return false;
    }
    return s.n > 0 && s.s[0] != '.';
}

static err ask(const struct provider_call *c, struct str *ret)
{
    static const struct fetch_header headers[] = { { { "Accept", 6 },
                                                     { "application/json", 16 } } };
    struct str api = provider_value(c, "api");
    struct str account = provider_value(c, "username");
    struct fetch_answer answer = { 0 };
    if (!is_account(account))
        return PROVIDER_DENIED;
    const struct fetch_request q = {
        .url = str_print(c->arena, STR_FMT "/" STR_FMT "/public.json",
                         STR_ARG(api.n ? api : S(LIBERAPAY_API)), STR_ARG(account)),
        .headers = headers,
        .header_count = COUNT(headers),
        .answer_max = LIBERAPAY_PAGE_MAX,
        .timeout_ms = ASK_MS,
        .allow_private = api.n > 0,
        .give_up = c->give_up,
        .arg = c->arg,
    };
    err e = fetch(&q, c->arena, &answer);
    if (e)
        return e < 0 ? e : PROVIDER_DOWN;
    if (answer.status == 404)
        return PROVIDER_DENIED;
    *ret = answer.body;
    return answer.status == 200 ? OK : PROVIDER_DOWN;
}

static err poll(const struct provider_call *c, struct str cursor, struct provider_events *ret)
{
    struct str body = { 0 };
    struct liberapay_page page = { 0 };
    (void)cursor; // there is one figure
    err e = ask(c, &body);
    if (e)
        return e;
    if (liberapay_page_read(body, c->arena, &page) != OK)
        return PROVIDER_DOWN;
    ret->pledge = page.hidden ? PROVIDER_NO_PLEDGE : PROVIDER_PLEDGE;
    ret->pledged = page.weekly;
    return OK;
}

static const struct provider_key keys[] = {
    { "username", ACCOUNT_MAX, true, true },
    { "api", 200, false, false },
};
static const struct provider liberapay = {
    .name = "liberapay",
    .word = "funding_channel_liberapay",
    .hosts = (const char *const[]){ "liberapay.com", NULL },
    .keys = keys,
    .key_count = COUNT(keys),
    .poll = poll,
};
PROVIDER(liberapay);
