#pragma once
#include "base/err.h"
#include "base/str.h"
#include "render/view.h"

/*
 * A QR code (ISO/IEC 18004, error correction M) as SVG that can stand in a page under a strict
 * content security policy, or be a file of its own: dark on a white ground with a quiet zone of 4
 * modules, 4 pixels a module unless the page's stylesheet says otherwise to its class "qr". `title`
 * is its accessible name.
 */
enum { QR_TEXT_MAX = 600 }; /* bytes; a version 19 code, about as fine as telephones read */
enum { QR_TOO_LONG = 1, QR_NOT_TEXT /* empty, or with a NUL */ };
MUST_USE err qr_svg(struct arena *a, struct str text, struct str title, struct html *ret);
