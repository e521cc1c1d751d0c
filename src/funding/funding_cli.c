#include "funding/funding_cli.h"
#include "base/check.h"
#include "base/file.h"
#include "base/scan.h"
#include "funding/contribution.h"
#include "funding/goal.h"
#include "funding/hand_entry.h"
#include "funding/ledger_csv.h"
#include "funding/ledger_kept.h"
#include "funding/proof_verify.h"
#include "funding/receipt.h"
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

enum { READ_BYTES = 256 * 1024, SAY_MAX = 512 * 1024, PROOFS_ARENA = 512 * 1024 * 1024 };

static err refuse(struct arena *a, const char *why, struct str *ret_say)
{
    *ret_say = str_copy(a, str_from_z(why));
    return FUNDING_REFUSED;
}

struct goal_work {
    struct goal_draft draft;
    struct arena *arena;
    int64_t id;
};

static err set_goal(struct tx *tx, void *arg)
{
    struct goal_work *w = arg;
    return goal_set(tx, &w->draft, w->arena, &w->id);
}

err funding_goal_set(struct store *store, const struct goal_set_args *args, int64_t now,
                     struct arena *a, struct str *ret_say)
{
    struct goal_work w = { .draft = { .label = args->label, .by = ACTOR_CLI, .now = now },
                           .arena = a };
    struct goal_draft *d = &w.draft;
    if (!currency_parse(args->currency, &d->amount.cur))
        return refuse(a, "the currency must be a code of ISO 4217, such as USD", ret_say);
    if (!money_parse(args->amount, d->amount.cur, &d->amount))
        return refuse(a,
                      "the amount must be a number such as 5000 or 5000.50, with no more decimals "
                      "than its currency has",
                      ret_say);
    if (!goal_period_parse(args->period, &d->first_day, &d->end_day))
        return refuse(a, goal_refusal(GOAL_PERIOD_WRONG), ret_say);
    err e = store_write(store, set_goal, &w);
    if (e > 0)
        return refuse(a, goal_refusal(e), ret_say);
    if (e)
        return fault(e);
    struct str amount = money_print(a, d->amount);
    struct str period = goal_period_print(a, d->first_day, d->end_day);
    *ret_say = str_print(a, "goal %" PRId64 ": " STR_FMT " %s for " STR_FMT, w.id, STR_ARG(amount),
                         d->amount.cur.code, STR_ARG(period));
    return OK;
}

struct contribution_work {
    struct contribution_draft draft;
    struct contribution_reversal reversal;
    struct hand_rule rule;
    struct hand_done done;
    struct arena *arena;
    int64_t id, now;
};

static err add_contribution(struct tx *tx, void *arg)
{
    struct contribution_work *w = arg;
    struct hand_wish wish = { .kind = HAND_ADD, .entry = { .draft = w->draft } };
    return hand_enter(tx, &w->rule, &wish, w->arena, &w->done);
}

/* What was typed, as a draft; a sentence when it cannot be read. */
static const char *read_draft(const struct contribution_add_args *args,
                              struct contribution_draft *d)
{
    struct asset asset = { 0 };
    if (!asset_parse(args->currency, &asset))
        return "the currency must be a code of ISO 4217, such as USD, or BTC, BCH, ETH";
    if (!amount_parse(args->amount, asset, &d->amount))
        return "the amount must be a number such as 25 or 25.50, with no more decimals than its "
               "currency has";
    if (!date_parse(args->date, &d->occurred_on))
        return "the date must be a day as YYYY-MM-DD";
    return NULL;
}

static struct str say_added(const struct contribution_draft *d, const struct hand_done *done,
                            struct arena *a)
{
    struct str amount = amount_print(a, d->amount);
    struct str day = date_print(a, d->occurred_on);
    return str_print(a, "%s %" PRId64 ": " STR_FMT " %s by " STR_FMT ", " STR_FMT "%s%s",
                     done->waiting ? "entry" : "contribution",
                     done->waiting ? done->waiting : done->contribution, STR_ARG(amount),
                     d->amount.asset.code, STR_ARG(d->channel), STR_ARG(day),
                     d->pending ? ", pending" : "",
                     done->waiting ? "; it counts once somebody approves it at the desk, under "
                                     "/desk/funding/second-person"
                                   : "");
}

err funding_contribution_add(struct store *store, const struct channels *channels,
                             const struct contribution_add_args *args, int64_t now, struct arena *a,
                             struct str *ret_say)
{
    struct contribution_work w = {
        .draft = { .channels = channels,
                   .channel = args->channel,
                   .pending = args->pending,
                   .source = LEDGER_BY_HAND,
                   .note = args->note,
                   .reference = args->reference,
                   .by = ACTOR_CLI,
                   .now = now },
        .arena = a,
    };
    if (args->rule)
        w.rule = *args->rule;
    const struct contribution_draft *d = &w.draft;
    const char *why = read_draft(args, &w.draft);
    if (why)
        return refuse(a, why, ret_say);
    err e = store_write(store, add_contribution, &w);
    if (e > 0)
        return refuse(a, hand_refusal(e), ret_say);
    if (e)
        return fault(e);
    *ret_say = say_added(d, &w.done, a);
    if (args->keys && w.done.contribution) {
        struct str code = receipt_code(args->keys, w.done.contribution, a);
        *ret_say = str_print(a, STR_FMT "\nreceipt code, for the giver: " STR_FMT,
                             STR_ARG(*ret_say), STR_ARG(code));
    }
    return OK;
}

static err reverse_contribution(struct tx *tx, void *arg)
{
    struct contribution_work *w = arg;
    return contribution_reverse(tx, &w->reversal, w->arena);
}

static err settle_contribution(struct tx *tx, void *arg)
{
    struct contribution_work *w = arg;
    return contribution_settle(tx, w->id, ACTOR_CLI, w->now, w->arena);
}

static err step(struct store *store, tx_work *work, struct contribution_work *w,
                struct str *ret_say)
{
    err e = store_write(store, work, w);
    if (e > 0)
        return refuse(w->arena, contribution_refusal(e), ret_say);
    return e ? fault(e) : OK;
}

static bool read_id(struct str text, int64_t *ret)
{
    return int_parse(text, 1, INT64_MAX, ret);
}

err funding_contribution_reverse(struct store *store, struct str id, struct str reason, int64_t now,
                                 struct arena *a, struct str *ret_say)
{
    struct contribution_work w = {
        .reversal = { .reason = reason, .by = ACTOR_CLI, .now = now },
        .arena = a,
    };
    if (!read_id(id, &w.reversal.id))
        return refuse(a, "the contribution is told by its number", ret_say);
    err e = step(store, reverse_contribution, &w, ret_say);
    if (!e)
        *ret_say = str_print(a, "contribution %" PRId64 " is reversed", w.reversal.id);
    return e;
}

err funding_contribution_settle(struct store *store, struct str id, int64_t now, struct arena *a,
                                struct str *ret_say)
{
    struct contribution_work w = { .arena = a, .now = now };
    if (!read_id(id, &w.id))
        return refuse(a, "the contribution is told by its number", ret_say);
    err e = step(store, settle_contribution, &w, ret_say);
    if (!e)
        *ret_say = str_print(a, "contribution %" PRId64 " is settled", w.id);
    return e;
}

static void close_file(const int *fd)
{
    if (*fd >= 0)
        (void)close(*fd); // it was only read
}

/* Every byte of a file, in pieces, until `put` wants no more. */
static err feed(const char *file, bool (*put)(void *to, struct str bytes), void *to,
                struct arena *a)
{
    int fd CLEANUP(close_file) = open(file, O_RDONLY | O_CLOEXEC);
    char *bytes = arena_new(a, char, READ_BYTES);
    if (fd < 0)
        return ERR_IO;
    for (;;) {
        ssize_t n = read(fd, bytes, READ_BYTES);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return ERR_IO;
        if (n == 0 || !put(to, (struct str){ bytes, (size_t)n }))
            return OK;
    }
}

static bool put_ledger(void *verifier, struct str bytes)
{
    return ledger_verify_put(verifier, bytes);
}

static bool put_proofs(void *verifier, struct str bytes)
{
    return proof_verify_put(verifier, bytes);
}

static void put_units(struct buf *out, int128 units, int decimals, struct str asset)
{
    char digits[AMOUNT_TEXT_MAX];
    size_t n = int128_print(digits, units, decimals + 1);
    size_t whole = n - (size_t)decimals;
    buf_print(out, "%.*s%s%.*s " STR_FMT, (int)whole, digits, decimals ? "." : "", decimals,
              digits + whole, STR_ARG(asset));
}

static void put_total(struct buf *out, const struct ledger_total *t)
{
    buf_print(out, STR_FMT " " STR_FMT " " STR_FMT ": ", STR_ARG(t->account), STR_ARG(t->channel),
              STR_ARG(t->source));
    put_units(out, t->units, t->decimals, t->asset);
    buf_put_char(out, '\n');
}

static struct str say_verdict(const struct ledger_verdict *v, struct arena *a)
{
    struct buf out CLEANUP(buf_free) = buf_make(SAY_MAX);
    char hash[2 * LEDGER_HASH];
    if (!v->good) {
        buf_print(&out, "line %" PRId64 ": %s", v->line, v->why);
        return buf_copy(&out, a);
    }
    for (size_t i = 0; i < v->total_count; i++)
        put_total(&out, &v->totals[i]);
    ledger_hash_print(v->head.hash, hash);
    buf_print(&out, "good: %" PRId64 " entries in %" PRId64 " transactions, head %.*s", v->head.seq,
              v->transactions, (int)sizeof hash, hash);
    return buf_copy(&out, a);
}

static void put_sum(struct buf *out, const struct proof_sum *s)
{
    buf_print(out, "proven " STR_FMT ": ", STR_ARG(s->channel));
    put_units(out, s->proven, s->decimals, s->asset);
    buf_print(out, " in %" PRId64 " payments; without a proof ", s->payments);
    put_units(out, s->unproven, s->decimals, s->asset);
    if (s->network.n)
        buf_print(out, "; of the network " STR_FMT ": no real money", STR_ARG(s->network));
    buf_put_char(out, '\n');
}

static struct str say_proofs(const struct proof_verdict *v, struct arena *a)
{
    struct buf out CLEANUP(buf_free) = buf_make(SAY_MAX);
    for (size_t i = 0; v->good && i < v->sum_count; i++)
        put_sum(&out, &v->sums[i]);
    if (v->newer)
        buf_print(&out, "%" PRId64 " proofs are of payments that this ledger has not yet\n",
                  v->newer);
    if (v->line)
        buf_print(&out, "proofs, line %" PRId64 ": %s", v->line, v->why);
    else if (!v->good)
        buf_print(&out, "%s: " STR_FMT, v->why, STR_ARG(v->where));
    return buf_copy(&out, a);
}

/* What a ledger is held to; NULL: not to that. */
struct held_to {
    struct proof_verifier *proofs;
    struct kept_verifier *kept;
};

static void see_row(void *arg, const struct ledger_verified_row *row)
{
    const struct held_to *h = arg;
    if (h->proofs)
        proof_verify_row(h->proofs, row);
    if (h->kept)
        kept_verify_row(h->kept, row);
}

static err verify_ledger(const char *file, struct held_to *held, struct arena *a,
                         struct str *ret_say)
{
    struct ledger_verifier *v = ledger_verify_start(a);
    ledger_verify_each(v, see_row, held);
    if (feed(file, put_ledger, v, a))
        return refuse(a, "the file cannot be opened or read", ret_say);
    struct ledger_verdict verdict = ledger_verify_end(v);
    *ret_say = say_verdict(&verdict, a);
    return verdict.good ? OK : FUNDING_REFUSED;
}

static err say_before(bool good, struct str found, struct arena *a, struct str *ret_say)
{
    *ret_say = str_print(a, STR_FMT STR_FMT, STR_ARG(found), STR_ARG(good ? *ret_say : S("")));
    return good ? OK : FUNDING_REFUSED;
}

static err verify_with(const struct ledger_files *files, struct held_to *held, struct arena *a,
                       struct str *ret_say)
{
    err e = OK;
    if (held->proofs && feed(files->proofs, put_proofs, held->proofs, a))
        return refuse(a, "the file of proofs cannot be opened or read", ret_say);
    if (!held->proofs || proof_verify_begin_ledger(held->proofs))
        e = verify_ledger(files->ledger, held, a, ret_say);
    if (!e && held->proofs) {
        struct proof_verdict verdict = proof_verify_end(held->proofs);
        e = say_before(verdict.good, say_proofs(&verdict, a), a, ret_say);
    }
    if (!e && held->kept) {
        struct str found = { 0 };
        bool good = kept_verify_end(held->kept, a, &found);
        e = say_before(good, found, a, ret_say);
    }
    return e;
}

/* A file of those that were kept. */
static err read_kept(const char *file, const char *what, struct kept_verifier *kept,
                     err (*take)(struct kept_verifier *, struct str, const char **),
                     struct arena *memory, struct str *ret_say)
{
    struct str text = { 0 };
    const char *why = NULL;
    if (!file)
        return OK;
    err e = file_read(file, KEPT_FILE_MAX, memory, &text);
    if (e)
        why = e > 0 ? file_refusal(e) : "it cannot be opened or read";
    else if (take(kept, text, &why) == OK)
        return OK;
    *ret_say = str_print(memory, "%s: %s", what, why);
    return FUNDING_REFUSED;
}

static err verify_in(const struct ledger_files *files, struct arena *memory, struct str *ret_say)
{
    struct held_to held = { 0 };
    if (files->heads || files->statement)
        held.kept = kept_verify_start(memory);
    err e =
        read_kept(files->heads, "the file of heads", held.kept, kept_verify_heads, memory, ret_say);
    if (!e)
        e = read_kept(files->statement, "the statement", held.kept, kept_verify_statement, memory,
                      ret_say);
    if (e)
        return e;
    if (files->proofs)
        held.proofs = proof_verify_start(memory);
    e = verify_with(files, &held, memory, ret_say);
    if (held.proofs)
        proof_verify_free(held.proofs);
    return e;
}

err funding_ledger_verify(const struct ledger_files *files, struct arena *a, struct str *ret_say)
{
    struct arena memory CLEANUP(arena_free);
    arena_init(&memory, PROOFS_ARENA);
    err e = verify_in(files, &memory, ret_say);
    *ret_say = str_copy(a, *ret_say);
    return e;
}
