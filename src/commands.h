#pragma once
#include "control.h"

/* Every command of the program, and how one is carried out. */
int commands_main(const struct str *words, size_t word_count, struct buf *out);

/* A command that came through the control socket (control.h: control_run); `arg` is the newsroom.
 */
int commands_serve(void *arg, struct arena *a, const struct message *m, struct buf *out);
