#include "bank_commands.h"
#include "base/file.h"
#include "funding/bank_import.h"
#include "funding/channel.h"
#include "newsroom.h"
#include "store/store.h"

#include <inttypes.h>

const struct option bank_import_options[2] = {
    { "channel", "NAME", "the channel of kind bank that the account belongs to", true },
    { "preview", NULL, "tells what would become of each line, and books nothing", false },
};
const struct option bank_mapping_options[1] = {
    { "channel", "NAME", "the channel of kind bank that it is for", true },
};

static int read_files(struct call *c, size_t max)
{
    c->files = arena_new(c->arena, struct file, c->arg_count);
    for (size_t i = 0; i < c->arg_count; i++) {
        struct str bytes = { 0 };
        err e = file_read(str_z(c->arena, c->args[i]), max, c->arena, &bytes);
        if (e)
            return call_refuse(c, STR_FMT ": %s", STR_ARG(c->args[i]),
                               e > 0 ? file_refusal(e) : "it cannot be read");
        c->files[c->file_count++] = (struct file){ .path = c->args[i], .bytes = bytes };
    }
    return EXIT_DONE;
}

/* More is asked for in several calls: all of one call is booked in one transaction. */
int bank_import_read(struct call *c)
{
    enum { FILES_AT_ONCE = 8 };
    if (c->arg_count > FILES_AT_ONCE)
        return call_refuse(c, "at most %d files at a time", FILES_AT_ONCE);
    return read_files(c, BANK_FILE_MAX);
}

int bank_mapping_read(struct call *c)
{
    return read_files(c, BANK_MAPPING_MAX);
}

static const struct channel *channel_of(const struct call *c)
{
    const struct channel *found = channels_find(c->setup->channels, call_option(c, "channel"));
    return found && found->kind == CHANNEL_BANK ? found : NULL;
}

static int refuse_channel(struct call *c)
{
    return call_refuse(c, "there is no channel of kind bank with this name in the configuration");
}

static int failed(struct call *c, err e)
{
    return call_refuse(c, "it failed (%s); nothing was changed",
                       e == ERR_FULL ? "the disk is full or may not be written"
                                     : "the log says why");
}

/* ---- import: all files or none ---- */

struct work {
    struct call *call;
    const struct channel *channel;
    struct bank_statement *statements;
    size_t n;
    size_t wrong; /* the file that is not understood */
    int64_t now;
};

static err read_mapping(const struct work *w, struct bank_mapping *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    bool found = false;
    err e = store_read(newsroom_app(w->call->room)->store, &tx);
    return e ? e : bank_mapping_get(&tx, w->channel->name, w->call->arena, ret, &found);
}

static void read_statements(struct work *w, const struct bank_mapping *m)
{
    w->statements = arena_new(w->call->arena, struct bank_statement, w->n);
    for (size_t i = 0; i < w->n; i++) {
        struct bank_file f = {
            .bytes = w->call->files[i].bytes,
            .mapping = m,
            .iban = w->channel->iban,
            .channels = w->call->setup->channels,
            .now = w->now,
        };
        bank_statement_read(&f, w->call->arena, &w->statements[i]);
    }
}

static err import_work(struct tx *tx, void *arg)
{
    struct work *w = arg;
    for (w->wrong = 0; w->wrong < w->n; w->wrong++) {
        struct bank_import i = { .channel = w->channel->name,
                                 .statement = &w->statements[w->wrong],
                                 .by = ACTOR_CLI,
                                 .now = w->now };
        err e = bank_import(tx, &i);
        if (e)
            return e;
    }
    return OK;
}

static err match_all(struct work *w)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(newsroom_app(w->call->room)->store, &tx);
    for (size_t i = 0; !e && i < w->n; i++)
        e = bank_statement_match(&tx, w->channel->name, &w->statements[i]);
    return e;
}

static void say_line(struct call *c, struct str path, const struct bank_line *l)
{
    struct str amount = { 0 };
    struct str day = { 0 };
    if (l->amount.asset.code[0]) {
        amount = amount_print(c->arena, l->amount);
        day = date_print(c->arena, date_from_days(l->day));
    }
    if (l->verdict == BANK_WRONG)
        call_say(c, STR_FMT ":%d:%d: not understood: %s", STR_ARG(path), l->line, l->column,
                 bank_fault_sentence(l->fault));
    else
        call_say(c, STR_FMT ":%d: " STR_FMT " " STR_FMT " " STR_FMT ": %s%s", STR_ARG(path),
                 l->line, STR_ARG(day), STR_ARG(amount), STR_ARG(asset_str(&l->amount.asset)),
                 bank_verdict_sentence(l->verdict),
                 l->by_hand ? "; one of this day and amount was entered by hand: reverse that if "
                              "it is the same"
                            : "");
}

static void say_all(const struct work *w)
{
    size_t counts[BANK_VERDICTS] = { 0 };
    for (size_t i = 0; i < w->n; i++) {
        const struct bank_statement *s = &w->statements[i];
        for (size_t k = 0; k < s->n; k++)
            say_line(w->call, w->call->files[i].path, &s->lines[k]);
        for (size_t v = 0; v < BANK_VERDICTS; v++)
            counts[v] += s->counts[v];
    }
    call_say(w->call,
             "%zu gifts, %zu taken back, %zu waiting, %zu already there, %zu ignored, %zu not "
             "understood",
             counts[BANK_GIFT], counts[BANK_REFUND], counts[BANK_WAITING], counts[BANK_THERE],
             counts[BANK_OUTGOING] + counts[BANK_NOTHING] + counts[BANK_UNBOOKED] +
                 counts[BANK_PAYOUT],
             counts[BANK_WRONG]);
}

static int refuse_line(const struct work *w, size_t file)
{
    const struct bank_statement *s = &w->statements[file];
    const struct bank_line *l = bank_statement_wrong(s);
    size_t more = s->counts[BANK_WRONG] - 1;
    return call_refuse(w->call, STR_FMT ":%d:%d: %s; nothing was booked%s",
                       STR_ARG(w->call->files[file].path), l->line, l->column,
                       bank_fault_sentence(l->fault),
                       more ? ", and more lines are not understood: --preview tells all" : "");
}

static int preview(struct work *w)
{
    err e = match_all(w);
    if (e)
        return failed(w->call, e);
    say_all(w);
    return EXIT_DONE;
}

int bank_import_run(struct call *c)
{
    struct work w = { .call = c,
                      .channel = channel_of(c),
                      .n = c->file_count,
                      .now = clock_now(&newsroom_app(c->room)->clock) };
    struct bank_mapping mapping = { 0 };
    if (!w.channel)
        return refuse_channel(c);
    err e = read_mapping(&w, &mapping);
    if (e)
        return failed(c, e);
    read_statements(&w, &mapping);
    if (call_given(c, "preview"))
        return preview(&w);
    for (size_t i = 0; i < w.n; i++)
        if (w.statements[i].counts[BANK_WRONG])
            return refuse_line(&w, i);
    e = store_write(newsroom_app(c->room)->store, import_work, &w);
    if (e == BANK_IMPORT_WRONG)
        return refuse_line(&w, w.wrong);
    if (e)
        return failed(c, e);
    say_all(&w);
    return EXIT_DONE;
}

/* ---- the mapping ---- */

static err mapping_work(struct tx *tx, void *arg)
{
    return bank_mapping_set(tx, arg);
}

int bank_mapping_run(struct call *c)
{
    const struct channel *channel = channel_of(c);
    struct bank_mapping m = { 0 };
    struct bank_mapping_wrong wrong = { 0 };
    if (!channel)
        return refuse_channel(c);
    if (c->file_count != 1)
        return call_refuse(c, "the file did not arrive");
    if (bank_mapping_parse(c->files[0].bytes, &m, &wrong))
        return call_refuse(c, STR_FMT ":%d: " STR_FMT "%s%s", STR_ARG(c->files[0].path), wrong.line,
                           STR_ARG(wrong.key), wrong.key.n ? ": " : "",
                           bank_mapping_sentence(wrong.fault));
    struct bank_mapping_change change = { .channel = channel->name,
                                          .mapping = bank_mapping_print(&m, c->arena),
                                          .by = ACTOR_CLI,
                                          .now = clock_now(&newsroom_app(c->room)->clock) };
    err e = store_write(newsroom_app(c->room)->store, mapping_work, &change);
    if (e)
        return failed(c, e);
    call_say(c,
             "this is how statements of " STR_FMT " are read from now on:", STR_ARG(channel->name));
    buf_put(c->out, change.mapping);
    return EXIT_DONE;
}
