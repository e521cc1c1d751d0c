#include "site/news_article.h"
#include "base/check.h"
#include "base/json.h"
#include "publishing/layout.h"

static struct str absolute(const struct request *r, struct str path)
{
    return str_print(r->arena, STR_FMT STR_FMT, STR_ARG(site_url(r->setup->config)), STR_ARG(path));
}

static void put_named(struct json_writer *w, const char *name, const char *type, struct str called)
{
    json_write_object(w, name);
    json_write_str(w, "@type", str_from_z(type));
    json_write_str(w, "name", called);
    json_write_end(w);
}

struct str news_article(const struct request *r, const struct report *report, struct str headline,
                        int64_t comment_count)
{
    struct buf out CLEANUP(buf_free) = buf_make(NEWS_ARTICLE_MAX);
    struct json_writer w = json_writer(&out);
    w.for_html = true;
    struct str url = absolute(r, report->path);
    struct str publisher = config_text(r->setup->config, &site_title);
    json_write_object(&w, NULL);
    json_write_str(&w, "@context", S("https://schema.org"));
    json_write_str(&w, "@type", S("NewsArticle"));
    json_write_str(&w, "headline", headline);
    json_write_str(&w, "url", url);
    json_write_str(&w, "mainEntityOfPage", url);
    json_write_str(&w, "datePublished", time_print(r->arena, report->published_at));
    json_write_str(&w, "dateModified", time_print(r->arena, report->updated_at));
    json_write_str(&w, "inLanguage", theme_language(r->setup->theme));
    json_write_str(&w, "isAccessibleForFree", S("True"));
    json_write_int(&w, "commentCount", comment_count);
    if (report->standfirst.n)
        json_write_str(&w, "description", report->standfirst);
    if (report->dateline.n)
        json_write_str(&w, "dateline", report->dateline);
    if (report->image.n)
        json_write_str(&w, "image", absolute(r, report->image));
    put_named(&w, "author", report->byline.n ? "Person" : "Organization",
              report->byline.n ? report->byline : publisher);
    put_named(&w, "publisher", "NewsMediaOrganization", publisher);
    json_write_end(&w);
    check(!buf_full(&out)); // every field is bounded, their sum far below the maximum
    return buf_copy(&out, r->arena);
}
