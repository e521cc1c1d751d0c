#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/*
 * Listening sockets: "127.0.0.1:8080", "[::1]:8080", "localhost:8080", "unix:/run/x.sock". Port 0
 * is the kernel's choice. A Unix socket gets mode 0660; one that a dead server left behind is
 * removed, one that answers is not.
 */
enum { LISTEN_WRONG = 1, LISTEN_USED };
struct listener {
    int fd, port; /* port 0: a Unix socket */
    struct str path;
};
MUST_USE err listener_open(struct str address, struct arena *a, struct listener *ret);
/* Takes away the Unix socket's name; the descriptor is closed by whoever has it. */
void listener_unlink(const struct listener *l, struct arena *a);
