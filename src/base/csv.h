#pragma once
#include "base/str.h"

/*
 * Records of a CSV file (RFC 4180), one at a time, with any delimiter and quote. Lines end with
 * CRLF, LF or CR, the last one may lack its end; a quoted field may hold all of them. A quote
 * inside a field that does not begin with one is a character like any other, as banks write it (the
 * RFC has none there). Blank lines are no records.
 */
enum { CSV_FIELDS_MAX = 128 };
struct csv {
    struct str rest;
    char delimiter;
    char quote; /* 0: there is none */
    int line;   /* where the rest begins, from 1 */
};
struct csv_record {
    struct str fields[CSV_FIELDS_MAX]; /* borrowed from the text, or in the arena */
    size_t n;
    int line;       /* where it begins */
    struct str raw; /* all of it, without the end of its line */
};
enum csv_kind {
    CSV_END,
    CSV_RECORD,
    /* Nothing is read behind these; the record's `line` and `n` + 1 tell the field. */
    CSV_OPEN_QUOTE,  /* the file ends within quotes */
    CSV_AFTER_QUOTE, /* something stands between a closing quote and the delimiter */
    CSV_MANY_FIELDS, /* more than CSV_FIELDS_MAX */
};
enum csv_kind csv_next(struct csv *c, struct arena *a, struct csv_record *ret);
/* One line as it stands, of whatever is in it. False at the end. */
bool csv_skip_line(struct csv *c);
