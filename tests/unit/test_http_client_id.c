/* Without these tests a client could hide behind invented addresses, be taken for another, or act
 * more often than it may. */
#include "base/clock.h"
#include "http/limit.h"
#include "http/proxy.h"
#include "unit/test.h"

#include <string.h>

static struct address address(const char *z)
{
    struct address a = { .kind = ADDRESS_LOCAL };
    if (strcmp(z, "local") != 0)
        expect(address_parse(str_from_z(z), &a));
    return a;
}

TEST(addresses_are_read_in_one_form)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    struct address one = address("::ffff:192.0.2.1");
    expect_str(address_print(&a, &one), S("192.0.2.1"));
    one = address("2001:DB8:0:0::1");
    expect_str(address_print(&a, &one), S("2001:db8::1"));
    struct address cut = address_cut(&one, 32, 64);
    expect_str(address_print(&a, &cut), S("2001:db8::"));
    one = address("192.0.2.200");
    cut = address_cut(&one, 25, 64);
    expect_str(address_print(&a, &cut), S("192.0.2.128"));
    const char *wrong[] = { "",      "1.2.3",     "1.2.3.4.5", "01.2.3.4", "fe80::1%eth0",
                            "[::1]", "1.2.3.4:5", "g::" };
    for (size_t i = 0; i < COUNT(wrong); i++)
        expect(!address_parse(str_from_z(wrong[i]), &one));
    arena_free(&a);
}

TEST(networks_are_lists_of_whole_networks)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    struct networks n = { 0 };
    expect(networks_parse(S("127.0.0.1,10.0.0.0/8 2001:db8::/32  unix"), &a, &n) == OK && n.n == 4);
    const char *inside[] = { "127.0.0.1", "10.255.0.1", "2001:db8:ffff::1", "local",
                             "::ffff:10.1.1.1" };
    const char *outside[] = { "127.0.0.2", "11.0.0.0", "2001:db9::", "::1" };
    for (size_t i = 0; i < COUNT(inside); i++) {
        struct address one = address(inside[i]);
        expect(networks_hold(&n, &one));
    }
    for (size_t i = 0; i < COUNT(outside); i++) {
        struct address one = address(outside[i]);
        expect(!networks_hold(&n, &one));
    }
    const char *wrong[] = { "10.1.0.0/8",  "10.0.0.0/33", "::/129", "10.0.0.0/",
                            "10.0.0.0/-1", "host",        "unix/1" };
    for (size_t i = 0; i < COUNT(wrong); i++)
        expect(networks_parse(str_from_z(wrong[i]), &a, &n) == NETWORKS_WRONG);
    expect(networks_parse(S("0.0.0.0/0"), &a, &n) == OK);
    struct address any = address("203.0.113.9");
    expect(networks_hold(&n, &any));
    arena_free(&a);
}

TEST(of_networks_the_limit_is_taken_and_one_more_is_not)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    struct networks n = { 0 };
    struct buf b = buf_make(10000);
    for (int i = 0; i < NETWORKS_MAX; i++)
        buf_print(&b, "10.0.0.%d ", i);
    expect(networks_parse(buf_str(&b), &a, &n) == OK && n.n == NETWORKS_MAX);
    buf_put(&b, S("10.0.1.1"));
    expect(networks_parse(buf_str(&b), &a, &n) == NETWORKS_WRONG);
    buf_free(&b);
    arena_free(&a);
}

static struct str text(const char *z)
{
    return z ? str_from_z(z) : (struct str){ 0 };
}

TEST(the_client_is_the_rightmost_hop_that_is_no_proxy_of_ours)
{
    const struct {
        const char *peer, *forwarded, *x_forwarded_for, *client;
    } cases[] = {
        { "203.0.113.9", NULL, NULL, "203.0.113.9" },
        { "203.0.113.9", NULL, "192.0.2.1", "203.0.113.9" }, // no proxy of ours: a lie
        { "203.0.113.9", "for=192.0.2.1", NULL, "203.0.113.9" },
        { "10.0.0.1", NULL, "192.0.2.1", "192.0.2.1" },
        { "local", NULL, "192.0.2.1", "192.0.2.1" },
        { "10.0.0.1", NULL, "1.1.1.1, 192.0.2.1", "192.0.2.1" }, // the left one is invented
        { "10.0.0.1", NULL, "1.1.1.1, 192.0.2.1, 10.0.0.7", "192.0.2.1" },
        { "10.0.0.1", NULL, "10.0.0.8, 10.0.0.7", "10.0.0.8" },
        { "10.0.0.1", NULL, "192.0.2.1:4711", "192.0.2.1" },
        { "10.0.0.1", NULL, "[2001:db8::7]:4711", "2001:db8::7" },
        { "10.0.0.1", NULL, "2001:db8::7", "2001:db8::7" },
        { "10.0.0.1", NULL, "192.0.2.1, nonsense", "10.0.0.1" },
        { "10.0.0.1", NULL, "", "10.0.0.1" },
        { "10.0.0.1", NULL, ",,", "10.0.0.1" },
        { "10.0.0.1", NULL, NULL, "10.0.0.1" },
        { "10.0.0.1", "for=192.0.2.1", NULL, "192.0.2.1" },
        { "10.0.0.1", "For=\"[2001:db8::7]:80\";proto=https", NULL, "2001:db8::7" },
        { "10.0.0.1", "for=1.1.1.1, for=192.0.2.1;by=10.0.0.1", NULL, "192.0.2.1" },
        { "10.0.0.1", "for=unknown", NULL, "10.0.0.1" },
        { "10.0.0.1", "for=_hidden, for=10.0.0.3", NULL, "10.0.0.3" },
        { "10.0.0.1", "by=192.0.2.1", NULL, "10.0.0.1" },
        { "10.0.0.1", "for=192.0.2.1", "192.0.2.2", "10.0.0.1" }, // one of the two is invented
    };
    struct arena a;
    arena_init(&a, 1 << 20);
    struct networks n = { 0 };
    expect(networks_parse(S("10.0.0.0/8 unix"), &a, &n) == OK);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct address peer = address(cases[i].peer);
        struct address want = address(cases[i].client);
        struct origin o =
            origin_find(&n, &peer,
                        &(struct forwarding){ .forwarded = text(cases[i].forwarded),
                                              .x_forwarded_for = text(cases[i].x_forwarded_for) });
        expect_str(address_print(&a, &o.client), address_print(&a, &want));
        expect(address_eq(&o.client, &want));
    }
    arena_free(&a);
}

TEST(only_our_proxy_says_that_the_client_came_by_https)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    struct networks n = { 0 };
    expect(networks_parse(S("10.0.0.1"), &a, &n) == OK);
    struct address ours = address("10.0.0.1");
    struct address other = address("10.0.0.2");
    struct forwarding said = { .x_forwarded_for = S("192.0.2.1"), .x_forwarded_proto = S("https") };
    struct origin o = origin_find(&n, &ours, &said);
    expect(o.told && o.https);
    o = origin_find(&n, &other, &said);
    expect(!o.told && !o.https);
    said.x_forwarded_proto = S("https, http"); // the last one is the proxy's
    o = origin_find(&n, &ours, &said);
    expect(o.told && !o.https);
    o = origin_find(&n, &ours,
                    &(struct forwarding){ .forwarded = S("for=1.1.1.1;proto=http, "
                                                         "for=192.0.2.1;proto=https"),
                                          .x_forwarded_proto = S("http") });
    expect(o.told && o.https);
    arena_free(&a);
}

TEST(a_bucket_gives_its_burst_and_then_its_rate)
{
    struct limiter *l = limiter_make(1024);
    struct rate rate = { .per_minute = 6, .burst = 5 };
    struct address c = address("192.0.2.1");
    int64_t now = 1000 * DAY;
    int64_t wait = 0;
    for (int i = 0; i < 5; i++)
        expect(limiter_take(l, LIMIT_COMMENT, &c, rate, now, &wait));
    expect(!limiter_take(l, LIMIT_COMMENT, &c, rate, now, &wait));
    expect(wait == 10 * SECOND);
    expect(!limiter_take(l, LIMIT_COMMENT, &c, rate, now + 10 * SECOND - 1, &wait));
    expect(wait == 1);
    expect(limiter_take(l, LIMIT_COMMENT, &c, rate, now + 10 * SECOND, &wait));
    expect(!limiter_take(l, LIMIT_COMMENT, &c, rate, now + 10 * SECOND, &wait));
    // Other kinds and other clients have buckets of their own.
    expect(limiter_take(l, LIMIT_VOTE, &c, rate, now + 10 * SECOND, &wait));
    struct address other = address("192.0.2.2");
    expect(limiter_take(l, LIMIT_COMMENT, &other, rate, now + 10 * SECOND, &wait));
    // A full bucket holds its burst and no more.
    for (int i = 0; i < 5; i++)
        expect(limiter_take(l, LIMIT_COMMENT, &c, rate, now + DAY, &wait));
    expect(!limiter_take(l, LIMIT_COMMENT, &c, rate, now + DAY, &wait));
    // A clock that is set back locks nobody out for longer than filling the bucket takes.
    expect(!limiter_take(l, LIMIT_COMMENT, &c, rate, now, &wait));
    expect(wait <= 10 * SECOND);
    limiter_free(l);
}

TEST(a_full_table_of_buckets_goes_on)
{
    struct limiter *l = limiter_make(64);
    struct rate rate = { .per_minute = 1, .burst = 1 };
    int64_t wait = 0;
    for (uint32_t i = 0; i < 10000; i++) {
        struct address c = { .kind = ADDRESS_IPV4 };
        memcpy(c.bytes, &i, sizeof i);
        expect(limiter_take(l, LIMIT_READ, &c, rate, DAY + i, &wait));
        expect(!limiter_take(l, LIMIT_READ, &c, rate, DAY + i, &wait));
    }
    limiter_free(l);
}
