#include "base/file.h"
#include "funding/node_rpc.h"
#include "unit/script_server.h"
#include "unit/store_help.h"

/* Without these a node that is down, or wants another password, would look like a chain without
 * gifts. */

#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"

struct trial {
    struct arena a;
    struct script_server server;
    struct node node;
    const struct json *result;
    int64_t code;
    err e;
};

static struct trial *ask(const char *answer, struct node node, size_t answer_max)
{
    static struct trial t;
    const struct script_step steps[] = { { "\"params\":[7]}", answer } };
    t = (struct trial){ .node = node };
    arena_init(&t.a, 1 << 20);
    t.server.steps = steps;
    t.server.n = 1;
    script_start(&t.server);
    t.node.url = str_print(&t.a, "http://127.0.0.1:%d/", t.server.port);
    const struct node_call c = {
        .node = &t.node, .method = "getblockhash", .params = S("[7]"), .answer_max = answer_max
    };
    t.e = node_call(&c, &t.a, &t.result, &t.code);
    script_end(&t.server);
    return &t;
}

static bool heard(const struct trial *t, const char *what)
{
    size_t at = 0;
    return str_find((struct str){ t->server.heard, t->server.heard_n }, str_from_z(what), &at);
}

TEST(a_call_goes_out_as_json_rpc_and_its_result_comes_back)
{
    struct trial *t = ask(HEAD "{\"result\":\"00ff\",\"error\":null,\"id\":1}", (struct node){ 0 },
                          NODE_ANSWER_SMALL);
    expect(t->e == OK && t->code == 0 && t->result->kind == JSON_KIND_STR);
    expect_str(t->result->text, S("00ff"));
    expect(heard(t, "POST / HTTP/1.1\r\n"));
    expect(heard(t, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"getblockhash\",\"params\":[7]}"));
    expect(!heard(t, "Authorization"));
    arena_free(&t->a);
    t = ask(HEAD "{\"jsonrpc\":\"2.0\",\"result\":null,\"id\":1}", (struct node){ 0 },
            NODE_ANSWER_SMALL);
    expect(t->e == OK && t->result->kind == JSON_KIND_NULL);
    arena_free(&t->a);
}

TEST(user_and_password_or_the_cookie_file_go_as_a_header)
{
    struct bed b = bed_in_folder();
    const char *cookie = bed_path(&b, "cookie");
    struct node n = { .user = S("river"), .password = S("p:w") };
    struct trial *t = ask(HEAD "{\"result\":1,\"id\":1}", n, NODE_ANSWER_SMALL);
    expect(t->e == OK && heard(t, "Authorization: Basic cml2ZXI6cDp3\r\n"));
    arena_free(&t->a);
    expect(file_write(cookie, S("__cookie__:abc\n"), 0600, &b.a) == OK);
    n = (struct node){ .cookie_file = str_from_z(cookie) };
    t = ask(HEAD "{\"result\":1,\"id\":1}", n, NODE_ANSWER_SMALL);
    expect(t->e == OK && heard(t, "Authorization: Basic X19jb29raWVfXzphYmM=\r\n"));
    arena_free(&t->a);
    bed_remove(&b);
}

TEST(a_cookie_file_that_cannot_be_read_is_denied_without_a_call)
{
    struct arena a;
    const struct json *result = NULL;
    int64_t code = 0;
    arena_init(&a, 1 << 20);
    struct node n = { .url = S("http://127.0.0.1:9/"), .cookie_file = S("/nowhere/cookie") };
    struct node_call c = {
        .node = &n, .method = "x", .params = S("[]"), .answer_max = NODE_ANSWER_SMALL
    };
    expect(node_call(&c, &a, &result, &code) == NODE_DENIED);
    arena_free(&a);
}

TEST(what_a_node_answers_is_told_apart)
{
    static const struct {
        const char *answer;
        err e;
        int64_t code;
    } all[] = {
        { HEAD "{\"result\":null,\"error\":{\"code\":-8,\"message\":\"x\"},\"id\":1}", NODE_ERROR,
          -8 },
        { "HTTP/1.1 500 Error\r\nConnection: close\r\n\r\n"
          "{\"result\":null,\"error\":{\"code\":-5,\"message\":\"x\"},\"id\":1}",
          NODE_ERROR, -5 },
        { HEAD "{\"error\":\"no\",\"id\":1}", NODE_ERROR, 0 },
        { HEAD "{\"result\":null,\"error\":{\"code\":-28,\"message\":\"x\"},\"id\":1}", NODE_DOWN,
          -28 },
        { "HTTP/1.1 401 No\r\nConnection: close\r\n\r\n", NODE_DENIED, 0 },
        { "HTTP/1.1 403 No\r\nConnection: close\r\n\r\n", NODE_DENIED, 0 },
        { "HTTP/1.1 503 Busy\r\nConnection: close\r\n\r\nWork queue depth exceeded", NODE_DOWN, 0 },
        { HEAD "hello", NODE_WRONG, 0 },
        { HEAD "[1]", NODE_WRONG, 0 },
        { HEAD "{\"id\":1}", NODE_WRONG, 0 },
        { HEAD "{\"result\":1,\"id\":2}", NODE_WRONG, 0 },
        { HEAD "{\"result\":1,\"id\":\"1\"}", NODE_WRONG, 0 },
        { HEAD "{\"result\":1,\"result\":2,\"id\":1}", NODE_WRONG, 0 },
        { "nonsense\r\n\r\n", NODE_WRONG, 0 },
    };
    for (size_t i = 0; i < COUNT(all); i++) {
        struct trial *t = ask(all[i].answer, (struct node){ 0 }, NODE_ANSWER_SMALL);
        if (t->e != all[i].e)
            printf("# %d for %s\n", (int)t->e, all[i].answer);
        expect(t->e == all[i].e && t->code == all[i].code);
        expect(node_refusal(t->e)[0]);
        arena_free(&t->a);
    }
}

TEST(an_answer_at_the_limit_is_taken_and_one_past_it_is_wrong)
{
    static const char answer[] = "{\"result\":\"00ff\",\"id\":1}";
    struct trial *t =
        ask(HEAD "{\"result\":\"00ff\",\"id\":1}", (struct node){ 0 }, sizeof(answer) - 1);
    expect(t->e == OK);
    arena_free(&t->a);
    t = ask(HEAD "{\"result\":\"00ff\",\"id\":1}", (struct node){ 0 }, sizeof(answer) - 2);
    expect(t->e == NODE_WRONG);
    arena_free(&t->a);
}

static bool at_once(void *arg)
{
    (void)arg;
    return true;
}

TEST(a_node_that_is_not_there_is_down_and_a_call_can_be_given_up)
{
    struct arena a;
    const struct json *result = NULL;
    int64_t code = 0;
    arena_init(&a, 1 << 20);
    static struct script_server server = { .hang = true };
    script_start(&server);
    struct node n = { .url = str_print(&a, "http://127.0.0.1:%d/", server.port) };
    struct node_call c = { .node = &n,
                           .method = "x",
                           .params = S("[]"),
                           .answer_max = NODE_ANSWER_SMALL,
                           .give_up = at_once };
    expect(node_call(&c, &a, &result, &code) == NODE_GIVEN_UP);
    script_end(&server);
    c.give_up = NULL;
    expect(node_call(&c, &a, &result, &code) == NODE_DOWN); // the server is gone
    arena_free(&a);
}
