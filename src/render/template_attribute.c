#include "render/template_attribute.h"

#include "base/check.h"

static const struct {
    const char *name;
    enum element element;
} elements[] = {
    { "script", ELEMENT_SCRIPT },       { "style", ELEMENT_STYLE },
    { "iframe", ELEMENT_IFRAME },       { "title", ELEMENT_TITLE },
    { "textarea", ELEMENT_TEXTAREA },   { "meta", ELEMENT_META },
    { "animate", ELEMENT_MOTION },      { "animatemotion", ELEMENT_MOTION },
    { "set", ELEMENT_MOTION },          { "animatetransform", ELEMENT_MOTION },
    { "animatecolor", ELEMENT_MOTION }, { "xmp", ELEMENT_ODD },
    { "plaintext", ELEMENT_ODD },       { "noembed", ELEMENT_ODD },
    { "noframes", ELEMENT_ODD },        { "listing", ELEMENT_ODD },
};

enum element element_of(struct str name)
{
    for (size_t i = 0; i < COUNT(elements); i++) {
        if (str_eq(name, str_from_z(elements[i].name)))
            return elements[i].element;
    }
    return ELEMENT_OTHER;
}

const char *element_name(enum element element)
{
    for (size_t i = 0; i < COUNT(elements); i++) {
        if (elements[i].element == element)
            return elements[i].name;
    }
    check(false);
    return "";
}

static bool is_url_attribute(struct str name)
{
    static const char *const urls[] = {
        "href", "src",  "action",     "formaction", "cite",     "poster",  "data",
        "ping", "icon", "background", "longdesc",   "manifest", "profile", "codebase",
        "url",  "uri",  "classid",    "usemap",     "lowsrc",   "dynsrc",
    };
    for (size_t i = 0; i < COUNT(urls); i++) {
        if (str_eq(name, str_from_z(urls[i])))
            return true;
    }
    bool data = str_starts(name, S("data-")); /* a script will put it where it belongs */
    return data && (str_ends(name, S("href")) || str_ends(name, S("src")) ||
                    str_ends(name, S("url")) || str_ends(name, S("uri")));
}

static bool is_fixed_attribute(struct str name, enum element element)
{
    return element == ELEMENT_MOTION || str_eq(name, S("http-equiv")) ||
           str_eq(name, S("sandbox")) || str_eq(name, S("is"));
}

enum attribute attribute_of(struct str name, enum element element, bool xml)
{
    struct str whole = name;
    struct str prefix = S("");
    if (str_cut(name, ':', &prefix, &name) && !name.n)
        return ATTRIBUTE_REFUSED_FIXED;
    if (str_starts(name, S("on")) || str_starts(whole, S("on")))
        return ATTRIBUTE_REFUSED_EVENT;
    if (str_eq(name, S("srcset")) || str_eq(name, S("imagesrcset")))
        return ATTRIBUTE_SRCSET;
    if (is_url_attribute(name))
        return !xml && (element == ELEMENT_MOTION || element == ELEMENT_SCRIPT)
                   ? ATTRIBUTE_REFUSED_FIXED
                   : ATTRIBUTE_URL;
    if (str_eq(name, S("style")))
        return ATTRIBUTE_REFUSED_STYLE;
    if (str_eq(name, S("srcdoc")))
        return ATTRIBUTE_REFUSED_SRCDOC;
    if (xml)
        return ATTRIBUTE_PLAIN;
    if (is_fixed_attribute(name, element))
        return ATTRIBUTE_REFUSED_FIXED;
    if (element == ELEMENT_SCRIPT && str_eq(whole, S("type")))
        return ATTRIBUTE_SCRIPT_TYPE;
    return element == ELEMENT_META && str_eq(whole, S("content")) ? ATTRIBUTE_META_CONTENT
                                                                  : ATTRIBUTE_PLAIN;
}
