/* Anyone may send Forwarded and X-Forwarded-For. The first line of the input is the first, the
 * second the second, the third X-Forwarded-Proto. */
#include "base/check.h"
#include "base/scan.h"
#include "http/proxy.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static struct str field(struct str *text)
{
    struct str line = scan_line(text);
    return line.n ? line : (struct str){ 0 };
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    const void *p = bytes;
    struct str text = { p, n };
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 1 << 20);
    struct networks ours = { 0 };
    check(networks_parse(S("10.0.0.0/8 2001:db8::/32 unix"), &a, &ours) == OK);
    struct address proxy = { .kind = ADDRESS_LOCAL };
    struct address stranger = { .kind = ADDRESS_IPV4, .bytes = { 192, 0, 2, 1 } };
    struct networks any = { 0 };
    (void)networks_parse(text, &a, &any); // whatever it says
    struct forwarding said = { .forwarded = field(&text),
                               .x_forwarded_for = field(&text),
                               .x_forwarded_proto = field(&text) };
    struct origin o = origin_find(&ours, &proxy, &said);
    check(address_print(&a, &o.client).n > 0 && (!o.https || o.told));
    struct address back = { 0 };
    if (o.client.kind != ADDRESS_LOCAL)
        check(address_parse(address_print(&a, &o.client), &back) && address_eq(&back, &o.client));
    o = origin_find(&ours, &stranger, &said);
    check(address_eq(&o.client, &stranger) && !o.told);
    return 0;
}
