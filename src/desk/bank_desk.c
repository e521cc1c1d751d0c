#include "desk/bank_desk.h"
#include "base/encoding.h"
#include "funding/bank_import.h"
#include "funding/channel.h"
#include "funding/display.h"
#include "http/error.h"
#include "render/format.h"
#include "store/store.h"

enum {
    UPLOAD_MAX = 1024 * 1024, /* bytes: it goes to the browser and back; more by command */
    READING_MAX = 64 * 1024 * 1024,
};

struct channel_row {
    struct str name, title, mapping_url;
    bool chosen;
};
static const struct field channel_fields[] = {
    FIELD_STR(struct channel_row, name),
    FIELD_STR(struct channel_row, title),
    FIELD_STR(struct channel_row, mapping_url),
    FIELD_BOOL(struct channel_row, chosen),
};
static const struct view channel_view = VIEW(struct channel_row, channel_fields);

struct line_row {
    struct str place, day, day_text, amount, payer, verdict, why;
    bool wrong;
};
static const struct field line_fields[] = {
    FIELD_STR(struct line_row, place),    FIELD_STR(struct line_row, day),
    FIELD_STR(struct line_row, day_text), FIELD_STR(struct line_row, amount),
    FIELD_STR(struct line_row, payer),    FIELD_STR(struct line_row, verdict),
    FIELD_STR(struct line_row, why),      FIELD_BOOL(struct line_row, wrong),
};
static const struct view line_view = VIEW(struct line_row, line_fields);

struct bank_view {
    struct desk_top top;
    struct list channels; /* of channel_row */
    struct list lines;    /* of line_row */
    struct str trouble;
    struct str counts, channel, title, file, seen;
    bool preview, may_book;
};
static const struct field bank_fields[] = {
    DESK_FIELDS(struct bank_view),
    FIELD_LIST(struct bank_view, channels, &channel_view),
    FIELD_LIST(struct bank_view, lines, &line_view),
    FIELD_STR(struct bank_view, trouble),
    FIELD_STR(struct bank_view, counts),
    FIELD_STR(struct bank_view, channel),
    FIELD_STR(struct bank_view, title),
    FIELD_STR(struct bank_view, file),
    FIELD_STR(struct bank_view, seen),
    FIELD_BOOL(struct bank_view, preview),
    FIELD_BOOL(struct bank_view, may_book),
};
static const struct view bank_view = VIEW(struct bank_view, bank_fields);
TEMPLATE(bank_page, "pages/desk/bank.html", &bank_view, TEMPLATE_HTML);

static void fill_channels(const struct request *r, struct bank_view *v)
{
    const struct channel *list = NULL;
    size_t n = channels_list(r->setup->channels, &list);
    struct channel_row *rows = arena_new(r->arena, struct channel_row, n + 1);
    size_t banks = 0;
    for (size_t i = 0; i < n; i++)
        if (list[i].kind == CHANNEL_BANK)
            rows[banks++] = (struct channel_row){
                .name = list[i].name,
                .title = display_channel(r->setup, list[i].name),
                .mapping_url = str_print(r->arena, "/desk/funding/bank-mapping/" STR_FMT,
                                         STR_ARG(list[i].name)),
                .chosen = str_eq(list[i].name, v->channel),
            };
    v->channels = (struct list){ rows, banks };
}

static err respond(struct request *r, struct response *ret, struct bank_view *v, int status)
{
    fill_channels(r, v);
    err e = desk_fill(r, DESK_AT_FUNDING, "desk_bank", &v->top);
    return e ? fault(e) : desk_respond(r, ret, &bank_page, v, status);
}

static err trouble(struct request *r, struct response *ret, const char *word)
{
    struct bank_view v = { .channel = desk_field(r, "channel"), .trouble = desk_word(r, word) };
    return respond(r, ret, &v, 422);
}

err bank_desk_show(struct request *r, struct response *ret)
{
    struct bank_view v = { 0 };
    return respond(r, ret, &v, 200);
}

/* ---- a file that came, read ---- */

struct coming {
    struct request *r;
    const struct channel *channel;
    struct str bytes;
    struct arena *a; /* for the statement */
    struct bank_statement statement;
    struct str seen; /* stands for the file and for how it was read */
};

static const struct channel *bank_of(const struct request *r, struct str name)
{
    const struct channel *c = channels_find(r->setup->channels, name);
    return c && c->kind == CHANNEL_BANK ? c : NULL;
}

static struct str mark_of(const struct coming *c, const struct bank_mapping *m)
{
    uint8_t hash[SHA256_BYTES];
    struct str parts[] = { c->channel->name, bank_mapping_print(m, c->a),
                           bytes_str(c->statement.hash, SHA256_BYTES) };
    hmac_sha256_parts(S("diurnal bank preview"), parts, COUNT(parts), hash);
    return hex_print(c->r->arena, bytes_str(hash, sizeof hash));
}

static err read_mapping(const struct coming *c, struct bank_mapping *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    bool found = false;
    err e = store_read(c->r->app->store, &tx);
    return e ? e : bank_mapping_get(&tx, c->channel->name, c->a, ret, &found);
}

static err match(struct coming *c)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(c->r->app->store, &tx);
    return e ? e : bank_statement_match(&tx, c->channel->name, &c->statement);
}

static err read_coming(struct coming *c)
{
    struct bank_mapping *m = arena_new(c->a, struct bank_mapping, 1);
    err e = read_mapping(c, m);
    if (e)
        return e;
    struct bank_file file = {
        .bytes = c->bytes,
        .mapping = m,
        .iban = c->channel->iban,
        .channels = c->r->setup->channels,
        .now = c->r->now,
    };
    bank_statement_read(&file, c->a, &c->statement);
    c->seen = mark_of(c, m);
    return match(c);
}

/* ---- the preview ---- */

static struct line_row line_row(const struct request *r, const struct bank_line *l)
{
    struct line_row row = {
        .place = str_print(r->arena, l->column && l->verdict == BANK_WRONG ? "%d:%d" : "%d",
                           l->line, l->column),
        .payer = l->payer,
        .verdict = desk_word(r, bank_verdict_word(l->verdict)),
        .wrong = l->verdict == BANK_WRONG,
    };
    if (row.wrong)
        row.why = desk_word(r, bank_fault_word(l->fault));
    else if (l->by_hand)
        row.why = desk_word(r, "desk_bank_by_hand");
    if (l->amount.asset.code[0] && l->day) {
        struct date day = date_from_days(l->day);
        row.amount = display_amount(r->setup, r->arena, l->amount);
        row.day = date_print(r->arena, day);
        row.day_text = format_date(r->setup->formats, r->arena, day);
    }
    return row;
}

static struct str counts(const struct request *r, const struct bank_statement *s)
{
    const size_t *n = s->counts;
    struct word_arg args[] = {
        { .name = "gifts", .count = (int64_t)n[BANK_GIFT] },
        { .name = "refunds", .count = (int64_t)n[BANK_REFUND] },
        { .name = "there", .count = (int64_t)n[BANK_THERE] },
        { .name = "ignored",
          .count =
              (int64_t)(n[BANK_OUTGOING] + n[BANK_NOTHING] + n[BANK_UNBOOKED] + n[BANK_PAYOUT]) },
        { .name = "wrong", .count = (int64_t)n[BANK_WRONG] },
    };
    return theme_phrase(r->setup->theme, r->arena, "desk_bank_counts", args, COUNT(args));
}

static err preview(const struct coming *c, struct response *ret, int status)
{
    struct request *r = c->r;
    const struct bank_statement *s = &c->statement;
    struct line_row *rows = arena_new(r->arena, struct line_row, s->n + 1);
    for (size_t i = 0; i < s->n; i++)
        rows[i] = line_row(r, &s->lines[i]);
    bool new_ones = s->counts[BANK_GIFT] || s->counts[BANK_REFUND];
    struct bank_view v = {
        .lines = { rows, s->n },
        .counts = counts(r, s),
        .channel = c->channel->name,
        .title = display_channel(r->setup, c->channel->name),
        .seen = c->seen,
        .preview = true,
        .may_book = new_ones && !s->counts[BANK_WRONG],
    };
    if (v.may_book)
        v.file = base64_print(r->arena, c->bytes);
    return respond(r, ret, &v, status);
}

err bank_desk_upload(struct request *r, struct response *ret)
{
    struct arena a CLEANUP(arena_free);
    const struct upload *files = NULL;
    size_t n = request_uploads(r, &files);
    struct coming c = { .r = r, .channel = bank_of(r, desk_field(r, "channel")), .a = &a };
    arena_init(&a, READING_MAX);
    if (!c.channel)
        return trouble(r, ret, "desk_bank_no_channel");
    if (n != 1 || !files[0].bytes.n)
        return trouble(r, ret, "desk_bank_no_file");
    if (files[0].bytes.n > UPLOAD_MAX)
        return trouble(r, ret, "desk_bank_large");
    c.bytes = files[0].bytes;
    err e = read_coming(&c);
    return e ? fault(e) : preview(&c, ret, c.statement.counts[BANK_WRONG] ? 422 : 200);
}

/* ---- booking ---- */

static err book_work(struct tx *tx, void *arg)
{
    struct coming *c = arg;
    struct bank_import i = { .channel = c->channel->name,
                             .statement = &c->statement,
                             .by = person_actor(c->r->person),
                             .now = c->r->now };
    return bank_import(tx, &i);
}

err bank_desk_book(struct request *r, struct response *ret)
{
    struct arena a CLEANUP(arena_free);
    struct coming c = { .r = r, .channel = bank_of(r, desk_field(r, "channel")), .a = &a };
    arena_init(&a, READING_MAX);
    if (!c.channel)
        return trouble(r, ret, "desk_bank_no_channel");
    if (!base64_read(&a, desk_field(r, "file"), &c.bytes) || !c.bytes.n)
        return trouble(r, ret, "desk_bank_no_file");
    if (c.bytes.n > UPLOAD_MAX)
        return trouble(r, ret, "desk_bank_large");
    err e = read_coming(&c);
    if (e)
        return fault(e);
    // Somebody set the mapping since, or it is wrong now: to be looked at again.
    if (!str_eq(c.seen, desk_field(r, "seen")) || c.statement.counts[BANK_WRONG])
        return preview(&c, ret, 422);
    e = store_write(r->app->store, book_work, &c);
    if (e < 0)
        return fault(e);
    return e ? preview(&c, ret, 422)
             : desk_done(r, ret, S("/desk/funding/bank-statement"), "bank_booked");
}

/* ---- the mapping ---- */

static const struct desk_input inputs[] = {
    { "skip", "desk_bank_key_skip", "desk_bank_hint_skip", INPUT_ASCII, false, NULL },
    { "skip_end", "desk_bank_key_skip_end", NULL, INPUT_ASCII, false, NULL },
    { "day", "desk_bank_key_day", "desk_bank_hint_column", INPUT_LINE, false, NULL },
    { "date", "desk_bank_key_date", "desk_bank_hint_date", INPUT_ASCII, false, NULL },
    { "amount", "desk_bank_key_amount", NULL, INPUT_LINE, false, NULL },
    { "credit", "desk_bank_key_credit", "desk_bank_hint_credit", INPUT_LINE, false, NULL },
    { "debit", "desk_bank_key_debit", NULL, INPUT_LINE, false, NULL },
    { "decimal", "desk_bank_key_decimal", NULL, INPUT_ASCII, false, NULL },
    { "thousands", "desk_bank_key_thousands", "desk_bank_hint_thousands", INPUT_ASCII, false,
      NULL },
    { "currency", "desk_bank_key_currency", NULL, INPUT_LINE, false, NULL },
    { "currency_code", "desk_bank_key_currency_code", "desk_bank_hint_currency", INPUT_ASCII, false,
      NULL },
    { "payer", "desk_bank_key_payer", NULL, INPUT_LINE, false, NULL },
    { "reference", "desk_bank_key_reference", NULL, INPUT_LINE, false, NULL },
    { "id", "desk_bank_key_id", "desk_bank_hint_id", INPUT_LINE, false, NULL },
    { "delimiter", "desk_bank_key_delimiter", "desk_bank_hint_delimiter", INPUT_ASCII, false,
      NULL },
    { "quote", "desk_bank_key_quote", "desk_bank_hint_quote", INPUT_ASCII, false, NULL },
    { "encoding", "desk_bank_key_encoding", NULL, INPUT_CHOICE, false, NULL },
    { "camt_ids", "desk_bank_key_camt_ids", "desk_bank_hint_camt_ids", INPUT_TICK, false, NULL },
    { "not_gifts", "desk_bank_key_not_gifts", "desk_bank_hint_not_gifts", INPUT_LINE, false, NULL },
};

static struct desk_form *mapping_form(const struct request *r, const struct channel *c)
{
    struct desk_option *options = arena_new(r->arena, struct desk_option, CHARSETS);
    struct desk_form *f = desk_form_make(
        r, "mapping", str_print(r->arena, "/desk/funding/bank-mapping/" STR_FMT, STR_ARG(c->name)),
        inputs, COUNT(inputs));
    for (size_t i = 0; i < CHARSETS; i++)
        options[i] = (struct desk_option){ .value = charset_name((enum charset)i),
                                           .text = charset_name((enum charset)i) };
    desk_form_choices(f, "encoding", options, CHARSETS);
    desk_form_button(f, NULL, NULL, "desk_bank_mapping_set");
    return f;
}

static err mapping_ask(struct request *r, struct response *ret, const struct channel *c,
                       const struct desk_form *f)
{
    struct str title = display_channel(r->setup, c->name);
    struct desk_question q = { .place = DESK_AT_FUNDING,
                               .title = "desk_bank_mapping",
                               .intro = desk_named(r, "desk_bank_mapping_intro", title),
                               .back = S("/desk/funding/bank-statement"),
                               .form = f };
    return desk_ask(r, ret, &q);
}

static const struct channel *asked_channel(const struct request *r)
{
    struct str name = { 0 };
    return request_segment(r, "channel", &name) ? bank_of(r, name) : NULL;
}

static bool is_tick(const char *key)
{
    return str_eq(str_from_z(key), S("camt_ids"));
}

err bank_mapping_show(struct request *r, struct response *ret)
{
    const struct channel *channel = asked_channel(r);
    struct bank_mapping m = { 0 };
    if (!channel)
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    err e = read_mapping(&(struct coming){ .r = r, .channel = channel, .a = r->arena }, &m);
    if (e)
        return fault(e);
    struct desk_form *f = mapping_form(r, channel);
    for (size_t i = 0; bank_mapping_key(i); i++)
        if (!is_tick(bank_mapping_key(i)))
            desk_form_set(f, bank_mapping_key(i), bank_mapping_value(&m, i, r->arena));
    desk_form_tick(f, "camt_ids", m.camt_ids);
    return mapping_ask(r, ret, channel, f);
}

/* Whether any column is named; without one the form is about CAMT.053 alone. */
static bool is_for_csv(const struct desk_form *f)
{
    return desk_form_get(f, "day").n || desk_form_get(f, "amount").n ||
           desk_form_get(f, "credit").n;
}

/* The form's text, "key = value" each; what is left empty is left out. */
static struct str mapping_text(const struct request *r, struct desk_form *f)
{
    struct buf out CLEANUP(buf_free) = buf_make(BANK_MAPPING_MAX);
    bool csv = is_for_csv(f);
    for (size_t i = 0; bank_mapping_key(i); i++) {
        const char *key = bank_mapping_key(i);
        struct str value = str_trim(desk_form_get(f, key));
        if (is_tick(key))
            value = desk_form_ticked(f, key) ? S("yes") : S("no");
        else if (!csv && !str_eq(str_from_z(key), S("not_gifts"))) // the rest is for CSV
            continue;
        if (str_has(value, '\n') || str_has(value, '\r'))
            desk_form_wrong(f, key, bank_mapping_word(BANK_MAP_LINE));
        if (value.n)
            buf_print(&out, "%s = " STR_FMT "\n", key, STR_ARG(value));
    }
    return buf_full(&out) ? S("") : buf_copy(&out, r->arena);
}

static err set_work(struct tx *tx, void *arg)
{
    return bank_mapping_set(tx, arg);
}

/* The field that an input of the form is called for what is wrong; empty: the whole. */
static const char *input_of(struct str key)
{
    for (size_t i = 0; i < COUNT(inputs); i++)
        if (str_eq(key, str_from_z(inputs[i].name)))
            return inputs[i].name;
    return "";
}

err bank_mapping_post(struct request *r, struct response *ret)
{
    const struct channel *channel = asked_channel(r);
    struct bank_mapping m = { 0 };
    struct bank_mapping_wrong wrong = { .fault = BANK_MAP_LONG };
    if (!channel)
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    struct desk_form *f = mapping_form(r, channel);
    desk_form_read(f);
    struct str text = mapping_text(r, f);
    if (desk_form_fine(f) && (!text.n || bank_mapping_parse(text, &m, &wrong)))
        desk_form_wrong(f, input_of(wrong.key), bank_mapping_word(wrong.fault));
    if (!desk_form_fine(f))
        return mapping_ask(r, ret, channel, f);
    struct bank_mapping_change change = { .channel = channel->name,
                                          .mapping = bank_mapping_print(&m, r->arena),
                                          .by = person_actor(r->person),
                                          .now = r->now };
    err e = store_write(r->app->store, set_work, &change);
    return e ? fault(e) : desk_done(r, ret, S("/desk/funding/bank-statement"), "bank_mapping_set");
}
