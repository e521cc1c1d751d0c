#pragma once
#include "funding/contribution.h"

/*
 * What the staff wrote down of a gift, by whom and when: notes, and the reasons for what was done
 * to it by hand. They stand outside the ledger, are never public, and contribution_erase() empties
 * them: who and when stays.
 */
enum contribution_note_kind {
    CONTRIBUTION_NOTE_WRITTEN,
    CONTRIBUTION_NOTE_FREEZE,
    CONTRIBUTION_NOTE_FREE,
    CONTRIBUTION_NOTE_TAKE_BACK, /* refund or reversal by hand */
    CONTRIBUTION_NOTE_CORRECTED, /* by the gift `other` */
    CONTRIBUTION_NOTE_CORRECTS,  /* the gift `other` */
};
enum { CONTRIBUTION_NOTE_KINDS = CONTRIBUTION_NOTE_CORRECTS + 1, CONTRIBUTION_NOTES_MAX = 200 };

struct contribution_note {
    int64_t id, contribution;
    enum contribution_note_kind kind;
    struct str body;
    int64_t other; /* 0: none */
    int64_t by;    /* a person's id; 0: the command line */
    int64_t at;
};
struct contribution_note_draft {
    int64_t contribution;
    struct str body; /* 1 to CONTRIBUTION_NOTE_MAX bytes */
    struct actor by;
    int64_t now;
};
/* Of notes and reasons: at most CONTRIBUTION_NOTE_MAX bytes of plain text; it may be empty. */
bool contribution_note_is_fine(struct str note);
/* CONTRIBUTION_REASON_MISSING, _NOTE_WRONG, _MISSING, and _NOTES_MANY when there are
 * CONTRIBUTION_NOTES_MAX already. */
MUST_USE err contribution_note_add(struct tx *tx, const struct contribution_note_draft *d);
/* The gift that stands for this one now, after its correction and those of the corrected; 0: it was
 * not corrected. */
enum { CONTRIBUTION_CORRECTIONS_MAX = 50 }; /* followed at most */
MUST_USE err contribution_corrected_by(struct tx *tx, int64_t contribution, int64_t *ret);
/* Latest first, CONTRIBUTION_NOTES_MAX at most. */
MUST_USE err contribution_notes(struct tx *tx, int64_t contribution, struct arena *a,
                                const struct contribution_note **ret, size_t *ret_n);
