#pragma once
#include "http/http.h"

/* The public pages of the money. Each says its topics and is kept in the cache. */
err funding_page_get(struct request *r, struct response *ret);   /* GET /funding ?after= &goals= */
err funding_ledger_get(struct request *r, struct response *ret); /* GET /funding/ledger.csv */
err funding_embed_get(struct request *r, struct response *ret);  /* GET /embed/meter ?goal= */
