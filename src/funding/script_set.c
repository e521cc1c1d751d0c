#include "funding/script_set.h"
#include "base/check.h"
#include "base/crypto.h"

/* Open addressing, at most half full; an empty place has a script of no bytes. */
struct place {
    struct str script;
    uint32_t number;
};
struct script_set {
    struct arena *memory;
    struct place *places;
    size_t mask, room, count;
    uint8_t key[SIPHASH_KEY_BYTES];
};

struct script_set *script_set_make(struct arena *a, size_t room)
{
    struct script_set *set = arena_new(a, struct script_set, 1);
    size_t places = 2;
    check(room <= SCRIPT_SET_MAX);
    while (places < 2 * room)
        places *= 2;
    *set = (struct script_set){
        .memory = a,
        .places = arena_new(a, struct place, places),
        .mask = places - 1,
        .room = room,
    };
    random_bytes(set->key, sizeof set->key);
    return set;
}

/* The script's place, or the empty one where it would stand. */
static struct place *place_of(const struct script_set *set, struct str script)
{
    size_t at = siphash(set->key, script) & set->mask;
    while (set->places[at].script.n && !str_eq(set->places[at].script, script))
        at = (at + 1) & set->mask;
    return &set->places[at];
}

err script_set_add(struct script_set *set, struct str script, uint32_t number)
{
    struct place *p = place_of(set, script);
    if (script.n == 0 || script.n > SCRIPT_SET_SCRIPT_MAX)
        return ERR_LIMIT;
    if (p->script.n)
        return SCRIPT_SET_TWICE;
    if (set->count == set->room)
        return ERR_LIMIT;
    *p = (struct place){ .script = str_copy(set->memory, script), .number = number };
    set->count++;
    return OK;
}

bool script_set_find(const struct script_set *set, struct str script, uint32_t *ret_number)
{
    if (script.n == 0 || script.n > SCRIPT_SET_SCRIPT_MAX)
        return false; // not worth the hashing
    const struct place *p = place_of(set, script);
    if (!p->script.n)
        return false;
    *ret_number = p->number;
    return true;
}

size_t script_set_count(const struct script_set *set)
{
    return set->count;
}
