#include "command_table.h"
#include "bank_commands.h"
#include "base/check.h"
#include "base/config.h"
#include "base/file.h"
#include "check_commands.h"
#include "demo.h"
#include "discussion/author_export.h"
#include "discussion/filter_learn.h"
#include "discussion/hold_rules.h"
#include "funding/funding_cli.h"
#include "funding/hand_entry.h"
#include "goal_commands.h"
#include "http/http.h"
#include "mail_commands.h"
#include "newsroom.h"
#include "people/email.h"
#include "people/link.h"
#include "people/person.h"
#include "publishing/publish_cli.h"
#include "render/theme.h"
#include "serve.h"
#include "statement_commands.h"
#include "store/store.h"
#include "token_commands.h"
#include "wallet_commands.h"
#include "webhook_commands.h"

#include <inttypes.h>
#include <unistd.h>

enum {
    MARKDOWN_FILE_MAX = 16 * 1024 * 1024,
    PICTURE_FILE_MAX = 64 * 1024 * 1024,
    NAMES_BYTES_MAX = 16 * 1024 * 1024, /* of the words and paths that go with the files */
};

static int64_t now_of(const struct call *c)
{
    return clock_now(&newsroom_app(c->room)->clock);
}

static struct store *store_of(const struct call *c)
{
    return newsroom_app(c->room)->store;
}

/* Ends a command whose room has put its answer or its refusal into `say`. */
static int end(struct call *c, err e, struct str say)
{
    if (e < 0)
        return call_refuse(c, "it failed (%s); nothing was changed",
                           e == ERR_FULL ? "the disk is full or may not be written"
                                         : "the log says why");
    if (e)
        return call_refuse(c, STR_FMT, STR_ARG(say));
    if (say.n)
        call_say(c, STR_FMT, STR_ARG(say));
    return EXIT_DONE;
}

/* ---- publish: the caller's side reads the files and the pictures they name ---- */

/* What is read for one command: it has to go through the control socket in one message. */
struct reading {
    struct call *call;
    size_t left; /* bytes */
    bool over;   /* something was left out for want of them */
};

static err add_file(struct reading *r, struct str path, size_t max)
{
    struct call *c = r->call;
    struct str bytes = { 0 };
    err e = file_read(str_z(c->arena, path), max < r->left ? max : r->left, c->arena, &bytes);
    if (e) {
        r->over = r->over || (e == FILE_TOO_LARGE && r->left < max);
        return e;
    }
    r->left -= bytes.n;
    c->files[c->file_count++] = (struct file){ path, bytes };
    return OK;
}

static void add_pictures(struct reading *r, const struct file *report)
{
    struct call *c = r->call;
    struct publish_names names = publish_pictures(c->arena, report->bytes);
    for (size_t i = 0; i < names.n && c->file_count < FILES_MAX; i++) {
        // One that is not there is said by publish_files(), with the line that names it.
        (void)add_file(r, publish_beside(c->arena, report->path, names.names[i]), PICTURE_FILE_MAX);
    }
}

static int publish_read(struct call *c)
{
    struct reading r = { .call = c, .left = FILES_BYTES_MAX - (size_t)NAMES_BYTES_MAX };
    c->files = arena_new(c->arena, struct file, FILES_MAX);
    for (size_t i = 0; i < c->arg_count && !r.over; i++) {
        err e = add_file(&r, c->args[i], MARKDOWN_FILE_MAX);
        if (e && !r.over)
            return call_refuse(c, STR_FMT ": %s", STR_ARG(c->args[i]), file_refusal(e));
    }
    for (size_t i = 0; i < c->arg_count && !r.over; i++)
        add_pictures(&r, &c->files[i]);
    if (r.over)
        return call_refuse(c, "these files have more than %d MB together; publish fewer at a time",
                           (FILES_BYTES_MAX - NAMES_BYTES_MAX) >> 20);
    return EXIT_DONE;
}

static int publish_run(struct call *c)
{
    if (c->file_count < c->arg_count)
        return call_refuse(c, "the files did not arrive");
    struct publish_file *files = arena_new(c->arena, struct publish_file, c->file_count);
    for (size_t i = 0; i < c->file_count; i++)
        files[i] = (struct publish_file){ c->files[i].path, c->files[i].bytes };
    struct publish_order o = { .app = newsroom_app(c->room),
                               .setup = c->setup,
                               .files = files,
                               .file_count = c->arg_count,
                               .pictures = files + c->arg_count,
                               .picture_count = c->file_count - c->arg_count };
    err e = publish_files(&o, c->arena, c->out);
    return e > 0 ? EXIT_REFUSED : end(c, e, S(""));
}

/* ---- staff ---- */

struct staff_call {
    struct call *call;
    struct staff_add_args add;
    struct staff_link_args link;
    struct staff_link made;
    struct str why;
};

static int put_link(struct call *c, err e, const struct staff_call *s)
{
    if (e)
        return end(c, e, s->why);
    struct str site = site_url(c->setup->config);
    struct str path = link_path(c->arena, s->made.token);
    call_say(c, "one-time link, good for a day: " STR_FMT STR_FMT, STR_ARG(site), STR_ARG(path));
    return EXIT_DONE;
}

static err link_work(struct tx *tx, void *arg)
{
    struct staff_call *s = arg;
    err e = staff_link(tx, ACTOR_CLI, &s->link, now_of(s->call), s->call->arena, &s->made);
    s->why = s->made.why;
    return e;
}

static err add_work(struct tx *tx, void *arg)
{
    struct staff_call *s = arg;
    int64_t id = 0;
    err e = staff_add(tx, ACTOR_CLI, &s->add, now_of(s->call), &id, &s->why);
    if (e)
        return e;
    s->link.email = s->add.email;
    return link_work(tx, s);
}

static const struct option staff_add_options[] = {
    { "name", "N", "the name that is shown", true },
    { "email", "E", "the address they sign in with", true },
    { "role", "R", "owner, editor, reporter, moderator or treasurer", true },
};
static int staff_add_run(struct call *c)
{
    struct staff_call s = { .call = c,
                            .add = { .name = call_option(c, "name"),
                                     .email = call_option(c, "email"),
                                     .role = call_option(c, "role") } };
    err e = store_write(store_of(c), add_work, &s);
    return put_link(c, e, &s);
}

static const struct option staff_link_options[] = {
    { "email", "E", "whose", true },
    { "drop-totp", NULL, "also turn the second step off, for who lost it", false },
};
static int staff_link_run(struct call *c)
{
    struct staff_call s = { .call = c,
                            .link = { .email = call_option(c, "email"),
                                      .drop_totp = call_given(c, "drop-totp") } };
    err e = store_write(store_of(c), link_work, &s);
    return put_link(c, e, &s);
}

static int staff_list_run(struct call *c)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    const struct person *persons = NULL;
    size_t n = 0;
    err e = store_read(store_of(c), &tx);
    if (!e)
        e = person_list(&tx, c->arena, &persons, &n);
    if (e)
        return end(c, e, S(""));
    for (size_t i = 0; i < n; i++)
        call_say(c, STR_FMT "\t" STR_FMT "\t" STR_FMT "%s", STR_ARG(persons[i].email),
                 STR_ARG(role_str(persons[i].role)), STR_ARG(persons[i].name),
                 persons[i].active ? "" : "\t(has left)");
    return EXIT_DONE;
}

/* ---- funding ---- */

static const struct option contribution_add_options[] = {
    { "channel", "bank", "the channel it came through", true },
    { "amount", "25.00", "with a point for decimals", true },
    { "currency", "USD", "ISO 4217, or BTC, BCH, ETH", true },
    { "date", "2018-05-03", "the day it was given, in the site's zone", true },
    { "note", "TEXT", "for the treasurer; never public", false },
    { "reference", "TEXT", "an outside number, so that it is never entered twice", false },
    { "pending", NULL, "it is announced and not in our hands yet", false },
};
static int contribution_add_run(struct call *c)
{
    struct hand_rule rule = hand_rule_of(c->setup->config);
    struct contribution_add_args args = { .channel = call_option(c, "channel"),
                                          .amount = call_option(c, "amount"),
                                          .currency = call_option(c, "currency"),
                                          .date = call_option(c, "date"),
                                          .note = call_option(c, "note"),
                                          .reference = call_option(c, "reference"),
                                          .pending = call_given(c, "pending"),
                                          .rule = &rule,
                                          .keys = newsroom_app(c->room)->keys };
    struct str say = { 0 };
    err e =
        funding_contribution_add(store_of(c), c->setup->channels, &args, now_of(c), c->arena, &say);
    return end(c, e, say);
}

static const struct option contribution_reverse_options[] = {
    { "id", "N", "the contribution's number", true },
    { "reason", "TEXT", "for the treasurer; never public", true },
};
static int contribution_reverse_run(struct call *c)
{
    struct str say = { 0 };
    err e = funding_contribution_reverse(store_of(c), call_option(c, "id"),
                                         call_option(c, "reason"), now_of(c), c->arena, &say);
    return end(c, e, say);
}

static const struct option contribution_settle_options[] = {
    { "id", "N", "the contribution's number", true },
};
static int contribution_settle_run(struct call *c)
{
    struct str say = { 0 };
    err e =
        funding_contribution_settle(store_of(c), call_option(c, "id"), now_of(c), c->arena, &say);
    return end(c, e, say);
}

static const struct option ledger_verify_options[] = {
    { "proofs", "FILE", "the site's proofs.jsonl, to hold payments on chains to", false },
    { "heads", "FILE", "daily heads that were kept: mails, the feed, a copied page", false },
    { "statement", "FILE", "the statement.txt of a closed period, to hold its totals to", false },
};

static int ledger_verify_run(struct call *c)
{
    struct str say = { 0 };
    if (c->arg_count != 1)
        return call_refuse(c, "one file, please");
    struct ledger_files files = { .ledger = str_z(c->arena, c->args[0]),
                                  .proofs = call_option_file(c, "proofs"),
                                  .heads = call_option_file(c, "heads"),
                                  .statement = call_option_file(c, "statement") };
    err e = funding_ledger_verify(&files, c->arena, &say);
    return end(c, e, say);
}

/* ---- what was written with an address ---- */

static const struct option privacy_options[] = {
    { "email", "E", "the address", true },
};

static bool privacy_address(struct call *c, struct author *ret)
{
    return email_parse(call_option(c, "email"), c->arena, &ret->email);
}

static int privacy_export_run(struct call *c)
{
    struct author who = { 0 };
    if (!privacy_address(c, &who))
        return call_refuse(c, "not an e-mail address");
    struct str site = site_url(c->setup->config);
    err e = author_export_all(newsroom_app(c->room), site, &who, c->out);
    return e == ERR_LIMIT ? call_refuse(c, "it is more than one answer takes; use the desk")
                          : end(c, e, S(""));
}

static int privacy_erase_run(struct call *c)
{
    struct author who = { 0 };
    int64_t comments = 0;
    if (!privacy_address(c, &who))
        return call_refuse(c, "not an e-mail address");
    err e = author_erase(newsroom_app(c->room), who.email, &comments);
    return end(c, e, str_print(c->arena, "%" PRId64 " comments erased", comments));
}

/* ---- the filter ---- */

static void close_store(struct store **s)
{
    store_close(*s);
}

static int file_read_one(struct call *c, size_t max)
{
    struct str bytes = { 0 };
    if (c->arg_count != 1)
        return call_refuse(c, "one file, please");
    err e = file_read(str_z(c->arena, c->args[0]), max, c->arena, &bytes);
    if (e)
        return call_refuse(c, STR_FMT ": %s", STR_ARG(c->args[0]),
                           e > 0 ? file_refusal(e) : "it cannot be read");
    c->files = arena_new(c->arena, struct file, 1);
    c->files[0] = (struct file){ .path = c->args[0], .bytes = bytes };
    c->file_count = 1;
    return EXIT_DONE;
}

static int filter_import_read(struct call *c)
{
    return file_read_one(c, FILTER_FILE_MAX);
}

static int filter_warm_read(struct call *c)
{
    return file_read_one(c, FILES_BYTES_MAX / 4);
}

/* In the caller's process, for the reason that a backup is: see there. */
static int filter_export_run(struct call *c)
{
    struct str why = { 0 };
    struct str text = { 0 };
    struct str path = c->args[0];
    struct store *store CLEANUP(close_store) = NULL;
    err e = store_open_beside(str_z(c->arena, c->data_dir), c->arena, &store, &why);
    if (e)
        return call_refuse(c, STR_FMT, STR_ARG(why));
    e = filter_export(store, c->arena, &text);
    if (e)
        return end(c, e, S(""));
    e = file_write(str_z(c->arena, path), text, 0600, c->arena);
    if (e > 0)
        return call_refuse(c, STR_FMT ": %s", STR_ARG(path), file_refusal(e));
    return end(c, e, str_print(c->arena, "filter written: " STR_FMT, STR_ARG(path)));
}

static int filter_import_run(struct call *c)
{
    struct str why = { 0 };
    if (c->file_count != 1)
        return call_refuse(c, "the file did not arrive");
    err e = filter_import(store_of(c), ACTOR_CLI, c->files[0].bytes, now_of(c), c->arena, &why);
    return end(c, e, e ? why : S("its counts are added"));
}

static int filter_warm_run(struct call *c)
{
    struct filter_warmed w = { 0 };
    if (c->file_count != 1)
        return call_refuse(c, "the file did not arrive");
    err e = filter_warm(store_of(c), ACTOR_CLI, c->files[0].bytes, now_of(c), c->arena, &w);
    return end(c, e, e ? w.why : str_print(c->arena, "%" PRId64 " decisions learned", w.n));
}

static err filter_reset_work(struct tx *tx, void *arg)
{
    return filter_reset(tx, ACTOR_CLI, now_of(arg));
}

static int filter_reset_run(struct call *c)
{
    err e = store_write(store_of(c), filter_reset_work, c);
    return end(c, e, S("the filter knows nothing any more"));
}

static int filter_show_run(struct call *c)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct filter_figures f = { 0 };
    struct hold_rules site = { 0 };
    err e = store_read(store_of(c), &tx);
    if (!e)
        e = hold_rules_get(&tx, SCOPE_SITE, 0, c->arena, &site);
    if (!e)
        e = filter_figures_get(&tx, now_of(c) - FILTER_FIGURES_SPAN, site.numbers[RULE_FILTER] * 10,
                               &f);
    if (e)
        return end(c, e, S(""));
    call_say(c, "learned: %" PRId64 " good, %" PRId64 " spam; %" PRId64 " features", f.learned_good,
             f.learned_spam, f.features);
    call_say(c,
             "last 30 days, at %" PRId64 " percent: %" PRId64 " of %" PRId64
             " good comments taken for spam, %" PRId64 " of %" PRId64 " spam missed",
             site.numbers[RULE_FILTER], f.good_wrong, f.good, f.spam_wrong, f.spam);
    return EXIT_DONE;
}

/* ---- under attack ---- */

struct attack_call {
    struct call *call;
    enum attack_mode mode;
};

static err attack_work(struct tx *tx, void *arg)
{
    const struct attack_call *a = arg;
    struct hold_rules site = { 0 };
    err e = hold_rules_get(tx, SCOPE_SITE, 0, a->call->arena, &site);
    site.attack = a->mode;
    return e ? e : hold_rules_set(tx, ACTOR_CLI, &site, now_of(a->call));
}

static int attack_run(struct call *c)
{
    struct attack_call a = { .call = c };
    if (c->arg_count != 1 || !attack_mode_parse(c->args[0], &a.mode))
        return call_refuse(c, "one of on, off and auto, please");
    err e = store_write(store_of(c), attack_work, &a);
    return end(c, e, S("it is in force"));
}

/* ---- again the folder ---- */

/* In the caller's process: the server's user and its sandbox may not write where a backup belongs.
 */
static int backup_run(struct call *c)
{
    struct str why = { 0 };
    err e = store_backup_beside(str_z(c->arena, c->data_dir), str_z(c->arena, c->args[0]), c->arena,
                                &why);
    if (e)
        return call_refuse(c, STR_FMT, STR_ARG(why.n ? why : S("reading or writing failed")));
    call_say(c, "backup written: " STR_FMT, STR_ARG(c->args[0]));
    return EXIT_DONE;
}

static int config_run(struct call *c)
{
    call_say(c, STR_FMT, STR_ARG(config_manual(c->arena)));
    return EXIT_DONE;
}

static int permissions_run(struct call *c)
{
    call_say(c, STR_FMT, STR_ARG(permission_manual(c->arena)));
    return EXIT_DONE;
}

static int theme_run(struct call *c)
{
    call_say(c, STR_FMT, STR_ARG(theme_manual(c->arena)));
    return EXIT_DONE;
}

static const struct option serve_options[] = {
    { "listen", "ADDR:PORT", "or unix:PATH; 127.0.0.1:8080 unless given, port 0: a free one",
      false },
    { "listen-metrics", "ADDR:PORT", "for /metrics and /healthz", false },
    { "listen-live", "ADDR:PORT", "or unix:PATH; for /live/ alone, with room for thousands",
      false },
};

static const struct option demo_options[] = {
    { "comments", "N", "how many under its busiest report; 10000 unless given", false },
};

#define OPTIONS(table) table, COUNT(table)
const struct command command_table[] = {
    { "serve", "", "runs the newsroom", OPTIONS(serve_options), COMMAND_FOLDER, NULL, serve_run },
    { "publish", "FILE.md ...", "publishes reports and pages with the pictures beside them", NULL,
      0, COMMAND_SHARED, publish_read, publish_run },
    { "staff add", "", "adds a person and prints their one-time link", OPTIONS(staff_add_options),
      COMMAND_SHARED, NULL, staff_add_run },
    { "staff link", "", "prints a one-time link for somebody who cannot sign in",
      OPTIONS(staff_link_options), COMMAND_SHARED, NULL, staff_link_run },
    { "staff list", "", "lists who works here", NULL, 0, COMMAND_SHARED, NULL, staff_list_run },
    { "token add", "", "makes an API token and prints it, once", OPTIONS(token_add_options),
      COMMAND_SHARED, NULL, token_add_run },
    { "token list", "", "lists the API tokens", NULL, 0, COMMAND_SHARED, NULL, token_list_run },
    { "token end", "", "ends an API token", OPTIONS(token_end_options), COMMAND_SHARED, NULL,
      token_end_run },
    { "goal set", "", "sets the goal of a period", OPTIONS(goal_set_options), COMMAND_SHARED, NULL,
      goal_set_run },
    { "goal mark", "", "sets a further amount on a goal's scale", OPTIONS(goal_mark_options),
      COMMAND_SHARED, NULL, goal_mark_run },
    { "goal close", "", "closes a goal's period: its totals are frozen and signed",
      OPTIONS(goal_close_options), COMMAND_SHARED, NULL, goal_close_run },
    { "contribution add", "", "enters a gift", OPTIONS(contribution_add_options), COMMAND_SHARED,
      NULL, contribution_add_run },
    { "contribution settle", "", "a pending gift has arrived", OPTIONS(contribution_settle_options),
      COMMAND_SHARED, NULL, contribution_settle_run },
    { "contribution reverse", "", "takes an entry back, by a reversal",
      OPTIONS(contribution_reverse_options), COMMAND_SHARED, NULL, contribution_reverse_run },
    { "ledger verify", "FILE.csv", "checks a public ledger with nothing but the file",
      OPTIONS(ledger_verify_options), COMMAND_ALONE, NULL, ledger_verify_run },
    { "wallet addresses", "", "prints the addresses of a wallet's public key, to compare",
      OPTIONS(wallet_addresses_options), COMMAND_ALONE, NULL, wallet_addresses_run },
    BANK_COMMANDS,
    STATEMENT_COMMANDS,
    { "mail test", "", "sends a mail and says what the server answered", OPTIONS(mail_test_options),
      COMMAND_SHARED, NULL, mail_test_run },
    { "webhook test", "NAME", "sends a test to a webhook and says what it answered", NULL, 0,
      COMMAND_SHARED, NULL, webhook_test_run },
    { "bounce", "", "reads a returned mail from standard input, as a mail server hands it over",
      NULL, 0, COMMAND_SHARED, bounce_read_input, bounce_run },
    { "backup", "FILE", "writes a consistent copy of everything, also while the server runs", NULL,
      0, COMMAND_FOLDER, NULL, backup_run },
    { "attack", "on|off|auto", "asks for a proof of work before comments and votes", NULL, 0,
      COMMAND_SHARED, NULL, attack_run },
    { "privacy export", "", "prints what was written with an e-mail address, as JSON",
      OPTIONS(privacy_options), COMMAND_SHARED, NULL, privacy_export_run },
    { "privacy erase", "", "erases what was written with an e-mail address, for good",
      OPTIONS(privacy_options), COMMAND_SHARED, NULL, privacy_erase_run },
    { "filter show", "", "says what the filter has learned, and how often it was wrong", NULL, 0,
      COMMAND_SHARED, NULL, filter_show_run },
    { "filter export", "FILE", "writes the filter's counts", NULL, 0, COMMAND_FOLDER, NULL,
      filter_export_run },
    { "filter import", "FILE", "adds the counts of such a file", NULL, 0, COMMAND_SHARED,
      filter_import_read, filter_import_run },
    { "filter warm", "FILE.jsonl", "learns decisions made elsewhere (docs/filter.md)", NULL, 0,
      COMMAND_SHARED, filter_warm_read, filter_warm_run },
    { "filter reset", "", "makes the filter forget everything", NULL, 0, COMMAND_SHARED, NULL,
      filter_reset_run },
    { "check", "", "examines the whole data folder", NULL, 0, COMMAND_SHARED, NULL, check_run },
    { "demo", "", "fills an empty data folder with the demo newsroom", OPTIONS(demo_options),
      COMMAND_OPENED, NULL, demo_run },
    { "config", "", "prints every configuration key with its meaning", NULL, 0, COMMAND_ALONE, NULL,
      config_run },
    { "permissions", "", "prints who may do what", NULL, 0, COMMAND_ALONE, NULL, permissions_run },
    { "theme", "", "prints every template with the variables it may use", NULL, 0, COMMAND_ALONE,
      NULL, theme_run },
};
const size_t command_count = COUNT(command_table);
