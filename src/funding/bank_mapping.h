#pragma once
#include "base/charset.h"
#include "base/err.h"
#include "base/money.h"
#include "base/str.h"

/*
 * How one bank writes its statements as CSV, kept per bank channel as a text of lines `key = value`
 * (docs/bank.md lists the keys). CAMT.053 needs none of it; two lines are for that.
 *
 *     delimiter = ;                day = Buchungstag        currency = Währung
 *     encoding = windows-1252      amount = Betrag          payer = Beguenstigter
 *     date = DD.MM.YYYY            decimal = ,              reference = Verwendungszweck
 *     skip = 1                     thousands = .            id = 12
 *
 * Columns are named by their numbers from 1, or as the last of the skipped lines names them.
 */
enum bank_column {
    BANK_DAY,
    BANK_AMOUNT, /* with its sign, or */
    BANK_CREDIT, /* what came in and */
    BANK_DEBIT,  /* what went out */
    BANK_CURRENCY,
    BANK_REFERENCE, /* what the payer wrote */
    BANK_PAYER,
    BANK_ID, /* the bank's own number of the line: unique in the account for ever */
    BANK_COLUMNS
};
enum {
    BANK_MAPPING_MAX = 4096, /* bytes */
    BANK_SKIP_MAX = 200,     /* lines */
    BANK_COLUMN_NAME_MAX = 120,
    BANK_COLUMN_NUMBER_MAX = 128,
    BANK_NOT_GIFTS_MAX = 400, /* bytes */
};
struct bank_place {
    int number;      /* from 1; 0: by name */
    struct str name; /* both empty: there is no such column */
};
struct bank_mapping {
    bool csv; /* it says how CSV is read; else it is for CAMT.053 alone */
    char delimiter, quote, decimal, thousands; /* quote, thousands 0: none */
    enum charset encoding;
    struct str date;    /* DD MM YYYY YY D M, anything else as it stands; * at its end: any rest */
    int skip, skip_end; /* lines before, records after */
    struct bank_place columns[BANK_COLUMNS];
    struct currency fixed; /* when there is no column of it */
    bool camt_ids;         /* the bank's references in CAMT.053 are what they should be */
    struct str not_gifts;  /* payers who give nothing, with semicolons between; of CAMT.053 too */
};

enum bank_mapping_fault {
    BANK_MAP_FINE,
    BANK_MAP_LINE,      /* not "key = value", or a section */
    BANK_MAP_KEY,       /* no key of this name */
    BANK_MAP_TWICE,     /* a key twice */
    BANK_MAP_DELIMITER, /* one character, or "tab" */
    BANK_MAP_QUOTE,     /* one character, or "none" */
    BANK_MAP_ENCODING,
    BANK_MAP_DATE,      /* a day, a month and a year, once each */
    BANK_MAP_DECIMAL,   /* , or . */
    BANK_MAP_THOUSANDS, /* another one than `decimal`, of . , ' space none */
    BANK_MAP_SKIP,
    BANK_MAP_COLUMN,        /* a number from 1 to BANK_COLUMN_NUMBER_MAX, or a name */
    BANK_MAP_HEADER,        /* a column by name, and no skipped line to find it in */
    BANK_MAP_CURRENCY,      /* neither a column nor one that is fixed, or both */
    BANK_MAP_CURRENCY_CODE, /* a fixed one that is unknown */
    BANK_MAP_DAY,           /* without it there is no line */
    BANK_MAP_AMOUNT,        /* `amount`, or `credit` with or without `debit` */
    BANK_MAP_CAMT_IDS,      /* yes or no */
    BANK_MAP_NOT_GIFTS, /* names in one line of BANK_NOT_GIFTS_MAX, each of three letters or more */
    BANK_MAP_LONG,
    BANK_MAP_FAULTS
};
struct bank_mapping_wrong {
    enum bank_mapping_fault fault;
    int line;       /* 0: of the whole */
    struct str key; /* that is to blame, or empty */
};
enum { BANK_MAPPING_WRONG = 1 };
/* What it fills borrows from `text`. */
MUST_USE err bank_mapping_parse(struct str text, struct bank_mapping *ret,
                                struct bank_mapping_wrong *ret_wrong);
/* Its keys and what stands for each, in the order of forms; for `i` past the last one NULL. */
const char *bank_mapping_key(size_t i);
struct str bank_mapping_value(const struct bank_mapping *m, size_t i, struct arena *a);
/* The one text of these values; in `a`. */
struct str bank_mapping_print(const struct bank_mapping *m, struct arena *a);
/* What it is when nothing is said: CAMT.053 alone. */
struct bank_mapping bank_mapping_standard(void);

const char *bank_mapping_sentence(enum bank_mapping_fault f); /* for the command line */
const char *bank_mapping_word(enum bank_mapping_fault f);     /* a key of theme/words */
