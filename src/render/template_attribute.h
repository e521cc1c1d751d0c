#pragma once
#include "base/str.h"

/*
 * What the template compiler must know of HTML's elements and attributes. Names are in lower case.
 */
enum element {
    ELEMENT_OTHER,
    ELEMENT_SCRIPT,
    ELEMENT_STYLE,
    ELEMENT_IFRAME,
    ELEMENT_TITLE,
    ELEMENT_TEXTAREA,
    ELEMENT_META,
    ELEMENT_MOTION, /* of SVG: sets other elements' attributes */
    ELEMENT_ODD,    /* what no page should use: its content is neither markup nor text */
};

enum attribute {
    ATTRIBUTE_PLAIN, /* any text may stand there, escaped */
    ATTRIBUTE_URL,   /* an address */
    ATTRIBUTE_SRCSET,
    ATTRIBUTE_REFUSED_EVENT,
    ATTRIBUTE_REFUSED_STYLE,
    ATTRIBUTE_REFUSED_SRCDOC,
    ATTRIBUTE_REFUSED_FIXED, /* changes what other attributes or the content mean */
    ATTRIBUTE_SCRIPT_TYPE,
    ATTRIBUTE_META_CONTENT,
};

enum element element_of(struct str name);
const char *element_name(enum element element); /* of those whose content ends with their name */
enum attribute attribute_of(struct str name, enum element element, bool xml);
