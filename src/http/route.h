#pragma once
#include "http/http.h"

/*
 * The table of routes, compiled once. A pattern's {name} stands for exactly one segment of the
 * path. Where two patterns fit, the one with the earlier literal segment wins: "/desk/new" before
 * "/desk/{id}". Two routes with the same method and shape are a bug (check).
 */
enum {
    PATH_SEGMENTS_MAX = 10,
    TARGET_MAX = 8192, /* bytes; limits.target_bytes may say less */
    ROUTES_MAX = 1000,
};

/* A path taken apart: its segments, decoded. */
struct path {
    struct str at[PATH_SEGMENTS_MAX];
    size_t n;
    bool slash; /* it ends with one that the root does not need */
};
enum {
    PATH_WRONG = 1, /* a broken escape, NUL, a control, or not UTF-8 */
    PATH_NOWHERE,   /* no route can fit: empty or dot segments, an encoded slash, too many */
};
/* `room` has as many bytes as `encoded`; the segments borrow from it. */
MUST_USE err path_split(struct str encoded, char *room, struct path *ret);

struct routes;
struct routes *routes_make(const struct route *at, size_t n); /* borrows them */
void routes_free(struct routes *r);

struct route_found {
    const struct route *route; /* NULL: none for this path, or none with this method */
    size_t index;              /* of the route in the table as given */
    const char *allow;         /* NULL: no route at all; else the methods of this pattern */
};
/* `method` is HTTP_GET for HEAD too; -1 stands for every method that is never served. */
struct route_found routes_find(const struct routes *r, const struct path *p, int method);

/* The segment that stands for {name}; false when the pattern has no such name. */
bool route_segment(const struct route *route, const struct path *p, struct str name,
                   struct str *ret);
