#pragma once
#include "base/err.h"
#include "base/str.h"

/* Small files, read whole and written whole. */
enum { FILE_MISSING = 1, FILE_TOO_LARGE, FILE_NOT_ALLOWED, FILE_NOT_REGULAR };

/* Reads a regular file of at most `max` bytes into the arena. */
MUST_USE err file_read(const char *path, size_t max, struct arena *a, struct str *ret);

/* The same for a file in an open folder. A symbolic link is FILE_NOT_REGULAR. */
MUST_USE err file_read_at(int folder, const char *name, size_t max, struct arena *a,
                          struct str *ret);

/*
 * Writes a new file with these permissions, so that after a crash it is there whole or not at all:
 * a temporary name beside it, fsync, rename, fsync of the folder. Replaces what was there.
 */
MUST_USE err file_write(const char *path, struct str bytes, unsigned mode, struct arena *a);

/* One clear sentence about a refusal above, for the operator. */
const char *file_refusal(err refusal);
