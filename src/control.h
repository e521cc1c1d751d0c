#pragma once
#include "cli.h"

/*
 * The door for commands into a running server: DIR/control.sock, mode 0600, open to the server's
 * own user and root (the kernel tells who asks, SO_PEERCRED). One message goes in (the words of the
 * command and the files it read), one comes back (exit status and text). One command at a time.
 */
struct control;

/* What goes in. */
struct message {
    const struct str *words;
    size_t word_count;
    struct file *files;
    size_t file_count;
};

/* Carries out a command that came in; fills `out`, returns the exit status. */
typedef int control_run(void *arg, struct arena *a, const struct message *m, struct buf *out);

MUST_USE err control_start(const char *data_dir, control_run *run, void *arg, struct control **ret);
/*
 * Lets the command under way end, but for who has not said all of theirs yet. False when it still
 * runs after `wait` microseconds: then nothing that it uses may be freed. NULL is fine.
 */
MUST_USE bool control_stop(struct control *c, int64_t wait);

/*
 * The other side. CONTROL_NOBODY when no server answers in that folder. Else the server's exit
 * status and what it says.
 */
enum { CONTROL_NOBODY = 1 };
MUST_USE err control_send(const char *data_dir, const struct message *m, int *ret_status,
                          struct buf *out);
