#pragma once
#include "desk/desk_page.h"
#include "render/view.h"

/*
 * A form of the desk: its fields are a table in the handler's file, its values are what the request
 * brought or what is stored, its errors stand at their fields and once more above all of them, with
 * links to the fields. theme/parts/desk-form.html draws it. A refused form is shown again with all
 * that was typed, but for passwords.
 *
 *     static const struct desk_input inputs[] = {
 *         { "name", "desk_name", .kind = INPUT_LINE, .required = true, .complete = "name" },
 *     };
 *     struct desk_form *f = desk_form_make(r, S("/desk/account"), inputs, COUNT(inputs));
 *     desk_form_read(f);
 *     if (!desk_form_get(f, "name").n)
 *         desk_form_wrong(f, "name", "desk_name_missing");
 *
 * A field that the table has and the program asks for by name must be there (check). Everything
 * lives in the request's arena. Nothing that a hidden field says is an authorisation.
 */
enum desk_input_kind {
    INPUT_LINE,
    INPUT_EMAIL,
    INPUT_PASSWORD,     /* the present one */
    INPUT_NEW_PASSWORD, /* to be set */
    INPUT_CODE,         /* of an authenticator */
    INPUT_DATE,
    INPUT_TIME,
    INPUT_ASCII, /* amounts, addresses, periods: left to right in every language */
    INPUT_TEXT,  /* a few lines */
    INPUT_BODY,  /* Markdown: many lines */
    INPUT_CHOICE,
    INPUT_TICK,
    INPUT_FILES,
    INPUT_HIDDEN,
};
enum { DESK_INPUTS_MAX = 24, DESK_BUTTONS_MAX = 6 };
struct desk_input {
    const char *name, *label, *hint; /* label and hint are keys of theme/words; hint may be NULL */
    enum desk_input_kind kind;
    bool required;
    const char *complete; /* autocomplete="…", or NULL */
};
struct desk_option {
    struct str value, text;
    bool chosen;
};

struct desk_form; /* a view, and what the functions below need */
extern const struct view desk_form_view;

/* `id` sets the ids of forms on one page apart. */
struct desk_form *desk_form_make(const struct request *r, const char *id, struct str action,
                                 const struct desk_input *inputs, size_t n);
void desk_form_read(struct desk_form *f); /* all values from the request's form */
/* It asks and changes nothing: sent by GET, and read from the query, which the route must name. */
void desk_form_find(struct desk_form *f);
void desk_form_set(struct desk_form *f, const char *name, struct str value);
struct str desk_form_get(const struct desk_form *f, const char *name);
bool desk_form_ticked(const struct desk_form *f, const char *name);
void desk_form_tick(struct desk_form *f, const char *name, bool ticked);
void desk_form_drop(struct desk_form *f, const char *name); /* it is not shown */
bool desk_form_has(const struct desk_form *f, const char *name);
/* What a INPUT_CHOICE offers: the option with the field's value is the chosen one. */
void desk_form_choices(struct desk_form *f, const char *name, struct desk_option *options,
                       size_t n);
/* What a INPUT_LINE suggests while one types: struct str each. */
void desk_form_suggest(struct desk_form *f, const char *name, const struct str *texts, size_t n);
/* `word` is a key of theme/words; name NULL: a button alone. The first one is what Enter does. */
void desk_form_button(struct desk_form *f, const char *name, const char *value, const char *word);
/* As above, of lesser weight. */
void desk_form_side_button(struct desk_form *f, const char *name, const char *value,
                           const char *word);

/* A field's error, or with an empty name one of the whole form. The first one of a field stays. */
void desk_form_wrong(struct desk_form *f, const char *name, const char *word);
void desk_form_wrong_text(struct desk_form *f, const char *name, struct str text);
bool desk_form_fine(const struct desk_form *f);

/*
 * A page that is one form: sign-in, questions before something that cannot be undone, new things.
 * `intro` and `back` may be empty. Status 0 stands for 200, or 422 when the form has errors.
 */
struct desk_question {
    enum desk_place place;
    const char *title; /* key of theme/words */
    struct str intro;  /* a sentence above the form */
    struct str back;   /* where "Cancel" leads */
    const struct desk_form *form;
    int status;
};
MUST_USE err desk_ask(struct request *r, struct response *ret, const struct desk_question *q);
