#include "base/check.h"
#include "base/scan.h"
#include "base/utf8.h"
#include "funding/bank.h"
#include "funding/bitcoin.h"
#include "funding/cashaddr.h"
#include "funding/channel_inside.h"
#include "funding/ethereum.h"
#include "funding/payment_uri.h"
#include "funding/secret.h"
#include "funding/wallet.h"
#include "funding/web_link.h"
#include "render/qr.h"

/*
 * From the lines of [channel.NAME] sections to channels. First the lines are gathered per section,
 * then each section is checked as a whole; every refusal names the line it is about.
 */
CONFIG_OPEN_SECTION(channel_sections, "channel.",
                    "A way to give; one section each, shown in the support box. docs/channels.md "
                    "lists the keys of each kind.");

enum {
    CHANNELS_MEMORY = 8 * 1024 * 1024,
    CHANNEL_LINE_MAX = 120,
    CHANNEL_MORE_MAX = WALLET_KEYS_MAX, /* a provider has fewer */
    ORDER_STANDARD = 100,
};
_Static_assert((int)PROVIDER_KEYS_MAX <= (int)CHANNEL_MORE_MAX, "room for all keys of a provider");

enum key {
    KEY_KIND,
    KEY_TITLE,
    KEY_NOTE,
    KEY_ORDER,
    KEY_URL,
    KEY_HOLDER,
    KEY_IBAN,
    KEY_ACCOUNT,
    KEY_BIC,
    KEY_BANK_NAME,
    KEY_REFERENCE,
    KEY_ADDRESS,
    KEYS
};
enum family { FAMILY_LINK = 1, FAMILY_BANK = 2, FAMILY_WALLET = 4, FAMILY_ALL = 7 };

static const struct key_rule {
    const char *name;
    int families; /* that have it */
    size_t most;  /* bytes */
} key_rules[KEYS] = {
    [KEY_KIND] = { "kind", FAMILY_ALL, CHANNEL_NAME_MAX },
    [KEY_TITLE] = { "title", FAMILY_ALL, CHANNEL_TITLE_MAX },
    [KEY_NOTE] = { "note", FAMILY_ALL, CHANNEL_NOTE_MAX },
    [KEY_ORDER] = { "order", FAMILY_ALL, 3 },
    [KEY_URL] = { "url", FAMILY_LINK, WEB_LINK_MAX },
    [KEY_HOLDER] = { "holder", FAMILY_BANK, CHANNEL_LINE_MAX },
    [KEY_IBAN] = { "iban", FAMILY_BANK, CHANNEL_LINE_MAX },
    [KEY_ACCOUNT] = { "account", FAMILY_BANK, CHANNEL_LINE_MAX },
    [KEY_BIC] = { "bic", FAMILY_BANK, CHANNEL_LINE_MAX },
    [KEY_BANK_NAME] = { "bank_name", FAMILY_BANK, CHANNEL_LINE_MAX },
    [KEY_REFERENCE] = { "reference", FAMILY_BANK, CHANNEL_LINE_MAX },
    [KEY_ADDRESS] = { "address", FAMILY_WALLET, 200 },
};

static enum family family_of(enum channel_kind kind)
{
    switch (kind) {
    case CHANNEL_PROVIDER:
    case CHANNEL_LINK: return FAMILY_LINK;
    case CHANNEL_BANK: return FAMILY_BANK;
    case CHANNEL_BITCOIN:
    case CHANNEL_BITCOINCASH:
    case CHANNEL_ETHEREUM: return FAMILY_WALLET;
    case CHANNEL_KINDS: break;
    }
    check(false);
}

/* One section as it was written. */
struct section {
    struct str name; /* without "channel." */
    int line;        /* of its first key */
    struct {
        struct str value;
        int line;
    } keys[KEYS];
    struct wallet_line more[CHANNEL_MORE_MAX]; /* what only a provider or a wallet can have */
    size_t more_count;
};
struct maker {
    struct channels *channels;
    struct arena *memory; /* the channels' */
    struct section sections[CHANNELS_MAX];
    size_t count;
    struct str file;
    struct arena *a; /* for ret_why */
    struct str *ret_why;
};

static err refuse(struct maker *m, int line, struct str what)
{
    *m->ret_why = str_print(m->a, STR_FMT ":%d: " STR_FMT, STR_ARG(m->file), line, STR_ARG(what));
    return CHANNELS_WRONG;
}

/* Gathering the lines. */

/* NULL: refused. */
static struct section *section_of(struct maker *m, const struct config_entry *e)
{
    struct str name = e->section;
    check(scan_text(&name, str_from_z(channel_sections.prefix)));
    for (size_t i = 0; i < m->count; i++)
        if (str_eq(m->sections[i].name, name))
            return &m->sections[i];
    if (!channel_name_is_valid(name)) {
        (void)refuse(m, e->line,
                     str_print(m->a,
                               "a channel's name has up to %d small letters, digits and hyphens",
                               CHANNEL_NAME_MAX)); // always refuses
        return NULL;
    }
    if (m->count == CHANNELS_MAX) {
        (void)refuse(m, e->line,
                     str_print(m->a, "there are more than %d channels", CHANNELS_MAX)); // as above
        return NULL;
    }
    m->sections[m->count] = (struct section){ .name = name, .line = e->line };
    return &m->sections[m->count++];
}

static bool key_find(struct str name, enum key *ret)
{
    for (size_t i = 0; i < KEYS; i++)
        if (str_eq(name, str_from_z(key_rules[i].name))) {
            *ret = (enum key)i;
            return true;
        }
    return false;
}

/* Before anything else, for what is refused elsewhere may be echoed. An address of a page, and a
 * provider's own secret, may hold any 32 bytes in hex. */
static err refuse_secret(struct maker *m, const struct config_entry *e, bool any_hex)
{
    enum secret_kind kind = any_hex ? secret_find_sure(e->value) : secret_find(e->value);
    if (!kind)
        return OK;
    return refuse(
        m, e->line,
        str_print(m->a,
                  "this looks like %s; Diurnal never needs one. Take it out of this file, and "
                  "treat that wallet as known to others",
                  secret_name(kind)));
}

/* A key that the table does not have: perhaps a provider's, which is known once the kind is. */
static err gather_more(struct maker *m, const struct config_entry *e, struct section *s)
{
    for (size_t i = 0; i < s->more_count; i++)
        if (str_eq(s->more[i].name, e->name))
            return refuse(m, e->line, S("this key is there already"));
    if (s->more_count == CHANNEL_MORE_MAX)
        return refuse(m, e->line, S("a channel has no key of this name; see docs/channels.md"));
    s->more[s->more_count].name = str_copy(m->memory, e->name);
    s->more[s->more_count].value = str_copy(m->memory, e->value);
    s->more[s->more_count++].line = e->line;
    return OK;
}

static err gather_line(struct maker *m, const struct config_entry *e)
{
    enum key key = KEY_KIND;
    bool known = key_find(e->name, &key);
    err why = refuse_secret(m, e, !known || key == KEY_URL);
    if (why)
        return why;
    struct section *s = section_of(m, e);
    if (!s)
        return CHANNELS_WRONG;
    if (!known)
        return gather_more(m, e, s);
    if (e->value.n == 0)
        return refuse(m, e->line,
                      str_print(m->a, "%s has no value; leave the line out", key_rules[key].name));
    if (e->value.n > key_rules[key].most || text_check(e->value, true) != TEXT_FINE)
        return refuse(m, e->line,
                      str_print(m->a, "%s is longer than %zu bytes, or not one line of text",
                                key_rules[key].name, key_rules[key].most));
    s->keys[key].value = str_copy(m->memory, e->value);
    s->keys[key].line = e->line;
    return OK;
}

/* Checking one section. */

static err check_keys(struct maker *m, const struct section *s, const struct channel *c)
{
    enum family family = family_of(c->kind);
    for (size_t i = 0; i < KEYS; i++)
        if (s->keys[i].line && !(key_rules[i].families & (int)family))
            return refuse(m, s->keys[i].line,
                          str_print(m->a, "a channel of kind " STR_FMT " has no key %s",
                                    STR_ARG(channel_kind_name(c)), key_rules[i].name));
    if (s->more_count && !c->provider && family != FAMILY_WALLET)
        return refuse(m, s->more[0].line,
                      S("a channel has no key of this name; see docs/channels.md"));
    return OK;
}

static err need(struct maker *m, const struct section *s, enum key key)
{
    if (s->keys[key].line)
        return OK;
    return refuse(m, s->line,
                  str_print(m->a, "the channel [channel." STR_FMT "] lacks its %s",
                            STR_ARG(s->name), key_rules[key].name));
}

static err take_kind(struct maker *m, const struct section *s, struct channel *c)
{
    struct str kind = s->keys[KEY_KIND].line ? s->keys[KEY_KIND].value : s->name;
    if (channel_kind_parse(kind, &c->kind, &c->provider))
        return OK;
    const struct str *names = NULL;
    size_t n = channel_kind_names(m->a, &names);
    struct str all = names[0];
    for (size_t i = 1; i < n; i++)
        all = str_print(m->a, STR_FMT ", " STR_FMT, STR_ARG(all), STR_ARG(names[i]));
    return refuse(m, s->keys[KEY_KIND].line ? s->keys[KEY_KIND].line : s->line,
                  str_print(m->a, "kind must be one of " STR_FMT, STR_ARG(all)));
}

static err take_order(struct maker *m, const struct section *s, struct channel *c)
{
    int64_t order = ORDER_STANDARD;
    if (s->keys[KEY_ORDER].line &&
        !int_parse(s->keys[KEY_ORDER].value, 0, CHANNEL_ORDER_MAX, &order))
        return refuse(m, s->keys[KEY_ORDER].line,
                      str_print(m->a, "order is a whole number from 0 to %d", CHANNEL_ORDER_MAX));
    c->order = (int)order;
    return OK;
}

static err take_value(struct maker *m, const struct section *s, size_t which, struct channel *c)
{
    const struct provider *p = c->provider;
    struct str value = s->more[which].value;
    int line = s->more[which].line;
    struct date day = { 0 };
    for (size_t i = 0; i < p->key_count; i++) {
        const struct provider_key *k = &p->keys[i];
        if (!str_eq(s->more[which].name, str_from_z(k->name)))
            continue;
        if (value.n == 0 || value.n > k->most || text_check(value, true) != TEXT_FINE)
            return refuse(m, line,
                          str_print(m->a,
                                    "%s has no value, more than %zu bytes, or is not one line "
                                    "of text",
                                    k->name, k->most));
        if (str_eq(s->more[which].name, S("since")) && !date_parse(value, &day))
            return refuse(m, line, S("since is a day, as in 2018-05-01"));
        c->provider_values[i] = value;
        return OK;
    }
    return refuse(m, line,
                  str_print(m->a,
                            "a channel of kind %s has no key of this name; see "
                            "docs/channels.md",
                            p->name));
}

/* The provider's own keys: all that it needs, or none. */
static err take_provider(struct maker *m, const struct section *s, struct channel *c)
{
    const struct provider *p = c->provider;
    for (size_t i = 0; i < s->more_count; i++) {
        err e = take_value(m, s, i, c);
        if (e)
            return e;
    }
    for (size_t i = 0; s->more_count && i < p->key_count; i++)
        if (p->keys[i].needed && !c->provider_values[i].n)
            return refuse(m, s->line,
                          str_print(m->a, "the channel [channel." STR_FMT "] lacks its %s",
                                    STR_ARG(s->name), p->keys[i].name));
    return OK;
}

static err take_link(struct maker *m, const struct section *s, struct channel *c)
{
    const char *const *hosts = c->provider ? c->provider->hosts : NULL;
    int line = s->keys[KEY_URL].line;
    err e = c->provider ? take_provider(m, s, c) : OK;
    if (!e && !line && c->provider && c->provider->url_optional && s->more_count)
        return OK;
    if (!e)
        e = need(m, s, KEY_URL);
    if (e)
        return e;
    c->url = s->keys[KEY_URL].value;
    switch (web_link_check(c->url, hosts)) {
    case WEB_LINK_FINE: return OK;
    case WEB_LINK_FORM:
        return refuse(m, line,
                      S("url must be an address that begins with https://, without a user "
                        "name and without characters that need escaping"));
    case WEB_LINK_HOST: return refuse(m, line, S("url has no proper host name"));
    case WEB_LINK_OTHER:
        check(hosts); // without a list there is no other place
        return refuse(
            m, line,
            str_print(m->a, "url does not lead to %s; use kind = link for other places", hosts[0]));
    }
    check(false);
}

static err take_iban(struct maker *m, const struct section *s, struct channel *c)
{
    int line = s->keys[KEY_IBAN].line;
    if (!line)
        return OK;
    switch (iban_parse(s->keys[KEY_IBAN].value, m->memory, &c->iban)) {
    case BANK_FINE: return OK;
    case BANK_FORM: return refuse(m, line, S("iban is two letters, two digits and an account"));
    case BANK_COUNTRY: return refuse(m, line, S("iban begins with no country that has IBANs"));
    case BANK_LENGTH: return refuse(m, line, S("iban is too long or too short for its country"));
    case BANK_CHECKSUM:
        return refuse(m, line, S("iban's check digits do not fit: there is a typing error in it"));
    }
    check(false);
}

static err take_bank(struct maker *m, const struct section *s, struct channel *c)
{
    err e = need(m, s, KEY_HOLDER);
    if (!e)
        e = take_iban(m, s, c);
    if (e)
        return e;
    if (!s->keys[KEY_IBAN].line && !s->keys[KEY_ACCOUNT].line)
        return refuse(m, s->line,
                      S("a bank channel needs its iban, or an account where there are "
                        "no IBANs"));
    if (s->keys[KEY_BIC].line && !bic_parse(s->keys[KEY_BIC].value, m->memory, &c->bic))
        return refuse(m, s->keys[KEY_BIC].line, S("bic has 8 or 11 letters and digits"));
    c->holder = s->keys[KEY_HOLDER].value;
    c->account = s->keys[KEY_ACCOUNT].value;
    c->bank = s->keys[KEY_BANK_NAME].value;
    c->reference = s->keys[KEY_REFERENCE].value;
    return OK;
}

static err take_bitcoin(struct maker *m, int line, struct str text, struct channel *c)
{
    struct bitcoin_address a = { 0 };
    switch (bitcoin_parse(text, &a)) {
    case OK: break;
    case BITCOIN_CHECKSUM:
        return refuse(m, line,
                      S("address is wrong: its checksum does not fit. Copy it again from "
                        "the wallet"));
    case BITCOIN_OTHER_NETWORK:
        return refuse(m, line, S("address is of another network than Bitcoin's main one"));
    default: return refuse(m, line, S("address is not a Bitcoin address (bc1..., 1..., 3...)"));
    }
    if (!bitcoin_is_payable(&a))
        return refuse(m, line, S("address is of a kind that wallets cannot pay to yet"));
    c->address = a.kind == BITCOIN_WITNESS ? str_lower(m->memory, text) : text;
    return OK;
}

static err take_bitcoincash(struct maker *m, int line, struct str text, struct channel *c)
{
    struct cashaddr a = { 0 };
    switch (cashaddr_parse(text, S("bitcoincash"), &a)) {
    case OK: break;
    case CASHADDR_CHECKSUM:
        return refuse(m, line,
                      S("address is wrong: its checksum does not fit. Copy it again from "
                        "the wallet"));
    case CASHADDR_LEGACY:
        return refuse(m, line,
                      S("address is in the old form that Bitcoin's addresses have too; "
                        "copy the one that begins with bitcoincash:"));
    default: return refuse(m, line, S("address is not a Bitcoin Cash address (bitcoincash:...)"));
    }
    if (!cashaddr_is_payable(&a))
        return refuse(m, line,
                      S("address is of another network, or of a kind that wallets cannot "
                        "pay to"));
    struct str lower = str_lower(m->memory, text);
    c->address =
        str_has(lower, ':') ? lower : str_print(m->memory, "bitcoincash:" STR_FMT, STR_ARG(lower));
    return OK;
}

static err take_ethereum(struct maker *m, int line, struct str text, struct channel *c)
{
    struct ethereum_address a = { 0 };
    switch (ethereum_parse(text, &a)) {
    case OK: break;
    case ETHEREUM_CHECKSUM:
        return refuse(m, line,
                      S("address is wrong: its checksum, which is in the case of its "
                        "letters, does not fit. Copy it again from the wallet"));
    case ETHEREUM_NO_CHECKSUM:
        return refuse(m, line,
                      S("address has all its letters in one case, and so no checksum. "
                        "Copy it from the wallet, which shows it in mixed case (EIP-55)"));
    default: return refuse(m, line, S("address is not an Ethereum address (0x and 40 hex digits)"));
    }
    c->address = text;
    return OK;
}

/* The link and the picture of a wallet's first address, made once. */
static err make_uri(struct maker *m, struct channel *c)
{
    c->uri = wallet_uri(c, c->address, m->memory);
    err e = qr_svg(m->memory, wallet_code(c, c->address, m->memory), c->address, &c->qr);
    check(e <= 0); // an address is far shorter than a code can be
    return e;
}

/* Whether the address is one of the main network, for which the messages are clearer. */
static bool of_other_network(const struct section *s)
{
    for (size_t i = 0; i < s->more_count; i++)
        if (str_eq(s->more[i].name, S("network")) && !str_eq(s->more[i].value, S("main")))
            return true;
    return false;
}

static err take_address(struct maker *m, const struct section *s, struct channel *c)
{
    struct str text = s->keys[KEY_ADDRESS].value;
    int line = s->keys[KEY_ADDRESS].line;
    if (!line || of_other_network(s))
        return OK; // wallet_make() reads it, or refuses what is missing
    if (c->kind == CHANNEL_BITCOIN)
        return take_bitcoin(m, line, text, c);
    if (c->kind == CHANNEL_BITCOINCASH)
        return take_bitcoincash(m, line, text, c);
    return take_ethereum(m, line, text, c);
}

static err take_wallet(struct maker *m, const struct section *s, struct channel *c)
{
    struct wallet_place first = { 0 };
    struct str why = { 0 };
    int line = 0;
    err e = take_address(m, s, c);
    if (e)
        return e;
    const struct wallet_source source = {
        .kind = c->kind,
        .channel = c->name,
        .address = c->address.n ? c->address : s->keys[KEY_ADDRESS].value,
        .address_line = s->keys[KEY_ADDRESS].line ? s->keys[KEY_ADDRESS].line : s->line,
        .lines = s->more,
        .n = s->more_count,
    };
    e = wallet_make(&source, m->memory, m->a, &c->wallet, &line, &why);
    if (e)
        return e < 0 ? e : refuse(m, line, why);
    e = wallet_place(c->wallet, 0, m->memory, &first);
    if (e)
        return e;
    c->address = first.text;
    return make_uri(m, c);
}

static err make_channel(struct maker *m, const struct section *s, struct channel *ret)
{
    struct channel c = {
        .name = str_copy(m->memory, s->name),
        .title = s->keys[KEY_TITLE].value,
        .note = s->keys[KEY_NOTE].value,
    };
    err e = take_kind(m, s, &c);
    if (!e)
        e = check_keys(m, s, &c);
    if (!e)
        e = take_order(m, s, &c);
    if (e)
        return e;
    switch (family_of(c.kind)) {
    case FAMILY_LINK: e = take_link(m, s, &c); break;
    case FAMILY_BANK: e = take_bank(m, s, &c); break;
    case FAMILY_WALLET: e = take_wallet(m, s, &c); break;
    case FAMILY_ALL: check(false);
    }
    if (!e)
        *ret = c;
    return e;
}

static bool is_watched(const struct channel *c)
{
    return c->wallet && c->wallet->watched;
}

/* One account's messages or lists, read for two channels: a secret or an account of the provider's
 * that both name. */
static bool same_account(const struct channel *x, const struct channel *y)
{
    bool same = false;
    for (size_t i = 0; x->provider && x->provider == y->provider && i < x->provider->key_count; i++)
        same |= x->provider->keys[i].alone && x->provider_values[i].n &&
                str_eq(x->provider_values[i], y->provider_values[i]);
    return same;
}

/* Two that are told of the same gifts would both count each of them. */
static err refuse_twice(struct maker *m, const struct section *s, const struct channel *c)
{
    for (size_t i = 0; i < m->channels->count; i++) {
        const struct channel *other = &m->channels->list[i];
        bool wallet = false;
        err e = is_watched(c) && is_watched(other)
                    ? wallet_overlaps(other->wallet, c->wallet, m->a, &wallet)
                    : OK;
        if (e)
            return e;
        if (wallet || same_account(other, c))
            return refuse(m, s->line,
                          str_print(m->a,
                                    "[channel." STR_FMT "] and [channel." STR_FMT
                                    "] would both count the gifts to one %s",
                                    STR_ARG(other->name), STR_ARG(c->name),
                                    wallet ? "wallet" : "account"));
    }
    return OK;
}

/* By `order`; equal ones stay as in the file. */
static void insert(struct channels *to, struct channel c)
{
    size_t at = to->count++;
    while (at > 0 && to->list[at - 1].order > c.order) {
        to->list[at] = to->list[at - 1];
        at--;
    }
    to->list[at] = c;
}

static err make_all(struct maker *m, const struct config *config)
{
    const struct config_entry *entries = NULL;
    size_t n = config_entries(config, &channel_sections, &entries);
    for (size_t i = 0; i < n; i++) {
        err e = gather_line(m, &entries[i]);
        if (e)
            return e;
    }
    for (size_t i = 0; i < m->count; i++) {
        struct channel c = { 0 };
        err e = make_channel(m, &m->sections[i], &c);
        if (!e)
            e = refuse_twice(m, &m->sections[i], &c);
        if (e)
            return e;
        insert(m->channels, c);
    }
    return OK;
}

err channels_make(const struct config *config, struct str file, struct arena *a,
                  struct channels **ret, struct str *ret_why)
{
    struct arena memory;
    arena_init(&memory, CHANNELS_MEMORY);
    struct maker *m = arena_new(a, struct maker, 1);
    *m = (struct maker){
        .channels = arena_new(&memory, struct channels, 1),
        .memory = &memory,
        .file = file,
        .a = a,
        .ret_why = ret_why,
    };
    err e = make_all(m, config);
    struct channels *channels = m->channels;
    channels->arena = memory; // moves into what it holds; nothing points at the local one any more
    if (e) {
        channels_free(channels);
        return e;
    }
    *ret = channels;
    return OK;
}
