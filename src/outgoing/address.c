#include "outgoing/address.h"
#include "base/attr.h"

#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

struct range {
    uint8_t start[16];
    unsigned bits;
};

static const struct range not_public_4[] = {
    { { 0 }, 8 },             /* this network */
    { { 10 }, 8 },            /* private */
    { { 100, 64 }, 10 },      /* behind a provider's translator */
    { { 127 }, 8 },           /* loopback */
    { { 169, 254 }, 16 },     /* link-local; clouds keep their secrets there */
    { { 172, 16 }, 12 },      /* private */
    { { 192, 0, 0 }, 24 },    /* protocol assignments */
    { { 192, 0, 2 }, 24 },    /* documentation */
    { { 192, 88, 99 }, 24 },  /* 6to4 relays, deprecated */
    { { 192, 168 }, 16 },     /* private */
    { { 198, 18 }, 15 },      /* benchmarks */
    { { 198, 51, 100 }, 24 }, /* documentation */
    { { 203, 0, 113 }, 24 },  /* documentation */
    { { 224 }, 3 },           /* multicast, reserved, broadcast */
};
/* All of IPv6 that is public today is within 2000::/3, and outside these. */
static const struct range public_6 = { { 0x20 }, 3 };
static const struct range not_public_6[] = {
    { { 0x20, 0x01, 0x00 }, 23 },       /* protocol assignments, Teredo */
    { { 0x20, 0x01, 0x0d, 0xb8 }, 32 }, /* documentation */
    { { 0x20, 0x02 }, 16 },             /* 6to4 */
    { { 0x3f, 0xff, 0x00 }, 20 },       /* documentation */
};
static const struct range with_4_inside[] = {
    { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff }, 96 }, /* mapped */
    { { 0x00, 0x64, 0xff, 0x9b }, 96 },                   /* NAT64 */
};

static bool within(const uint8_t *address, const struct range *r)
{
    size_t whole = r->bits / 8;
    unsigned rest = r->bits % 8;
    if (memcmp(address, r->start, whole) != 0)
        return false;
    return !rest || (address[whole] ^ r->start[whole]) >> (8 - rest) == 0;
}

static bool within_any(const uint8_t *address, const struct range *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (within(address, &list[i]))
            return true;
    return false;
}

static bool public_4(const uint8_t *address)
{
    return !within_any(address, not_public_4, COUNT(not_public_4));
}

bool address_public(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, address, sizeof in);
        uint8_t bytes[4];
        memcpy(bytes, &in.sin_addr, sizeof bytes);
        return public_4(bytes);
    }
    if (address->sa_family != AF_INET6)
        return false;
    struct sockaddr_in6 in;
    memcpy(&in, address, sizeof in);
    const uint8_t *bytes = in.sin6_addr.s6_addr;
    if (within_any(bytes, with_4_inside, COUNT(with_4_inside)))
        return public_4(bytes + 12);
    return within(bytes, &public_6) && !within_any(bytes, not_public_6, COUNT(not_public_6));
}
