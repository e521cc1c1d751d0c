#pragma once
#include "cli.h"

/*
 * The door for commands into a running server: DIR/control.sock, mode 0600, open to the server's
 * own user and root (the kernel tells who asks, SO_PEERCRED). One message goes in (the words of the
 * command and the files it read), one comes back (exit status and text). One command at a time.
 */
struct control;

/* Carries out a command that came in; fills `out`, returns the exit status. */
typedef int control_run(void *arg, struct arena *a, const struct str *words, size_t word_count,
                        struct file *files, size_t file_count, struct buf *out);

MUST_USE err control_start(const char *data_dir, control_run *run, void *arg, struct control **ret);
void control_stop(struct control *c); /* ends after the command under way; NULL is fine */

/*
 * The other side. CONTROL_NOBODY when no server answers in that folder. Else the server's exit
 * status and what it says.
 */
enum { CONTROL_NOBODY = 1 };
MUST_USE err control_send(const char *data_dir, const struct str *words, size_t word_count,
                          const struct file *files, size_t file_count, int *ret_status,
                          struct buf *out);
