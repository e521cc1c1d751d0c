#include "site/report_at.h"

err report_at(struct request *r, struct report_found *ret)
{
    static const char *const names[] = { "year", "month", "day", "slug" };
    struct str part[COUNT(names)] = { 0 };
    for (size_t i = 0; i < COUNT(names); i++)
        (void)request_segment(r, names[i], &part[i]); // the pattern has all four
    struct date date = { 0 };
    if (!report_address(part[0], part[1], part[2], part[3], &date))
        return REPORT_NONE;
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(r->app->store, &tx);
    return e ? e : report_find(&tx, date, part[3], r->arena, ret);
}
