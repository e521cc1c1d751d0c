#include "funding/web_link.h"
#include "base/scan.h"

enum { HOST_MAX = 253, LABEL_MAX = 63, PORT_MAX = 65535 };

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* What RFC 3986 lets stand in an address, less the apostrophe. */
static bool all_plain(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_alnum(s.s[i]) && !str_has(S("-._~:/?#[]@!$&()*+,;=%"), s.s[i]))
            return false;
    return true;
}

static bool is_label(struct str s)
{
    if (s.n == 0 || s.n > LABEL_MAX || s.s[0] == '-' || s.s[s.n - 1] == '-')
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!is_alnum(s.s[i]) && s.s[i] != '-')
            return false;
    return true;
}

/* Labels with dots between, the last one not a number: so IPv4 addresses are none. */
static bool is_host(struct str host)
{
    struct str label = { 0 };
    size_t labels = 0;
    if (host.n == 0 || host.n > HOST_MAX || host.s[host.n - 1] == '.')
        return false;
    while (host.n) {
        label = scan_until(&host, '.');
        if (!is_label(label))
            return false;
        labels++;
    }
    return labels >= 2 && !(label.s[0] >= '0' && label.s[0] <= '9');
}

static struct str authority(struct str url)
{
    size_t n = 0;
    (void)scan_text(&url, S("https://")); // what does not begin so was refused
    while (n < url.n && !str_has(S("/?#"), url.s[n]))
        n++;
    return str_sub(url, 0, n);
}

struct str web_link_host(struct str url)
{
    struct str rest = authority(url);
    return scan_until(&rest, ':');
}

static bool host_is(struct str host, struct str allowed)
{
    if (host.n == allowed.n)
        return str_eq_nocase(host, allowed);
    size_t more = host.n - allowed.n;
    return host.n > allowed.n && host.s[more - 1] == '.' &&
           str_eq_nocase(str_sub(host, more, allowed.n), allowed);
}

enum web_link_fault web_link_check(struct str url, const char *const *hosts)
{
    struct str place = authority(url);
    struct str host = { 0 };
    struct str port = { 0 };
    int64_t number = 0;
    if (url.n > WEB_LINK_MAX || !str_starts(url, S("https://")) || !all_plain(url) ||
        str_has(place, '@'))
        return WEB_LINK_FORM;
    bool has_port = str_cut(place, ':', &host, &port);
    if (has_port && (hosts || !int_parse(port, 1, PORT_MAX, &number)))
        return WEB_LINK_FORM;
    if (!is_host(has_port ? host : place))
        return WEB_LINK_HOST;
    if (!hosts)
        return WEB_LINK_FINE;
    for (; *hosts; hosts++)
        if (host_is(place, str_from_z(*hosts)))
            return WEB_LINK_FINE;
    return WEB_LINK_OTHER;
}
