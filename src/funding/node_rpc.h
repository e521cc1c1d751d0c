#pragma once
#include "base/json.h"

/*
 * Calls of a node of a block chain, in JSON-RPC over HTTP as Bitcoin Core, BCHN, bcoin and bcash
 * (1.0 with positional parameters) and Ethereum's execution clients (2.0, ethereum/execution-apis)
 * speak it; one HTTP POST each, by outgoing/fetch.h, for threads that may wait. The node is the
 * operator's own and mostly on this machine, so private addresses are allowed. What it says is not
 * believed here: whoever calls checks it.
 *
 * User and password go into the Authorization header and nowhere else; no message names them.
 */
enum {
    NODE_CREDENTIAL_MAX = 200, /* bytes of a user's name, a password, a cookie file */
    NODE_ANSWER_SMALL = 64 * 1024,
    NODE_TIMEOUT_SHORT = 10 * 1000, /* milliseconds: for what a node knows by heart */
    NODE_TIMEOUT_LONG = 60 * 1000,  /* an old block takes its time */
};
struct node {
    struct str url;            /* http(s)://host:port/path, without a user */
    struct str user, password; /* or empty */
    struct str cookie_file; /* or empty; read at each call, for a node writes a new one at start */
};
struct node_call {
    const struct node *node;
    const char *method;
    struct str params;          /* a JSON array: "[]", "[\"00..\",0]" */
    size_t answer_max;          /* bytes of the whole answer, at most FETCH_ANSWER_MAX */
    int timeout_ms;             /* 0 stands for NODE_TIMEOUT_SHORT */
    bool (*give_up)(void *arg); /* for fetch(); may be NULL */
    void *arg;
};
enum {
    NODE_DOWN = 1, /* no answer: not reachable, too slow, or it is still warming up */
    NODE_DENIED,   /* it does not take user and password, or its cookie file cannot be read */
    NODE_WRONG,    /* an answer that is not JSON-RPC, or too long */
    NODE_ERROR,    /* an error of its own: no such block, no such method */
    NODE_GIVEN_UP, /* give_up() said so */
};
/* *ret_result lives in `a`; it may be JSON's null, which has kind JSON_KIND_NULL. With NODE_ERROR
 * *ret_code is the node's number for it (-8: no such height), else 0. */
MUST_USE err node_call(const struct node_call *c, struct arena *a, const struct json **ret_result,
                       int64_t *ret_code);
/* The same of an answer's body that is there: NODE_DOWN (still warming up), NODE_WRONG, NODE_ERROR.
 */
MUST_USE err node_answer_read(struct str body, size_t most, struct arena *a,
                              const struct json **ret_result, int64_t *ret_code);
const char *node_refusal(err refusal); /* a sentence for the operator, without a name in it */
