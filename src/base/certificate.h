#pragma once
#include "base/crypto.h"

/*
 * Signatures under a certificate that somebody else sent (X.509, PEM), as PayPal makes them: the
 * first certificate of the text signs, those behind it lead to one that is trusted. With sign.h and
 * crypto.h the only files that know OpenSSL. Any thread; nothing is kept between calls.
 */
enum {
    CERTIFICATE_PEM_MAX = 64 * 1024, /* bytes */
    CERTIFICATES_MAX = 8,            /* in one text */
    CERTIFICATE_RSA_BITS_MIN = 2048,
    CERTIFICATE_RSA_BITS_MAX = 8192,
};
enum {
    CERTIFICATE_FORM = 1,  /* no certificate in it, or too many, or too long */
    CERTIFICATE_UNTRUSTED, /* its chain ends nowhere that we trust, or a date in it is not now */
    CERTIFICATE_NAME,      /* it is somebody else's */
    CERTIFICATE_KEY,       /* not RSA, or of a size that nobody should use */
    CERTIFICATE_SIGNATURE, /* it does not fit what was signed */
};
struct certificate_check {
    struct str pem;
    struct str domain;  /* the certificate is for a name below it: "paypal.com" */
    struct str ca_file; /* PEM of certificates trusted instead of the machine's; mostly empty */
    int64_t now;        /* dates of the chain are judged by it */
};
/* Whether the certificate itself may be believed. */
MUST_USE err certificate_check(const struct certificate_check *c, struct arena *a);
/* The same, and that it signed `message`: RSASSA-PKCS1-v1_5 with SHA-256. */
MUST_USE err certificate_verify(const struct certificate_check *c, struct str message,
                                struct str signature, struct arena *a);
