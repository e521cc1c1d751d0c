#pragma once
#include "base/str.h"

#include <stdint.h>

/*
 * Links that open a wallet: `bitcoin:` (BIP 21, now BIP 321), `bitcoincash:` and `ethereum:`
 * (EIP-681). The label is percent-encoded here; addresses are put in as they are and
 * must have been parsed.
 */
enum { PAYMENT_LABEL_MAX = 200 };

struct str payment_uri_bitcoin(struct arena *a, struct str address, struct str label);
struct str payment_uri_bitcoincash(struct arena *a, struct str address, struct str label);
struct str payment_uri_ethereum(struct arena *a, struct str address, int64_t chain_id);
/* A transfer of a token to the address. */
struct str payment_uri_token(struct arena *a, struct str contract, struct str address,
                             int64_t chain_id);

/*
 * The same for a QR code. Bech32 and CashAddr go in capitals, which QR's alphanumeric mode packs
 * into fewer modules (BIP 173); no label, for the same reason.
 */
struct str payment_qr_bitcoin(struct arena *a, struct str address);
struct str payment_qr_bitcoincash(struct arena *a, struct str address);
