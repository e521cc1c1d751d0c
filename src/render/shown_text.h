#pragma once
#include "base/str.h"
#include "render/view.h"

/*
 * What a reader sees of HTML that the Markdown renderer made: no tags, no addresses of links,
 * entities as the characters they stand for; blocks and line breaks are parted by white space,
 * emphasis, code and links by nothing. For comparing only; it is never shown.
 */
struct str shown_text(struct arena *a, struct html h);
