#pragma once
#include "base/config.h"
#include "funding/contribution.h"

/*
 * What staff enter by hand, and the second person: above amounts that [funding] second_person_above
 * sets, an entry counts only after another person approved it. Until then it waits outside the
 * ledger. Who entered it never approves it, and what the command line entered is approved at the
 * desk, by a person; the database itself refuses anything else. All is in the audit log.
 *
 * An entry is a new gift, the correction of one, or the value of one that had none.
 */
enum { HAND_LIMITS_MAX = 16, HAND_WAITING_MAX = 200, HAND_DECIDED_SHOWN = 20 };
struct hand_rule {
    struct amount above[HAND_LIMITS_MAX];
    size_t n; /* 0: nothing needs a second person */
};
enum { HAND_RULE_WRONG = 1 };
/* Says what is wrong in the file, before anything is served. */
MUST_USE err hand_rule_check(const struct config *c, struct str file, struct arena *a,
                             struct str *ret_why);
struct hand_rule hand_rule_of(const struct config *c); /* one that was checked */
/* Above the rule's amount; of an asset that the rule does not name, always. */
bool hand_rule_asks(const struct hand_rule *rule, struct amount m);

enum hand_kind { HAND_ADD, HAND_CORRECT, HAND_VALUE };
enum hand_state { HAND_WAITS, HAND_APPROVED, HAND_REFUSED, HAND_WITHDRAWN };
struct str hand_kind_name(enum hand_kind k);   /* "correct" */
struct str hand_state_name(enum hand_state s); /* "waiting" */
enum {
    HAND_MISSING = CONTRIBUTION_REFUSALS,
    HAND_DECIDED, /* already */
    HAND_OWN,     /* by the one who entered it */
    HAND_MANY,    /* HAND_WAITING_MAX wait */
    HAND_REFUSALS
};
/* As contribution_refusal() and _word(), of those too. */
const char *hand_refusal(err refusal);
const char *hand_refusal_word(err refusal);

struct hand_wish {
    enum hand_kind kind;
    struct contribution_correction
        entry;                       /* of HAND_ADD and _CORRECT; id and reason of the latter */
    struct contribution_price price; /* of HAND_VALUE */
};
struct hand_done {
    int64_t contribution; /* done at once: the gift; else 0 */
    int64_t waiting;      /* the entry that waits; else 0 */
};
/* Does it, or lets it wait. Refuses at once what could not be approved as things stand. */
MUST_USE err hand_enter(struct tx *tx, const struct hand_rule *rule, const struct hand_wish *w,
                        struct arena *a, struct hand_done *ret);

struct hand_decision {
    int64_t id;
    bool approve;
    struct str why; /* of a refusal: not empty; bound as notes are. By the one who entered it, it is
                       withdrawn */
    const struct channels *channels;
    struct actor by; /* a person; ACTOR_CLI approves nothing */
    int64_t now;
};
/* HAND_MISSING, _DECIDED, _OWN, and what contribution_add(), _correct() and _value() refuse: then
 * it waits on. *ret_contribution: what it became; 0 for what was not approved. */
MUST_USE err hand_decide(struct tx *tx, const struct hand_decision *d, struct arena *a,
                         int64_t *ret_contribution);

struct hand_entry {
    int64_t id, of; /* of: the gift it is about; 0: a new one */
    enum hand_kind kind;
    enum hand_state state;
    struct str channel;
    struct amount amount;
    struct date day;
    bool pending;
    struct str reference, note, reason; /* empty once decided */
    struct str price, source;
    int64_t by, at, decided_by, decided_at, contribution;
    struct str why;
};
/* Those that wait, the longest first; then the last that were decided, the latest first. */
MUST_USE err hand_list(struct tx *tx, struct arena *a, const struct hand_entry **ret,
                       size_t *ret_n);
MUST_USE err hand_waiting_count(struct tx *tx, int64_t *ret);
