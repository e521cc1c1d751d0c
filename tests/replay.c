#include <dirent.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * Stands in for libFuzzer where the branches that a corpus takes are counted (tools/coverage): every
 * file of the folder once, without a sanitizer.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 16 << 20 };

static int replay(const char *path, uint8_t *bytes)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return 1;
    size_t n = fread(bytes, 1, INPUT_MAX, f);
    int bad = ferror(f);
    fclose(f);
    if (!bad)
        (void)LLVMFuzzerTestOneInput(bytes, n);
    return bad;
}

int main(int argc, char **argv)
{
    char path[PATH_MAX];
    uint8_t *bytes = malloc(INPUT_MAX);
    DIR *folder = argc == 2 && bytes ? opendir(argv[1]) : NULL;
    int bad = folder ? 0 : 2;
    int n = 0;
    for (struct dirent *d; folder && (d = readdir(folder));) {
        if (d->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", argv[1], d->d_name);
        bad |= replay(path, bytes);
        n++;
    }
    if (folder)
        closedir(folder);
    free(bytes);
    return bad || n == 0;
}
