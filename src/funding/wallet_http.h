#pragma once
#include "http/http.h"

/*
 * Addresses of wallets for readers.
 *
 *   GET  /funding/address/NAME          asks whether one of their own is wanted
 *   POST /funding/address/NAME          hands one out, and leads to
 *   GET  /funding/address/NAME/ADDRESS  it, with its code; any address that was handed out
 *   GET  /funding/qr/NAME/ADDRESS       the code of such an address, SVG
 *
 * Who asked is not kept. A page or code of an address that was never handed out is 404, so nobody
 * can have ours show theirs.
 */
MUST_USE err wallet_own_show(struct request *r, struct response *ret);
MUST_USE err wallet_own_post(struct request *r, struct response *ret);
MUST_USE err wallet_address_show(struct request *r, struct response *ret);
MUST_USE err funding_qr_get(struct request *r, struct response *ret);
