#pragma once
#include "base/attr.h"

/*
 * What a function says of its outcome.
 *
 *   0         done.
 *   negative  a fault: the disk, the network, a limit, a bug elsewhere. The caller passes it up
 *             unchanged; the request ends in 500 or 503. Nobody switches on it.
 *   positive  a refusal, one of the module's own enum (COMMENT_CLOSED). The caller must handle it
 *             and must not pass it on, for the number means something in that module only.
 */
typedef int err;
enum {
    OK = 0,
    ERR_IO = -1,       /* the disk or the network failed */
    ERR_BUSY = -2,     /* a queue is full or a lock was not had in time; asking again may help */
    ERR_LIMIT = -3,    /* more than a stated bound */
    ERR_DATA = -4,     /* stored data is not what it must be */
    ERR_OVERFLOW = -5, /* a sum does not fit its type */
    ERR_FULL = -6,     /* the disk is full or may not be written */
};

/* Logs a fault's way up as one line; returns e. Says nothing for e >= 0. */
err err_note(err e, const char *func, const char *file, int line);
#define fault(e) err_note((e), __func__, __FILE__, __LINE__)
