#pragma once
#include "people/person.h"

/*
 * The second step of a sign-in: time-based one-time passwords (RFC 6238: SHA-1, 30 s, 6 digits,
 * what every authenticator app does), one step of clock difference allowed, each code good once;
 * and ten recovery codes, each good once, of 120 random bits, stored as SHA-256.
 *
 * Setting it up has two steps: totp_begin() makes a secret that does not count yet, totp_confirm()
 * makes it count once a code has shown that the app has it.
 */
enum {
    TOTP_SECRET_BYTES = 20,
    TOTP_STEP_SECONDS = 30,
    TOTP_DIGITS = 6,
    RECOVERY_CODES = 10,
    RECOVERY_BYTES = 15, /* 24 letters and digits */
};

/* The code of one step, 0..999999. step = seconds since 1970 / 30. */
int64_t totp_code(struct str secret, int64_t step);
/* The step whose code it is, of those around now and after `last`; false: none. Spaces are fine. */
bool totp_match(struct str secret, struct str code, int64_t now, int64_t last, int64_t *ret_step);

struct totp_setup {
    struct str secret; /* base32, in groups of four: to type */
    struct str uri;    /* otpauth://totp/...: to show as a QR code */
};
enum totp_refusal {
    TOTP_ON = 1, /* it is on already: drop it first */
    TOTP_OFF,    /* nothing was begun, or nothing is on */
    TOTP_WRONG,  /* not a code of now, or one used before */
};
/*
 * For the person's own account, by the person. `site` names the account in the app. Begun again,
 * the earlier secret is forgotten. TOTP_ON.
 */
MUST_USE err totp_begin(struct tx *tx, const struct person *p, struct str site, struct arena *a,
                        struct totp_setup *ret);
/* What was begun, to show the form again. TOTP_OFF, TOTP_ON. */
MUST_USE err totp_get(struct tx *tx, const struct person *p, struct str site, struct arena *a,
                      struct totp_setup *ret);
struct recovery_codes {
    struct str code[RECOVERY_CODES]; /* "ABCD-EFGH-..."; shown once */
};
/* Turns it on, and ends the person's other sessions; the codes are in `a`. */
MUST_USE err totp_confirm(struct tx *tx, const struct person *p, struct str code, int64_t now,
                          struct arena *a, struct recovery_codes *ret);
/* Off, with its recovery codes; ends the person's sessions but `keep` (0: all). OK when it is off.
 */
MUST_USE err totp_drop(struct tx *tx, struct actor by, int64_t person, int64_t keep, int64_t now);
/* New recovery codes in place of the old ones. TOTP_OFF. */
MUST_USE err recovery_renew(struct tx *tx, const struct person *p, int64_t now, struct arena *a,
                            struct recovery_codes *ret);
MUST_USE err recovery_left(struct tx *tx, int64_t person, int64_t *ret);

/* Uses a code of either kind up. TOTP_WRONG, TOTP_OFF. */
MUST_USE err totp_use(struct tx *tx, int64_t person, struct str code, int64_t now,
                      bool *ret_recovery);
