#pragma once
#include "base/crypto.h"

/*
 * Points of the curve secp256k1 (SEC 2, 2.4.1), with which wallets' public keys are derived from
 * each other. Public data only: nothing here runs in constant time, and no private key may come in.
 * The curve is OpenSSL's.
 *
 * A point is its compressed form (SEC 1, 2.3.3): 02 or 03 for the parity of y, and x, big-endian.
 * The point at infinity has no such form and is never an answer.
 */
enum { POINT_BYTES = 33, POINT_X_BYTES = 32, POINT_XY_BYTES = 64, SCALAR_BYTES = 32 };

bool point_is_valid(const uint8_t point[POINT_BYTES]);

/* point + scalar * G. False when the point is not on the curve, the scalar is not below the group's
 * order, or the sum is the point at infinity. */
bool point_tweak(const uint8_t point[POINT_BYTES], const uint8_t scalar[SCALAR_BYTES],
                 uint8_t ret[POINT_BYTES]);

/* Both coordinates, x first. False when the point is not on the curve. */
bool point_coordinates(const uint8_t point[POINT_BYTES], uint8_t ret[POINT_XY_BYTES]);
