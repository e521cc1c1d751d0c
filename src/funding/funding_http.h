#pragma once
#include "http/http.h"

/* The public pages of the money. Each says its topics and is kept in the cache. */
err funding_page_get(struct request *r, struct response *ret);    /* GET /funding ?after= &goals= */
err funding_proofs_get(struct request *r, struct response *ret);  /* GET /funding/proofs.jsonl */
err funding_embed_get(struct request *r, struct response *ret);   /* GET /embed/meter ?goal= */
err funding_embed_svg(struct request *r, struct response *ret);   /* GET /embed/meter.svg ?goal= */
err funding_embed_json(struct request *r, struct response *ret);  /* GET /embed/meter.json ?goal= */
err funding_heads_get(struct request *r, struct response *ret);   /* GET /funding/heads.atom */
err funding_ledger_page(struct request *r, struct response *ret); /* GET /funding/ledger ?before= */

/* The whole ledger, in pieces: GET /funding/ledger.csv, .json, .beancount, .ledger. */
err funding_ledger_get(struct request *r, struct response *ret);
err funding_export_get(struct request *r, struct response *ret);

/* One goal: its totals, how they came to be, and its closing. GET /funding/goals/{id}, and there
 * statement.txt and statement.sig, which GET /funding/key.pem checks. */
err funding_goal_get(struct request *r, struct response *ret);
err funding_statement_get(struct request *r, struct response *ret);
err funding_signature_get(struct request *r, struct response *ret);
/* GET /funding/goals/{id}/addresses.csv: of a closed one, which addresses were paid to. */
err funding_addresses_get(struct request *r, struct response *ret);
err funding_key_get(struct request *r, struct response *ret);

/* GET and POST /funding/receipt: a giver's own row, by their code (receipt.h). */
err receipt_show(struct request *r, struct response *ret);
err receipt_post(struct request *r, struct response *ret);
