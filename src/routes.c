#include "routes.h"
#include "desk/account_page.h"
#include "desk/accounts_desk.h"
#include "desk/appeal_desk.h"
#include "desk/audit_desk.h"
#include "desk/bank_desk.h"
#include "desk/channel_desk.h"
#include "desk/comment_desk_page.h"
#include "desk/desk_api.h"
#include "desk/funding_desk.h"
#include "desk/gift_desk.h"
#include "desk/giver_desk.h"
#include "desk/mail_desk.h"
#include "desk/overview.h"
#include "desk/pictures.h"
#include "desk/privacy_desk.h"
#include "desk/question_desk.h"
#include "desk/report_desk.h"
#include "desk/report_form.h"
#include "desk/report_state.h"
#include "desk/rules_desk.h"
#include "desk/second_desk.h"
#include "desk/series_desk.h"
#include "desk/sign_in_page.h"
#include "desk/staff_desk.h"
#include "desk/standing_desk.h"
#include "desk/undo_line.h"
#include "desk/waiting_desk.h"
#include "desk/webhook_desk.h"
#include "discussion/appeal_http.h"
#include "discussion/comment_own_http.h"
#include "discussion/discussion_api.h"
#include "discussion/discussion_http.h"
#include "discussion/flag_http.h"
#include "discussion/reader_api.h"
#include "discussion/work.h"
#include "funding/funding_api.h"
#include "funding/funding_http.h"
#include "funding/hook_http.h"
#include "funding/statement_http.h"
#include "funding/wallet_http.h"
#include "people/api_token.h"
#include "people/permission.h"
#include "publishing/media_http.h"
#include "publishing/page_http.h"
#include "site/feed.h"
#include "site/front.h"
#include "site/live_page.h"
#include "site/me.h"
#include "site/mine.h"
#include "site/question_api.h"
#include "site/question_page.h"
#include "site/report_page.h"
#include "site/site_api.h"
#include "site/sitemap.h"
#include "site/static.h"
#include "site/subscription_api.h"
#include "site/subscription_page.h"

#define REPORT "/{year}/{month}/{day}/{slug}"

// NOLINTBEGIN(bugprone-macro-parentheses): addresses are literals that stand beside literals.
/* A public page. */
#define PAGE(address, function, parameters)                                                        \
    {                                                                                              \
        .method = HTTP_GET, .pattern = address, .run = function, .query = parameters,              \
        .need = PUBLIC, .limit = LIMIT_READ                                                        \
    }
/* A form that anybody may send. */
#define FORM(address, function, kind)                                                              \
    {                                                                                              \
        .method = HTTP_POST, .pattern = address, .run = function, .guard = GUARD_FORM,             \
        .body = BODY_FORM, .need = PUBLIC, .limit = kind                                           \
    }
/* One with words in it, which come back when its bytes are damaged. */
#define WORDS_FORM(address, function, kind)                                                        \
    {                                                                                              \
        .method = HTTP_POST, .pattern = address, .run = function, .guard = GUARD_FORM,             \
        .body = BODY_FORM, .need = PUBLIC, .limit = kind, .keeps_words = true                      \
    }
#define API(address, function, parameters)                                                         \
    {                                                                                              \
        .method = HTTP_GET, .pattern = "/api/v1" address, .run = function, .query = parameters,    \
        .need = PUBLIC, .limit = LIMIT_READ, .api = true                                           \
    }
#define API_POST(address, function, kind)                                                          \
    {                                                                                              \
        .method = HTTP_POST, .pattern = "/api/v1" address, .run = function, .guard = GUARD_API,    \
        .body = BODY_JSON, .need = PUBLIC, .limit = kind, .api = true                              \
    }
/* The desk for programs: a token in Authorization with that scope, and a role that allows it. */
#define DESK_API(address, function, parameters, who, token_scope)                                  \
    {                                                                                              \
        .method = HTTP_GET, .pattern = "/api/v1/desk" address, .run = function,                    \
        .query = parameters, .guard = GUARD_TOKEN, .need = PERMISSION_##who,                       \
        .scope = SCOPE_##token_scope, .limit = LIMIT_DESK, .api = true                             \
    }
#define DESK_API_POST(address, function, who, token_scope)                                         \
    {                                                                                              \
        .method = HTTP_POST, .pattern = "/api/v1/desk" address, .run = function,                   \
        .guard = GUARD_TOKEN, .body = BODY_JSON, .need = PERMISSION_##who,                         \
        .scope = SCOPE_##token_scope, .limit = LIMIT_DESK, .api = true                             \
    }
/* The desk: its pages say by `done` what was just done. Who may ask stands in each row; whose
 * report it is, desk/report_rules.h judges. */
#define DESK(address, function, parameters, who)                                                   \
    {                                                                                              \
        .method = HTTP_GET, .pattern = "/desk" address, .run = function, .query = parameters,      \
        .need = PERMISSION_##who, .limit = LIMIT_DESK                                              \
    }
#define DESK_POST(address, function, who)                                                          \
    {                                                                                              \
        .method = HTTP_POST, .pattern = "/desk" address, .run = function, .guard = GUARD_FORM,     \
        .body = BODY_FORM, .need = PERMISSION_##who, .limit = LIMIT_DESK                           \
    }
/* A text with its pictures. */
#define DESK_TEXT(address, function, who)                                                          \
    {                                                                                              \
        .method = HTTP_POST, .pattern = "/desk" address, .run = function, .guard = GUARD_FORM,     \
        .body = BODY_MULTIPART, .need = PERMISSION_##who, .limit = LIMIT_DESK,                     \
        .body_max = &limit_desk_form_bytes                                                         \
    }
/* What hashes a password: at the door, and for who is in. */
#define DOOR(address, function, parameters)                                                        \
    {                                                                                              \
        .method = HTTP_GET, .pattern = "/desk" address, .run = function, .query = parameters,      \
        .need = PUBLIC, .limit = LIMIT_DESK                                                        \
    }
#define DOOR_POST(address, function)                                                               \
    {                                                                                              \
        .method = HTTP_POST, .pattern = "/desk" address, .run = function, .guard = GUARD_FORM,     \
        .body = BODY_FORM, .need = PUBLIC, .limit = LIMIT_SIGN_IN                                  \
    }
#define HASH_POST(address, function)                                                               \
    {                                                                                              \
        .method = HTTP_POST, .pattern = "/desk" address, .run = function, .guard = GUARD_FORM,     \
        .body = BODY_FORM, .need = PERMISSION_DESK, .limit = LIMIT_SIGN_IN                         \
    }

// NOLINTEND(bugprone-macro-parentheses)

const struct route routes[] = {
    PAGE("/", front_show, "before after"),
    PAGE("/series", front_series_all, NULL),
    PAGE("/series/{slug}", front_series, "before after"),
    PAGE("/series/{slug}/questions", question_page_series, "after"),
    PAGE("/archive", front_archive, NULL),
    PAGE("/{year}/{month}", front_month, "before after"),
    PAGE(REPORT, report_page_show, "sort all thread after reply only question comments"),
    WORDS_FORM(REPORT "/comments", report_page_post, LIMIT_COMMENT),
    PAGE(REPORT "/questions", question_page_report, "after"),
    PAGE("/questions/{id}", question_page_one, NULL),
    PAGE("/comments/{id}", discussion_comment_show, NULL),
    PAGE("/comments/{id}/flag", flag_show, "done"),
    WORDS_FORM("/comments/{id}/flag", flag_post, LIMIT_FLAG),
    PAGE("/comments/{id}/appeal", appeal_show, NULL),
    WORDS_FORM("/comments/{id}/appeal", appeal_post, LIMIT_FLAG),
    PAGE("/mine/appeals/{token}", appeal_link_show, NULL),
    WORDS_FORM("/mine/appeals/{token}", appeal_link_post, LIMIT_FLAG),
    { .method = HTTP_POST,
      .pattern = "/comments/{id}/vote",
      .run = discussion_vote_post,
      .query = "cookie", // a first vote comes again with its cookie
      .guard = GUARD_FORM,
      .body = BODY_FORM,
      .need = PUBLIC,
      .limit = LIMIT_VOTE },
    PAGE("/comments/{id}/edit", own_edit_show, NULL),
    WORDS_FORM("/comments/{id}/edit", own_edit_post, LIMIT_COMMENT),
    PAGE("/comments/{id}/delete", own_delete_show, NULL),
    FORM("/comments/{id}/delete", own_delete_post, LIMIT_VOTE),
    PAGE("/challenge", work_challenge_show, "for object"),
    PAGE("/live/events", live_page_show, "reports after"),
    PAGE("/subscriptions", subscription_form_show, "sent report comment question series"),
    WORDS_FORM("/subscriptions", subscription_form_post, LIMIT_COMMENT),
    PAGE("/subscriptions/{token}", subscription_list_show, "done"),
    FORM("/subscriptions/{token}", subscription_list_post, LIMIT_READ),
    PAGE("/subscriptions/leave/{token}", subscription_leave_show, NULL),
    FORM("/subscriptions/leave/{token}", subscription_leave_post, LIMIT_READ),
    PAGE("/me", me_show, "report comments"),
    PAGE("/mine", mine_show, "before done"),
    PAGE("/mine/export.json", mine_export, NULL),
    WORDS_FORM("/mine/address", mine_ask_post, LIMIT_SIGN_IN),
    PAGE("/mine/address/{token}", mine_link_show, NULL),
    FORM("/mine/address/{token}", mine_link_post, LIMIT_SIGN_IN),
    FORM("/mine/leave", mine_leave_post, LIMIT_READ),
    PAGE("/mine/erase", mine_erase_show, NULL),
    FORM("/mine/erase", mine_erase_post, LIMIT_SIGN_IN),

    PAGE("/funding", funding_page_get, "after goals"),
    PAGE("/funding/ledger.csv", funding_ledger_get, NULL),
    PAGE("/funding/ledger.json", funding_export_get, NULL),
    PAGE("/funding/ledger.beancount", funding_export_get, NULL),
    PAGE("/funding/ledger.ledger", funding_export_get, NULL),
    PAGE("/funding/proofs.jsonl", funding_proofs_get, NULL),
    PAGE("/funding/ledger", funding_ledger_page, "before"),
    PAGE("/funding/heads.atom", funding_heads_get, NULL),
    PAGE("/funding/goals/{id}", funding_goal_get, NULL),
    PAGE("/funding/goals/{id}/statement.txt", funding_statement_get, NULL),
    PAGE("/funding/goals/{id}/statement.sig", funding_signature_get, NULL),
    PAGE("/funding/goals/{id}/addresses.csv", funding_addresses_get, NULL),
    PAGE("/funding/key.pem", funding_key_get, NULL),
    PAGE("/funding/receipt", receipt_show, NULL),
    FORM("/funding/receipt", receipt_post, LIMIT_SIGN_IN),
    { .method = HTTP_POST,
      .pattern = "/hooks/{channel}",
      .run = hook_post,
      .body = BODY_RAW,
      .body_max = &limit_hook_bytes,
      .limit = LIMIT_READ,
      .api = true },
    PAGE("/funding/qr/{channel}/{address}", funding_qr_get, NULL),
    PAGE("/funding/address/{channel}", wallet_own_show, NULL),
    FORM("/funding/address/{channel}", wallet_own_post, LIMIT_ADDRESS),
    PAGE("/funding/address/{channel}/{address}", wallet_address_show, NULL),
    PAGE("/funding/statement", statement_page_get, NULL),
    PAGE("/funding/statement.txt", statement_text_get, NULL),
    PAGE("/embed/meter", funding_embed_get, "goal"),
    PAGE("/embed/meter.svg", funding_embed_svg, "goal"),
    { .method = HTTP_GET,
      .pattern = "/embed/meter.json",
      .run = funding_embed_json,
      .query = "goal",
      .need = PUBLIC,
      .limit = LIMIT_READ,
      .api = true },

    PAGE("/feed.atom", feed_site, NULL),
    PAGE("/feed.rss", feed_site, NULL),
    PAGE("/feed.json", feed_site, NULL),
    PAGE("/series/{slug}/feed.atom", feed_series, NULL),
    PAGE("/series/{slug}/feed.rss", feed_series, NULL),
    PAGE("/series/{slug}/feed.json", feed_series, NULL),
    PAGE(REPORT "/feed.atom", feed_comments, NULL),
    PAGE(REPORT "/feed.rss", feed_comments, NULL),
    PAGE(REPORT "/feed.json", feed_comments, NULL),
    PAGE("/questions/{id}/feed.atom", feed_question, NULL),
    PAGE("/questions/{id}/feed.rss", feed_question, NULL),
    PAGE("/questions/{id}/feed.json", feed_question, NULL),

    PAGE("/robots.txt", sitemap_robots, NULL),
    PAGE("/sitemap.xml", sitemap_index, NULL),
    PAGE("/sitemap/{piece}", sitemap_piece, NULL),
    PAGE("/assets/{hash}/{folder}/{file}", static_show, NULL),
    PAGE("/favicon.ico", static_icon, NULL),
    PAGE("/identicon/{code}", static_identicon, NULL),
    PAGE("/media/{hash}/{name}", media_show, NULL),

    API("/series", site_api_series, NULL),
    API("/reports", site_api_reports, "series before"),
    API("/reports/{id}", site_api_report, NULL),
    API("/series/{slug}/questions", question_api_series, "after"),
    API("/reports/{id}/questions", question_api_report, "after"),
    API("/reports/{id}/comments", discussion_api_list, "sort thread after only question"),
    API_POST("/reports/{id}/comments", discussion_api_post, LIMIT_COMMENT),
    { .method = HTTP_POST,
      .pattern = "/api/v1/comments/{id}/vote",
      .run = discussion_api_vote,
      .query = "cookie",
      .guard = GUARD_API,
      .body = BODY_JSON,
      .need = PUBLIC,
      .limit = LIMIT_VOTE,
      .api = true },
    API("/reports/{id}/record", reader_api_record, NULL),
    API_POST("/reports/{id}/preview", reader_api_preview, LIMIT_COMMENT),
    API_POST("/comments/{id}/flag", reader_api_flag, LIMIT_FLAG),
    API("/comments/{id}/appeal", reader_api_appeal, NULL),
    API_POST("/comments/{id}/appeal", reader_api_appeal_post, LIMIT_FLAG),
    API_POST("/comments/{id}/edit", reader_api_edit, LIMIT_COMMENT),
    API_POST("/comments/{id}/delete", reader_api_delete, LIMIT_VOTE),
    API_POST("/subscriptions", subscription_api_post, LIMIT_COMMENT),
    API("/funding", funding_api_get, "goal"),
    API("/contributions", funding_api_contributions, "after"),

    DESK_API("/comments", desk_api_comments, "queue like of q before", COMMENT_MODERATE,
             COMMENTS_READ),
    DESK_API("/comments/{id}", desk_api_comment, NULL, COMMENT_MODERATE, COMMENTS_READ),
    DESK_API_POST("/comments/{id}/decision", desk_api_decide, COMMENT_MODERATE, COMMENTS_DECIDE),
    DESK_API_POST("/decisions", desk_api_decide_all, COMMENT_BULK, COMMENTS_DECIDE),
    DESK_API_POST("/comments/{id}/mark", desk_api_mark, COMMENT_MODERATE, COMMENTS_MARK),
    DESK_API_POST("/comments/{id}/notes", desk_api_note, COMMENT_MODERATE, COMMENTS_NOTE),
    DESK_API_POST("/comments/{id}/assignment", desk_api_assign, COMMENT_MODERATE, COMMENTS_NOTE),
    DESK_API_POST("/discussions/{id}", desk_api_open, COMMENT_MODERATE, COMMENTS_MARK),
    DESK_API("/acts", desk_api_acts, "before", COMMENT_MODERATE, COMMENTS_READ),
    DESK_API_POST("/acts/{id}/undo", desk_api_undo, COMMENT_MODERATE, COMMENTS_DECIDE),
    DESK_API("/appeals", desk_api_appeals, "show after", APPEAL_JUDGE, APPEALS_READ),
    DESK_API("/appeals/{id}", desk_api_appeal, NULL, APPEAL_JUDGE, APPEALS_READ),
    DESK_API_POST("/appeals/{id}", desk_api_judge, APPEAL_JUDGE, APPEALS_JUDGE),

    DOOR("/sign-in", sign_in_show, "next done"),
    DOOR_POST("/sign-in", sign_in_post),
    DOOR("/sign-in/code", sign_in_code_show, "next"),
    DOOR_POST("/sign-in/code", sign_in_code_post),
    DOOR("/link/{token}", link_show, NULL),
    DOOR_POST("/link/{token}", link_post),
    DESK_POST("/sign-out", sign_out_post, DESK),
    DESK("/confirm", confirm_show, "next", DESK),
    HASH_POST("/confirm", confirm_post),

    DESK("", overview_show, "done", DESK),
    DESK("/account", account_show, "done", DESK),
    DESK_POST("/account", account_name_post, DESK),
    HASH_POST("/account/password", account_password_post),
    DESK_POST("/account/sessions", account_sessions_post, DESK),
    DESK_POST("/account/tokens", account_tokens_post, API_TOKEN),
    DESK("/account/second-step", second_step_show, NULL, DESK),
    DESK_POST("/account/second-step", second_step_begin, DESK),
    DESK_POST("/account/second-step/on", second_step_on, DESK),
    DESK_POST("/account/second-step/off", second_step_off, DESK),
    DESK_POST("/account/recovery-codes", recovery_post, DESK),

    DESK("/reports", report_desk_list, "state before done", REPORT_WRITE),
    DESK("/reports/new", report_new_show, NULL, REPORT_WRITE),
    DESK_TEXT("/reports/new", report_new_post, REPORT_WRITE),
    DESK("/reports/{id}", report_edit_show, "from done", REPORT_WRITE),
    DESK_TEXT("/reports/{id}", report_edit_post, REPORT_WRITE),
    DESK("/reports/{id}/revisions", revision_desk_list, "before", REPORT_WRITE),
    DESK("/reports/{id}/revisions/{number}", revision_desk_show, NULL, REPORT_WRITE),
    DESK("/reports/{id}/withdraw", report_withdraw_show, NULL, REPORT_PUBLISH),
    DESK_POST("/reports/{id}/withdraw", report_withdraw_post, REPORT_PUBLISH),
    DESK_POST("/reports/{id}/restore", report_restore_post, REPORT_PUBLISH),
    DESK_POST("/reports/{id}/unschedule", report_unschedule_post, REPORT_PUBLISH),

    DESK("/series", series_desk_list, "done", PAGE_EDIT),
    DESK("/series/new", series_new_show, NULL, PAGE_EDIT),
    DESK_POST("/series/new", series_new_post, PAGE_EDIT),
    DESK("/series/{id}", series_edit_show, NULL, PAGE_EDIT),
    DESK_POST("/series/{id}", series_edit_post, PAGE_EDIT),
    DESK("/pages", page_desk_list, NULL, PAGE_EDIT),
    DESK("/pages/{slug}", page_edit_show, "done", PAGE_EDIT),
    DESK_TEXT("/pages/{slug}", page_edit_post, PAGE_EDIT),
    DESK_POST("/pages/{slug}/take-down", page_down_post, PAGE_EDIT),
    DESK("/new-page", page_new_show, "slug", PAGE_EDIT),
    DESK_TEXT("/new-page", page_new_post, PAGE_EDIT),

    DESK("/comments", comments_show, "show before like of q done", COMMENT_MODERATE),
    DESK_POST("/comments", comments_bulk_post, COMMENT_BULK),
    DESK("/comments/{id}", comment_desk_show, "done", COMMENT_MODERATE),
    DESK_POST("/comments/{id}", comment_desk_post, COMMENT_MODERATE),
    DESK_POST("/comments/{id}/notes", comment_note_post, COMMENT_MODERATE),
    DESK_POST("/comments/{id}/assignment", comment_assign_post, COMMENT_MODERATE),
    DESK("/acts", acts_show, "before done", COMMENT_MODERATE),
    DESK_POST("/acts/{id}/undo", act_undo_post, COMMENT_MODERATE),
    DESK("/appeals", appeals_show, "show after", APPEAL_JUDGE),
    DESK("/appeals/{id}", appeal_desk_show, "done", APPEAL_JUDGE),
    DESK_POST("/appeals/{id}", appeal_desk_post, APPEAL_JUDGE),
    DESK("/discussions/{id}", discussion_desk_show, "done", COMMENT_MODERATE),
    DESK_POST("/discussions/{id}", discussion_desk_post, COMMENT_MODERATE),

    DESK("/comments/{id}/ban", ban_new_show, NULL, COMMENT_MODERATE),
    DESK_POST("/comments/{id}/ban", ban_new_post, COMMENT_MODERATE),
    DESK("/rules", rules_show, "done", COMMENT_MODERATE),
    DESK("/rules/{scope}/{id}", rules_edit_show, NULL, RULE_SET),
    DESK_POST("/rules/{scope}/{id}", rules_edit_post, RULE_SET),
    DESK("/comments/{id}/filter", filter_comment_show, NULL, COMMENT_MODERATE),
    DESK("/filter", filter_show, "done", COMMENT_MODERATE),
    DESK("/filter/export", filter_export_get, NULL, SETTINGS),
    DESK_TEXT("/filter/import", filter_import_post, SETTINGS),
    DESK_POST("/filter/reset", filter_reset_post, SETTINGS),
    DESK_POST("/bans/{id}/lift", ban_lift_post, COMMENT_MODERATE),
    DESK("/questions", questions_desk_show, "show before", QUESTION_SET),
    DESK("/questions/{id}", question_desk_show, "before done", QUESTION_SET),
    DESK_POST("/questions/{id}", question_desk_post, QUESTION_SET),

    DESK("/funding", funding_desk_show, "after goals done", CONTRIBUTION_ADD),
    DESK("/funding/goals/new", goal_new_show, NULL, GOAL_SET),
    DESK_POST("/funding/goals/new", goal_new_post, GOAL_SET),
    DESK("/funding/goals/{id}", goal_edit_show, "done", GOAL_SET),
    DESK_POST("/funding/goals/{id}", goal_edit_post, GOAL_SET),
    DESK("/funding/goals/{id}/drop", goal_drop_show, NULL, GOAL_SET),
    DESK_POST("/funding/goals/{id}/drop", goal_drop_post, GOAL_SET),
    DESK("/funding/goals/{id}/marks", goal_marks_show, NULL, GOAL_SET),
    DESK_POST("/funding/goals/{id}/marks", goal_marks_post, GOAL_SET),
    DESK("/funding/goals/{id}/close", goal_close_show, NULL, GOAL_SET),
    DESK_POST("/funding/goals/{id}/close", goal_close_post, GOAL_SET),
    DESK("/funding/contributions", gift_search_show,
         "channel state from to amount currency reference giver goal after done", CONTRIBUTION_ADD),
    DESK("/funding/givers", givers_show, "who before done", CONTRIBUTION_ADD),
    DESK_POST("/funding/givers", givers_statements_post, CONTRIBUTION_REVERSE),
    DESK("/funding/givers/export", givers_export_show, NULL, CONTRIBUTION_ADD),
    DESK_POST("/funding/givers/export", givers_export_post, CONTRIBUTION_ADD),
    DESK("/funding/givers/{id}", giver_show, "done", CONTRIBUTION_ADD),
    DESK("/funding/givers/{id}/erase", giver_erase_show, NULL, CONTRIBUTION_REVERSE),
    DESK_POST("/funding/givers/{id}/erase", giver_erase_post, CONTRIBUTION_REVERSE),
    DESK_POST("/funding/givers/{id}/named", giver_named_post, CONTRIBUTION_REVERSE),
    DESK("/funding/givers/{id}/years/{year}", giver_statement_show, NULL, CONTRIBUTION_ADD),
    DESK_POST("/funding/givers/{id}/years/{year}", giver_statement_post, CONTRIBUTION_REVERSE),
    DESK("/funding/contributions/new", gift_new_show, NULL, CONTRIBUTION_ADD),
    DESK_POST("/funding/contributions/new", gift_new_post, CONTRIBUTION_ADD),
    DESK("/funding/contributions/{id}", gift_show, "done", CONTRIBUTION_ADD),
    DESK_POST("/funding/contributions/{id}/note", gift_note_post, CONTRIBUTION_ADD),
    DESK_POST("/funding/contributions/{id}/settle", gift_settle_post, CONTRIBUTION_REVERSE),
    DESK_POST("/funding/contributions/{id}/freeze", gift_freeze_post, CONTRIBUTION_REVERSE),
    DESK_POST("/funding/contributions/{id}/free", gift_free_post, CONTRIBUTION_REVERSE),
    DESK_POST("/funding/contributions/{id}/value", gift_value_post, CONTRIBUTION_REVERSE),
    DESK_POST("/funding/contributions/{id}/refund", gift_refund_post, CONTRIBUTION_REVERSE),
    DESK_POST("/funding/contributions/{id}/evidence", gift_evidence_post, CONTRIBUTION_REVERSE),
    DESK_POST("/funding/contributions/{id}/receipt", gift_receipt_post, CONTRIBUTION_REVERSE),
    DESK_POST("/funding/contributions/{id}/giver", gift_giver_post, CONTRIBUTION_REVERSE),
    DESK("/funding/contributions/{id}/correct", gift_correct_show, NULL, CONTRIBUTION_REVERSE),
    DESK_POST("/funding/contributions/{id}/correct", gift_correct_post, CONTRIBUTION_REVERSE),
    DESK("/funding/contributions/{id}/reverse", gift_reverse_show, NULL, CONTRIBUTION_REVERSE),
    DESK_POST("/funding/contributions/{id}/reverse", gift_reverse_post, CONTRIBUTION_REVERSE),
    DESK("/funding/contributions/{id}/erase", gift_erase_show, NULL, CONTRIBUTION_REVERSE),
    DESK_POST("/funding/contributions/{id}/erase", gift_erase_post, CONTRIBUTION_REVERSE),

    DESK("/funding/channels", channel_desk_show, "done", CONTRIBUTION_ADD),
    DESK_POST("/funding/channels/{channel}/looked", channel_desk_looked, CONTRIBUTION_REVERSE),
    DESK("/funding/waiting", waiting_list_show, "before show done", CONTRIBUTION_ADD),
    DESK("/funding/waiting/{id}", waiting_event_show, "done", CONTRIBUTION_ADD),
    DESK_POST("/funding/waiting/{id}", waiting_find_post, CONTRIBUTION_REVERSE),
    DESK("/funding/waiting/{id}/gift/{gift}", waiting_match_show, NULL, CONTRIBUTION_REVERSE),
    DESK_POST("/funding/waiting/{id}/gift/{gift}", waiting_match_post, CONTRIBUTION_REVERSE),
    DESK_POST("/funding/waiting/{id}/aside", waiting_aside_post, CONTRIBUTION_REVERSE),
    DESK_POST("/funding/waiting/{id}/again", waiting_again_post, CONTRIBUTION_REVERSE),

    DESK("/funding/export", accounts_show, "from to", CONTRIBUTION_ADD),
    DESK_POST("/funding/export", accounts_post, CONTRIBUTION_ADD),

    DESK("/funding/second-person", second_show, "done", CONTRIBUTION_ADD),
    DESK_POST("/funding/second-person/{id}/approve", second_approve_post, CONTRIBUTION_APPROVE),
    DESK_POST("/funding/second-person/{id}/refuse", second_refuse_post, CONTRIBUTION_APPROVE),

    DESK("/funding/bank-statement", bank_desk_show, "done", CONTRIBUTION_ADD),
    DESK_TEXT("/funding/bank-statement", bank_desk_upload, CONTRIBUTION_ADD),
    DESK_TEXT("/funding/bank-statement/book", bank_desk_book, CONTRIBUTION_ADD),
    DESK("/funding/bank-mapping/{channel}", bank_mapping_show, NULL, CONTRIBUTION_ADD),
    DESK_POST("/funding/bank-mapping/{channel}", bank_mapping_post, CONTRIBUTION_ADD),

    DESK("/staff", staff_show, NULL, STAFF_MANAGE),
    DESK("/staff/new", staff_new, NULL, STAFF_MANAGE),
    DESK_POST("/staff", staff_add_post, STAFF_MANAGE),
    DESK("/staff/{id}", staff_person, "done", STAFF_MANAGE),
    DESK_POST("/staff/{id}", staff_person_post, STAFF_MANAGE),
    DESK_POST("/staff/{id}/link", staff_link_post, STAFF_MANAGE),
    DESK_POST("/staff/{id}/end", staff_end_post, STAFF_MANAGE),
    DESK_POST("/staff/{id}/begin", staff_begin_post, STAFF_MANAGE),
    DESK_POST("/staff/{id}/sessions", staff_sessions_post, STAFF_MANAGE),
    DESK("/mail", mail_desk_show, "before done", SETTINGS),
    DESK_POST("/mail/{id}/again", mail_desk_again, SETTINGS),
    DESK("/webhooks", webhook_desk_show, "before done", WEBHOOK),
    DESK_POST("/webhooks/{id}/again", webhook_desk_again, WEBHOOK),
    DESK_POST("/webhooks/{id}/on", webhook_desk_on, WEBHOOK),
    DESK("/privacy", privacy_show, "done", COMMENT_DELETE),
    DESK_POST("/privacy/export", privacy_export_post, COMMENT_DELETE),
    DESK_POST("/privacy/erase", privacy_erase_post, COMMENT_DELETE),
    DESK("/audit", audit_show, "before person", AUDIT_READ),

    PAGE("/{slug}", page_show, NULL), // standing pages, after everything with a name of its own
};
const size_t route_count = COUNT(routes);
