#pragma once
#include "render/escape.h"

/*
 * How far an address (a URL in an attribute's value, or several in a srcset) has come, so that what
 * data brings cannot become its scheme, and is percent-encoded by its part. A plain value of bytes.
 */
enum { SCHEME_BYTES_MAX = 12 };
struct address {
    uint8_t part; /* enum part in the .c */
    uint8_t set;  /* of a srcset */
    uint8_t n;
    char scheme[SCHEME_BYTES_MAX]; /* what may yet become one */
};

struct address address_start(bool set);

/* NULL, or what is wrong as a constant sentence. */
const char *address_step(struct address *a, char ch); /* a byte of literal text */
const char *address_hole(struct address *a, enum escape *ret);

/* After one of two ways. */
struct address address_join(struct address a, struct address b);
