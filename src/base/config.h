#pragma once
#include "base/err.h"
#include "base/str.h"

/*
 * The configuration file (INI, read by base/ini). A module declares the keys it reads where it uses
 * them; the program thereby knows every key, its bounds and what it means, refuses unknown ones
 * with their line, and prints its own manual (`diurnal config`, docs/limits.md).
 *
 *     CONFIG_INT(limit_comment_bytes, "limits", "comment_bytes", 16384, 100, 1000000,
 *                "Longest comment, in bytes of UTF-8.");
 *     ... config_int(r->setup->config, &limit_comment_bytes)
 */
enum config_kind { CONFIG_KIND_INT, CONFIG_KIND_TEXT, CONFIG_KIND_BOOL };
struct config_key {
    const char *section, *name;
    enum config_kind kind;
    int64_t standard, least, most; /* INT: bounds; TEXT: most bytes; BOOL: standard 0 or 1 */
    const char *standard_text;
    const char *what; /* one sentence of documentation */
};
#define CONFIG_INT(id, section, name, standard, least, most, what)                                 \
    const struct config_key id IN_SECTION(                                                         \
        "config_keys") = { section, name, CONFIG_KIND_INT, standard, least, most, NULL, what }
#define CONFIG_TEXT(id, section, name, standard, most, what)                                       \
    const struct config_key id IN_SECTION(                                                         \
        "config_keys") = { section, name, CONFIG_KIND_TEXT, 0, 0, most, standard, what }
#define CONFIG_BOOL(id, section, name, standard, what)                                             \
    const struct config_key id IN_SECTION(                                                         \
        "config_keys") = { section, name, CONFIG_KIND_BOOL, standard, 0, 1, NULL, what }

struct config;
enum { CONFIG_WRONG = 1 };
/*
 * `text` is the file's text, `file` its name for messages; empty text gives the standards. Refuses
 * with ret_why = "FILE:LINE: what is wrong" (made in `a`): unknown section or key, a repeated key,
 * a number outside its bounds, text that is too long or not UTF-8.
 */
MUST_USE err config_parse(struct str file, struct str text, struct arena *a,
                          struct config **ret_config, struct str *ret_why);
void config_free(struct config *c);

int64_t config_int(const struct config *c, const struct config_key *key);
struct str config_text(const struct config *c, const struct config_key *key);
bool config_bool(const struct config *c, const struct config_key *key);
int config_line(const struct config *c, const struct config_key *key); /* 0: not in the file */

/*
 * Sections whose names begin with a registered prefix ("channel.") carry keys of their reader's
 * choosing; it checks them itself and says what is wrong by `line`.
 */
#define CONFIG_OPEN_SECTION(id, prefix, what)                                                      \
    const struct config_open id IN_SECTION("config_opens") = { prefix, what }
struct config_open {
    const char *prefix, *what;
};
struct config_entry {
    struct str section, name, value;
    int line;
};
/* Entries of all open sections with that prefix, in the file's order; borrowed from the config. */
size_t config_entries(const struct config *c, const struct config_open *open,
                      const struct config_entry **ret_entries);

/* Every key with its standard and meaning, as a commented INI file. */
struct str config_manual(struct arena *a);
