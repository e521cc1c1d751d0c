#include "base/secp256k1.h"
#include "base/check.h"

#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <string.h>

/* What OpenSSL needs for one calculation. A failure to make it is no memory, and no input. */
struct curve {
    EC_GROUP *group;
    EC_POINT *at;
    BN_CTX *scratch;
};

static struct curve curve_make(void)
{
    struct curve c = { .group = EC_GROUP_new_by_curve_name(NID_secp256k1),
                       .scratch = BN_CTX_new() };
    check(c.group && c.scratch);
    c.at = EC_POINT_new(c.group);
    check(c.at);
    return c;
}

static void curve_free(struct curve *c)
{
    EC_POINT_free(c->at);
    BN_CTX_free(c->scratch);
    EC_GROUP_free(c->group);
}

static bool read_point(struct curve *c, const uint8_t point[POINT_BYTES])
{
    return (point[0] == POINT_CONVERSION_COMPRESSED ||
            point[0] == POINT_CONVERSION_COMPRESSED + 1) &&
           EC_POINT_oct2point(c->group, c->at, point, POINT_BYTES, c->scratch) == 1;
}

bool point_is_valid(const uint8_t point[POINT_BYTES])
{
    struct curve c CLEANUP(curve_free) = curve_make();
    return read_point(&c, point);
}

/* c->at += scalar * G, unless that is the point at infinity or the scalar too large. */
static bool add_generator(struct curve *c, const uint8_t scalar[SCALAR_BYTES])
{
    BIGNUM *k = BN_bin2bn(scalar, SCALAR_BYTES, NULL);
    check(k);
    bool good = BN_cmp(k, EC_GROUP_get0_order(c->group)) < 0;
    if (good) {
        check(EC_POINT_mul(c->group, c->at, k, c->at, BN_value_one(), c->scratch) == 1);
        good = !EC_POINT_is_at_infinity(c->group, c->at);
    }
    BN_free(k);
    return good;
}

bool point_tweak(const uint8_t point[POINT_BYTES], const uint8_t scalar[SCALAR_BYTES],
                 uint8_t ret[POINT_BYTES])
{
    struct curve c CLEANUP(curve_free) = curve_make();
    if (!read_point(&c, point) || !add_generator(&c, scalar))
        return false;
    check(EC_POINT_point2oct(c.group, c.at, POINT_CONVERSION_COMPRESSED, ret, POINT_BYTES,
                             c.scratch) == POINT_BYTES);
    return true;
}

bool point_coordinates(const uint8_t point[POINT_BYTES], uint8_t ret[POINT_XY_BYTES])
{
    struct curve c CLEANUP(curve_free) = curve_make();
    uint8_t whole[1 + POINT_XY_BYTES]; // 04 stands before both coordinates
    if (!read_point(&c, point))
        return false;
    check(EC_POINT_point2oct(c.group, c.at, POINT_CONVERSION_UNCOMPRESSED, whole, sizeof whole,
                             c.scratch) == sizeof whole);
    memcpy(ret, whole + 1, POINT_XY_BYTES);
    return true;
}
