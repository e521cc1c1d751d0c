#pragma once
#include "funding/ledger_verify.h"

/*
 * Holds a ledger.csv to what somebody kept of it earlier: daily heads ("DAY ENTRIES HEAD", in a
 * mail, the feed or a copied page: all other text around them is passed over), and the statement of
 * a closed period, whose totals are computed again from the rows up to its own head. So a ledger
 * that was written anew or ends too early is found, which its own chain cannot show.
 *
 * The statement's signature is not looked at: openssl does that (docs/ledger.md). Nor is its goal,
 * which is no part of the ledger.
 */
enum { KEPT_HEADS_MAX = 20000, KEPT_FILE_MAX = 4 * 1024 * 1024, KEPT_ASSETS_MAX = 256 };
struct kept_verifier;
struct kept_verifier *kept_verify_start(struct arena *a); /* lives as long as the arena */

enum { KEPT_WRONG = 1 };
/* KEPT_WRONG with a sentence, in English, when there is no head in it or more than the most. The
 * text is borrowed, as that of a statement. */
MUST_USE err kept_verify_heads(struct kept_verifier *v, struct str text, const char **ret_why);
/* KEPT_WRONG when it is no statement of a closed period. One at most. */
MUST_USE err kept_verify_statement(struct kept_verifier *v, struct str text, const char **ret_why);

/* The ledger's rows, after that. */
void kept_verify_row(void *verifier, const struct ledger_verified_row *row);

/* What was found, a line each with its end; false: the last one says what does not hold. */
bool kept_verify_end(struct kept_verifier *v, struct arena *a, struct str *ret_say);
