#include "http/proxy.h"
#include "base/scan.h"

#include <arpa/inet.h>
#include <string.h>

enum { ADDRESS_TEXT_MAX = 45 }; /* the longest IPv6 text, with an IPv4 tail */

static bool is_mapped(const uint8_t b[16])
{
    static const uint8_t prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF };
    return memcmp(b, prefix, sizeof prefix) == 0;
}

bool address_parse(struct str s, struct address *ret)
{
    char z[ADDRESS_TEXT_MAX + 1] = { 0 };
    if (!s.n || s.n > ADDRESS_TEXT_MAX || str_has(s, '\0'))
        return false;
    memcpy(z, s.s, s.n);
    struct address a = { .kind = str_has(s, ':') ? ADDRESS_IPV6 : ADDRESS_IPV4 };
    if (inet_pton(a.kind == ADDRESS_IPV6 ? AF_INET6 : AF_INET, z, a.bytes) != 1)
        return false;
    if (a.kind == ADDRESS_IPV6 && is_mapped(a.bytes)) {
        struct address plain = { .kind = ADDRESS_IPV4 };
        memcpy(plain.bytes, a.bytes + 12, 4);
        a = plain;
    }
    *ret = a;
    return true;
}

bool address_eq(const struct address *a, const struct address *b)
{
    return a->kind == b->kind && memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

struct address address_cut(const struct address *a, unsigned bits4, unsigned bits6)
{
    struct address cut = *a;
    unsigned bits = a->kind == ADDRESS_IPV4 ? bits4 : bits6;
    for (unsigned i = 0; i < sizeof cut.bytes; i++) {
        unsigned keep = bits > 8 * i ? bits - 8 * i : 0;
        if (keep < 8)
            cut.bytes[i] = (uint8_t)(cut.bytes[i] & ~(0xFFu >> keep));
    }
    return cut;
}

struct str address_print(struct arena *a, const struct address *address)
{
    if (address->kind == ADDRESS_NONE || address->kind == ADDRESS_LOCAL)
        return S("local");
    char *z = arena_new(a, char, ADDRESS_TEXT_MAX + 1);
    (void)inet_ntop(address->kind == ADDRESS_IPV6 ? AF_INET6 : AF_INET, address->bytes, z,
                    ADDRESS_TEXT_MAX + 1); // the room always suffices
    return str_from_z(z);
}

static bool network_parse(struct str s, struct network *ret)
{
    if (str_eq(s, S("unix"))) {
        *ret = (struct network){ .base = { .kind = ADDRESS_LOCAL } };
        return true;
    }
    struct str bits = s;
    struct str base = scan_until(&bits, '/');
    struct network n = { 0 };
    if (!address_parse(base, &n.base))
        return false;
    unsigned most = n.base.kind == ADDRESS_IPV4 ? 32 : 128;
    int64_t given = most;
    if (base.n < s.n && !int_parse(bits, 0, most, &given))
        return false;
    n.bits = (unsigned)given;
    struct address cut = address_cut(&n.base, n.bits, n.bits);
    *ret = n;
    return address_eq(&cut, &n.base); // "10.1.2.3/8" is a slip of the pen
}

err networks_parse(struct str s, struct arena *a, struct networks *ret)
{
    struct network *at = arena_new(a, struct network, NETWORKS_MAX);
    size_t n = 0;
    while (s.n) {
        size_t end = 0;
        while (end < s.n && !str_has(S(", \t"), s.s[end]))
            end++;
        struct str one = str_sub(s, 0, end);
        s = str_sub(s, end + 1, s.n);
        if (!one.n)
            continue;
        if (n == NETWORKS_MAX || !network_parse(one, &at[n]))
            return NETWORKS_WRONG;
        n++;
    }
    *ret = (struct networks){ .at = at, .n = n };
    return OK;
}

bool networks_hold(const struct networks *n, const struct address *address)
{
    for (size_t i = 0; i < n->n; i++) {
        struct address cut = address_cut(address, n->at[i].bits, n->at[i].bits);
        if (cut.kind == ADDRESS_LOCAL ? n->at[i].base.kind == ADDRESS_LOCAL
                                      : address_eq(&cut, &n->at[i].base))
            return true;
    }
    return false;
}

/* "192.0.2.1", "192.0.2.1:80", "[2001:db8::1]:80", "2001:db8::1": the address in a hop's words. */
static bool hop_parse(struct str s, struct address *ret)
{
    struct str port = { 0 };
    if (scan_char(&s, '[')) {
        struct str inside = { 0 };
        return str_cut(s, ']', &inside, &port) && address_parse(inside, ret);
    }
    struct str host = s;
    bool one_colon = str_cut(s, ':', &host, &port) && !str_has(port, ':');
    return address_parse(one_colon ? host : s, ret);
}

/* Takes the last element of a comma-separated list. Commas in quotes do not occur in addresses. */
static struct str take_last(struct str *list)
{
    size_t n = list->n;
    while (n > 0 && list->s[n - 1] != ',')
        n--;
    struct str last = str_trim(str_sub(*list, n, list->n));
    *list = str_sub(*list, 0, n > 0 ? n - 1 : 0);
    return last;
}

/* One parameter of a Forwarded element: for="[2001:db8::1]:80". */
static bool forwarded_parameter(struct str element, struct str name, struct str *ret)
{
    while (element.n) {
        struct str value = scan_until(&element, ';');
        if (!str_eq_nocase(str_trim(scan_until(&value, '=')), name))
            continue;
        value = str_trim(value);
        if (value.n >= 2 && value.s[0] == '"' && value.s[value.n - 1] == '"')
            value = str_sub(value, 1, value.n - 2);
        *ret = value;
        return true;
    }
    return false;
}

static bool element_address(struct str element, bool rfc7239, struct address *ret)
{
    struct str hop = element;
    if (rfc7239 && !forwarded_parameter(element, S("for"), &hop))
        return false;
    return hop_parse(hop, ret);
}

/* From the right: each hop was written by the one right of it, so it counts only while that one is
 * ours. A hop that cannot be read leaves the client with its writer's address. */
static struct address walk(const struct networks *proxies, const struct address *peer,
                           struct str list, bool rfc7239)
{
    struct address at = *peer;
    for (int i = 0; i < HOPS_MAX && list.n && networks_hold(proxies, &at); i++) {
        struct address hop = { 0 };
        if (!element_address(take_last(&list), rfc7239, &hop))
            break;
        at = hop;
    }
    return at;
}

struct origin origin_find(const struct networks *proxies, const struct address *peer,
                          const struct forwarding *said)
{
    struct origin o = { .client = *peer };
    if (!networks_hold(proxies, peer) || (said->forwarded.s && said->x_forwarded_for.s))
        return o;
    bool rfc7239 = said->forwarded.s != NULL;
    struct str list = rfc7239 ? said->forwarded : said->x_forwarded_for;
    o.client = walk(proxies, peer, list, rfc7239);
    struct str proto = said->x_forwarded_proto;
    if (rfc7239 && !forwarded_parameter(take_last(&list), S("proto"), &proto))
        proto = (struct str){ 0 };
    proto = str_trim(take_last(&proto));
    o.told = str_eq_nocase(proto, S("https")) || str_eq_nocase(proto, S("http"));
    o.https = str_eq_nocase(proto, S("https"));
    return o;
}
