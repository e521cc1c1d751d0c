#include "site/feed_json.h"
#include "base/json.h"

static void put_optional(struct json_writer *w, const char *name, struct str s)
{
    if (s.n)
        json_write_str(w, name, s);
}

static void put_entry(struct json_writer *w, const struct feed_entry *e)
{
    json_write_object(w, NULL);
    json_write_str(w, "id", e->url);
    json_write_str(w, "url", e->url);
    json_write_str(w, "title", e->title);
    json_write_str(w, "content_html", e->html.s);
    put_optional(w, "summary", e->summary);
    json_write_str(w, "date_published", e->published);
    json_write_str(w, "date_modified", e->updated);
    if (e->author.n) {
        json_write_array(w, "authors");
        json_write_object(w, NULL);
        json_write_str(w, "name", e->author);
        json_write_end(w);
        json_write_end(w);
    }
    json_write_end(w);
}

err feed_json(struct arena *a, const struct feed *f, struct str *ret)
{
    struct buf out CLEANUP(buf_free) = buf_make(FEED_JSON_MAX);
    struct json_writer w = json_writer(&out);
    json_write_object(&w, NULL);
    json_write_str(&w, "version", S("https://jsonfeed.org/version/1.1"));
    json_write_str(&w, "title", f->title);
    put_optional(&w, "description", f->about);
    json_write_str(&w, "home_page_url", f->url);
    json_write_str(&w, "feed_url", f->self);
    json_write_str(&w, "language", f->language);
    json_write_array(&w, "items");
    const struct feed_entry *entries = f->entries.items;
    for (size_t i = 0; i < f->entries.n; i++)
        put_entry(&w, &entries[i]);
    json_write_end(&w);
    json_write_end(&w);
    if (buf_full(&out))
        return fault(ERR_LIMIT);
    *ret = buf_copy(&out, a);
    return OK;
}
