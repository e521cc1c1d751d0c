#include "cli.h"
#include "base/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Options that every command with a data folder takes. */
static const struct option folder_options[] = {
    { "data", "DIR", "the data folder", true },
    { "config", "FILE", "the configuration file (DIR/diurnal.ini unless given)", false },
};

static bool has_folder(const struct command *c)
{
    return c->place != COMMAND_ALONE;
}

static void put_option(struct buf *out, const struct option *o)
{
    char left[40];
    snprintf(left, sizeof left, "--%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");
    buf_print(out, "  %-24s %s%s\n", left, o->what, o->required ? "" : " (optional)");
}

static void put_help(struct buf *out, const struct command *c)
{
    buf_print(out, "usage: diurnal %s%s%s%s%s\n\n%s\n\n", c->name,
              has_folder(c) ? " --data DIR" : "", c->option_count ? " OPTIONS" : "",
              c->args[0] ? " " : "", c->args, c->about);
    for (size_t i = 0; has_folder(c) && i < COUNT(folder_options); i++)
        put_option(out, &folder_options[i]);
    for (size_t i = 0; i < c->option_count; i++)
        put_option(out, &c->options[i]);
    buf_print(out, "  %-24s %s\n", "--help", "this text");
}

static bool is_help(struct str word)
{
    return str_eq(word, S("--help")) || str_eq(word, S("-h"));
}

static bool is_of(const struct command *c, struct str family)
{
    struct str name = str_from_z(c->name);
    struct str second = { 0 };
    return !family.n || (str_cut(name, ' ', &name, &second) && str_eq(name, family));
}

/* Those of two words that begin with this one, or, when it is empty, all. */
static void put_list(struct buf *out, const struct command *commands, size_t count,
                     struct str family)
{
    buf_print(out, "usage: diurnal " STR_FMT "%sCOMMAND OPTIONS\n\n", STR_ARG(family),
              family.n ? " " : "");
    for (size_t i = 0; i < count; i++)
        if (is_of(&commands[i], family))
            buf_print(out, "  %-22s %s\n", commands[i].name, commands[i].about);
    buf_put(out, S("\nEvery command explains itself: diurnal COMMAND --help\n"));
}

/* How many of the words name this command: 0, 1 or 2 ("staff add"). */
static size_t named_by(const struct command *c, const struct str *words, size_t n)
{
    struct str name = str_from_z(c->name);
    struct str first = name;
    struct str second = { 0 };
    bool two = str_cut(name, ' ', &first, &second);
    if (n < 1 || !str_eq(words[0], first))
        return 0;
    if (!two)
        return 1;
    return n > 1 && str_eq(words[1], second) ? 2 : 0;
}

static int usage(struct call *c, const char *before, struct str word, const char *after)
{
    buf_print(c->out, "diurnal: %s" STR_FMT "%s\n", before, STR_ARG(word), after);
    return EXIT_USAGE;
}

static struct str *slot_of(struct call *c, struct str name, bool *ret_switch)
{
    *ret_switch = false;
    if (has_folder(c->command) && str_eq(name, S("data")))
        return &c->data_dir;
    if (has_folder(c->command) && str_eq(name, S("config")))
        return &c->config_file;
    for (size_t i = 0; i < c->command->option_count; i++) {
        const struct option *o = &c->command->options[i];
        if (str_eq(name, str_from_z(o->name))) {
            *ret_switch = !o->value;
            return &c->values[i];
        }
    }
    return NULL;
}

/* Takes the option at words[*at], and its value, which may follow as a word or after `=`. */
static int take_option(struct call *c, const struct str *words, size_t n, size_t *at)
{
    struct str name = str_sub(words[*at], 2, words[*at].n);
    struct str value = { 0 };
    bool joined = str_cut(name, '=', &name, &value);
    bool is_switch = false;
    struct str *slot = slot_of(c, name, &is_switch);
    if (!slot)
        return usage(c, "no option --", name, " here; see --help");
    if (slot->s)
        return usage(c, "--", name, " stands twice");
    if (is_switch && joined)
        return usage(c, "--", name, " takes no value");
    if (is_switch) {
        *slot = S("yes");
        return EXIT_DONE;
    }
    if (!joined && *at + 1 >= n)
        return usage(c, "--", name, " needs a value");
    *slot = joined ? value : words[++*at];
    return EXIT_DONE;
}

static int check_required(struct call *c)
{
    if (has_folder(c->command) && c->data_dir.n == 0)
        return usage(c, "--", S("data"), " DIR is missing; see --help");
    for (size_t i = 0; i < c->command->option_count; i++)
        if (c->command->options[i].required && !c->values[i].s)
            return usage(c, "--", str_from_z(c->command->options[i].name),
                         " is missing; see --help");
    if (c->command->args[0] && c->arg_count == 0)
        return usage(c, "", str_from_z(c->command->args), " is missing; see --help");
    size_t most = !c->command->args[0] ? 0 : strstr(c->command->args, "...") ? ARGS_MAX : 1;
    if (c->arg_count > most)
        return usage(c, "one word too many: ", c->args[most], "");
    return EXIT_DONE;
}

static int take_words(struct call *c, const struct str *words, size_t n, bool *ret_help)
{
    struct str *args = arena_new(c->arena, struct str, n + 1);
    c->args = args;
    bool only_args = false;
    for (size_t i = 0; i < n; i++) {
        if (!only_args && str_eq(words[i], S("--"))) {
            only_args = true;
        } else if (!only_args && is_help(words[i])) {
            put_help(c->out, c->command);
            *ret_help = true;
            return EXIT_DONE;
        } else if (!only_args && str_starts(words[i], S("--"))) {
            int status = take_option(c, words, n, &i);
            if (status)
                return status;
        } else {
            args[c->arg_count++] = words[i];
        }
    }
    return check_required(c);
}

int cli_parse(const struct command *commands, size_t count, const struct str *words,
              size_t word_count, struct call *c, bool *ret_help)
{
    *ret_help = false;
    if (word_count > ARGS_MAX)
        return usage(c, "too many words", S(""), "");
    if (word_count == 0 || is_help(words[0]) || str_eq(words[0], S("help"))) {
        put_list(c->out, commands, count, S(""));
        *ret_help = word_count > 0;
        return word_count ? EXIT_DONE : EXIT_USAGE;
    }
    for (size_t i = 0; i < count; i++) {
        size_t named = named_by(&commands[i], words, word_count);
        if (!named)
            continue;
        c->command = &commands[i];
        return take_words(c, words + named, word_count - named, ret_help);
    }
    for (size_t i = 0; i < count; i++) {
        if (!is_of(&commands[i], words[0]))
            continue;
        put_list(c->out, commands, count, words[0]);
        *ret_help = word_count > 1 && is_help(words[1]);
        return *ret_help ? EXIT_DONE : EXIT_USAGE;
    }
    return usage(c, "no command ", words[0], "; see diurnal --help");
}

struct str call_option(const struct call *c, const char *name)
{
    struct str wanted = str_from_z(name);
    for (size_t i = 0; i < c->command->option_count; i++)
        if (str_eq(str_from_z(c->command->options[i].name), wanted))
            return c->values[i];
    check(false);
    return (struct str){ 0 };
}

const char *call_option_file(struct call *c, const char *name)
{
    struct str file = call_option(c, name);
    return file.n ? str_z(c->arena, file) : NULL;
}

bool call_given(const struct call *c, const char *name)
{
    return call_option(c, name).s;
}

PRINTF(2, 0)
static void put_line(struct buf *out, const char *fmt, va_list args, struct arena *a)
{
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    check(n >= 0);
    char *text = arena_new(a, char, (size_t)n + 1);
    check(vsnprintf(text, (size_t)n + 1, fmt, again) == n);
    va_end(again);
    buf_put(out, (struct str){ text, (size_t)n });
    buf_put_char(out, '\n');
}

int call_refuse(struct call *c, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    buf_clear(c->out); // what was said before is not true any more: nothing was done
    buf_put(c->out, S("diurnal: "));
    put_line(c->out, fmt, args, c->arena);
    va_end(args);
    return EXIT_REFUSED;
}

void call_say(struct call *c, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    put_line(c->out, fmt, args, c->arena);
    va_end(args);
}
