#include "discussion/work.h"
#include "base/buf.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/json.h"
#include "base/scan.h"
#include "discussion/gate_inside.h"
#include "http/error.h"
#include "people/token.h"
#include "people/visitor.h"

enum {
    SPENT_SETS = 32768,
    SPENT_WAYS = 4,
    SPENT_BYTES_MAX = 8 * 1024 * 1024,
    BITS_FIELD = 8, /* of a token's detail: the lowest bits are the difficulty */
    ANSWER_BYTES_MAX = 1024,
    WORK_TROUBLES = 2 * ATTACK_TROUBLES, /* from here on each doubling makes the work harder */
};
static const struct {
    const char *name, *purpose;
    int easier; /* bits less than for a comment */
} acts[] = {
    [GATE_COMMENT] = { "comment", "work-comment", 0 },
    [GATE_VOTE] = { "vote", "work-vote", 2 },
    [GATE_FLAG] = { "flag", "work-flag", 1 },
};

/* Challenges that were used and are not over yet. The table is made when the first one comes. */
struct used {
    int64_t id, until;
};
struct spent {
    pthread_mutex_t lock;
    struct arena arena;
    struct used *sets;
    struct rates *asked; /* challenges by neighbourhood */
};

struct spent *spent_make(struct arena *a)
{
    struct spent *s = arena_new(a, struct spent, 1);
    check(pthread_mutex_init(&s->lock, NULL) == 0);
    arena_init(&s->arena, SPENT_BYTES_MAX);
    s->asked = rates_make(a, RATES_SMALL);
    return s;
}

void spent_end(struct spent *s)
{
    if (!s)
        return;
    rates_end(s->asked);
    arena_free(&s->arena);
    pthread_mutex_destroy(&s->lock);
}

/* False when it was used before, or when so many were that we cannot remember one more: then
 * another challenge is asked for, rather than one be good twice. */
static bool spend(struct spent *s, int64_t id, int64_t until, int64_t now)
{
    bool fresh = false;
    pthread_mutex_lock(&s->lock);
    if (!s->sets)
        s->sets = arena_new(&s->arena, struct used, (size_t)SPENT_SETS * SPENT_WAYS);
    struct used *set = s->sets + ((uint64_t)id % SPENT_SETS) * SPENT_WAYS;
    struct used *place = NULL;
    for (size_t i = 0; i < SPENT_WAYS; i++)
        if (set[i].until < now)
            place = &set[i];
    bool used = false;
    for (size_t i = 0; i < SPENT_WAYS; i++)
        used = used || (set[i].id == id && set[i].until >= now);
    if (place && !used) {
        *place = (struct used){ id, until };
        fresh = true;
    }
    pthread_mutex_unlock(&s->lock);
    return fresh;
}

/* ---- making one */

static int doublings(int64_t n, int64_t free)
{
    int bits = 0;
    for (; n > free && bits < WORK_BITS_MOST; n /= 2)
        bits++;
    return bits;
}

static int bits_for(const struct request *r, struct gate *g, enum gate_act act)
{
    struct str prefix = visitor_address_of(r).prefix;
    int64_t asked = rates_add(g->spent->asked, rates_hash(RATES_HASH, prefix), MINUTE, r->now);
    int64_t troubles = rates_get(g->troubles, 0, MINUTE, r->now);
    int bits = WORK_BITS - acts[act].easier + doublings(asked, WORK_FREE) +
               doublings(troubles, WORK_TROUBLES);
    return bits < WORK_BITS_LEAST ? WORK_BITS_LEAST : bits > WORK_BITS_MOST ? WORK_BITS_MOST : bits;
}

static struct str challenge(const struct request *r, enum gate_act act, int64_t object, int bits)
{
    uint64_t id = 0;
    random_bytes(&id, sizeof id);
    struct token t = { .purpose = str_from_z(acts[act].purpose),
                       .subject = object,
                       .detail = (int64_t)(id >> 1 >> BITS_FIELD << BITS_FIELD) | bits,
                       .time = r->now + WORK_SPAN };
    return token_write(r->app->keys, r->arena, &t);
}

static bool act_parse(struct str s, enum gate_act *ret)
{
    for (size_t i = 0; i < COUNT(acts); i++) {
        if (str_eq(s, str_from_z(acts[i].name))) {
            *ret = (enum gate_act)i;
            return true;
        }
    }
    return false;
}

err work_challenge_show(struct request *r, struct response *ret)
{
    struct str what = { 0 };
    struct str text = { 0 };
    enum gate_act act = GATE_COMMENT;
    int64_t object = 0;
    bool wanted = false;
    if (!request_query(r, "for", &what) || !act_parse(what, &act) ||
        !request_query(r, "object", &text) || !int_parse(text, 1, INT64_MAX, &object))
        return http_refuse(r, ret, 400, ERROR_BAD_QUERY);
    err e = gate_attacked(r->app, r->now, &wanted);
    if (e)
        return fault(e);
    struct buf out CLEANUP(buf_free) = buf_make(ANSWER_BYTES_MAX);
    struct json_writer w = json_writer(&out);
    json_write_object(&w, NULL);
    json_write_bool(&w, "wanted", wanted);
    if (wanted) {
        int bits = bits_for(r, r->app->gate, act);
        json_write_str(&w, "challenge", challenge(r, act, object, bits));
        json_write_int(&w, "bits", bits);
    }
    json_write_end(&w);
    ret->type = "application/json";
    ret->body = buf_copy(&out, r->arena);
    ret->cache = CACHE_PRIVATE;
    return buf_full(&out) ? fault(ERR_LIMIT) : OK;
}

/* ---- judging one */

static int zero_bits(const uint8_t hash[SHA256_BYTES])
{
    int n = 0;
    for (size_t i = 0; i < SHA256_BYTES; i++) {
        if (!hash[i]) {
            n += 8;
            continue;
        }
        for (int bit = 7; bit > 0 && !(hash[i] >> bit & 1); bit--)
            n++;
        break;
    }
    return n;
}

bool work_done(const struct request *r, enum gate_act act, int64_t object)
{
    struct gate *g = r->app->gate;
    struct str proof = { 0 };
    struct str text = { 0 };
    struct str number = { 0 };
    struct token t = { 0 };
    uint8_t hash[SHA256_BYTES];
    if (!request_header(r, "Diurnal-Work", &proof) || proof.n > WORK_TEXT_MAX ||
        !str_cut(proof, '.', &text, &number) || !number.n)
        return false;
    if (!token_read(r->app->keys, text, str_from_z(acts[act].purpose), &t) || t.subject != object)
        return false;
    if (t.time < r->now || t.time - WORK_SPAN > r->now || t.time - WORK_SPAN < g->started)
        return false;
    sha256(proof, hash);
    int64_t bits = t.detail & ((1 << BITS_FIELD) - 1);
    return zero_bits(hash) >= bits && spend(g->spent, t.detail >> BITS_FIELD, t.time, r->now);
}
