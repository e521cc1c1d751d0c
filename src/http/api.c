#include "http/api.h"
#include "base/scan.h"

bool api_body(struct request *r, struct response *ret, const char *names,
              const struct json **ret_body)
{
    struct str why = { 0 };
    struct str other = { 0 };
    const struct json *j = NULL;
    bool fine = json_parse(request_body(r), API_BODY_MAX, r->arena, &j, &why) == OK &&
                j->kind == JSON_KIND_OBJECT;
    if (fine && json_only(j, names, &other)) {
        *ret_body = j;
        return true;
    }
    ret->field = other;
    (void)http_refuse(r, ret, 400, "error_comment_json"); // always OK
    return false;
}

static bool left_out(const struct json *j, const char *name)
{
    const struct json *m = json_get(j, name);
    return !m || m->kind == JSON_KIND_NULL;
}

bool api_text(const struct json *j, const char *name, struct str *ret)
{
    return left_out(j, name) || json_get_str(j, name, ret);
}

bool api_id(const struct json *j, const char *name, int64_t *ret)
{
    return left_out(j, name) || (json_get_int(j, name, ret) && *ret > 0);
}

bool api_segment_id(const struct request *r, int64_t *ret)
{
    struct str text = { 0 };
    return request_segment(r, "id", &text) && int_parse(text, 1, INT64_MAX, ret);
}

err api_answer(const struct request *r, struct response *ret, int status, const struct buf *out)
{
    if (buf_full(out))
        return fault(ERR_LIMIT);
    ret->status = status;
    ret->type = "application/json";
    ret->body = buf_copy(out, r->arena);
    return OK;
}

err api_refuse(struct request *r, struct response *ret, int status, const char *word,
               const char *field)
{
    ret->field = field ? str_from_z(field) : S("");
    return http_refuse(r, ret, status, word);
}
