#include "discussion/record_text.h"
#include "base/buf.h"
#include "render/format.h"
#include "render/theme.h"

enum { TEXT_MAX = 2048 };

struct sentence {
    const struct setup *s;
    struct arena *a;
    struct buf b;
};

static struct str count(const struct sentence *t, const char *key, int64_t n)
{
    const struct word_arg args[] = { { .name = "n", .count = n } };
    return theme_phrase(t->s->theme, t->a, key, args, COUNT(args));
}

/* "7 held", after a comma. */
static void put_more(struct sentence *t, const char *key, int64_t n)
{
    if (!n)
        return;
    buf_put(&t->b, theme_word(t->s->theme, "list_comma"));
    buf_put_char(&t->b, ' ');
    buf_put(&t->b, count(t, key, n));
}

/* The reasons, those given most often first. */
static void put_reasons(struct sentence *t, const struct record *r)
{
    bool said[REASONS] = { false };
    for (bool first = true;; first = false) {
        int best = REASON_NONE;
        for (int i = REASON_FIRST; i < REASONS; i++)
            if (!said[i] && r->reasons[i] > 0 && (!best || r->reasons[i] > r->reasons[best]))
                best = i;
        if (!best)
            return;
        said[best] = true;
        struct str key = str_print(t->a, "reason_" STR_FMT, STR_ARG(reason_str((enum reason)best)));
        buf_put(&t->b, first ? S(":") : theme_word(t->s->theme, "list_comma"));
        buf_put_char(&t->b, ' ');
        buf_put(&t->b, format_int(t->s->formats, t->a, r->reasons[best]));
        buf_put_char(&t->b, ' ');
        buf_put(&t->b, theme_word(t->s->theme, str_z(t->a, key)));
    }
}

struct str minutes_text(const struct setup *s, struct arena *a, int64_t minutes)
{
    enum { HOUR_MINUTES = 60, DAY_MINUTES = 24 * 60, DAYS_MINUTES = 3 * DAY_MINUTES };
    const struct sentence t = { .s = s, .a = a };
    if (minutes < HOUR_MINUTES)
        return count(&t, "duration_minutes", minutes);
    if (minutes >= DAYS_MINUTES)
        return count(&t, "duration_days", minutes / DAY_MINUTES);
    if (minutes % HOUR_MINUTES == 0)
        return count(&t, "duration_hours", minutes / HOUR_MINUTES);
    return str_print(a, STR_FMT " " STR_FMT,
                     STR_ARG(count(&t, "duration_hours", minutes / HOUR_MINUTES)),
                     STR_ARG(count(&t, "duration_minutes", minutes % HOUR_MINUTES)));
}

struct str record_text(const struct setup *s, struct arena *a, const struct record *r)
{
    struct sentence t = { .s = s, .a = a, .b = buf_make(TEXT_MAX) };
    struct str text = { 0 };
    if (!r->comments)
        return text;
    buf_put(&t.b, count(&t, "record_comments", r->comments));
    buf_put(&t.b, S(": "));
    buf_put(&t.b, count(&t, "record_published", r->published));
    put_more(&t, "record_held", r->held);
    put_more(&t, "record_removed", r->removed);
    put_reasons(&t, r);
    if (r->median >= 0) {
        const struct word_arg args[] = { { .name = "time",
                                           .text = minutes_text(s, a, r->median) } };
        buf_put(&t.b, theme_phrase(s->theme, a, "record_median", args, COUNT(args)));
    }
    text = buf_copy(&t.b, a);
    buf_free(&t.b);
    return text;
}
