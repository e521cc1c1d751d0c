#include "commands.h"

#include <stdio.h>

enum { WORDS_BYTES_MAX = 1024 * 1024, SAY_MAX = 64 * 1024 * 1024 };

/*
 * diurnal: a newsroom that its readers pay for, in one program. The words of the command line go to
 * commands.c; the server is put together in serve.c, what it answers stands in routes.c, what it
 * does later in jobs.c.
 */
int main(int argc, char **argv)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, WORDS_BYTES_MAX);
    size_t count = argc > 1 ? (size_t)argc - 1 : 0;
    struct str *words = arena_new(&a, struct str, count + 1);
    for (size_t i = 0; i < count; i++)
        words[i] = str_from_z(argv[i + 1]);
    struct buf out CLEANUP(buf_free) = buf_make(SAY_MAX);
    int status = commands_main(words, count, &out);
    FILE *to = status ? stderr : stdout;
    size_t put = out.n ? fwrite(out.s, 1, out.n, to) : 0;
    if (put != out.n || fflush(to))
        return status ? status : EXIT_REFUSED;
    return status;
}
