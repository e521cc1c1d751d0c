#include "base/encoding.h"
#include "base/scan.h"
#include "people/visitor.h"
#include "unit/http_client.h"
#include "unit/test.h"

#include <string.h>

/* Without these one browser could vote as another, or an address be read out of the database. */

static err who(struct request *r, struct response *ret)
{
    struct str hash = S("");
    bool known = visitor_get(r, &hash);
    ret->body = known ? hex_print(r->arena, hash) : S("nobody");
    return OK;
}

static err make(struct request *r, struct response *ret)
{
    ret->body = hex_print(r->arena, visitor_make(r, ret));
    return OK;
}

static err where(struct request *r, struct response *ret)
{
    struct visitor_address a = visitor_address_of(r);
    ret->body =
        str_print(r->arena, "%d " STR_FMT " " STR_FMT, (int)a.key,
                  STR_ARG(hex_print(r->arena, a.address)), STR_ARG(hex_print(r->arena, a.prefix)));
    return OK;
}

static err voter(struct request *r, struct response *ret)
{
    static const char *const names[] = { "none", "new", "known" };
    struct str hash = S("");
    enum voter is = visitor_voter(r, &hash);
    if (is == VOTER_NEW)
        visitor_make_voter(r, ret);
    ret->body = str_print(r->arena, "%s " STR_FMT, names[is], STR_ARG(hex_print(r->arena, hash)));
    return OK;
}

static const struct route routes[] = {
    { .method = HTTP_GET, .pattern = "/voter", .run = voter },
    { .method = HTTP_GET, .pattern = "/who", .run = who },
    { .method = HTTP_GET, .pattern = "/make", .run = make },
    { .method = HTTP_GET, .pattern = "/where", .run = where },
};
#define PROXY "[server]\nproxies = 127.0.0.1\n"

static void start(struct site *s, struct arena *a)
{
    struct str why = { 0 };
    arena_init(a, 1 << 20);
    expect(keys_open(NULL, a, &s->app.keys, &why) == OK);
    site_start(s, routes, COUNT(routes), PROXY);
}

static void stop(struct site *s, struct arena *a)
{
    site_stop(s);
    keys_free(s->app.keys);
    arena_free(a);
}

/* "visitor=..." of a Set-Cookie field. */
static struct str cookie_of(struct reply_seen seen)
{
    struct str field = seen_header(seen, "Set-Cookie");
    expect(str_starts(field, S("visitor=")));
    return scan_until(&field, ';');
}

static struct reply_seen ask(struct site *s, const char *path, const char *cookie)
{
    struct str line = str_print(&s->arena, "Cookie: %s\r\n", cookie);
    return client_get(s, path, str_z(&s->arena, line));
}

TEST(a_visitor_is_known_again_by_the_cookie_and_by_nothing_else)
{
    struct site s = { 0 };
    struct arena a;
    start(&s, &a);
    struct reply_seen seen = client_get(&s, "/who", "");
    expect_str(seen.body, S("nobody"));
    expect(!seen_header(seen, "Set-Cookie").s); /* nothing is set for reading */
    seen = client_get(&s, "/make", "");
    struct str field = seen_header(seen, "Set-Cookie");
    expect(str_ends(field, S("; Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax")));
    struct str hash = seen.body;
    const char *cookie = str_z(&a, cookie_of(seen));
    expect(hash.n == 2 * VISITOR_HASH_BYTES);
    expect_str(ask(&s, "/who", cookie).body, hash);
    seen = ask(&s, "/make", cookie);
    expect_str(seen.body, hash);
    expect(!seen_header(seen, "Set-Cookie").s);
    expect(!str_eq(client_get(&s, "/make", "").body, hash));
    stop(&s, &a);
}

TEST(a_voter_is_the_same_visitor_who_kept_the_cookie)
{
    struct site s = { 0 };
    struct arena a;
    start(&s, &a);
    expect_str(client_get(&s, "/voter", "").body, S("none "));
    struct reply_seen made = client_get(&s, "/make", "");
    const char *first = str_z(&a, cookie_of(made));
    struct reply_seen seen = ask(&s, "/voter", first);
    expect(str_starts(seen.body, S("new ")) && str_ends(seen.body, made.body));
    const char *second = str_z(&a, cookie_of(seen));
    expect(strcmp(first, second) != 0);
    seen = ask(&s, "/voter", second);
    expect(str_starts(seen.body, S("known ")) && str_ends(seen.body, made.body));
    expect(!seen_header(seen, "Set-Cookie").s);
    expect_str(ask(&s, "/who", second).body, made.body);
    stop(&s, &a);
}

TEST(a_made_up_or_changed_visitor_is_nobody)
{
    struct site s = { 0 };
    struct arena a;
    start(&s, &a);
    struct str cookie = cookie_of(client_get(&s, "/make", ""));
    for (size_t i = 8; i < cookie.n; i++) {
        char changed[100] = "";
        memcpy(changed, cookie.s, cookie.n);
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        expect_str(ask(&s, "/who", changed).body, S("nobody"));
    }
    expect_str(ask(&s, "/who", "visitor=").body, S("nobody"));
    expect_str(ask(&s, "/who", "visitor=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").body,
               S("nobody"));
    stop(&s, &a);
}

TEST(addresses_are_told_apart_and_put_together_only_by_their_keyed_hashes)
{
    struct site s = { 0 };
    struct arena a;
    start(&s, &a);
    struct str one = client_get(&s, "/where", "X-Forwarded-For: 192.0.2.1\r\n").body;
    struct str two = client_get(&s, "/where", "X-Forwarded-For: 192.0.2.2\r\n").body;
    expect_str(client_get(&s, "/where", "X-Forwarded-For: 192.0.2.1\r\n").body, one);
    expect(!str_eq(one, two) && one.n == two.n && one.n == 2 + 32 + 1 + 32);
    expect(!str_eq(str_sub(one, 2, 32), str_sub(two, 2, 32)));
    expect_str(str_sub(one, 35, 32), str_sub(two, 35, 32)); /* the same neighbourhood */
    one = client_get(&s, "/where", "X-Forwarded-For: 2001:db8::1\r\n").body;
    expect_str(client_get(&s, "/where", "X-Forwarded-For: 2001:db8::ffff\r\n").body, one);
    stop(&s, &a);
}
