#pragma once
#include "funding/bank_statement.h"

/* What the readers of the formats share. A reader adds lines; bank_statement_read() does the rest.
 */
struct bank_reading {
    const struct bank_file *file;
    struct arena *a;
    struct bank_statement *s;
    size_t most; /* lines; there is room for one more */
};
/* NULL when there is no more room: the last line says so then. */
struct bank_line *bank_line_add(struct bank_reading *g, int line, int column);
void bank_line_wrong(struct bank_line *l, int column, enum bank_fault f);
/* A line of its own that says what is wrong. */
void bank_whole_wrong(struct bank_reading *g, int line, int column, enum bank_fault f);
/* A gift of a day and an amount within what can be booked; else a wrong line. */
bool bank_line_check(const struct bank_reading *g, struct bank_line *l, int day_column,
                     int amount_column);
struct str bank_amount_text(const struct bank_line *l, struct arena *a); /* "25.00 EUR" */
struct str bank_text(struct str s); /* trimmed, cut to BANK_TEXT_MAX, or empty if not proper text */

void bank_csv_read(struct bank_reading *g);
void bank_camt_read(struct bank_reading *g);
