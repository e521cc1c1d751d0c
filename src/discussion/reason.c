#include "discussion/reason.h"
#include "base/check.h"

static const char *const names[REASONS] = {
    "",        "spam",  "insult", "hate",  "personal_data", "off_topic",
    "illegal", "false", "copy",   "rules", "flags",         "author",
};

struct str reason_str(enum reason r)
{
    check(r < REASONS);
    return str_from_z(names[r]);
}

bool reason_parse(struct str s, enum reason *ret)
{
    for (size_t i = 0; i < REASONS; i++)
        if (str_eq(s, str_from_z(names[i]))) {
            *ret = (enum reason)i;
            return true;
        }
    return false;
}

bool reason_choose(struct str s, enum reason *ret)
{
    enum reason found = REASON_NONE;
    if (!reason_parse(s, &found) || found < REASON_FIRST || found > REASON_LAST)
        return false;
    *ret = found;
    return true;
}
