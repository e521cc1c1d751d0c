#include "base/encoding.h"
#include "funding/daily_head.h"
#include "funding/funding_http.h"
#include "publishing/layout.h"
#include "publishing/letter.h"

/* How a day's head is told: by mail, and in the feed /funding/heads.atom. */

enum { FEED_BYTES_MAX = 256 * 1024 };

struct head_view {
    struct letter letter;
    struct str sentence, line, link;
};
static const struct field head_fields[] = {
    FIELD_VIEW(struct head_view, letter, &letter_view),
    FIELD_STR(struct head_view, sentence),
    FIELD_STR(struct head_view, line),
    FIELD_STR(struct head_view, link),
};
static const struct view head_view = VIEW(struct head_view, head_fields);
TEMPLATE(head_text, "mail/ledger-head.txt", &head_view, TEMPLATE_TEXT);
TEMPLATE(head_html, "mail/ledger-head.html", &head_view, TEMPLATE_HTML);

static struct str sentence_of(const struct setup *s, struct arena *a, const struct daily_head *h,
                              const char *key)
{
    const struct word_arg args[] = {
        { .name = "day", .text = format_date(s->formats, a, date_from_days(h->day)) },
        { .name = "n", .count = h->head.seq },
    };
    return theme_phrase(s->theme, a, key, args, COUNT(args));
}

static err read_head(const struct app *app, int64_t day, struct arena *a, struct daily_head *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(app->store, &tx);
    return e ? fault(e) : daily_head_get(&tx, day, a, ret);
}

err daily_head_compose(const struct app *app, const struct setup *s, const struct mail_order *o,
                       struct arena *a, struct mail *ret)
{
    struct daily_head h = { 0 };
    err e = read_head(app, o->subject, a, &h);
    if (e)
        return e > 0 ? MAIL_DROP : e;
    struct head_view v = {
        .sentence = sentence_of(s, a, &h, "funding_head_sentence"),
        .line = daily_head_line(a, &h),
        .link = letter_link(s, a, S("/funding/ledger.csv")),
    };
    v.letter.heading = sentence_of(s, a, &h, "funding_head_heading");
    v.letter.why = theme_word(s->theme, "funding_head_why");
    letter_fill(s, a, &v.letter);
    ret->subject =
        str_print(a, STR_FMT ": " STR_FMT, STR_ARG(v.letter.site_title), STR_ARG(v.letter.heading));
    return letter_render(s, a, &(struct letter_pages){ &head_text, &head_html, &v }, ret);
}

struct feed_entry {
    struct str title, id, updated, line;
};
struct feed_view {
    struct str language, title, site, self, url, updated;
    struct list heads;
};
static const struct field entry_fields[] = {
    FIELD_STR(struct feed_entry, title),
    FIELD_STR(struct feed_entry, id),
    FIELD_STR(struct feed_entry, updated),
    FIELD_STR(struct feed_entry, line),
};
static const struct view entry_view = VIEW(struct feed_entry, entry_fields);
static const struct field feed_fields[] = {
    FIELD_STR(struct feed_view, language),
    FIELD_STR(struct feed_view, title),
    FIELD_STR(struct feed_view, site),
    FIELD_STR(struct feed_view, self),
    FIELD_STR(struct feed_view, url),
    FIELD_STR(struct feed_view, updated),
    FIELD_LIST(struct feed_view, heads, &entry_view),
};
static const struct view feed_view = VIEW(struct feed_view, feed_fields);
TEMPLATE(heads_feed, "pages/heads.atom.xml", &feed_view, TEMPLATE_XML);

static err read_heads(struct request *r, const struct daily_head **ret, size_t *ret_n)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = daily_head_list(&tx, r->arena, ret, ret_n);
    return e ? fault(e) : OK;
}

static struct list show_entries(const struct request *r, struct str self,
                                const struct daily_head *heads, size_t n)
{
    struct arena *a = r->arena;
    struct feed_entry *entries = arena_new(a, struct feed_entry, n);
    for (size_t i = 0; i < n; i++) {
        struct str day = date_print(a, date_from_days(heads[i].day));
        entries[i] = (struct feed_entry){
            .title = sentence_of(r->setup, a, &heads[i], "funding_head_heading"),
            .id = str_print(a, STR_FMT "#" STR_FMT, STR_ARG(self), STR_ARG(day)),
            .updated = time_print(a, heads[i].noted_at),
            .line = daily_head_line(a, &heads[i]),
        };
    }
    return (struct list){ entries, n };
}

err funding_heads_get(struct request *r, struct response *ret)
{
    const struct setup *s = r->setup;
    const struct daily_head *heads = NULL;
    size_t n = 0;
    struct buf out CLEANUP(buf_free) = buf_make(FEED_BYTES_MAX);
    request_topic(r, "funding");
    err e = read_heads(r, &heads, &n);
    if (e)
        return e;
    struct feed_view v = {
        .language = theme_language(s->theme),
        .title = theme_word(s->theme, "funding_heads"),
        .site = config_text(s->config, &site_title),
        .self = letter_link(s, r->arena, S("/funding/heads.atom")),
        .url = letter_link(s, r->arena, S("/funding")),
        .updated = time_print(r->arena, n ? heads[0].noted_at : 0),
    };
    v.heads = show_entries(r, v.self, heads, n);
    e = theme_render(s->theme, &heads_feed, &v, &out);
    if (e)
        return fault(e);
    ret->body = buf_copy(&out, r->arena);
    ret->type = "application/atom+xml; charset=utf-8";
    ret->cache = CACHE_SHARED;
    return OK;
}
