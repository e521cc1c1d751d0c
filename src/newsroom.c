#include "newsroom.h"
#include "base/check.h"
#include "base/config.h"
#include "base/file.h"
#include "base/log.h"
#include "discussion/comment_form.h"
#include "discussion/gate.h"
#include "discussion/recent.h"
#include "discussion/webhook_setup.h"
#include "funding/channel.h"
#include "funding/daily_head.h"
#include "funding/hand_entry.h"
#include "funding/mempool.h"
#include "funding/rate_setup.h"
#include "funding/secret.h"
#include "funding/statement.h"
#include "http/server.h"
#include "mail/mail_setup.h"
#include "people/keys.h"
#include "people/sign_in.h"
#include "publishing/layout.h"
#include "render/format.h"
#include "render/theme.h"
#include "store/store.h"

#include <pthread.h>
#include <stdlib.h>

enum { CONFIG_BYTES_MAX = 1024 * 1024, READERS_MAX = 16 };

CONFIG_TEXT(site_theme, "site", "theme", "", 1000,
            "A folder whose files stand in for the built-in theme's, file by file.");
CONFIG_BOOL(store_durable, "store", "durable", 1,
            "Wait for the disk before success is answered. Only tests that show what this protects "
            "from turn it off.");

/* A setup with the number of those who use it. `next` chains the old ones that are still in use. */
struct held {
    struct setup setup;
    struct config *config;
    struct theme *theme;
    struct formats *formats;
    struct channels *channels;
    struct mail_setup *mail;
    struct webhook_setup *webhooks;
    struct rate_setup *rates;
    struct statement *statement;
    long users;
    struct held *next;
};

struct newsroom {
    struct app app;
    struct arena arena; /* for what lives as long as the newsroom */
    struct str config_file;
    bool config_named; /* the operator named it: it must be there */
    pthread_mutex_t lock;
    struct held *held; /* the one in force first */
};

static void held_free(struct held *h)
{
    statement_free(h->statement);
    rate_setup_free(h->rates);
    webhook_setup_free(h->webhooks);
    mail_setup_free(h->mail);
    channels_free(h->channels);
    formats_free(h->formats);
    theme_free(h->theme);
    config_free(h->config);
    free(h);
}

static err read_config(const struct newsroom *n, struct arena *a, struct config **ret,
                       struct str *ret_why)
{
    struct str text = { 0 };
    err e = file_read(str_z(a, n->config_file), CONFIG_BYTES_MAX, a, &text);
    if (e == FILE_MISSING && !n->config_named)
        e = OK;
    if (e < 0)
        return fault(e);
    if (e) {
        *ret_why = str_print(a, STR_FMT ": %s", STR_ARG(n->config_file), file_refusal(e));
        return NEWSROOM_REFUSED;
    }
    int line = 0;
    enum secret_kind secret = secret_find_in_file(text, &line); // before anything of it is echoed
    if (secret) {
        *ret_why = str_print(a,
                             STR_FMT ":%d: this looks like %s; Diurnal never needs one. Take it "
                                     "out of this file, and treat that wallet as known to others",
                             STR_ARG(n->config_file), line, secret_name(secret));
        return NEWSROOM_REFUSED;
    }
    e = config_parse(n->config_file, text, a, ret, ret_why);
    return e > 0 ? NEWSROOM_REFUSED : e;
}

static err load_formats(const struct newsroom *n, struct arena *a, struct held *h,
                        struct str *ret_why)
{
    const struct config_key *wrong = NULL;
    err e = layout_formats(h->config, &h->formats, &wrong);
    if (e <= 0)
        return e;
    check(wrong);
    *ret_why = str_print(a, STR_FMT ":%d: %s.%s = " STR_FMT ": not known", STR_ARG(n->config_file),
                         config_line(h->config, wrong), wrong->section, wrong->name,
                         STR_ARG(config_text(h->config, wrong)));
    return NEWSROOM_REFUSED;
}

static err load_theme(struct arena *a, struct held *h, struct str *ret_why)
{
    struct str folder = config_text(h->config, &site_theme);
    err e = theme_load(folder.n ? str_z(a, folder) : NULL, config_text(h->config, &site_language),
                       a, &h->theme, ret_why);
    return e > 0 ? NEWSROOM_REFUSED : e;
}

static err check_logo(const struct newsroom *n, struct arena *a, const struct held *h,
                      struct str *ret_why)
{
    struct str logo = config_text(h->config, &site_logo);
    struct theme_file file = { 0 };
    if (!logo.n || theme_asset(h->theme, logo, &file))
        return OK;
    *ret_why =
        str_print(a, STR_FMT ":%d: site.logo = " STR_FMT ": the theme has no such file",
                  STR_ARG(n->config_file), config_line(h->config, &site_logo), STR_ARG(logo));
    return NEWSROOM_REFUSED;
}

/* What we show may not differ from what was signed away from here. */
static err load_statement(const struct newsroom *n, struct arena *a, struct held *h,
                          struct str *ret_why)
{
    struct statement_setup s = { .data_dir = n->app.data_dir,
                                 .site = site_url(h->config),
                                 .file = n->config_file,
                                 .channels = h->channels };
    return statement_load(&s, a, &h->statement, ret_why);
}

static err load_setup(const struct newsroom *n, struct arena *a, struct held *h,
                      struct str *ret_why)
{
    err e = read_config(n, a, &h->config, ret_why);
    if (!e && (!server_config_check(h->config, a, ret_why) ||
               !discussion_config_check(h->config, a, ret_why)))
        e = NEWSROOM_REFUSED;
    if (!e)
        e = load_formats(n, a, h, ret_why);
    if (!e)
        e = load_theme(a, h, ret_why);
    if (!e)
        e = check_logo(n, a, h, ret_why);
    if (e)
        return e;
    e = channels_make(h->config, n->config_file, a, &h->channels, ret_why);
    if (!e)
        e = load_statement(n, a, h, ret_why);
    if (!e)
        e = mail_setup_make(h->config, n->config_file, a, &h->mail, ret_why);
    if (!e)
        e = webhook_setup_make(h->config, n->config_file, a, &h->webhooks, ret_why);
    if (!e)
        e = rate_setup_make(h->config, n->config_file, a, &h->rates, ret_why);
    if (!e)
        e = witnesses_check(h->config, n->config_file, a, ret_why);
    if (!e)
        e = hand_rule_check(h->config, n->config_file, a, ret_why);
    return e > 0 ? NEWSROOM_REFUSED : e;
}

static err make_setup(const struct newsroom *n, struct arena *a, struct held **ret,
                      struct str *ret_why)
{
    struct held *h = calloc(1, sizeof *h);
    check(h);
    err e = load_setup(n, a, h, ret_why);
    if (e) {
        held_free(h);
        return e;
    }
    h->setup = (struct setup){ .config = h->config,
                               .theme = h->theme,
                               .formats = h->formats,
                               .channels = h->channels,
                               .mail = h->mail,
                               .webhooks = h->webhooks,
                               .rates = h->rates,
                               .statement = h->statement };
    h->users = 1; // the newsroom itself
    *ret = h;
    return OK;
}

static err open_store(struct newsroom *n, bool create, struct arena *a, struct str *ret_why)
{
    struct store_options o = { .dir = n->app.data_dir,
                               .create = create,
                               .unsafe = !config_bool(n->held->config, &store_durable),
                               .readers = READERS_MAX };
    err e = store_open(&o, a, &n->app.store, ret_why);
    return e > 0 ? NEWSROOM_REFUSED : e;
}

static err open_keys(struct newsroom *n, struct arena *a, struct str *ret_why)
{
    err e = keys_open(n->app.data_dir, a, &n->app.keys, ret_why);
    return e > 0 ? NEWSROOM_REFUSED : e;
}

static void name_file(struct newsroom *n, const struct newsroom_options *o, struct arena *a)
{
    n->config_named = o->config_file.n > 0;
    n->config_file = n->config_named ? str_copy(a, o->config_file)
                                     : str_print(a, STR_FMT "/diurnal.ini", STR_ARG(o->data_dir));
}

err newsroom_open(const struct newsroom_options *o, struct arena *a, struct newsroom **ret,
                  struct str *ret_why)
{
    struct newsroom *n = calloc(1, sizeof *n);
    check(n && pthread_mutex_init(&n->lock, NULL) == 0);
    arena_init(&n->arena, CONFIG_BYTES_MAX);
    n->app.sign_ins = sign_ins_make();
    n->app.mempools = mempools_make(&n->arena);
    n->app.data_dir = str_z(&n->arena, o->data_dir);
    name_file(n, o, &n->arena);
    err e = make_setup(n, a, &n->held, ret_why);
    if (!e)
        e = open_store(n, o->create, a, ret_why);
    if (!e)
        e = open_keys(n, a, ret_why);
    if (!e) {
        n->app.recent = recent_make(&n->arena);
        e = recent_warm(n->app.recent, n->app.store);
        n->app.gate = gate_make(&n->arena, n->app.store, clock_now(&n->app.clock));
    }
    if (e) {
        newsroom_close(n);
        return e;
    }
    *ret = n;
    return OK;
}

void newsroom_close(struct newsroom *n)
{
    if (!n)
        return;
    gate_end(n->app.gate);
    sign_ins_free(n->app.sign_ins);
    mempools_end(n->app.mempools);
    keys_free(n->app.keys);
    store_close(n->app.store);
    if (n->held) {
        check(!n->held->next && n->held->users == 1);
        held_free(n->held);
    }
    arena_free(&n->arena);
    pthread_mutex_destroy(&n->lock);
    free(n);
}

struct app *newsroom_app(struct newsroom *n)
{
    return &n->app;
}

const struct setup *newsroom_pin(struct newsroom *n)
{
    pthread_mutex_lock(&n->lock);
    struct held *h = n->held;
    h->users++;
    pthread_mutex_unlock(&n->lock);
    return &h->setup;
}

/* Takes one user from the setup; returns it, out of the chain, when it was the last one. */
static struct held *take_user(struct newsroom *n, const struct setup *s)
{
    for (struct held **at = &n->held; *at; at = &(*at)->next) {
        struct held *h = *at;
        if (&h->setup != s)
            continue;
        if (--h->users)
            return NULL;
        *at = h->next;
        return h;
    }
    check(false);
    return NULL;
}

void newsroom_drop(struct newsroom *n, const struct setup *s)
{
    pthread_mutex_lock(&n->lock);
    struct held *last = take_user(n, s);
    pthread_mutex_unlock(&n->lock);
    if (last)
        held_free(last);
}

err newsroom_reload(struct newsroom *n, struct arena *a, struct str *ret_why)
{
    struct held *h = NULL;
    err e = make_setup(n, a, &h, ret_why);
    if (e)
        return e;
    pthread_mutex_lock(&n->lock);
    const struct setup *old = &n->held->setup;
    h->next = n->held;
    n->held = h;
    pthread_mutex_unlock(&n->lock);
    newsroom_drop(n, old); // the newsroom's own use of it
    return OK;
}

err newsroom_file_read(const struct newsroom_options *o, struct arena *a, struct newsroom_file *ret,
                       struct str *ret_why)
{
    struct newsroom n = { 0 };
    struct newsroom_file f = { 0 };
    name_file(&n, o, a);
    f.name = n.config_file;
    err e = read_config(&n, a, &f.config, ret_why);
    if (!e)
        e = channels_make(f.config, f.name, a, &f.channels, ret_why);
    if (e) {
        newsroom_file_free(&f);
        return e > 0 ? NEWSROOM_REFUSED : e;
    }
    *ret = f;
    return OK;
}

void newsroom_file_free(struct newsroom_file *f)
{
    channels_free(f->channels);
    config_free(f->config);
}
