#include "discussion/webhook_setup.h"
#include "base/check.h"
#include "base/crypto.h"
#include "base/encoding.h"
#include "base/file.h"
#include "base/scan.h"
#include "base/utf8.h"
#include "outgoing/fetch.h"

CONFIG_OPEN_SECTION(webhook_sections, "webhook.",
                    "Where changes of comments are told to a program of yours; one section each. "
                    "docs/webhooks.md lists the keys.");
CONFIG_INT(webhook_seconds, "limits", "webhook_seconds", 15, 1, 60,
           "How long the receiver of a webhook may take to answer.");

enum {
    WEBHOOK_MEMORY = 256 * 1024,
    WEBHOOK_PATH_MAX = 1000,
    WEBHOOK_EVENTS_MAX = 300,    /* bytes of the list of events */
    SECRET_TEXT_MAX = 200,       /* bytes of a secret as it is written */
    SECRET_FILE_MAX = 16 * 1024, /* bytes of its file */
    SECOND_MS = 1000,
};
#define SECRET_PREFIX "whsec_"

enum key {
    KEY_URL,
    KEY_SECRET,
    KEY_SECRET_FILE,
    KEY_FORMER_SECRET,
    KEY_EVENTS,
    KEY_ALLOW_PRIVATE,
    KEY_CA_FILE,
    KEYS
};
static const struct key_rule {
    const char *name;
    size_t most; /* bytes */
} key_rules[KEYS] = {
    [KEY_URL] = { "url", FETCH_URL_MAX },
    [KEY_SECRET] = { "secret", SECRET_TEXT_MAX },
    [KEY_SECRET_FILE] = { "secret_file", WEBHOOK_PATH_MAX },
    [KEY_FORMER_SECRET] = { "former_secret", SECRET_TEXT_MAX },
    [KEY_EVENTS] = { "events", WEBHOOK_EVENTS_MAX },
    [KEY_ALLOW_PRIVATE] = { "allow_private", 10 },
    [KEY_CA_FILE] = { "ca_file", WEBHOOK_PATH_MAX },
};

/* One section as it was written; the values are borrowed from the configuration. */
struct section {
    struct str name;
    int line; /* of its first key */
    struct {
        struct str value;
        int line; /* 0: not there */
    } keys[KEYS];
};
struct maker {
    struct webhook_setup *made;
    struct section sections[WEBHOOKS_MAX];
    struct str file;
    struct arena *a; /* for ret_why */
    struct str *ret_why;
};

static err refuse(struct maker *m, int line, const char *what)
{
    *m->ret_why = str_print(m->a, STR_FMT ":%d: %s", STR_ARG(m->file), line, what);
    return WEBHOOK_SETUP_WRONG;
}

/* ---- gathering the lines ---- */

static bool is_name(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.s[i];
        bool alnum = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!alnum && (c != '-' || i == 0))
            return false;
    }
    return s.n > 0 && s.n <= WEBHOOK_NAME_MAX;
}

static err section_of(struct maker *m, const struct config_entry *e, struct section **ret)
{
    struct str name = e->section;
    check(scan_text(&name, str_from_z(webhook_sections.prefix)));
    size_t n = m->made->count;
    for (size_t i = 0; i < n; i++)
        if (str_eq(m->sections[i].name, name)) {
            *ret = &m->sections[i];
            return OK;
        }
    if (!is_name(name))
        return refuse(m, e->line,
                      "a webhook's name has up to 40 small letters, digits and hyphens");
    if (n == WEBHOOKS_MAX)
        return refuse(m, e->line, "there are more than 8 webhooks");
    m->sections[n] = (struct section){ .name = name, .line = e->line };
    m->made->count++;
    *ret = &m->sections[n];
    return OK;
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

static err gather_line(struct maker *m, const struct config_entry *e)
{
    struct section *s = NULL;
    enum key key = KEY_URL;
    err why = section_of(m, e, &s);
    if (why)
        return why;
    if (!key_find(e->name, &key))
        return refuse(m, e->line, "a webhook has no key of this name; see docs/webhooks.md");
    if (!e->value.n || e->value.n > key_rules[key].most || text_check(e->value, true) != TEXT_FINE)
        return refuse(m, e->line, "the value is missing, too long, or not one line of text");
    s->keys[key].value = e->value;
    s->keys[key].line = e->line;
    return OK;
}

/* ---- checking one section ---- */

static err read_secret(struct maker *m, struct str text, int line, struct str *ret)
{
    struct str coded = str_trim(text);
    if (!scan_text(&coded, S(SECRET_PREFIX)) || !base64_read(&m->made->arena, coded, ret) ||
        ret->n < WEBHOOK_SECRET_LEAST || ret->n > WEBHOOK_SECRET_MAX)
        return refuse(m, line, "a secret is whsec_ and 24 to 64 random bytes in base64");
    return OK;
}

static err read_secret_file(struct maker *m, struct str path, int line, struct str *ret)
{
    struct str text = { 0 };
    err e = file_read(str_z(m->a, path), SECRET_FILE_MAX, m->a, &text);
    if (e < 0)
        return fault(e);
    return e ? refuse(m, line, file_refusal(e)) : read_secret(m, text, line, ret);
}

static err set_secrets(struct maker *m, const struct section *s, struct webhook_config *h)
{
    int line = s->keys[KEY_SECRET].line;
    int file_line = s->keys[KEY_SECRET_FILE].line;
    int former_line = s->keys[KEY_FORMER_SECRET].line;
    if (!line == !file_line)
        return refuse(m, line ? line : s->line, "a webhook has either a secret or a secret_file");
    err e = line ? read_secret(m, s->keys[KEY_SECRET].value, line, &h->secret)
                 : read_secret_file(m, s->keys[KEY_SECRET_FILE].value, file_line, &h->secret);
    if (e || !former_line)
        return e;
    return read_secret(m, s->keys[KEY_FORMER_SECRET].value, former_line, &h->former_secret);
}

static err set_private(struct maker *m, const struct section *s, struct webhook_config *h)
{
    struct str value = s->keys[KEY_ALLOW_PRIVATE].value;
    h->allow_private = str_eq(value, S("yes"));
    if (value.n && !h->allow_private && !str_eq(value, S("no")))
        return refuse(m, s->keys[KEY_ALLOW_PRIVATE].line, "allow_private must be yes or no");
    return OK;
}

/* "https://hooks.example.org:8443": all before the path. */
static struct str host_of(struct str url)
{
    size_t at = 0;
    check(str_find(url, S("://"), &at));
    for (at += 3; at < url.n && url.s[at] != '/' && url.s[at] != '?' && url.s[at] != '#';)
        at++;
    return str_sub(url, 0, at);
}

static err set_url(struct maker *m, const struct section *s, struct webhook_config *h)
{
    int line = s->keys[KEY_URL].line;
    if (!line)
        return refuse(m, s->line, "a webhook needs a url");
    h->url = str_copy(&m->made->arena, s->keys[KEY_URL].value);
    bool secure = str_starts(h->url, S("https://"));
    bool open = str_starts(h->url, S("http://"));
    if ((!secure && !open) || !fetch_url_good(h->url, m->a))
        return refuse(m, line, "url is https://HOST/PATH, without a user");
    if (open && !h->allow_private)
        return refuse(m, line,
                      "without https only with allow_private = yes, in a network of your own");
    h->host = host_of(h->url);
    h->ca_file = str_copy(&m->made->arena, s->keys[KEY_CA_FILE].value);
    return OK;
}

static bool want(struct webhook_config *h, struct str word)
{
    bool all = str_eq(word, S("all"));
    bool known = all;
    for (int i = COMMENT_CHANGE_PUBLISHED; i < (int)COMMENT_CHANGES; i++) {
        bool this = str_eq(word, comment_change_str((enum comment_change)i));
        h->wanted[i] = h->wanted[i] || all || this;
        known = known || this;
    }
    return known;
}

static err set_events(struct maker *m, const struct section *s, struct webhook_config *h)
{
    struct str rest = s->keys[KEY_EVENTS].line ? s->keys[KEY_EVENTS].value : S("all");
    while (rest.n) {
        struct str word = rest;
        struct str tail = { 0 };
        (void)str_cut(rest, ' ', &word, &tail); // no blank: it is the last word
        rest = str_trim(tail);
        if (!want(h, word))
            return refuse(m, s->keys[KEY_EVENTS].line,
                          "events are words with blanks between them: all, published, held, "
                          "approved, edited, hidden, spam, deleted, restored, erased");
    }
    return OK;
}

static err make_one(struct maker *m, const struct section *s, struct webhook_config *h)
{
    h->name = str_copy(&m->made->arena, s->name);
    err e = set_private(m, s, h);
    if (!e)
        e = set_url(m, s, h);
    if (!e)
        e = set_secrets(m, s, h);
    return e ? e : set_events(m, s, h);
}

static err make_all(struct maker *m, const struct config *c)
{
    const struct config_entry *entries = NULL;
    size_t n = config_entries(c, &webhook_sections, &entries);
    err e = OK;
    for (size_t i = 0; i < n && !e; i++)
        e = gather_line(m, &entries[i]);
    for (size_t i = 0; i < m->made->count && !e; i++)
        e = make_one(m, &m->sections[i], &m->made->hooks[i]);
    m->made->timeout_ms = (int)config_int(c, &webhook_seconds) * SECOND_MS;
    return e;
}

err webhook_setup_make(const struct config *c, struct str file, struct arena *a,
                       struct webhook_setup **ret, struct str *ret_why)
{
    struct arena memory;
    arena_init(&memory, WEBHOOK_MEMORY);
    struct webhook_setup *s = arena_new(&memory, struct webhook_setup, 1);
    s->arena = memory; // moves into what it holds; nothing points at the local one any more
    struct maker m = { .made = s, .file = file, .a = a, .ret_why = ret_why };
    err e = make_all(&m, c);
    if (e) {
        webhook_setup_free(s);
        return e;
    }
    *ret = s;
    return OK;
}

void webhook_setup_free(struct webhook_setup *s)
{
    if (!s)
        return;
    struct arena memory = s->arena;
    arena_free(&memory);
}

const struct webhook_config *webhook_find(const struct webhook_setup *s, struct str name)
{
    for (size_t i = 0; s && i < s->count; i++)
        if (str_eq(s->hooks[i].name, name))
            return &s->hooks[i];
    return NULL;
}
