#pragma once
#include "base/buf.h"
#include "base/str.h"

/*
 * One part of a mail (RFC 2045): its Content-Type, its Content-Transfer-Encoding, an empty line,
 * and the text with CRLF line ends, as quoted-printable or base64, whichever is shorter. No line is
 * longer than 76 bytes, and none can be a boundary that begins with "=_".
 */
void mime_text_part(struct buf *out, struct str type, struct str text);
