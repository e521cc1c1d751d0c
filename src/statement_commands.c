#include "statement_commands.h"
#include "base/file.h"
#include "funding/statement.h"
#include "http/http.h"
#include "newsroom.h"

#include <inttypes.h>
#include <string.h>

enum { KEY_FILE_MAX = 16 * 1024, KEY_MODE = 0600, STATEMENT_MODE = 0644 };

const struct option statement_sign_options[1] = {
    { "key", "FILE", "the private key, as keygen made it", true },
};
const struct option statement_verify_options[1] = {
    { "key", "HEX", "the public key or its fingerprint, from elsewhere than the site", true },
};

static int refuse_file(struct call *c, struct str path, err e)
{
    return call_refuse(c, STR_FMT ": %s", STR_ARG(path),
                       e > 0 ? file_refusal(e) : "it cannot be read or written");
}

static void say_key(struct call *c, const uint8_t key[ED25519_PUBLIC_BYTES])
{
    call_say(c, "public key:  " STR_FMT, STR_ARG(statement_key_text(key, c->arena)));
    call_say(c, "fingerprint: " STR_FMT, STR_ARG(statement_fingerprint(key, c->arena)));
}

static void free_key(struct sign_key **k)
{
    sign_key_free(*k);
}

/* Of a key that signs statements. False: refused, *ret_status says how. */
static bool read_key(struct call *c, struct str path, struct sign_key **ret, int *ret_status)
{
    struct str pem = { 0 };
    struct sign_key *key = NULL;
    err e = file_read(str_z(c->arena, path), KEY_FILE_MAX, c->arena, &pem);
    if (e) {
        *ret_status = refuse_file(c, path, e);
        return false;
    }
    e = sign_key_read(pem, &key);
    if (!e && sign_key_kind(key) == SIGN_ED25519) {
        *ret = key;
        return true;
    }
    sign_key_free(key);
    *ret_status = call_refuse(
        c, STR_FMT ": this is no Ed25519 key as diurnal statement keygen makes it", STR_ARG(path));
    return false;
}

int statement_keygen_run(struct call *c)
{
    struct str path = c->args[0];
    struct str there = { 0 };
    struct sign_key *key CLEANUP(free_key) = NULL;
    if (file_read(str_z(c->arena, path), KEY_FILE_MAX, c->arena, &there) != FILE_MISSING)
        return call_refuse(c, STR_FMT ": it is there already; a key is never overwritten",
                           STR_ARG(path));
    struct str pem = sign_key_make(c->arena);
    err e = file_write(str_z(c->arena, path), pem, KEY_MODE, c->arena);
    if (e)
        return refuse_file(c, path, e);
    if (sign_key_read(pem, &key))
        return call_refuse(c, "the key that was made cannot be read back");
    struct str public = sign_public(key, c->arena);
    uint8_t bytes[ED25519_PUBLIC_BYTES];
    memcpy(bytes, public.s, sizeof bytes);
    say_key(c, bytes);
    call_say(c,
             "Keep " STR_FMT " away from the server, and print the fingerprint where readers "
             "find it without the site.",
             STR_ARG(path));
    return EXIT_DONE;
}

/* ---- with the data folder ---- */

static struct str installed_path(const struct call *c)
{
    return str_print(c->arena, STR_FMT "/" STATEMENT_FILE, STR_ARG(c->data_dir));
}

/* The one that is installed; a zeroed one when there is none. False: refused. */
static bool read_installed(struct call *c, struct statement *ret, int *ret_status)
{
    struct str path = installed_path(c);
    struct str text = { 0 };
    err e = file_read(str_z(c->arena, path), STATEMENT_MAX, c->arena, &text);
    if (e == FILE_MISSING)
        return true;
    if (e) {
        *ret_status = refuse_file(c, path, e);
        return false;
    }
    e = statement_parse(text, ret);
    if (e)
        *ret_status = call_refuse(c, STR_FMT ": %s", STR_ARG(path), statement_refusal(e));
    return e == OK;
}

static bool read_file(struct call *c, struct newsroom_file *ret, int *ret_status)
{
    struct newsroom_options o = { .data_dir = c->data_dir, .config_file = c->config_file };
    struct str why = { 0 };
    err e = newsroom_file_read(&o, c->arena, ret, &why);
    if (e)
        *ret_status =
            call_refuse(c, STR_FMT, STR_ARG(why.n ? why : S("the configuration cannot be read")));
    return e == OK;
}

int statement_text_run(struct call *c)
{
    struct newsroom_file file CLEANUP(newsroom_file_free) = { 0 };
    struct statement old = { 0 };
    struct clock clock = { 0 };
    int status = EXIT_REFUSED;
    if (!read_file(c, &file, &status) || !read_installed(c, &old, &status))
        return status;
    struct statement_draft draft = { .site = site_url(file.config),
                                     .serial = old.serial + 1,
                                     .date = date_of_utc(clock_now(&clock)),
                                     .channels = file.channels };
    buf_put(c->out, statement_print(&draft, c->arena));
    return EXIT_DONE;
}

/* A signed statement, from the file on the command line. */
static bool read_given(struct call *c, struct statement *ret, int *ret_status)
{
    struct str text = { 0 };
    err e = file_read(str_z(c->arena, c->args[0]), STATEMENT_MAX, c->arena, &text);
    if (e) {
        *ret_status = refuse_file(c, c->args[0], e);
        return false;
    }
    e = statement_parse(text, ret);
    if (e)
        *ret_status = call_refuse(c, STR_FMT ": %s", STR_ARG(c->args[0]), statement_refusal(e));
    return e == OK;
}

/* Whether it may follow the one that is installed. */
static bool follows(struct call *c, const struct statement *old, const struct statement *given,
                    int *ret_status)
{
    bool same_key = memcmp(old->key, given->key, sizeof given->key) == 0;
    if (old->serial && !same_key)
        *ret_status = call_refuse(c,
                                  "it is signed with another key than the installed one; if that "
                                  "is meant, remove " STR_FMT " first",
                                  STR_ARG(installed_path(c)));
    else if (given->serial <= old->serial)
        *ret_status = call_refuse(c,
                                  "its serial is %" PRId64 ", and that of the installed one is "
                                  "%" PRId64 "; a serial only grows",
                                  given->serial, old->serial);
    else
        return true;
    return false;
}

int statement_install_run(struct call *c)
{
    struct newsroom_file file CLEANUP(newsroom_file_free) = { 0 };
    struct statement old = { 0 };
    struct statement given = { 0 };
    int status = EXIT_REFUSED;
    if (!read_given(c, &given, &status) || !read_file(c, &file, &status) ||
        !read_installed(c, &old, &status) || !follows(c, &old, &given, &status))
        return status;
    struct str differs =
        statement_difference(&given, site_url(file.config), file.channels, c->arena);
    if (differs.n)
        return call_refuse(c, "it does not agree with " STR_FMT ": " STR_FMT, STR_ARG(file.name),
                           STR_ARG(differs));
    struct str path = installed_path(c);
    err e = file_write(str_z(c->arena, path), given.text, STATEMENT_MODE, c->arena);
    if (e)
        return refuse_file(c, path, e);
    say_key(c, given.key);
    call_say(c, "statement %" PRId64 " is installed; a running server takes it up with SIGHUP",
             given.serial);
    return EXIT_DONE;
}

/* ---- away from the server ---- */

int statement_sign_run(struct call *c)
{
    struct sign_key *key CLEANUP(free_key) = NULL;
    struct str draft = { 0 };
    struct str text = { 0 };
    int status = EXIT_REFUSED;
    if (!read_key(c, call_option(c, "key"), &key, &status))
        return status;
    err e = file_read(str_z(c->arena, c->args[0]), STATEMENT_MAX, c->arena, &draft);
    if (e)
        return refuse_file(c, c->args[0], e);
    e = statement_sign(draft, key, c->arena, &text);
    if (e)
        return call_refuse(c, STR_FMT ": %s", STR_ARG(c->args[0]), statement_refusal(e));
    buf_put(c->out, text);
    return EXIT_DONE;
}

int statement_verify_run(struct call *c)
{
    struct statement given = { 0 };
    int status = EXIT_REFUSED;
    if (!read_given(c, &given, &status))
        return status;
    if (!statement_key_is(&given, call_option(c, "key")))
        return call_refuse(c, STR_FMT ": %s", STR_ARG(c->args[0]),
                           statement_refusal(STATEMENT_KEY));
    call_say(c, "good: " STR_FMT ", statement %" PRId64 " of " STR_FMT, STR_ARG(given.site),
             given.serial, STR_ARG(date_print(c->arena, given.date)));
    buf_put(c->out, given.channels);
    return EXIT_DONE;
}
