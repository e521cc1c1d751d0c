#pragma once
#include "people/audit.h"
#include "store/store.h"

/*
 * Who gave, as far as a provider or the treasurer was told: name, address, what they wrote.
 * Private, but for the name of those who asked for it to stand beside their gift. It can be erased;
 * the gift stays.
 */
enum { GIVER_NAME_MAX = 120, GIVER_EMAIL_MAX = 254, GIVER_MESSAGE_MAX = 2000 }; /* bytes */
struct giver {
    int64_t id;
    struct str channel, name, email, message;
    bool named;
    int64_t created_at, erased_at; /* erased_at: 0, or all texts are empty since */
    int64_t failed_at;             /* 0, or when a mail to that address came back (giver_wish.h) */
};
#define GIVER_BY_HAND "" /* channel of those whom the treasurer entered */
/* Texts are cut to their bounds, at a character's end; one that is no proper text, and an address
 * that is too long, is left out. With none of them *ret_id is 0. */
MUST_USE err giver_add(struct tx *tx, const struct giver *g, int64_t *ret_id);
enum { GIVER_MISSING = 1, GIVER_IS_FROZEN /* a gift of theirs is set aside for a look */ };
MUST_USE err giver_get(struct tx *tx, int64_t id, struct arena *a, struct giver *ret);
/* Who gave, told again or later than the gift itself: added to it when nobody stands with it yet,
 * who may then fall due for a receipt. *ret_id: who stands with it now; 0: nobody. The gift is
 * there (check). */
MUST_USE err giver_learn(struct tx *tx, int64_t contribution, const struct giver *g,
                         int64_t *ret_id);
/*
 * Who gave, by the treasurer's word: of a gift whose giver is not known, has no address, or was
 * entered so. What a provider told of an address stays. A gift that arrived already falls due for
 * a receipt (gift_receipt.h).
 */
struct giver_word {
    int64_t contribution;
    struct str name, email; /* one of them is there */
    bool named;
    struct actor by;
    int64_t now;
};
enum {
    GIVER_NO_GIFT = GIVER_IS_FROZEN + 1,
    GIVER_TOLD,       /* by a provider */
    GIVER_NOBODY,     /* neither name nor address */
    GIVER_NAME_WRONG, /* too long, or no line of text */
    GIVER_EMAIL_WRONG,
};
MUST_USE err giver_set(struct tx *tx, const struct giver_word *w, struct arena *a);
MUST_USE err giver_erase(struct tx *tx, int64_t id, struct actor by, int64_t now);
