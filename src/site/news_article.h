#pragma once
#include "http/http.h"
#include "publishing/report.h"

/* A report as schema.org's NewsArticle, JSON-LD text for layout.json_ld. */
enum { NEWS_ARTICLE_MAX = 32 * 1024 };
struct str news_article(const struct request *r, const struct report *report, struct str headline,
                        int64_t comment_count);
