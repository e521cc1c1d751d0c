#pragma once
#include "base/str.h"

#include <pthread.h>

/*
 * A server of one conversation on 127.0.0.1, for clients under test: for each step it waits until
 * what came since the last step holds `await` (NULL: at once), then says `say`. After the last step
 * it closes, or with `hang` says nothing more until the client leaves.
 */
struct script_step {
    const char *await, *say;
};
struct script_server {
    const struct script_step *steps;
    size_t n;
    bool hang;
    int port; /* script_start()'s */
    int listener;
    pthread_t thread;
    char heard[65536]; /* all that came; read it after script_end() */
    size_t heard_n;
};
void script_start(struct script_server *s);
void script_end(struct script_server *s); /* waits for the conversation's end */
