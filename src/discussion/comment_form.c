#include "discussion/comment_form.h"
#include "base/check.h"
#include "people/token.h"

CONFIG_TEXT(discussion_moderation, "discussion", "moderation", "open", 20,
            "open: guests' comments appear at once; hold_all: they wait for a moderator.");

#define TOKEN_PURPOSE S("comment-form")

bool discussion_config_check(const struct config *c, struct arena *a, struct str *ret_why)
{
    struct str how = config_text(c, &discussion_moderation);
    if (str_eq(how, S("open")) || str_eq(how, S("hold_all")))
        return true;
    *ret_why = str_print(a, "line %d: discussion.moderation = " STR_FMT ": it is open or hold_all",
                         config_line(c, &discussion_moderation), STR_ARG(how));
    return false;
}

struct str form_token_write(const struct keys *k, struct arena *a, int64_t report, int64_t now)
{
    struct token t = { .purpose = TOKEN_PURPOSE, .subject = report, .time = now };
    return token_write(k, a, &t);
}

enum comment_hold moderation_hold(const struct config *c)
{
    return str_eq(config_text(c, &discussion_moderation), S("open")) ? COMMENT_HOLD_NONE
                                                                     : COMMENT_HOLD_ALL;
}

static enum comment_hold token_hold(const struct request *r, struct str text, int64_t report)
{
    struct token t = { 0 };
    if (!token_read(r->app->keys, text, TOKEN_PURPOSE, &t) || t.subject != report ||
        t.time > r->now || r->now - t.time > FORM_TOKEN_MOST)
        return COMMENT_HOLD_TOKEN;
    return r->now - t.time < FORM_TOKEN_LEAST ? COMMENT_HOLD_FAST : COMMENT_HOLD_NONE;
}

enum comment_hold form_hold(const struct request *r, const struct comment_form *f, int64_t report)
{
    if (f->trap.n)
        return COMMENT_HOLD_HONEYPOT;
    enum comment_hold hold = f->token.n ? token_hold(r, f->token, report) : COMMENT_HOLD_NONE;
    return hold ? hold : moderation_hold(r->setup->config);
}

const char *comment_refusal_word(err refusal)
{
    static const char *const words[COMMENT_REFUSALS] = {
        [COMMENT_NO_REPORT] = "error_no_such_report",
        [COMMENT_CLOSED] = "comment_closed",
        [COMMENT_NO_PARENT] = "comment_no_parent",
        [COMMENT_PARENT_GONE] = "comment_parent_gone",
        [COMMENT_LOCKED] = "comment_locked",
        [COMMENT_TOO_DEEP] = "comment_too_deep",
        [COMMENT_NAME_MISSING] = "comment_name_missing",
        [COMMENT_NAME_TOO_LONG] = "comment_name_too_long",
        [COMMENT_NAME_NOT_TEXT] = "comment_name_not_text",
        [COMMENT_EMAIL_WRONG] = "comment_email_wrong",
        [COMMENT_EMAIL_TOO_LONG] = "comment_email_too_long",
        [COMMENT_BODY_EMPTY] = "comment_body_empty",
        [COMMENT_TOO_LONG] = "comment_too_long",
        [COMMENT_NOT_TEXT] = "comment_not_text",
        [COMMENT_NO_QUESTION] = "comment_no_question",
        [COMMENT_QUESTION_CLOSED] = "comment_question_closed",
        [COMMENT_QUESTION_DROPPED] = "comment_question_dropped",
        [COMMENT_ANSWER_REPLIES] = "comment_answer_replies",
        [COMMENT_BANNED] = "comment_banned",
        [COMMENT_NAME_STAFF] = "comment_name_staff",
        [COMMENT_EMAIL_NEEDED] = "follow_email_needed",
        [COMMENT_WORK_WANTED] = "error_work_wanted",
    };
    check(refusal > 0 && refusal < COMMENT_REFUSALS);
    return words[refusal];
}

int comment_refusal_status(err refusal)
{
    switch ((enum comment_refusal)refusal) {
    case COMMENT_NO_REPORT: return 404;
    case COMMENT_CLOSED:
    case COMMENT_QUESTION_CLOSED:
    case COMMENT_BANNED: return 403;
    case COMMENT_PARENT_GONE:
    case COMMENT_LOCKED:
    case COMMENT_QUESTION_DROPPED: return 409;
    case COMMENT_WORK_WANTED: return 428;
    case COMMENT_NO_PARENT:
    case COMMENT_TOO_DEEP:
    case COMMENT_NAME_MISSING:
    case COMMENT_NAME_TOO_LONG:
    case COMMENT_NAME_NOT_TEXT:
    case COMMENT_NAME_STAFF:
    case COMMENT_EMAIL_WRONG:
    case COMMENT_EMAIL_TOO_LONG:
    case COMMENT_EMAIL_NEEDED:
    case COMMENT_BODY_EMPTY:
    case COMMENT_TOO_LONG:
    case COMMENT_NOT_TEXT:
    case COMMENT_NO_QUESTION:
    case COMMENT_ANSWER_REPLIES: return 422;
    case COMMENT_REFUSALS: break;
    }
    check(false);
    return 0;
}

const char *comment_refusal_field(err refusal)
{
    switch ((enum comment_refusal)refusal) {
    case COMMENT_NAME_MISSING:
    case COMMENT_NAME_TOO_LONG:
    case COMMENT_NAME_NOT_TEXT:
    case COMMENT_NAME_STAFF: return "name";
    case COMMENT_EMAIL_WRONG:
    case COMMENT_EMAIL_TOO_LONG:
    case COMMENT_EMAIL_NEEDED: return "email";
    case COMMENT_BODY_EMPTY:
    case COMMENT_TOO_LONG:
    case COMMENT_NOT_TEXT: return "body";
    case COMMENT_NO_PARENT:
    case COMMENT_PARENT_GONE:
    case COMMENT_LOCKED:
    case COMMENT_TOO_DEEP: return "parent";
    case COMMENT_NO_QUESTION:
    case COMMENT_QUESTION_CLOSED:
    case COMMENT_QUESTION_DROPPED:
    case COMMENT_ANSWER_REPLIES: return "question";
    case COMMENT_NO_REPORT:
    case COMMENT_CLOSED:
    case COMMENT_BANNED:
    case COMMENT_WORK_WANTED:
    case COMMENT_REFUSALS: break;
    }
    return NULL;
}
