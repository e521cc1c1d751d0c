#pragma once
#include "base/clock.h"
#include "base/err.h"

/*
 * What the parts of one running newsroom share, handed from main.c downwards: pointers only, each
 * room knows what is behind its own. `struct app` lives as long as the process.
 *
 * `struct setup` is everything that a SIGHUP may replace: it is made whole, checked, and swapped in
 * one step; a request or job pins the one it began with (setup_pin, setup_drop in main) and uses no
 * other. Nothing in it changes after it is made.
 */
struct app {
    struct store *store;             /* store/store.h */
    struct server *http;             /* http/server.h */
    struct live *live;               /* live/live.h: open streams */
    struct live_feed *feed;          /* site/live_feed.h: what they are told */
    struct keys *keys;               /* people/keys.h: what the program signs and hashes with */
    struct sign_ins *sign_ins;       /* people/sign_in.h: the queue at the desk's door */
    struct recent *recent;           /* discussion/recent.h: what was said lately */
    struct gate *gate;               /* discussion/gate.h: rules, bans and the filter; NULL: none */
    struct mempools *mempools;       /* funding/mempool.h: what nodes had on its way; or NULL */
    struct post *post;               /* mail/post.h: what sends mails; NULL: in commands */
    struct webhook_sender *webhooks; /* discussion/webhook_sender.h; NULL: in commands */
    struct clock clock;
    const char *data_dir;
};

struct setup {
    const struct config *config; /* base/config.h: the configuration file, parsed and checked */
    const struct theme *theme;   /* render/theme.h: compiled templates, assets and words */
    const struct formats
        *formats; /* render/format.h: dates, numbers, money of the site's language */
    const struct channels *channels;      /* funding/channel.h: the ways to give */
    const struct mail_setup *mail;        /* mail/mail_setup.h; NULL: no mail can be sent */
    const struct webhook_setup *webhooks; /* discussion/webhook_setup.h */
    const struct rate_setup *rates;       /* funding/rate_setup.h */
    const struct statement *statement;    /* funding/statement.h; NULL: none is installed */
};
