#pragma once
#include "base/app.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

/*
 * The command line: one table of commands (commands.c), one parser for all of them. A command exits
 * 0 done, 1 refused (one line says why), 2 wrong usage, and never leaves half a change.
 *
 * A command that changes the data folder runs inside the server when one holds the folder
 * (control.h): the caller's side reads the files it was given, sends words and files, and prints
 * what comes back.
 */
enum {
    OPTIONS_MAX = 16,                   /* of one command */
    ARGS_MAX = 2000,                    /* words on one command line */
    FILES_MAX = 4000,                   /* files sent with one command */
    FILES_BYTES_MAX = 256 * 1024 * 1024 /* and their bytes together */
};
enum { EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2 };

struct option {
    const char *name;  /* "email", typed as --email */
    const char *value; /* what stands for its value in the help, "E"; NULL: a switch */
    const char *what;
    bool required;
};

enum command_place {
    COMMAND_ALONE,  /* needs no data folder */
    COMMAND_FOLDER, /* opens the data folder itself */
    COMMAND_OPENED, /* gets the newsroom opened here, and made when it is missing */
    COMMAND_SHARED, /* inside the server that holds the folder, else opened here */
};

struct file {
    struct str path, bytes;
};

struct call;
struct command {
    const char *name; /* "staff add" */
    const char *args; /* "FILE.md ...", or "" when it takes none */
    const char *about;
    const struct option *options;
    size_t option_count;
    enum command_place place;
    int (*read)(struct call *
                    c); /* on the caller's side: reads files into the call; NULL: nothing to read */
    int (*run)(struct call *c);
};

/* One command being carried out. */
struct call {
    const struct command *command;
    struct arena *arena;
    struct str values[OPTIONS_MAX]; /* beside command->options; .s is NULL when not given */
    const struct str *args;
    size_t arg_count;
    struct file *files;
    size_t file_count;
    struct str data_dir, config_file; /* empty: the standard ones */
    struct newsroom *room;            /* OPENED and SHARED commands: the newsroom */
    const struct setup *setup;        /* and its setup, pinned */
    struct buf *out; /* what the person is told: standard output, or error if refused */
};

/* Finds the command and fills the call from the words after the program's name. Returns EXIT_DONE,
 * or another status with what to say in c->out; *ret_help when only help was asked for. */
int cli_parse(const struct command *commands, size_t count, const struct str *words,
              size_t word_count, struct call *c, bool *ret_help);

/* The value of an option; empty text when it was not given. The name must be one of the command's.
 */
struct str call_option(const struct call *c, const char *name);
const char *call_option_file(struct call *c, const char *name); /* for the system; NULL: none */
bool call_given(const struct call *c, const char *name);

/* Says why not, as one line, and returns EXIT_REFUSED. */
PRINTF(2, 3) int call_refuse(struct call *c, const char *fmt, ...);
PRINTF(2, 3) void call_say(struct call *c, const char *fmt, ...);
