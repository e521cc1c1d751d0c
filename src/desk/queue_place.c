#include "desk/queue_place.h"
#include "base/buf.h"
#include "base/scan.h"
#include "base/utf8.h"

#include <inttypes.h>

enum { URL_MAX = 1024 };

static const struct field place_fields[] = {
    FIELD_STR(struct queue_fields, show), FIELD_STR(struct queue_fields, before),
    FIELD_STR(struct queue_fields, like), FIELD_STR(struct queue_fields, of),
    FIELD_STR(struct queue_fields, q),
};
const struct view queue_fields_view = VIEW(struct queue_fields, place_fields);

typedef struct str read_text(const struct request *r, const char *name);

static int64_t number(struct str s)
{
    int64_t n = 0;
    return int_parse(s, 1, INT64_MAX, &n) ? n : 0;
}

static bool searchable(struct str text)
{
    return text.n && text.n <= QUEUE_TEXT_MAX && text_check(text, true) == TEXT_FINE;
}

static bool place_read(const struct request *r, read_text *get, struct queue_place *ret)
{
    struct queue_query q = { .person = r->person->id, .before = number(get(r, "before")) };
    struct str text = str_trim(get(r, "q"));
    bool shown = desk_filter_parse(get(r, "show"), &q.show);
    int64_t of = number(get(r, "of"));
    if (of && likeness_parse(get(r, "like"), &q.like))
        q.of = of;
    else if (searchable(text))
        q.text = text;
    *ret = (struct queue_place){ q };
    return shown || q.of || q.text.n;
}

struct queue_place queue_place_asked(const struct request *r)
{
    struct queue_place p = { 0 };
    if (!place_read(r, desk_query, &p))
        p.query.show = DESK_NEWEST;
    return p;
}

bool queue_place_sent(const struct request *r, struct queue_place *ret)
{
    return place_read(r, desk_field, ret);
}

struct str queue_place_url(struct arena *a, const struct queue_place *p)
{
    const struct queue_query *q = &p->query;
    struct buf b CLEANUP(buf_free) = buf_make(URL_MAX);
    if (q->of)
        buf_print(&b, "/desk/comments?like=" STR_FMT "&of=%" PRId64, STR_ARG(likeness_str(q->like)),
                  q->of);
    else if (q->text.n)
        buf_print(&b, "/desk/comments?q=" STR_FMT, STR_ARG(url_escape(a, q->text)));
    else
        buf_print(&b, "/desk/comments?show=" STR_FMT, STR_ARG(desk_filter_str(q->show)));
    if (q->before)
        buf_print(&b, "&before=%" PRId64, q->before);
    return buf_copy(&b, a);
}

static struct str digits(const struct request *r, int64_t n)
{
    return n ? str_print(r->arena, "%" PRId64, n) : S("");
}

struct queue_fields queue_fields_of(const struct request *r, const struct queue_place *p)
{
    const struct queue_query *q = &p->query;
    bool queue = !q->of && !q->text.n;
    return (struct queue_fields){
        .show = queue ? desk_filter_str(q->show) : S(""),
        .before = digits(r, q->before),
        .like = q->of ? likeness_str(q->like) : S(""),
        .of = digits(r, q->of),
        .q = q->text,
    };
}
