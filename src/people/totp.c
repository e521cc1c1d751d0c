#include "people/totp.h"
#include "base/buf.h"
#include "base/check.h"
#include "base/crypto.h"
#include "base/encoding.h"
#include "base/scan.h"
#include "http/http.h"
#include "people/session.h"

#include <string.h>

enum { CODES = 1000000, GROUP = 4, TYPED_MAX = 100, RECOVERY_TEXT = RECOVERY_BYTES * 8 / 5 };

QUERY(select_totp, "select secret, last_step, on_at is not null from totp where person = $1");
QUERY(insert_totp, "insert into totp (person, secret) values ($1, $2) "
                   "on conflict (person) do update set secret = excluded.secret, last_step = 0");
QUERY(update_totp_on, "update totp set on_at = $2, last_step = $3 where person = $1");
QUERY(update_last_step, "update totp set last_step = $2 where person = $1 and last_step < $2");
QUERY(delete_totp, "delete from totp where person = $1");
QUERY(insert_recovery, "insert into recovery_code (person, code_hash) values ($1, $2)");
QUERY(delete_recovery, "delete from recovery_code where person = $1 and code_hash = $2");
QUERY(delete_all_recovery, "delete from recovery_code where person = $1");
QUERY(count_recovery, "select count(*) from recovery_code where person = $1");

CHECK_ROWS(recovery_counts, "recovery codes belong to a second step that is on, ten at most",
           "select person, count(*) as codes from recovery_code group by person "
           "having count(*) > 10 or not exists (select 1 from totp "
           "where totp.person = recovery_code.person and on_at is not null)");

struct totp {
    struct str secret;
    int64_t last_step;
    bool on;
};

int64_t totp_code(struct str secret, int64_t step)
{
    uint8_t counter[8];
    uint8_t mac[SHA1_BYTES];
    for (size_t i = 0; i < sizeof counter; i++)
        counter[i] = (uint8_t)((uint64_t)step >> 8 * (7 - i));
    hmac_sha1(secret, bytes_str(counter, sizeof counter), mac);
    size_t at = mac[SHA1_BYTES - 1] & 0xf; // RFC 4226, 5.3
    uint32_t v = (uint32_t)(mac[at] & 0x7f) << 24 | (uint32_t)mac[at + 1] << 16 |
                 (uint32_t)mac[at + 2] << 8 | mac[at + 3];
    return v % CODES;
}

/* What was typed without spaces and hyphens, in capitals; empty text when it is too long. */
static struct str without_gaps(struct str typed, char room[TYPED_MAX])
{
    size_t n = 0;
    if (typed.n > TYPED_MAX)
        return S("");
    for (size_t i = 0; i < typed.n; i++) {
        char c = typed.s[i];
        if (c >= 'a' && c <= 'z')
            room[n++] = (char)(c - 'a' + 'A');
        else if (c != ' ' && c != '-')
            room[n++] = c;
    }
    return (struct str){ room, n };
}

bool totp_match(struct str secret, struct str code, int64_t now, int64_t last, int64_t *ret_step)
{
    char room[TYPED_MAX];
    struct str digits = without_gaps(code, room);
    int64_t typed = 0;
    if (digits.n != TOTP_DIGITS || !scan_digits(&digits, TOTP_DIGITS, &typed))
        return false;
    int64_t step = now / (TOTP_STEP_SECONDS * SECOND);
    int64_t found = 0;
    for (int64_t i = step + 1; i >= step - 1; i--) // all three, whichever it is
        if (totp_code(secret, i) == typed && i > last)
            found = i;
    if (!found)
        return false;
    *ret_step = found;
    return true;
}

/* TOTP_OFF when nothing was begun. */
static err get(struct tx *tx, int64_t person, struct arena *a, struct totp *ret)
{
    struct stmt *s = query_start(tx, &select_totp);
    bind_int(s, 1, person);
    bool row = false;
    err e = query_step(s, &row);
    if (e)
        return e;
    if (!row)
        return TOTP_OFF;
    *ret = (struct totp){ .secret = column_str(s, 0, a),
                          .last_step = column_int(s, 1),
                          .on = column_int(s, 2) != 0 };
    query_end(s);
    return OK;
}

static struct str grouped(struct str text, char between, struct arena *a)
{
    struct buf b CLEANUP(buf_free) = buf_make(2 * text.n);
    for (size_t i = 0; i < text.n; i += GROUP) {
        if (i)
            buf_put_char(&b, between);
        buf_put(&b, str_sub(text, i, GROUP));
    }
    return buf_copy(&b, a);
}

static struct totp_setup setup_of(const struct person *p, struct str site, struct str secret,
                                  struct arena *a)
{
    struct str text = base32_print(a, secret);
    struct str issuer = url_escape(a, site);
    struct str account = url_escape(a, p->email);
    return (struct totp_setup){
        .secret = grouped(text, ' ', a),
        .uri = str_print(
            a, "otpauth://totp/" STR_FMT ":" STR_FMT "?secret=" STR_FMT "&issuer=" STR_FMT,
            STR_ARG(issuer), STR_ARG(account), STR_ARG(text), STR_ARG(issuer)),
    };
}

static err note(struct tx *tx, struct actor by, const char *action, int64_t person, int64_t now)
{
    return audit_add(
        tx, by,
        &(struct audit_note){
            .action = str_from_z(action), .kind = S("person"), .object = person, .now = now });
}

err totp_begin(struct tx *tx, const struct person *p, struct str site, struct arena *a,
               struct totp_setup *ret)
{
    struct totp there = { 0 };
    err e = get(tx, p->id, a, &there);
    if (!e && there.on)
        return TOTP_ON;
    if (e && e != TOTP_OFF)
        return e;
    uint8_t secret[TOTP_SECRET_BYTES];
    random_bytes(secret, sizeof secret);
    struct stmt *s = query_start(tx, &insert_totp);
    bind_int(s, 1, p->id);
    bind_blob(s, 2, bytes_str(secret, sizeof secret));
    e = query_run(s, NULL);
    if (!e)
        *ret = setup_of(p, site, bytes_str(secret, sizeof secret), a);
    return e;
}

err totp_get(struct tx *tx, const struct person *p, struct str site, struct arena *a,
             struct totp_setup *ret)
{
    struct totp there = { 0 };
    err e = get(tx, p->id, a, &there);
    if (!e && there.on)
        return TOTP_ON;
    if (!e)
        *ret = setup_of(p, site, there.secret, a);
    return e;
}

static err with_person(struct tx *tx, const struct query *q, int64_t person)
{
    struct stmt *s = query_start(tx, q);
    bind_int(s, 1, person);
    return query_run(s, NULL);
}

static err add_code(struct tx *tx, int64_t person, struct arena *a, struct str *ret_code)
{
    uint8_t bytes[RECOVERY_BYTES];
    uint8_t hash[SHA256_BYTES];
    random_bytes(bytes, sizeof bytes);
    sha256(bytes_str(bytes, sizeof bytes), hash);
    struct stmt *s = query_start(tx, &insert_recovery);
    bind_int(s, 1, person);
    bind_blob(s, 2, bytes_str(hash, sizeof hash));
    err e = query_run(s, NULL);
    *ret_code = grouped(base32_print(a, bytes_str(bytes, sizeof bytes)), '-', a);
    secret_wipe(bytes, sizeof bytes);
    return e;
}

static err make_codes(struct tx *tx, int64_t person, struct arena *a, struct recovery_codes *ret)
{
    struct recovery_codes made = { 0 };
    err e = with_person(tx, &delete_all_recovery, person);
    for (size_t i = 0; !e && i < RECOVERY_CODES; i++)
        e = add_code(tx, person, a, &made.code[i]);
    if (!e)
        *ret = made;
    return e;
}

static err turn_on(struct tx *tx, int64_t person, int64_t now, int64_t step)
{
    struct stmt *s = query_start(tx, &update_totp_on);
    bind_int(s, 1, person);
    bind_int(s, 2, now);
    bind_int(s, 3, step);
    return query_run(s, NULL);
}

err totp_confirm(struct tx *tx, const struct person *p, struct str code, int64_t now,
                 struct arena *a, struct recovery_codes *ret)
{
    struct totp there = { 0 };
    int64_t step = 0;
    err e = get(tx, p->id, a, &there);
    if (e)
        return e;
    if (there.on)
        return TOTP_ON;
    if (!totp_match(there.secret, code, now, there.last_step, &step))
        return TOTP_WRONG;
    e = turn_on(tx, p->id, now, step);
    if (!e)
        e = session_end_all(tx, p->id, p->session);
    if (!e)
        e = note(tx, person_actor(p), "totp.on", p->id, now);
    return e ? e : make_codes(tx, p->id, a, ret);
}

err totp_drop(struct tx *tx, struct actor by, int64_t person, int64_t keep, int64_t now)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 4096);
    struct totp there = { 0 };
    err e = get(tx, person, &a, &there);
    if (e)
        return e == TOTP_OFF ? OK : e;
    e = with_person(tx, &delete_totp, person);
    if (!e)
        e = with_person(tx, &delete_all_recovery, person);
    if (!e && there.on)
        e = session_end_all(tx, person, keep);
    return e || !there.on ? e : note(tx, by, "totp.off", person, now);
}

err recovery_renew(struct tx *tx, const struct person *p, int64_t now, struct arena *a,
                   struct recovery_codes *ret)
{
    struct totp there = { 0 };
    err e = get(tx, p->id, a, &there);
    if (!e && !there.on)
        e = TOTP_OFF;
    if (!e)
        e = note(tx, person_actor(p), "totp.recovery_codes", p->id, now);
    return e ? e : make_codes(tx, p->id, a, ret);
}

err recovery_left(struct tx *tx, int64_t person, int64_t *ret)
{
    struct stmt *s = query_start(tx, &count_recovery);
    bind_int(s, 1, person);
    bool row = false;
    err e = query_step(s, &row);
    if (e)
        return e;
    check(row);
    *ret = column_int(s, 0);
    query_end(s);
    return OK;
}

static err use_recovery(struct tx *tx, int64_t person, struct str text)
{
    uint8_t bytes[RECOVERY_BYTES];
    uint8_t hash[SHA256_BYTES];
    if (!base32_parse(text, bytes, sizeof bytes))
        return TOTP_WRONG;
    sha256(bytes_str(bytes, sizeof bytes), hash);
    struct stmt *s = query_start(tx, &delete_recovery);
    bind_int(s, 1, person);
    bind_blob(s, 2, bytes_str(hash, sizeof hash));
    int64_t used = 0;
    err e = query_run(s, &used);
    return e || used ? e : TOTP_WRONG;
}

static err use_step(struct tx *tx, int64_t person, int64_t step)
{
    struct stmt *s = query_start(tx, &update_last_step);
    bind_int(s, 1, person);
    bind_int(s, 2, step);
    int64_t used = 0;
    err e = query_run(s, &used);
    return e || used ? e : TOTP_WRONG;
}

err totp_use(struct tx *tx, int64_t person, struct str code, int64_t now, bool *ret_recovery)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 4096);
    char room[TYPED_MAX];
    struct str typed = without_gaps(code, room);
    struct totp there = { 0 };
    err e = get(tx, person, &a, &there);
    if (!e && !there.on)
        e = TOTP_OFF;
    if (e)
        return e;
    bool recovery = typed.n == RECOVERY_TEXT;
    int64_t step = 0;
    if (recovery)
        e = use_recovery(tx, person, typed);
    else if (totp_match(there.secret, typed, now, there.last_step, &step))
        e = use_step(tx, person, step);
    else
        e = TOTP_WRONG;
    if (!e)
        *ret_recovery = recovery;
    return e;
}
