#pragma once
#include "http/http.h"
#include "http/negotiate.h"
#include "http/settings.h"
#include "http/topic.h"

#include <microhttpd.h>

/*
 * A page as the cache keeps it: its text with its headers (struct source, which never changes and
 * is held by whoever works on it), and for each coding the responses made from it, ready to be sent
 * again and again: the whole one, and the 304 for whoever has it already. The entity tag is a
 * digest of the text and the coding's name, so that it is strong and survives a restart.
 */
struct source {
    atomic_int holders;
    char *body; /* one block with all the texts below */
    size_t n;
    const char *type, *cache_control, *vary;
    struct {
        const char *name, *value;
    } headers[RESPONSE_HEADERS_MAX];
    size_t header_count;
    bool embeddable, compressible;
    struct settings *settings; /* held: what the security headers say */
    char digest[24];
};
/* Copies all of a response; it has no cookies (check). */
struct source *source_make(const struct response *response, struct settings *settings);
void source_hold(struct source *s);
void source_drop(struct source *s); /* NULL is fine */

enum coded_state { CODED_UNTRIED, CODED_READY, CODED_USELESS };
struct coded {
    enum coded_state state; /* USELESS: not smaller, the next coding serves */
    struct MHD_Response *whole, *unchanged;
    size_t bytes;
    char tag[40]; /* with its quotes */
    int quality;
    bool filed; /* sent from a file */
};
/* The responses of one coding. May take long: never under a lock. */
struct coded coded_make(struct source *s, enum coding coding, int quality);
void coded_free(struct coded *c);
/*
 * The identity response once more, sent by the kernel from a file of its own in `folder` that has
 * no name: what is large and asked for often is then not copied for every client. False: there can
 * be none (the disk is full, its kind of file system knows no such files, no descriptor is left).
 */
enum { FILED_LEAST = 16 * 1024 /* bytes, below which copying is cheaper */ };
MUST_USE bool coded_file(struct source *s, const char *folder, struct coded *ret);
