#include "mail/mail_setup.h"
#include "base/check.h"
#include "base/file.h"

CONFIG_TEXT(mail_server, "mail", "server", "", 300,
            "The SMTP server that takes our mails: smtp://HOST:587 (goes on with STARTTLS) or "
            "smtps://HOST:465. Empty: no mail is sent, and forms that need it are not shown.");
CONFIG_TEXT(mail_user, "mail", "user", "", 200, "With whom we sign in there; empty: nobody.");
CONFIG_TEXT(mail_password, "mail", "password", "", 500, "And with what.");
CONFIG_BOOL(mail_tls, "mail", "tls", 1,
            "Refuse to go on with an smtp:// server that does not offer STARTTLS. Turn it off only "
            "for a server on this machine or on a network of your own.");
CONFIG_TEXT(mail_ca_file, "mail", "ca_file", "", 1000,
            "A file of certificates to trust instead of the machine's, for a server of your own.");
CONFIG_TEXT(mail_from, "mail", "from", "", 254,
            "The address that mails come from. Its domain stands in every Message-ID.");
CONFIG_TEXT(mail_reply_to, "mail", "reply_to", "", 254,
            "Where answers to them go, when that is another address.");
CONFIG_TEXT(mail_bounces_to, "mail", "bounces_to", "", 254,
            "Where servers send back what they could not deliver (the envelope's sender); empty: "
            "as mail.from. Let your mail server hand these to `diurnal bounce`.");
CONFIG_INT(mail_connections, "mail", "connections", 2, 1, MAIL_CONNECTIONS_MAX,
           "Connections to the mail server at the same time.");
CONFIG_INT(mail_a_minute, "mail", "a_minute", 0, 0, 1000000,
           "Mails a minute at most, as the server's rules may want; 0: as fast as it takes them.");
CONFIG_INT(mail_timeout_seconds, "mail", "timeout_seconds", 60, 1, 600,
           "How long one mail may take to be handed over before it is put off.");
CONFIG_TEXT(mail_dkim_domain, "mail", "dkim_domain", "", 253,
            "Sign mails in the name of this domain (DKIM); empty: the domain of mail.from.");
CONFIG_TEXT(mail_dkim_selector, "mail", "dkim_selector", "diurnal", 100,
            "The name below _domainkey under which the public key stands in DNS.");
CONFIG_TEXT(mail_dkim_key, "mail", "dkim_key", "", 1000,
            "A file with the private key in PEM: RSA of 2048 to 4096 bits, or Ed25519. Empty: "
            "mails are not signed here.");

enum {
    SETUP_MEMORY = 64 * 1024,
    KEY_FILE_MAX = 16 * 1024,
    CONNECT_MS_MAX = 20000,
    SECOND_MS = 1000,
};

bool mail_enabled(const struct setup *s)
{
    return s->mail;
}

struct maker {
    const struct config *c;
    struct str file;
    struct arena *a;
    struct str *ret_why;
    struct mail_setup *made;
};

static err wrong(const struct maker *m, const struct config_key *key, const char *why)
{
    int line = config_line(m->c, key);
    *m->ret_why = line ? str_print(m->a, STR_FMT ":%d: %s.%s: %s", STR_ARG(m->file), line,
                                   key->section, key->name, why)
                       : str_print(m->a, STR_FMT ": %s.%s: %s", STR_ARG(m->file), key->section,
                                   key->name, why);
    return MAIL_SETUP_WRONG;
}

static struct str text(const struct maker *m, const struct config_key *key)
{
    return str_copy(&m->made->arena, config_text(m->c, key));
}

static err set_address(const struct maker *m, const struct config_key *key, struct str standard,
                       struct str *ret)
{
    struct str s = text(m, key);
    if (!s.n)
        s = standard;
    if (s.n && !mail_address_good(s))
        return wrong(m, key, "not an e-mail address");
    *ret = s;
    return OK;
}

static err set_addresses(const struct maker *m)
{
    struct mail_setup *s = m->made;
    struct str local = { 0 };
    err e = set_address(m, &mail_from, S(""), &s->from);
    if (!e && !s->from.n)
        e = wrong(m, &mail_from, "it must be given, for there is a mail.server");
    if (!e)
        e = set_address(m, &mail_reply_to, S(""), &s->reply_to);
    if (!e)
        e = set_address(m, &mail_bounces_to, s->from, &s->bounces_to);
    if (!e)
        check(str_cut(s->from, '@', &local, &s->domain));
    return e;
}

static err set_server(const struct maker *m)
{
    int ms = (int)config_int(m->c, &mail_timeout_seconds) * SECOND_MS;
    struct smtp_server *s = &m->made->server;
    *s = (struct smtp_server){ .url = text(m, &mail_server),
                               .user = text(m, &mail_user),
                               .password = text(m, &mail_password),
                               .tls = config_bool(m->c, &mail_tls),
                               .ca_file = text(m, &mail_ca_file),
                               .connect_ms = ms < CONNECT_MS_MAX ? ms : CONNECT_MS_MAX,
                               .mail_ms = ms };
    if (!smtp_url_good(s->url))
        return wrong(m, &mail_server, "it is smtp://HOST:PORT or smtps://HOST:PORT");
    bool open = str_starts(s->url, S("smtp://")) && !s->tls && !smtp_url_loopback(s->url);
    if (open && s->user.n)
        return wrong(m, &mail_tls, "a password is not sent to another machine without TLS");
    return OK;
}

static err read_key(const struct maker *m, struct str path)
{
    struct str pem = { 0 };
    err e = file_read(str_z(m->a, path), KEY_FILE_MAX, m->a, &pem);
    if (e < 0)
        return fault(e);
    if (e)
        return wrong(m, &mail_dkim_key, file_refusal(e));
    e = sign_key_read(pem, &m->made->key);
    if (e == SIGN_NO_KEY)
        return wrong(m, &mail_dkim_key, "no private key in PEM, or one behind a password");
    if (e == SIGN_WRONG_KEY)
        return wrong(m, &mail_dkim_key, "neither RSA of 2048 to 4096 bits nor Ed25519");
    m->made->dkim.key = m->made->key;
    return e;
}

static err set_dkim(const struct maker *m)
{
    struct str path = config_text(m->c, &mail_dkim_key);
    struct dkim *d = &m->made->dkim;
    if (!path.n)
        return OK;
    d->domain = text(m, &mail_dkim_domain);
    if (!d->domain.n)
        d->domain = m->made->domain;
    d->selector = text(m, &mail_dkim_selector);
    if (!dkim_name_good(d->domain))
        return wrong(m, &mail_dkim_domain, "not a domain");
    if (!dkim_name_good(d->selector))
        return wrong(m, &mail_dkim_selector, "not a name in DNS");
    return read_key(m, path);
}

static void set_fingerprint(struct mail_setup *s)
{
    const struct smtp_server *o = &s->server;
    struct str parts[] = { o->url, o->user, o->password, o->ca_file, o->tls ? S("tls") : S("") };
    struct str whole = str_print(&s->arena, "%d", o->mail_ms);
    hmac_sha256_parts(whole, parts, COUNT(parts), s->fingerprint);
}

static err make_all(const struct maker *m)
{
    err e = set_addresses(m);
    if (!e)
        e = set_server(m);
    if (!e)
        e = set_dkim(m);
    m->made->connections = (int)config_int(m->c, &mail_connections);
    m->made->a_minute = config_int(m->c, &mail_a_minute);
    set_fingerprint(m->made);
    return e;
}

err mail_setup_make(const struct config *c, struct str file, struct arena *a,
                    struct mail_setup **ret, struct str *ret_why)
{
    if (!config_text(c, &mail_server).n)
        return OK;
    struct arena memory;
    arena_init(&memory, SETUP_MEMORY);
    struct mail_setup *s = arena_new(&memory, struct mail_setup, 1);
    s->arena = memory; // moves into what it holds; nothing points at the local one any more
    err e = make_all(&(struct maker){ c, file, a, ret_why, s });
    if (e) {
        mail_setup_free(s);
        return e;
    }
    *ret = s;
    return OK;
}

void mail_setup_free(struct mail_setup *m)
{
    if (!m)
        return;
    sign_key_free(m->key);
    struct arena memory = m->arena;
    arena_free(&memory);
}
