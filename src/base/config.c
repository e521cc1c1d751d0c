/*
 * The keys of the whole program stand in the linker section "config_keys"; a key's place in it is
 * the index of its value in a `struct config`.
 */
#include "base/config.h"
#include "base/buf.h"
#include "base/check.h"
#include "base/ini.h"
#include "base/scan.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    CONFIG_ENTRIES_MAX = 2000, /* lines in the sections of one prefix */
    CONFIG_MANUAL_MAX = 1024 * 1024,
};

extern const struct config_key __start_config_keys[] WEAK, __stop_config_keys[] WEAK;
extern const struct config_open __start_config_opens[] WEAK, __stop_config_opens[] WEAK;

struct setting {
    struct str text;
    int64_t number;
    int line; /* 0: not in the file */
};
/* What the file says in the sections of one prefix, in its order. */
struct entries {
    struct config_entry *list;
    size_t n, room;
};
struct config {
    struct arena own;
    struct setting *settings; /* by the key's place in its linker section */
    struct entries *opens;    /* by the prefix's place in its own */
};

/* What one reading of a file needs. */
struct reader {
    struct config *config;
    struct ini ini;
    struct str file;
    struct arena *a; /* for the refusal's text */
    struct str *ret_why;
};

static size_t key_count(void)
{
    return (size_t)(__stop_config_keys - __start_config_keys);
}

static size_t open_count(void)
{
    return (size_t)(__stop_config_opens - __start_config_opens);
}

static err refuse(struct reader *r, struct str what)
{
    *r->ret_why =
        str_print(r->a, STR_FMT ":%d: " STR_FMT, STR_ARG(r->file), r->ini.line, STR_ARG(what));
    return CONFIG_WRONG;
}

static bool in_section(const struct config_key *k, struct str section)
{
    return str_eq(section, str_from_z(k->section));
}

static bool section_known(struct str section)
{
    for (size_t i = 0; i < key_count(); i++)
        if (in_section(&__start_config_keys[i], section))
            return true;
    return false;
}

static const struct config_open *open_of(struct str section)
{
    for (size_t i = 0; i < open_count(); i++) {
        struct str prefix = str_from_z(__start_config_opens[i].prefix);
        if (section.n > prefix.n && str_starts(section, prefix))
            return &__start_config_opens[i];
    }
    return NULL;
}

static const struct config_key *key_of(struct str section, struct str name)
{
    for (size_t i = 0; i < key_count(); i++) {
        const struct config_key *k = &__start_config_keys[i];
        if (in_section(k, section) && str_eq(name, str_from_z(k->name)))
            return k;
    }
    return NULL;
}

static bool truth_parse(struct str s, int64_t *ret)
{
    static const char *const words[] = { "no", "yes", "off", "on", "false", "true", "0", "1" };
    for (size_t i = 0; i < COUNT(words); i++)
        if (str_eq_nocase(s, str_from_z(words[i]))) {
            *ret = (int64_t)(i % 2);
            return true;
        }
    return false;
}

static err set(struct reader *r, const struct config_key *k, struct setting *s)
{
    struct str value = r->ini.value;
    switch (k->kind) {
    case CONFIG_KIND_INT:
        if (!int_parse(value, k->least, k->most, &s->number))
            return refuse(r, str_print(r->a,
                                       "%s.%s must be a whole number from %" PRId64 " to %" PRId64,
                                       k->section, k->name, k->least, k->most));
        return OK;
    case CONFIG_KIND_BOOL:
        if (!truth_parse(value, &s->number))
            return refuse(r, str_print(r->a, "%s.%s must be yes or no", k->section, k->name));
        return OK;
    case CONFIG_KIND_TEXT:
        if (value.n > (size_t)k->most)
            return refuse(r, str_print(r->a, "%s.%s is longer than %" PRId64 " bytes", k->section,
                                       k->name, k->most));
        s->text = str_copy(&r->config->own, value);
        return OK;
    }
    check(false);
    return ERR_DATA;
}

static err take_known(struct reader *r, const struct config_key *k)
{
    struct setting *s = &r->config->settings[k - __start_config_keys];
    if (s->line)
        return refuse(r, str_print(r->a, "%s.%s stands twice, first on line %d", k->section,
                                   k->name, s->line));
    err e = set(r, k, s);
    if (!e)
        s->line = r->ini.line;
    return e;
}

static void add_entry(struct arena *a, struct entries *to, struct config_entry entry)
{
    if (to->n == to->room) {
        size_t room = to->room ? to->room * 2 : 16;
        struct config_entry *list = arena_new(a, struct config_entry, room);
        if (to->n)
            memcpy(list, to->list, to->n * sizeof *list);
        to->list = list;
        to->room = room;
    }
    to->list[to->n++] = entry;
}

static err take_open(struct reader *r, const struct config_open *open)
{
    struct config *c = r->config;
    struct entries *all = &c->opens[open - __start_config_opens];
    for (size_t i = 0; i < all->n; i++) {
        const struct config_entry *e = &all->list[i];
        if (str_eq(e->section, r->ini.section) && str_eq(e->name, r->ini.name))
            return refuse(r, str_print(r->a, STR_FMT "." STR_FMT " stands twice, first on line %d",
                                       STR_ARG(e->section), STR_ARG(e->name), e->line));
    }
    if (all->n == CONFIG_ENTRIES_MAX)
        return refuse(
            r, str_print(r->a, "more than %d lines in sections of this kind", CONFIG_ENTRIES_MAX));
    add_entry(&c->own, all,
              (struct config_entry){ .section = str_copy(&c->own, r->ini.section),
                                     .name = str_copy(&c->own, r->ini.name),
                                     .value = str_copy(&c->own, r->ini.value),
                                     .line = r->ini.line });
    return OK;
}

static err take_pair(struct reader *r)
{
    struct str section = r->ini.section;
    if (section.n == 0)
        return refuse(r, S("a key before the first [section]"));
    const struct config_open *open = open_of(section);
    if (open)
        return take_open(r, open);
    const struct config_key *k = key_of(section, r->ini.name);
    if (!k)
        return refuse(r, str_print(r->a, "unknown key " STR_FMT " in [" STR_FMT "]",
                                   STR_ARG(r->ini.name), STR_ARG(section)));
    return take_known(r, k);
}

static err take(struct reader *r, enum ini_kind kind)
{
    switch (kind) {
    case INI_END: return OK;
    case INI_WRONG: return refuse(r, str_from_z(r->ini.why));
    case INI_PAIR: return take_pair(r);
    case INI_SECTION:
        if (section_known(r->ini.section) || open_of(r->ini.section))
            return OK;
        return refuse(r, str_print(r->a, "unknown section [" STR_FMT "]", STR_ARG(r->ini.section)));
    }
    check(false);
    return ERR_DATA;
}

static void set_standards(struct config *c)
{
    for (size_t i = 0; i < key_count(); i++) {
        const struct config_key *k = &__start_config_keys[i];
        c->settings[i] =
            (struct setting){ .text = str_from_z(k->standard_text), .number = k->standard };
    }
}

err config_parse(struct str file, struct str text, struct arena *a, struct config **ret_config,
                 struct str *ret_why)
{
    struct config *c = calloc(1, sizeof *c);
    check(c);
    arena_init(&c->own, SIZE_MAX / 16);
    c->settings = arena_new(&c->own, struct setting, key_count());
    c->opens = arena_new(&c->own, struct entries, open_count());
    set_standards(c);
    struct reader r = {
        .config = c, .ini = ini_start(text), .file = file, .a = a, .ret_why = ret_why
    };
    enum ini_kind kind = INI_SECTION;
    err e = OK;
    while (!e && kind != INI_END) {
        kind = ini_next(&r.ini);
        e = take(&r, kind);
    }
    if (e) {
        config_free(c);
        return e;
    }
    *ret_config = c;
    return OK;
}

void config_free(struct config *c)
{
    if (!c)
        return;
    arena_free(&c->own);
    free(c);
}

static const struct setting *setting_of(const struct config *c, const struct config_key *k,
                                        enum config_kind kind)
{
    check(k >= __start_config_keys && k < __stop_config_keys && k->kind == kind);
    return &c->settings[k - __start_config_keys];
}

int64_t config_int(const struct config *c, const struct config_key *key)
{
    return setting_of(c, key, CONFIG_KIND_INT)->number;
}

struct str config_text(const struct config *c, const struct config_key *key)
{
    return setting_of(c, key, CONFIG_KIND_TEXT)->text;
}

bool config_bool(const struct config *c, const struct config_key *key)
{
    return setting_of(c, key, CONFIG_KIND_BOOL)->number != 0;
}

int config_line(const struct config *c, const struct config_key *key)
{
    return setting_of(c, key, key->kind)->line;
}

size_t config_entries(const struct config *c, const struct config_open *open,
                      const struct config_entry **ret_entries)
{
    check(open >= __start_config_opens && open < __stop_config_opens);
    const struct entries *all = &c->opens[open - __start_config_opens];
    *ret_entries = all->list;
    return all->n;
}

static int compare_keys(const void *a, const void *b)
{
    const struct config_key *x = *(const struct config_key *const *)a;
    const struct config_key *y = *(const struct config_key *const *)b;
    int c = strcmp(x->section, y->section);
    return c ? c : strcmp(x->name, y->name);
}

static void put_key(struct buf *b, const struct config_key *k)
{
    buf_print(b, "; %s", k->what);
    switch (k->kind) {
    case CONFIG_KIND_INT:
        buf_print(b, " From %" PRId64 " to %" PRId64 ".\n;%s = %" PRId64 "\n", k->least, k->most,
                  k->name, k->standard);
        return;
    case CONFIG_KIND_BOOL:
        buf_print(b, "\n;%s = %s\n", k->name, k->standard ? "yes" : "no");
        return;
    case CONFIG_KIND_TEXT:
        buf_print(b, " At most %" PRId64 " bytes.\n;%s = %s\n", k->most, k->name, k->standard_text);
        return;
    }
    check(false);
}

struct str config_manual(struct arena *a)
{
    size_t n = key_count();
    const struct config_key **keys = arena_new(a, const struct config_key *, n);
    for (size_t i = 0; i < n; i++)
        keys[i] = &__start_config_keys[i];
    if (n)
        qsort(keys, n, sizeof *keys, compare_keys);
    struct buf b CLEANUP(buf_free) = buf_make(CONFIG_MANUAL_MAX);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || strcmp(keys[i]->section, keys[i - 1]->section) != 0)
            buf_print(&b, "%s[%s]\n", i ? "\n" : "", keys[i]->section);
        put_key(&b, keys[i]);
    }
    for (size_t i = 0; i < open_count(); i++)
        buf_print(&b, "\n; Sections [%s...]: %s\n", __start_config_opens[i].prefix,
                  __start_config_opens[i].what);
    check(!buf_full(&b));
    return buf_copy(&b, a);
}
