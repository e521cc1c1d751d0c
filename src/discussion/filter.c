#include "discussion/filter.h"
#include "base/buf.h"
#include "base/check.h"
#include "base/scan.h"
#include "base/utf8.h"
#include "discussion/rates.h"
#include "render/fold.h"

#include <math.h>

enum {
    SLOTS = 1 << 18,
    SEEN_SLOTS = 1 << 13,
    LETTER = 1 << 30, /* a mark beside a character of 21 bits */
    GRAM = 3,
    WORD_BYTES_MIN = 2,
    WORD_BYTES_MAX = 80,
};

/* ---- features */

/* A text made plain: its characters folded, gaps as one space each, zero-width ones left out. */
struct plain {
    struct str text;
    uint32_t *chars; /* with LETTER, when part of a word */
    uint32_t *at;    /* where each begins in the text; one more for the end */
    size_t n;
};

/* Features as they are found; `seen` holds a half of their hashes, by open addressing: two that
 * share it are taken for one, which one text in a hundred thousand will notice. */
struct finding {
    struct feature *items;
    uint32_t *seen;
    size_t n;
};

static int64_t mixed(uint64_t h)
{
    h ^= h >> 32;
    h *= UINT64_C(0xD6E8FEB86659FD93);
    h ^= h >> 32;
    h *= UINT64_C(0xD6E8FEB86659FD93);
    h ^= h >> 32;
    int64_t hash = (int64_t)(h >> 1);
    return hash ? hash : 1;
}

static void found(struct finding *f, int64_t hash, struct str text, bool word)
{
    if (f->n == FILTER_OF_TEXT_MAX)
        return;
    size_t at = (size_t)hash % SEEN_SLOTS;
    uint32_t half = (uint32_t)((uint64_t)hash >> 31 | 1);
    for (; f->seen[at]; at = (at + 1) % SEEN_SLOTS)
        if (f->seen[at] == half)
            return;
    f->seen[at] = half;
    f->items[f->n++] = (struct feature){ hash, text, word };
}

static void put(struct plain *p, char *to, uint32_t c, bool letter)
{
    p->chars[p->n] = letter ? c | LETTER : c;
    p->at[p->n++] = (uint32_t)p->text.n;
    p->text.n += utf8_put(to + p->text.n, c);
}

static struct plain plain_of(struct arena *a, struct str text)
{
    char *to = arena_new(a, char, 2 * text.n + 8); // folding makes few characters longer
    struct plain p = { .text = { to, 0 },
                       .chars = arena_new(a, uint32_t, text.n + 1),
                       .at = arena_new(a, uint32_t, text.n + 1) };
    bool gap = false;
    while (text.n) {
        uint32_t c = 0;
        enum fold_kind kind = fold_char(utf8_next(&text), &c);
        if (kind == FOLD_NOTHING)
            continue;
        if (kind == FOLD_GAP) {
            gap = p.n > 0;
            continue;
        }
        if (gap)
            put(&p, to, ' ', false);
        gap = false;
        put(&p, to, c, kind == FOLD_LETTER);
    }
    p.at[p.n] = (uint32_t)p.text.n;
    return p;
}

static void find_words(struct finding *f, char kind, const struct plain *p)
{
    for (size_t i = 0; i < p->n; i++) {
        if (!(p->chars[i] & LETTER))
            continue;
        size_t from = i;
        while (i < p->n && p->chars[i] & LETTER)
            i++;
        struct str word = str_sub(p->text, p->at[from], p->at[i] - p->at[from]);
        uint64_t h = rates_hash(RATES_HASH ^ (uint8_t)kind, word);
        if (word.n >= WORD_BYTES_MIN && word.n <= WORD_BYTES_MAX)
            found(f, mixed(h), word, true);
    }
}

static void find_grams(struct finding *f, const struct plain *p)
{
    for (size_t i = 0; i + GRAM <= p->n && f->n < FILTER_OF_TEXT_MAX; i++) {
        uint64_t h = 0; // a character has 21 bits, so that no two grams have the same number
        for (size_t k = 0; k < GRAM; k++)
            h = h << 21 | (p->chars[i + k] & ~(uint32_t)LETTER);
        found(f, mixed(h), str_sub(p->text, p->at[i], p->at[i + GRAM] - p->at[i]), false);
    }
}

struct features filter_features(struct arena *a, struct str name, struct str text)
{
    struct finding f = { .items = arena_new(a, struct feature, FILTER_OF_TEXT_MAX),
                         .seen = arena_new(a, uint32_t, SEEN_SLOTS) };
    struct plain author = plain_of(a, name);
    struct plain body = plain_of(a, text);
    find_words(&f, 'n', &author);
    find_words(&f, 'w', &body);
    find_grams(&f, &body);
    return (struct features){ f.items, f.n };
}

/* ---- the model: open addressing; a slot whose hash is 0 is empty */

struct slot {
    int64_t hash;
    int32_t good, bad;
};
struct filter {
    struct filter_counts comments;
    size_t n;
    struct slot slots[SLOTS];
};

struct filter *filter_make(struct arena *a)
{
    return arena_new(a, struct filter, 1);
}

static size_t slot_of(const struct filter *f, int64_t hash)
{
    size_t at = (size_t)hash % SLOTS;
    while (f->slots[at].hash && f->slots[at].hash != hash)
        at = (at + 1) % SLOTS;
    return at;
}

static int64_t within(int64_t n)
{
    return n < 0 ? 0 : n > FILTER_COUNT_MAX ? FILTER_COUNT_MAX : n;
}

bool filter_add(struct filter *f, int64_t hash, struct filter_counts change)
{
    check(hash >= 0);
    if (!hash) {
        f->comments.good = within(f->comments.good + change.good);
        f->comments.bad = within(f->comments.bad + change.bad);
        return true;
    }
    struct slot *s = &f->slots[slot_of(f, hash)];
    if (!s->hash) {
        if (f->n == FILTER_FEATURES_MAX)
            return false;
        f->n++;
        s->hash = hash;
    }
    s->good = (int32_t)within(s->good + change.good);
    s->bad = (int32_t)within(s->bad + change.bad);
    return true;
}

struct filter_counts filter_counts_of(const struct filter *f, int64_t hash)
{
    if (!hash)
        return f->comments;
    const struct slot *s = &f->slots[slot_of(f, hash)];
    return (struct filter_counts){ s->good, s->bad };
}

size_t filter_size(const struct filter *f)
{
    return f->n;
}

/* ---- guessing */

/* How much a feature tells: the odds of spam with it, by the odds without; and how far these are
 * from even. A word counts three times what a gram does, so its strength is cubed: comparing then
 * needs no logarithm. */
struct telling {
    double odds, strength;
    size_t item;
};

static double odds_of(const struct filter *f, const struct slot *s)
{
    double bad = (s->bad + 0.5) / ((double)f->comments.bad + 1);
    double good = (s->good + 0.5) / ((double)f->comments.good + 1);
    return bad / good;
}

/* Keeps the FILTER_DECIDING strongest, the strongest first. */
static size_t keep(struct telling *kept, size_t n, struct telling t)
{
    if (n == FILTER_DECIDING) {
        if (t.strength <= kept[n - 1].strength)
            return n;
        n--;
    }
    size_t at = n;
    for (; at > 0 && kept[at - 1].strength < t.strength; at--)
        kept[at] = kept[at - 1];
    kept[at] = t;
    return n + 1;
}

static double weight_of(const struct telling *t, bool word)
{
    return log(t->odds) / (word ? 1 : GRAM);
}

static size_t find_telling(const struct filter *f, struct features of,
                           struct telling kept[FILTER_DECIDING])
{
    size_t n = 0;
    for (size_t i = 0; i < of.n; i++) {
        const struct slot *s = &f->slots[slot_of(f, of.items[i].hash)];
        if (s->good + s->bad < 2) // once is no sign of anything
            continue;
        double odds = odds_of(f, s);
        double strength = odds > 1 ? odds : 1 / odds;
        // A third of the logarithm is the cube root of the odds.
        n = keep(kept, n,
                 (struct telling){ odds, of.items[i].word ? strength : cbrt(strength), i });
    }
    return n;
}

void filter_judge(const struct filter *f, struct features of, struct filter_guess *ret)
{
    struct telling kept[FILTER_DECIDING] = { 0 };
    *ret = (struct filter_guess){ 0 };
    if (f->comments.good < FILTER_LEAST || f->comments.bad < FILTER_LEAST)
        return;
    size_t n = find_telling(f, of, kept);
    double sum = log((double)f->comments.bad / (double)f->comments.good);
    for (size_t i = 0; i < n; i++) {
        const struct feature *feature = &of.items[kept[i].item];
        double weight = weight_of(&kept[i], feature->word);
        sum += weight;
        if (i < FILTER_REASONS)
            ret->reasons[ret->n++] =
                (struct filter_reason){ .text = feature->text,
                                        .word = feature->word,
                                        .spam = weight > 0,
                                        .weight = (int64_t)(fabs(weight) * 1000) };
    }
    int64_t guess = (int64_t)(1000 / (1 + exp(-sum)) + 0.5);
    ret->guess = guess < 1 ? 1 : guess > 1000 ? 1000 : guess;
}

/* ---- the file */

static bool hex_of(struct str *s, int64_t *ret)
{
    uint64_t v = 0;
    if (s->n < 16)
        return false;
    for (size_t i = 0; i < 16; i++) {
        char c = s->s[i];
        bool digit = c >= '0' && c <= '9';
        if (!digit && (c < 'a' || c > 'f'))
            return false;
        v = v << 4 | (uint64_t)(digit ? c - '0' : c - 'a' + 10);
    }
    *s = str_sub(*s, 16, s->n);
    *ret = (int64_t)v;
    return v >> 63 == 0;
}

static bool counts_of(struct str *s, struct filter_counts *ret)
{
    return scan_char(s, ' ') && scan_int(s, FILTER_COUNT_MAX, &ret->good) && scan_char(s, ' ') &&
           scan_int(s, FILTER_COUNT_MAX, &ret->bad) && !s->n;
}

static const char *line_wrong(struct str s, const struct filter_line *all, size_t n,
                              struct filter_line *ret)
{
    if (!hex_of(&s, &ret->hash) || !ret->hash || !counts_of(&s, &ret->counts))
        return "not 16 hexadecimal digits and two numbers";
    if (ret->hash <= all[n - 1].hash)
        return "features are in rising order, none twice";
    if (ret->counts.good > all[0].counts.good || ret->counts.bad > all[0].counts.bad)
        return "a feature of more comments than there are";
    return NULL;
}

static size_t count_lines(struct str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += s.s[i] == '\n';
    return n + 1;
}

err filter_parse(struct str file, struct arena *a, const struct filter_line **ret, size_t *ret_n,
                 struct str *ret_why)
{
    if (file.n > FILTER_FILE_MAX || count_lines(file) > FILTER_FEATURES_MAX + 3) {
        *ret_why = S("line 1: the file is too long");
        return FILTER_FILE_WRONG;
    }
    struct filter_line *all = arena_new(a, struct filter_line, count_lines(file));
    struct str head = scan_line(&file);
    struct str comments = scan_line(&file);
    if (!str_eq(head, S("diurnal-filter 1")) || !scan_text(&comments, S("comments")) ||
        !counts_of(&comments, &all[0].counts)) {
        *ret_why = S("line 1: not a filter of ours");
        return FILTER_FILE_WRONG;
    }
    size_t n = 1;
    for (; file.n; n++) {
        const char *wrong = line_wrong(scan_line(&file), all, n, &all[n]);
        if (n > FILTER_FEATURES_MAX)
            wrong = "too many features";
        if (wrong) {
            *ret_why = str_print(a, "line %zu: %s", n + 2, wrong);
            return FILTER_FILE_WRONG;
        }
    }
    *ret = all;
    *ret_n = n;
    return OK;
}
