#pragma once
#include "cli.h"

/*
 * The address statement. Its text is made from the configuration file as it is now, signed away
 * from here, and installed beside the database; none of it goes through a running server, which
 * takes it up at its next start or SIGHUP.
 */
extern const struct option statement_verify_options[1];
extern const struct option statement_sign_options[1];
int statement_keygen_run(struct call *c);
int statement_text_run(struct call *c);
int statement_sign_run(struct call *c);
int statement_install_run(struct call *c);
int statement_verify_run(struct call *c);

/* Their rows in command_table.c. */
// clang-format off
#define STATEMENT_COMMANDS                                                                         \
    { "statement keygen", "FILE", "makes the key that address statements are signed with", NULL, 0, \
      COMMAND_ALONE, NULL, statement_keygen_run },                                                 \
    { "statement text", "", "prints the address statement that is to be signed", NULL, 0,          \
      COMMAND_FOLDER, NULL, statement_text_run },                                                  \
    { "statement sign", "FILE", "signs such a text and prints the statement",                      \
      statement_sign_options, COUNT(statement_sign_options), COMMAND_ALONE, NULL,                  \
      statement_sign_run },                                                                        \
    { "statement install", "FILE", "puts a signed statement into the data folder", NULL, 0,        \
      COMMAND_FOLDER, NULL, statement_install_run },                                               \
    { "statement verify", "FILE", "checks a statement with nothing but the file and the key",      \
      statement_verify_options, COUNT(statement_verify_options), COMMAND_ALONE, NULL,              \
      statement_verify_run }
// clang-format on
