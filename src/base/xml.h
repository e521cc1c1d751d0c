#pragma once
#include "base/str.h"

/*
 * XML 1.0 with namespaces, read by expat, the only file that knows it. A document type declaration
 * is refused, and with it entities of one's own, external ones and all they have been abused for;
 * nothing outside of the text is ever read. Elements are told by their path from the root, local
 * names only: "Document/BkToCstmrStmt/Stmt".
 */
enum { XML_DEPTH_MAX = 32, XML_PATH_MAX = 500, XML_TEXT_MAX = 4096 /* bytes of one element */ };
struct xml_element {
    struct str path;
    struct str space; /* its namespace */
    struct str text;  /* what stands directly in it, at its end; cut at XML_TEXT_MAX */
    size_t from, to; /* its bytes in the document: where it begins, at its end also where it ends */
    int line, column; /* where it begins, or for `end` ends; from 1 */
};
struct xml_reader {
    /* The value of an attribute without namespace; borrowed during the call. */
    void (*begin)(void *arg, const struct xml_element *e);
    void (*attribute)(void *arg, const struct xml_element *e, struct str name, struct str value);
    void (*end)(void *arg, const struct xml_element *e);
    bool (*stop)(void *arg); /* asked after each element: true ends the reading */
    void *arg;
};
enum xml_outcome {
    XML_GOOD,
    XML_BROKEN,  /* not well-formed, or in an encoding that expat lacks */
    XML_DOCTYPE, /* it declares a document type */
    XML_DEEP,    /* deeper, or with longer names, than we take */
    XML_STOPPED,
};
/* Where it failed, from 1. The texts that the reader's functions get end with their calls. */
enum xml_outcome xml_read(struct str document, const struct xml_reader *r, struct arena *a,
                          int *ret_line, int *ret_column);
