#include "funding/node_rpc.h"
#include "base/check.h"
#include "base/encoding.h"
#include "base/file.h"
#include "outgoing/fetch.h"

enum { HTTP_UNAUTHORIZED = 401, HTTP_FORBIDDEN = 403, HTTP_UNAVAILABLE = 503 };
enum { CALL_ID = 1, CODE_WARMING_UP = -28 /* Bitcoin Core's RPC_IN_WARMUP, and BCHN's */ };

/* "user:password", or empty. */
static err credential(const struct node *n, struct arena *a, struct str *ret)
{
    *ret = (struct str){ 0 };
    if (n->user.n)
        *ret = str_print(a, STR_FMT ":" STR_FMT, STR_ARG(n->user), STR_ARG(n->password));
    if (!n->cookie_file.n)
        return OK;
    struct str text = { 0 };
    err e = file_read(str_z(a, n->cookie_file), NODE_CREDENTIAL_MAX, a, &text);
    *ret = str_trim(text);
    return e || !ret->n ? NODE_DENIED : OK;
}

static struct str request_body(const struct node_call *c, struct arena *a)
{
    return str_print(a, "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"%s\",\"params\":" STR_FMT "}",
                     CALL_ID, c->method, STR_ARG(c->params));
}

static err refusal_of_fetch(err e)
{
    switch (e) {
    case FETCH_TOO_LARGE:
    case FETCH_BROKEN: return NODE_WRONG;
    case FETCH_GIVEN_UP: return NODE_GIVEN_UP;
    default: return e < 0 ? e : NODE_DOWN;
    }
}

static err ask(const struct node_call *c, struct arena *a, struct fetch_answer *ret)
{
    struct str who = { 0 };
    err e = credential(c->node, a, &who);
    if (e)
        return e;
    const struct fetch_header headers[] = {
        { S("Content-Type"), S("application/json") },
        { S("Authorization"), str_print(a, "Basic " STR_FMT, STR_ARG(base64_print(a, who))) },
    };
    const struct fetch_request q = {
        .url = c->node->url,
        .post = true,
        .body = request_body(c, a),
        .headers = headers,
        .header_count = who.n ? 2 : 1,
        .answer_max = c->answer_max,
        .timeout_ms = c->timeout_ms ? c->timeout_ms : NODE_TIMEOUT_SHORT,
        .allow_private = true,
        .give_up = c->give_up,
        .arg = c->arg,
    };
    e = fetch(&q, a, ret);
    return e ? refusal_of_fetch(e) : OK;
}

/* The node's own error: an object, or whatever else it puts there that is not null. */
static err its_error(const struct json *error, int64_t *ret_code)
{
    (void)json_get_int(error, "code", ret_code); // 0 when it has none
    return *ret_code == CODE_WARMING_UP ? NODE_DOWN : NODE_ERROR;
}

/* 1.0 has both members and one of them null; 2.0 has one. */
static err take_answer(const struct json *j, const struct json **ret_result, int64_t *ret_code)
{
    int64_t id = 0;
    const struct json *error = json_get(j, "error");
    if (!json_get_int(j, "id", &id) || id != CALL_ID)
        return NODE_WRONG;
    if (error && error->kind != JSON_KIND_NULL)
        return its_error(error, ret_code);
    *ret_result = json_get(j, "result");
    return *ret_result ? OK : NODE_WRONG;
}

err node_answer_read(struct str body, size_t most, struct arena *a, const struct json **ret_result,
                     int64_t *ret_code)
{
    const struct json *j = NULL;
    struct str why = { 0 };
    *ret_code = 0;
    return json_parse(body, most, a, &j, &why) == OK ? take_answer(j, ret_result, ret_code)
                                                     : NODE_WRONG;
}

err node_call(const struct node_call *c, struct arena *a, const struct json **ret_result,
              int64_t *ret_code)
{
    struct fetch_answer answer = { 0 };
    *ret_code = 0;
    err e = ask(c, a, &answer);
    if (e)
        return e;
    if (answer.status == HTTP_UNAUTHORIZED || answer.status == HTTP_FORBIDDEN)
        return NODE_DENIED;
    e = node_answer_read(answer.body, c->answer_max, a, ret_result, ret_code);
    return e == NODE_WRONG && answer.status == HTTP_UNAVAILABLE ? NODE_DOWN : e;
}

const char *node_refusal(err refusal)
{
    switch (refusal) {
    case NODE_DOWN: return "the node does not answer";
    case NODE_DENIED:
        return "the node does not take the user and password, or its cookie file cannot be read";
    case NODE_WRONG: return "what the node answers is not JSON-RPC, or too long";
    case NODE_ERROR: return "the node answers with an error";
    case NODE_GIVEN_UP: return "it was broken off, for this program ends";
    default: return "asking the node failed";
    }
}
