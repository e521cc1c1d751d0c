#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/*
 * Listening sockets: "127.0.0.1:8080", "[::1]:8080", "localhost:8080", "unix:/run/x.sock". Port 0
 * is the kernel's choice. A Unix socket gets mode 0660; one that a dead server left behind is
 * removed, one that answers is not.
 */
enum {
    LISTEN_WRONG = 1, /* not an address of one of these forms */
    LISTEN_USED,      /* another program listens there */
    LISTEN_REFUSED,   /* the system does not let us */
};
struct listener {
    int fd, port; /* port 0: a Unix socket */
    struct str path;
};
MUST_USE err listener_open(struct str address, struct arena *a, struct listener *ret);
/*
 * Opens and closes it again. On any refusal *ret_why (in `a`) is the reason as the end of a
 * sentence: what form an address has, that another program listens there, or what the system says.
 */
MUST_USE err listener_try(struct str address, struct arena *a, struct str *ret_why);
/* Takes away the Unix socket's name; the descriptor is closed by whoever has it. */
void listener_unlink(const struct listener *l, struct arena *a);
