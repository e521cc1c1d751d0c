#pragma once
#include "http/http.h"

/*
 * What readers and authors do beside writing and voting, as JSON: the forms' rules, limits and
 * gate. Who asks is known by the visitor's cookie, as on the pages.
 *
 * GET  /api/v1/reports/{id}/record     the public moderation record
 * POST /api/v1/reports/{id}/preview    {"body"} -> {"html"}; nothing is stored
 * POST /api/v1/comments/{id}/flag      {"reason", "note"?} -> {"comment", "flagged": true}
 * GET  /api/v1/comments/{id}/appeal    the author's private case
 * POST /api/v1/comments/{id}/appeal    {"body"} -> the case
 * POST /api/v1/comments/{id}/edit      {"body"} -> {"id", "state", "html"}
 * POST /api/v1/comments/{id}/delete    {} -> {"id", "state"}
 */
err reader_api_record(struct request *r, struct response *ret);
err reader_api_preview(struct request *r, struct response *ret);
err reader_api_flag(struct request *r, struct response *ret);
err reader_api_appeal(struct request *r, struct response *ret);
err reader_api_appeal_post(struct request *r, struct response *ret);
err reader_api_edit(struct request *r, struct response *ret);
err reader_api_delete(struct request *r, struct response *ret);
