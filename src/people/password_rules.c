/*
 * How much there is to guess in a password is estimated as a guesser would go about it: by the
 * cheapest way to put it together from known pieces. A common word costs 2, a run of up to four
 * digits or signs 1, a row of neighbouring keys or of the alphabet 1; what is in no list cannot be
 * put together at all. Refused is what costs at most COST_REFUSED: two words and a year, but not
 * three words.
 */
#include "people/password_rules.h"
#include "base/check.h"
#include "base/utf8.h"
#include "people/common_words.h"

#include <stdlib.h>
#include <string.h>

CONFIG_INT(password_characters, "desk", "password_characters", 12, 8, 64,
           "The fewest characters of a password.");

enum {
    LOOKED_AT_MAX = 64, /* bytes; longer ones are only looked at for repetition */
    COST_WORD = 2,
    COST_FOUR_SIGNS = 1,
    COST_ROW = 1,
    COST_REFUSED = 5,
    COST_NONE = 1000,
    DIFFERENT_LEAST = 5, /* bytes that differ */
    WORD_LEAST = 3,
    ROW_LEAST = 3,
    CONTEXT_WORDS_MAX = 40,
    SCRATCH = 65536, /* bytes */
};

/* One spelling of what is looked at, all in lower case; or with digits read as letters. */
struct spelling {
    char s[LOOKED_AT_MAX];
};
enum { SPELLINGS = 3 };
struct words {
    struct str word[CONTEXT_WORDS_MAX];
    size_t n;
};
struct look {
    struct spelling as[SPELLINGS]; /* the first one as it is */
    size_t n;
    const struct words *context; /* NULL: only what is common everywhere */
};

static bool is_letter(char c)
{
    return c >= 'a' && c <= 'z';
}

static char lower(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c - 'A' + 'a');
    return c;
}

/* "p4ssw0rd": digits and signs as the letters they stand for; `one` is what 1 and ! are. */
static char letter_for(char c, char one)
{
    static const char pairs[] = "0o3e4a5s7t8b@a$s+t6g9g";
    if (c == '1' || c == '!' || c == '|')
        return one;
    for (size_t i = 0; i + 1 < sizeof pairs; i += 2)
        if (pairs[i] == c)
            return pairs[i + 1];
    return c;
}

static struct look look_at(struct str password)
{
    struct look l = { .n = password.n };
    check(l.n <= LOOKED_AT_MAX);
    for (size_t i = 0; i < l.n; i++) {
        char c = lower(password.s[i]);
        l.as[0].s[i] = c;
        l.as[1].s[i] = letter_for(c, 'i');
        l.as[2].s[i] = letter_for(c, 'l');
    }
    return l;
}

static int compare_word(const void *key, const void *word)
{
    const struct str *k = key;
    return str_cmp(*k, str_from_z(*(const char *const *)word));
}

static bool is_known(struct str s, const struct words *context)
{
    if (s.n <= COMMON_WORD_MAX &&
        bsearch(&s, common_words, common_word_count, sizeof *common_words, compare_word))
        return true;
    for (size_t i = 0; context && i < context->n; i++)
        if (str_eq(s, context->word[i]))
            return true;
    return false;
}

static bool word_stands(const struct look *l, size_t from, size_t n)
{
    for (size_t i = 0; i < SPELLINGS; i++)
        if (is_known((struct str){ l->as[i].s + from, n }, l->context))
            return true;
    return false;
}

/* Whether b follows a in one of the rows that fingers and memory know; `step` is 1 or -1. */
static bool follows(char a, char b, int step)
{
    static const char rows[] = "abcdefghijklmnopqrstuvwxyz 01234567890 qwertyuiop asdfghjkl "
                               "zxcvbnm qwertzuiop yxcvbnm azertyuiop qsdfghjklm wxcvbn "
                               "1qaz 2wsx 3edc 4rfv 5tgb 6yhn 7ujm";
    if (step == 0)
        return a == b;
    if (a == ' ' || b == ' ')
        return false;
    size_t first = step > 0 ? 0 : 1;
    for (size_t i = 0; i + 2 < sizeof rows; i++)
        if (rows[i + first] == a && rows[i + 1 - first] == b)
            return true;
    return false;
}

/* How many characters from there on stand in a row. */
static size_t row_length(const struct look *l, size_t from)
{
    size_t longest = 1;
    const char *s = l->as[0].s;
    for (int step = -1; step <= 1; step++) {
        size_t n = 1;
        while (from + n < l->n && follows(s[from + n - 1], s[from + n], step))
            n++;
        longest = n > longest ? n : longest;
    }
    return longest;
}

static void reach(int *cost, size_t from, size_t to, int by)
{
    if (cost[from] + by < cost[to])
        cost[to] = cost[from] + by;
}

/* Extends the cheapest ways that end at `from` by one piece. */
static void extend(const struct look *l, int *cost, size_t from)
{
    size_t signs = 0;
    while (signs < 4 && from + signs < l->n && !is_letter(l->as[0].s[from + signs]))
        reach(cost, from, from + ++signs, COST_FOUR_SIGNS);
    size_t row = row_length(l, from);
    for (size_t n = ROW_LEAST; n <= row; n++)
        reach(cost, from, from + n, COST_ROW);
    for (size_t n = WORD_LEAST; from + n <= l->n; n++)
        if (cost[from] + COST_WORD < cost[from + n] && word_stands(l, from, n))
            reach(cost, from, from + n, COST_WORD);
}

static int cost_of(const struct look *l)
{
    int cost[LOOKED_AT_MAX + 1];
    for (size_t i = 0; i < COUNT(cost); i++)
        cost[i] = i ? COST_NONE : 0;
    for (size_t i = 0; i < l->n; i++)
        if (cost[i] < COST_REFUSED)
            extend(l, cost, i);
    return cost[l->n];
}

static bool few_different(struct str s)
{
    bool seen[256] = { 0 };
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        n += !seen[(uint8_t)s.s[i]];
        seen[(uint8_t)s.s[i]] = true;
    }
    return n < DIFFERENT_LEAST;
}

/* The same short piece over and over, the last one perhaps cut. */
static bool repeats(struct str s, size_t shorter_than)
{
    for (size_t period = 1; period < shorter_than && period <= s.n / 2; period++)
        if (memcmp(s.s, s.s + period, s.n - period) == 0)
            return true;
    return false;
}

static bool word_byte(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9') || (uint8_t)c >= 0x80;
}

/* The text as a whole, and each of its words. */
static void add_words(struct words *to, struct str text)
{
    if (to->n < CONTEXT_WORDS_MAX)
        to->word[to->n++] = text;
    size_t from = 0;
    for (size_t i = 0; i <= text.n; i++) {
        if (i < text.n && word_byte(text.s[i]))
            continue;
        if (i - from >= WORD_LEAST && to->n < CONTEXT_WORDS_MAX)
            to->word[to->n++] = str_sub(text, from, i - from);
        from = i + 1;
    }
}

static bool from_context(struct look *l, const struct password_context *about)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, SCRATCH);
    struct words words = { 0 };
    add_words(&words, S("diurnal newsroom desk staff owner editor reporter moderator treasurer"));
    add_words(&words, str_lower(&a, about->name));
    add_words(&words, str_lower(&a, about->email));
    add_words(&words, str_lower(&a, about->site));
    l->context = &words;
    bool found = cost_of(l) <= COST_REFUSED;
    l->context = NULL;
    return found;
}

err password_rules_check(struct str password, const struct password_context *about)
{
    check(about->least_characters > 0);
    if (password.n > PASSWORD_BYTES_MAX)
        return PASSWORD_LONG;
    if (utf8_length(password) < (size_t)about->least_characters)
        return PASSWORD_SHORT;
    if (few_different(password) || repeats(password, (size_t)about->least_characters))
        return PASSWORD_COMMON;
    if (password.n > LOOKED_AT_MAX)
        return OK;
    struct look l = look_at(password);
    if (cost_of(&l) <= COST_REFUSED)
        return PASSWORD_COMMON;
    return from_context(&l, about) ? PASSWORD_CONTEXT : OK;
}
