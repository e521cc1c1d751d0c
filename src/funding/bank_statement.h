#pragma once
#include "base/crypto.h"
#include "funding/bank_mapping.h"
#include "funding/contribution.h"

/*
 * A bank's statement read: each line with what is to become of it. Nothing is guessed: a line that
 * is not understood is told with its place and reason, and then nothing of the file is booked.
 *
 * A line is known again by the bank's own number of it. Where there is none, by what it says
 * (`content`) and which one it is of those that say the same on the same day (`ordinal`): two equal
 * gifts of a day are two, and a statement that overlaps an earlier one adds nothing. A statement
 * has to hold whole days, as those of banks do.
 */
enum {
    BANK_FILE_MAX = 4 * 1024 * 1024, /* bytes */
    BANK_LINES_MAX = 5000,
    BANK_TEXT_MAX = 2000, /* bytes of a name or a text; cut there */
    BANK_ID_MAX = 160,    /* bytes; a longer number, or one with blanks, stands as its SHA-256 */
    BANK_KEYS_MAX = 2,
};
enum bank_format { BANK_CSV, BANK_CAMT, BANK_FORMATS };
struct str bank_format_name(enum bank_format f); /* "csv", "camt.053" */

enum bank_verdict {
    BANK_GIFT,     /* is booked, or will be */
    BANK_REFUND,   /* CAMT.053: a gift was taken back; booked, or will be */
    BANK_WAITING,  /* taken, and waits at the desk for what it lacks */
    BANK_THERE,    /* was booked before */
    BANK_OUTGOING, /* not ours to count */
    BANK_NOTHING,  /* an amount of zero */
    BANK_UNBOOKED, /* CAMT.053: announced, or for information */
    BANK_PAYOUT,   /* from somebody who gives nothing: a provider passes on what it counted */
    BANK_WRONG,    /* not understood */
    BANK_VERDICTS
};
enum bank_fault {
    BANK_FAULT_NONE,
    BANK_FAULT_ENCODING,   /* bytes that the encoding does not have */
    BANK_FAULT_EMPTY,      /* no line in it */
    BANK_FAULT_LONG,       /* too many bytes or lines */
    BANK_FAULT_NO_MAPPING, /* CSV, and nothing says how the bank writes it */
    BANK_FAULT_HEADER,     /* a column's name is not in the header, or twice */
    BANK_FAULT_QUOTE,      /* quotes that do not close, or more behind them */
    BANK_FAULT_FIELDS,     /* too few columns, or too many */
    BANK_FAULT_DAY,
    BANK_FAULT_DAY_RANGE, /* before 2000, or in the future */
    BANK_FAULT_AMOUNT,
    BANK_FAULT_LARGE,
    BANK_FAULT_BOTH, /* a credit and a debit, or neither */
    BANK_FAULT_CURRENCY,
    BANK_FAULT_ID_TWICE, /* the bank's number of another line of the file */
    BANK_FAULT_DIFFERS,  /* its number was booked before with another amount or day */
    BANK_FAULT_XML,
    BANK_FAULT_DOCTYPE,
    BANK_FAULT_NOT_CAMT,
    BANK_FAULT_ACCOUNT,       /* a statement of another account */
    BANK_FAULT_DIRECTION,     /* neither credit nor debit */
    BANK_FAULT_OTHER_FORMAT,  /* its days were imported from the other format */
    BANK_FAULT_OTHER_READING, /* or with payers and words read from other columns */
    BANK_FAULT_OTHER_CHANNEL, /* the same file was imported for another channel */
    BANK_FAULTS
};
const char *bank_fault_sentence(enum bank_fault f); /* for the command line */
const char *bank_fault_word(enum bank_fault f);     /* keys of theme/words */
const char *bank_verdict_sentence(enum bank_verdict v);
const char *bank_verdict_word(enum bank_verdict v);

struct bank_line {
    int line,
        column; /* from 1; of CSV the field's number, of CAMT the character; 0: of the whole */
    enum bank_verdict verdict;
    enum bank_fault fault;
    struct amount amount; /* above zero for gifts and refunds */
    int64_t day;
    struct str id; /* the bank's own number, or empty */
    struct str payer, text, raw;
    struct str keys[BANK_KEYS_MAX]; /* CAMT: what a refund has in common with its gift */
    bool refund;
    bool by_hand; /* a gift of this day and amount was entered by hand: is it the same? */
    uint8_t content[SHA256_BYTES], raw_hash[SHA256_BYTES];
    int ordinal;
    struct str object; /* payment.h's */
};
struct bank_statement {
    enum bank_format format;
    uint8_t hash[SHA256_BYTES]; /* of the file */
    struct bank_line *lines;
    size_t n;
    size_t counts[BANK_VERDICTS];
    int64_t first_day, last_day; /* of gifts and refunds; first > last: there are none */
    size_t unnamed;              /* of them, those without a number of the bank */
    struct str reading;          /* of CSV: what `content` was made from, encoding and columns */
    struct str rule;             /* a mapping by which the `raw` of a line is read again */
};
struct channels;
struct bank_file {
    struct str bytes;
    const struct bank_mapping *mapping;
    struct str iban;                 /* the channel's; empty: any account's statement is taken */
    const struct channels *channels; /* whose providers count their gifts themselves; NULL: none */
    int64_t now;
};
/* CAMT.053 when it begins with '<', else CSV. Everything is in `a`, or borrowed from the file.
 * Wrong lines are lines too: see counts[BANK_WRONG]. */
void bank_statement_read(const struct bank_file *f, struct arena *a, struct bank_statement *ret);
void bank_statement_count(struct bank_statement *s); /* after verdicts have changed */
/* The first line that is not understood, or NULL. */
const struct bank_line *bank_statement_wrong(const struct bank_statement *s);
