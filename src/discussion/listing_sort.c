#include "discussion/listing.h"

static const char *const sort_names[] = { "newest", "oldest", "votes" };

struct str listing_sort_str(enum listing_sort s)
{
    return str_from_z(sort_names[s]);
}

bool listing_sort_parse(struct str s, enum listing_sort *ret)
{
    for (size_t i = 0; i < COUNT(sort_names); i++) {
        if (str_eq(s, str_from_z(sort_names[i]))) {
            *ret = (enum listing_sort)i;
            return true;
        }
    }
    return false;
}
