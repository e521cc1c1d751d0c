#include "commands.h"
#include "base/check.h"
#include "base/config.h"
#include "command_table.h"
#include "newsroom.h"

enum { REMOTE_OUT_MAX = 4 * 1024 * 1024 };

static int run_here(struct call *c)
{
    struct newsroom_options o = { .data_dir = c->data_dir,
                                  .config_file = c->config_file,
                                  .create = c->command->place == COMMAND_OPENED };
    struct str why = { 0 };
    err e = newsroom_open(&o, c->arena, &c->room, &why);
    if (e)
        return call_refuse(c, STR_FMT,
                           STR_ARG(why.n ? why : S("the data folder cannot be opened")));
    c->setup = newsroom_pin(c->room);
    int status = c->command->run(c);
    newsroom_drop(c->room, c->setup);
    newsroom_close(c->room);
    return status;
}

/* Inside the server that holds the folder; if none answers, here. */
static int run_shared(struct call *c, const struct str *words, size_t word_count)
{
    int status = EXIT_DONE;
    struct message m = { words, word_count, c->files, c->file_count };
    err e = control_send(str_z(c->arena, c->data_dir), &m, &status, c->out);
    if (e == CONTROL_NOBODY)
        return run_here(c);
    if (e)
        return call_refuse(
            c, "the server did not answer to the end; look at its log before you try again");
    return status;
}

static int run(struct call *c, const struct str *words, size_t word_count)
{
    switch (c->command->place) {
    case COMMAND_ALONE:
    case COMMAND_FOLDER: return c->command->run(c);
    case COMMAND_OPENED: return run_here(c);
    case COMMAND_SHARED: return run_shared(c, words, word_count);
    }
    check(false);
    return EXIT_REFUSED;
}

int commands_main(const struct str *words, size_t word_count, struct buf *out)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 2 * (size_t)FILES_BYTES_MAX);
    struct call c = { .arena = &a, .out = out };
    bool help = false;
    int status = cli_parse(command_table, command_count, words, word_count, &c, &help);
    if (status || help)
        return status;
    if (c.command->read)
        status = c.command->read(&c);
    return status ? status : run(&c, words, word_count);
}

int commands_serve(void *arg, struct arena *a, const struct message *m, struct buf *out)
{
    struct newsroom *room = arg;
    struct call c = {
        .arena = a, .out = out, .files = m->files, .file_count = m->file_count, .room = room
    };
    bool help = false;
    int status = cli_parse(command_table, command_count, m->words, m->word_count, &c, &help);
    if (status || help)
        return status;
    if (c.command->place != COMMAND_SHARED)
        return call_refuse(&c, "this command does not run inside a server");
    c.setup = newsroom_pin(room);
    status = c.command->run(&c);
    newsroom_drop(room, c.setup);
    return status;
}
