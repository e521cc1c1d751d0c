#pragma once
#include "base/buf.h"
#include "base/str.h"

/*
 * Header fields of a mail (RFC 5322, RFC 2047), each written whole with its line end. What may hold
 * any text goes through header_text() and header_person(), whose output has no line end but their
 * own folds, whatever they are given; what must be plain goes through header_plain(), which refuses
 * all else. So no text can begin a header of its own.
 *
 * Lines are at most 78 bytes long where a fold is possible, and never longer than 998.
 */
enum { HEADER_LINE = 76, HEADER_PLAIN_MAX = 900 };

/* Free text: as it is where it is printable ASCII in words of fair length, else as encoded words.
 * Invalid UTF-8 and controls become spaces. */
void header_text(struct buf *out, struct str name, struct str text);

/* A shown name, which may be empty, and an address that is mail_address_good(). */
void header_person(struct buf *out, struct str name, struct str shown, struct str address);

/* Printable ASCII, put in as it is, folded where it has spaces. False, and nothing is written, when
 * it is empty, longer than HEADER_PLAIN_MAX or anything else. */
bool header_plain(struct buf *out, struct str name, struct str value);
