#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

/*
 * Who the client is. The peer of the connection, unless it is one of our own proxies
 * (`server.proxies`): then what that proxy says in `Forwarded` (RFC 7239) or `X-Forwarded-For`,
 * read from the right, up to the first address that is not a proxy of ours. A proxy sets one of the
 * two fields; when both are there the client invented one of them, and neither is believed.
 */
enum address_kind { ADDRESS_NONE, ADDRESS_LOCAL, ADDRESS_IPV4, ADDRESS_IPV6 };
struct address {
    enum address_kind kind; /* LOCAL: the peer of a Unix socket */
    uint8_t bytes[16];      /* IPv4 in the first four; IPv4-mapped IPv6 is IPv4 */
};

/* "192.0.2.1", "2001:db8::1"; no port, no brackets, no zone. */
bool address_parse(struct str s, struct address *ret);
bool address_eq(const struct address *a, const struct address *b);
/* With its last bits zeroed: the first `bits4` or `bits6` stay. */
struct address address_cut(const struct address *a, unsigned bits4, unsigned bits6);
struct str address_print(struct arena *a, const struct address *address);

struct network {
    struct address base;
    unsigned bits;
};
struct networks {
    const struct network *at;
    size_t n;
};
enum { NETWORKS_MAX = 64, HOPS_MAX = 32 };
/* "127.0.0.1, 10.0.0.0/8, 2001:db8::/32, unix", commas or spaces between. */
enum { NETWORKS_WRONG = 1 };
MUST_USE err networks_parse(struct str s, struct arena *a, struct networks *ret);
bool networks_hold(const struct networks *n, const struct address *address);

/* The proxies' word; fields that were not sent have a NULL pointer. */
struct forwarding {
    struct str forwarded, x_forwarded_for, x_forwarded_proto;
};
struct origin {
    struct address client;
    bool told;  /* a proxy of ours said how the client came: */
    bool https; /* by https */
};
struct origin origin_find(const struct networks *proxies, const struct address *peer,
                          const struct forwarding *said);
