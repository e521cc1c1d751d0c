#pragma once
#include "cli.h"

/* Statements of banks (docs/bank.md). */
extern const struct option bank_import_options[2];
extern const struct option bank_mapping_options[1];
int bank_import_read(struct call *c);
int bank_import_run(struct call *c);
int bank_mapping_read(struct call *c);
int bank_mapping_run(struct call *c);

/* Their rows in command_table.c. */
// clang-format off
#define BANK_COMMANDS                                                                              \
    { "bank import", "FILE ...", "books the gifts in a bank's statements (CSV, CAMT.053)",         \
      bank_import_options, COUNT(bank_import_options), COMMAND_SHARED, bank_import_read,           \
      bank_import_run },                                                                           \
    { "bank mapping", "FILE", "says how a bank writes its CSV (docs/bank.md)",                     \
      bank_mapping_options, COUNT(bank_mapping_options), COMMAND_SHARED, bank_mapping_read,        \
      bank_mapping_run }
// clang-format on
