#pragma once
#include "base/str.h"

/*
 * What a bank transfer needs: IBAN (ISO 13616) and BIC (ISO 9362), checked as far as their own
 * digits allow.
 */
enum { IBAN_MAX = 34, IBAN_MIN = 15 };
enum bank_fault {
    BANK_FINE,
    BANK_FORM,     /* it cannot be read as one */
    BANK_COUNTRY,  /* no country of the registry */
    BANK_LENGTH,   /* not as long as that country's */
    BANK_CHECKSUM, /* the two check digits do not fit */
};
/* Spaces are allowed and dropped, small letters made capitals: `ret` is the electronic form. */
enum bank_fault iban_parse(struct str s, struct arena *a, struct str *ret);
struct str iban_grouped(struct arena *a, struct str iban); /* in fours, for people to read */
/* Eight or eleven characters, capitals in the result. */
bool bic_parse(struct str s, struct arena *a, struct str *ret);
