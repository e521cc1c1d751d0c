#include "base/check.h"
#include "base/crypto.h"
#include "funding/liberapay_page.h"
#include "funding/node_rpc.h"
#include "funding/rate_poll.h"

/*
 * Any bytes as what a source of rates, a node of a chain or Liberapay answers; the first line is
 * the path to a rate. Refused, or values within their bounds.
 */
enum { LONGEST = 16384 };

static void try_rate(struct str path, struct str body, struct arena *a)
{
    int128 v = 0;
    int128 again = 0;
    if (!rate_answer_read(body, path, a, &v))
        return;
    check(v > 0);
    // What is written down of it is a price again, no more than what was told.
    struct str text = rate_units_print(a, v);
    check(rate_price_is_valid(text) && rate_units_parse(text, &again) && again <= v);
}

static void try_node(struct str body, struct arena *a)
{
    const struct json *j = NULL;
    int64_t code = 0;
    err e = node_answer_read(body, LONGEST, a, &j, &code);
    check(e == OK || e == NODE_DOWN || e == NODE_WRONG || e == NODE_ERROR);
    check(e == OK ? j != NULL && code == 0 : node_refusal(e) != NULL);
}

static void try_liberapay(struct str body, struct arena *a)
{
    struct liberapay_page p = { 0 };
    err e = liberapay_page_read(body, a, &p);
    check(e == OK || e == LIBERAPAY_NOT_A_PAGE);
    check(e || (p.weekly.units >= 0 && (!p.hidden || p.weekly.units == 0)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct str path = { 0 };
    struct str body = { 0 };
    if (size > LONGEST || !str_cut(bytes_str(data, size), '\n', &path, &body))
        return 0;
    arena_init(&a, 16 * 1024 * 1024);
    try_rate(path, body, &a);
    try_node(body, &a);
    try_liberapay(body, &a);
    arena_free(&a);
    return 0;
}
