#pragma once
#include "base/err.h"
#include "base/str.h"
#include "funding/payment.h"

/*
 * Payment providers, one file each (provider_stripe.c ...). Such a file states what the others need
 * to know in a struct provider and registers it with PROVIDER; adding one touches no other file but
 * the words of theme/words. A channel of its kind is configured in [channel.NAME], where `kind` (or
 * NAME) is the provider's name.
 *
 * What comes in goes two ways, both ending in payment_take():
 *
 *   a message   POST /hooks/NAME (hook_http.h). receive() proves it over its raw bytes, map() says
 *               what it means; message and events are written in one transaction, then we answer
 *               200. Where map() says that the message proves too little (`confirm`), it is kept
 *               and answered, and a job asks the provider's API: confirm().
 *   a poll      poll() asks the API at start and daily (or as it says), and at once after a hint;
 *               it is told where the last one ended and says where this one did.
 *
 * `diurnal check` maps kept messages again and compares.
 *
 * receive() and map() see no database and no network, and the same message means the same for ever.
 * Amounts are read as text or whole numbers, never as floating point. What a provider says of
 * people goes into struct payer and nowhere else; nothing of a message is logged.
 */
enum { PROVIDER_KEYS_MAX = 12, PROVIDER_EVENTS_MAX = 100 /* of one message */ };

/* A key in [channel.NAME] beside those that all have (kind, title, note, order, url). */
struct provider_key {
    const char *name;
    size_t most; /* bytes */
    bool needed; /* once any key of the provider but `url` is there */
    bool alone;  /* it stands for the account: two channels that share it would count gifts twice */
};

struct channel;
struct formats;
struct arena;

/* One call: what the provider's functions may see. */
struct provider_call {
    const struct channel *channel; /* its provider_values: provider_value() */
    const struct formats *formats; /* for provider_day() */
    int64_t now;
    struct arena *arena;        /* for what is returned, and on the way */
    bool (*give_up)(void *arg); /* for fetch(); may be NULL */
    void *arg;
};
/* A key's value as configured, or an empty text. `name` is one of the provider's keys (check). */
struct str provider_value(const struct provider_call *c, const char *name);
bool provider_listens(const struct channel *c); /* a key of its provider is configured */
bool provider_polls(const struct channel *c);   /* it listens, and its API can be asked */
/* The day of the site's zone that holds the time. */
int64_t provider_day(const struct provider_call *c, int64_t at);

/* A message as it came. Headers are asked for by their names in any case. */
struct provider_message {
    struct str body;
    bool (*header)(const void *from, const char *name, struct str *ret);
    const void *from;
};
enum {
    PROVIDER_FORGED = 1, /* no signature or token, or a wrong one */
    PROVIDER_STALE,      /* it holds, but its time is too far from ours, before or after */
    PROVIDER_MALFORMED,  /* it holds, but is not what the provider's manual says */
    PROVIDER_DOWN,       /* of confirm() and poll(): no answer, or none that can be read: later */
    PROVIDER_DENIED,     /* of the same: the API does not take our credentials */
};

/* What is promised and not paid (pledge.h), as poll() may find. */
enum provider_pledge { PROVIDER_SAME_PLEDGE, PROVIDER_PLEDGE, PROVIDER_NO_PLEDGE };

/* What a message or an answer means. */
struct provider_events {
    const struct payment_event *events;
    size_t n;
    bool confirm;    /* of map(): the API must be asked before anything is booked; no events then */
    bool poll;       /* of map(): it is a hint; the next poll comes at once */
    const char *why; /* of none: why it does not count, in English: "test mode" */
    struct str cursor;           /* of poll(): where it ended */
    enum provider_pledge pledge; /* of poll(): */
    struct amount pledged;       /* a week */
};

struct provider {
    const char *name;         /* the kind: small letters */
    const char *word;         /* key of theme/words: what it is called */
    const char *const *hosts; /* whose pages `url` may lead to, NULL-ended; NULL: anyone's */
    bool url_optional;        /* it may only listen, and show no link */
    const char *pays_as; /* in small letters, of its name as the payer when it passes on to a bank
                            what it told of before; NULL: it does not, or under no one name */
    const struct provider_key *keys;
    size_t key_count;
    int silent_days;   /* without a word for so long, after it was heard once, is an alarm; 0: never
                        */
    bool proves_later; /* receive() proves nothing yet, confirm() does: few a minute are taken from
                          one client */
    /* NULL: it sends no messages. *ret_delivery: the sender's number of it, ASCII without spaces,
     * at most PAYMENT_DELIVERY_MAX bytes; empty: it has none, and its SHA-256 stands for it.
     * FORGED, STALE, MALFORMED. */
    err (*receive)(const struct provider_call *c, const struct provider_message *m,
                   struct str *ret_delivery);
    /* What is kept of a message that receive() took, and given to map() and confirm(). NULL: its
     * body. */
    struct str (*keep)(const struct provider_call *c, const struct provider_message *m);
    /* MALFORMED. */
    err (*map)(const struct provider_call *c, struct str body, struct provider_events *ret);
    /* NULL: map() never asks for it. MALFORMED (it is not so: nothing is booked), FORGED (nor is it
     * the provider's: its bytes are forgotten), DOWN, DENIED. */
    err (*confirm)(const struct provider_call *c, struct str body, struct provider_events *ret);
    /* NULL: there is no API. `cursor` is empty the first time. MALFORMED, DOWN, DENIED. Its events
     * may be more than PROVIDER_EVENTS_MAX; with `poll` set the next one comes at once. */
    err (*poll)(const struct provider_call *c, struct str cursor, struct provider_events *ret);
    int poll_minutes;       /* between polls; 0: a day */
    const char *poll_needs; /* the key without which there is nothing to poll with; NULL: none */
};
#define PROVIDER(id) static const struct provider *const id##_entry IN_SECTION("providers") = &(id)

/* All of them, in no order. */
const struct provider *const *providers(size_t *ret_n);
const struct provider *provider_find(struct str name); /* or NULL */
