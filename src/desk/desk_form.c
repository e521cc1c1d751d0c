#include "desk/desk_form.h"
#include "base/check.h"

/* One input as the template sees it; its kind as truths. */
struct desk_slot {
    struct str id, name, label, hint, value, error, type, complete;
    bool line, area, tall, choice, tick, files, hidden;
    bool ascii, plain, ticked, required, described;
    struct list options;     /* of desk_option */
    struct list suggestions; /* of struct str */
    enum desk_input_kind kind;
    bool gone;
};
struct desk_button {
    struct str name, value, text;
    bool side;
};
struct desk_error {
    struct str id, text; /* id: of the field, or empty */
};
struct desk_form {
    struct str id, action;
    bool multipart, has_errors, find;
    struct list fields, buttons, errors;
    const struct request *r;
    struct desk_slot *field;
    struct desk_button *button;
    struct desk_error *error;
};

static const struct field option_fields[] = {
    FIELD_STR(struct desk_option, value),
    FIELD_STR(struct desk_option, text),
    FIELD_BOOL(struct desk_option, chosen),
};
static const struct view option_view = VIEW(struct desk_option, option_fields);

static const struct field input_fields[] = {
    FIELD_STR(struct desk_slot, id),
    FIELD_STR(struct desk_slot, name),
    FIELD_STR(struct desk_slot, label),
    FIELD_STR(struct desk_slot, hint),
    FIELD_STR(struct desk_slot, value),
    FIELD_STR(struct desk_slot, error),
    FIELD_STR(struct desk_slot, type),
    FIELD_STR(struct desk_slot, complete),
    FIELD_BOOL(struct desk_slot, line),
    FIELD_BOOL(struct desk_slot, area),
    FIELD_BOOL(struct desk_slot, tall),
    FIELD_BOOL(struct desk_slot, choice),
    FIELD_BOOL(struct desk_slot, tick),
    FIELD_BOOL(struct desk_slot, files),
    FIELD_BOOL(struct desk_slot, hidden),
    FIELD_BOOL(struct desk_slot, ascii),
    FIELD_BOOL(struct desk_slot, plain),
    FIELD_BOOL(struct desk_slot, ticked),
    FIELD_BOOL(struct desk_slot, required),
    FIELD_BOOL(struct desk_slot, described),
    FIELD_LIST(struct desk_slot, options, &option_view),
    FIELD_LIST(struct desk_slot, suggestions, &text_item),
};
static const struct view input_view = VIEW(struct desk_slot, input_fields);

static const struct field button_fields[] = {
    FIELD_STR(struct desk_button, name),
    FIELD_STR(struct desk_button, value),
    FIELD_STR(struct desk_button, text),
    FIELD_BOOL(struct desk_button, side),
};
static const struct view button_view = VIEW(struct desk_button, button_fields);

static const struct field error_fields[] = {
    FIELD_STR(struct desk_error, id),
    FIELD_STR(struct desk_error, text),
};
static const struct view error_view = VIEW(struct desk_error, error_fields);

static const struct field form_fields[] = {
    FIELD_STR(struct desk_form, id),
    FIELD_STR(struct desk_form, action),
    FIELD_BOOL(struct desk_form, multipart),
    FIELD_BOOL(struct desk_form, has_errors),
    FIELD_BOOL(struct desk_form, find),
    FIELD_LIST(struct desk_form, fields, &input_view),
    FIELD_LIST(struct desk_form, buttons, &button_view),
    FIELD_LIST(struct desk_form, errors, &error_view),
};
const struct view desk_form_view = VIEW(struct desk_form, form_fields);

struct question_view {
    struct desk_top top;
    struct str heading, intro, back;
    const struct desk_form *form;
};
static const struct field question_fields[] = {
    DESK_FIELDS(struct question_view),
    FIELD_STR(struct question_view, heading),
    FIELD_STR(struct question_view, intro),
    FIELD_STR(struct question_view, back),
    FIELD_REF(struct question_view, form, &desk_form_view),
};
static const struct view question_view = VIEW(struct question_view, question_fields);
TEMPLATE(question_page, "pages/desk/question.html", &question_view, TEMPLATE_HTML);

static struct str type_of(enum desk_input_kind kind)
{
    switch (kind) {
    case INPUT_EMAIL: return S("email");
    case INPUT_PASSWORD:
    case INPUT_NEW_PASSWORD: return S("password");
    case INPUT_DATE: return S("date");
    case INPUT_TIME: return S("time");
    case INPUT_LINE:
    case INPUT_CODE:
    case INPUT_ASCII:
    case INPUT_TEXT:
    case INPUT_BODY:
    case INPUT_CHOICE:
    case INPUT_TICK:
    case INPUT_FILES:
    case INPUT_HIDDEN: return S("text");
    }
    check(false);
    return S("");
}

static bool is_line(enum desk_input_kind k)
{
    return k == INPUT_LINE || k == INPUT_EMAIL || k == INPUT_PASSWORD || k == INPUT_NEW_PASSWORD ||
           k == INPUT_CODE || k == INPUT_DATE || k == INPUT_TIME || k == INPUT_ASCII;
}

static struct str complete_of(const struct desk_input *in)
{
    if (in->complete)
        return str_from_z(in->complete);
    if (in->kind == INPUT_PASSWORD)
        return S("current-password");
    if (in->kind == INPUT_NEW_PASSWORD)
        return S("new-password");
    return in->kind == INPUT_CODE ? S("one-time-code") : S("off");
}

static struct desk_slot field_of(const struct request *r, const char *form,
                                 const struct desk_input *in)
{
    enum desk_input_kind k = in->kind;
    return (struct desk_slot){
        .id = str_print(r->arena, "%s-%s", form, in->name),
        .name = str_from_z(in->name),
        .label = in->label ? desk_word(r, in->label) : S(""),
        .hint = in->hint ? desk_word(r, in->hint) : S(""),
        .type = type_of(k),
        .complete = complete_of(in),
        .line = is_line(k),
        .area = k == INPUT_TEXT || k == INPUT_BODY,
        .tall = k == INPUT_BODY,
        .choice = k == INPUT_CHOICE,
        .tick = k == INPUT_TICK,
        .files = k == INPUT_FILES,
        .hidden = k == INPUT_HIDDEN,
        .ascii = k == INPUT_ASCII || k == INPUT_EMAIL || k == INPUT_CODE,
        .plain = k == INPUT_CODE || k == INPUT_ASCII,
        .required = in->required,
        .described = in->hint,
        .kind = k,
    };
}

struct desk_form *desk_form_make(const struct request *r, const char *id, struct str action,
                                 const struct desk_input *inputs, size_t n)
{
    check(n <= DESK_INPUTS_MAX);
    struct desk_form *f = arena_new(r->arena, struct desk_form, 1);
    f->r = r;
    f->id = str_from_z(id);
    f->action = action;
    f->field = arena_new(r->arena, struct desk_slot, n ? n : 1);
    f->button = arena_new(r->arena, struct desk_button, DESK_BUTTONS_MAX);
    f->error = arena_new(r->arena, struct desk_error, n + 1);
    f->fields = (struct list){ f->field, n };
    f->buttons = (struct list){ f->button, 0 };
    f->errors = (struct list){ f->error, 0 };
    for (size_t i = 0; i < n; i++) {
        f->field[i] = field_of(r, id, &inputs[i]);
        f->multipart = f->multipart || inputs[i].kind == INPUT_FILES;
    }
    return f;
}

static struct desk_slot *find(const struct desk_form *f, const char *name)
{
    for (size_t i = 0; i < f->fields.n; i++)
        if (str_eq(f->field[i].name, str_from_z(name)))
            return &f->field[i];
    return NULL;
}

static struct desk_slot *field_named(const struct desk_form *f, const char *name)
{
    struct desk_slot *field = find(f, name);
    check(field);
    return field;
}

/* Browsers send every line end as CR LF; texts are kept and compared with LF alone. */
static struct str with_lf(struct arena *a, struct str s)
{
    size_t at = 0;
    if (!str_find(s, S("\r\n"), &at))
        return s;
    struct buf b CLEANUP(buf_free) = buf_make(s.n);
    for (; str_find(s, S("\r\n"), &at); s = str_sub(s, at + 2, s.n)) {
        buf_put(&b, str_sub(s, 0, at));
        buf_put_char(&b, '\n');
    }
    buf_put(&b, s);
    return buf_copy(&b, a);
}

/* Passwords and codes are read by their handlers and never put into a page. */
static bool is_secret(enum desk_input_kind k)
{
    return k == INPUT_PASSWORD || k == INPUT_NEW_PASSWORD || k == INPUT_CODE;
}

void desk_form_read(struct desk_form *f)
{
    for (size_t i = 0; i < f->fields.n; i++) {
        struct desk_slot *field = &f->field[i];
        struct str value = { 0 };
        bool there = request_field(f->r, str_z(f->r->arena, field->name), &value);
        field->ticked = field->kind == INPUT_TICK && there;
        if (!is_secret(field->kind) && field->kind != INPUT_FILES)
            field->value = with_lf(f->r->arena, value);
    }
}

void desk_form_find(struct desk_form *f)
{
    f->find = true;
    for (size_t i = 0; i < f->fields.n; i++) {
        struct desk_slot *field = &f->field[i];
        field->value = desk_query(f->r, str_z(f->r->arena, field->name));
        field->ticked = field->kind == INPUT_TICK && field->value.n;
    }
}

void desk_form_set(struct desk_form *f, const char *name, struct str value)
{
    field_named(f, name)->value = value;
}

struct str desk_form_get(const struct desk_form *f, const char *name)
{
    return field_named(f, name)->value;
}

bool desk_form_ticked(const struct desk_form *f, const char *name)
{
    return field_named(f, name)->ticked;
}

void desk_form_tick(struct desk_form *f, const char *name, bool ticked)
{
    field_named(f, name)->ticked = ticked;
}

void desk_form_drop(struct desk_form *f, const char *name)
{
    struct desk_slot *field = field_named(f, name);
    field->gone = true;
    field->line = field->area = field->choice = field->tick = field->files = field->hidden = false;
}

bool desk_form_has(const struct desk_form *f, const char *name)
{
    const struct desk_slot *field = find(f, name);
    return field && !field->gone;
}

void desk_form_choices(struct desk_form *f, const char *name, struct desk_option *options, size_t n)
{
    struct desk_slot *field = field_named(f, name);
    for (size_t i = 0; i < n; i++)
        options[i].chosen = str_eq(options[i].value, field->value);
    field->options = (struct list){ options, n };
}

void desk_form_suggest(struct desk_form *f, const char *name, const struct str *texts, size_t n)
{
    field_named(f, name)->suggestions = (struct list){ texts, n };
}

static void add_button(struct desk_form *f, const struct desk_button *b)
{
    check(f->buttons.n < DESK_BUTTONS_MAX);
    f->button[f->buttons.n++] = *b;
}

void desk_form_button(struct desk_form *f, const char *name, const char *value, const char *word)
{
    add_button(f, &(struct desk_button){ .name = str_from_z(name),
                                         .value = str_from_z(value),
                                         .text = desk_word(f->r, word) });
}

void desk_form_side_button(struct desk_form *f, const char *name, const char *value,
                           const char *word)
{
    desk_form_button(f, name, value, word);
    f->button[f->buttons.n - 1].side = true;
}

void desk_form_wrong_text(struct desk_form *f, const char *name, struct str text)
{
    struct desk_slot *field = find(f, name);
    if (field && field->gone)
        field = NULL;
    if ((field && field->error.n) || f->errors.n > f->fields.n)
        return;
    if (field) {
        field->error = text;
        field->described = true;
    }
    f->error[f->errors.n++] = (struct desk_error){ field ? field->id : S(""), text };
    f->has_errors = true;
}

void desk_form_wrong(struct desk_form *f, const char *name, const char *word)
{
    desk_form_wrong_text(f, name, desk_word(f->r, word));
}

bool desk_form_fine(const struct desk_form *f)
{
    return !f->has_errors;
}

err desk_ask(struct request *r, struct response *ret, const struct desk_question *q)
{
    struct question_view v = {
        .heading = desk_word(r, q->title), .intro = q->intro, .back = q->back, .form = q->form
    };
    err e = desk_fill(r, q->place, q->title, &v.top);
    if (e)
        return fault(e);
    int status = desk_form_fine(q->form) ? 200 : 422;
    return desk_respond(r, ret, &question_page, &v, q->status ? q->status : status);
}
