#pragma once
#include "base/json.h"

/* The official vectors of wallets, from a folder beside the repository (or in VECTORS). */
struct vectors {
    struct arena arena; /* the caller frees it */
    const struct json *all;
};
/* Ends the test as skipped when the file is not there. */
void vectors_load(struct vectors *v, const char *name);
struct str vectors_text(const struct json *j, const char *name);
