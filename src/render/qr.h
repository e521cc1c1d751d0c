#pragma once
#include "base/err.h"
#include "base/str.h"
#include "render/view.h"

/*
 * A QR code (ISO/IEC 18004, error correction M) as SVG that can stand in a page under a strict
 * content security policy: one path, dark on a white ground with a quiet zone of 4 modules, sized
 * by the page's stylesheet through its class "qr". `title` is its accessible name.
 */
enum { QR_TEXT_MAX = 600 }; /* bytes; a version 22 code, about as fine as telephones read */
enum { QR_TOO_LONG = 1 };
MUST_USE err qr_svg(struct arena *a, struct str text, struct str title, struct html *ret);
