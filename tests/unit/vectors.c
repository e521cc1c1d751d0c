#include "unit/vectors.h"
#include "base/file.h"
#include "unit/test.h"

void vectors_load(struct vectors *v, const char *name)
{
    const char *folder = getenv("VECTORS");
    struct str text = { 0 };
    struct str why = { 0 };
    arena_init(&v->arena, 16 << 20);
    const char *path = str_z(&v->arena, str_print(&v->arena, "%s/bitcoin/%s",
                                                  folder ? folder : "../shared/vectors", name));
    if (file_read(path, 1 << 20, &v->arena, &text) != OK) {
        printf("# skipped: %s is not there; VECTORS=FOLDER says where\n", path);
        exit(SKIPPED);
    }
    expect(json_parse(text, text.n, &v->arena, &v->all, &why) == OK);
}

struct str vectors_text(const struct json *j, const char *name)
{
    struct str s = { 0 };
    expect(json_get_str(j, name, &s));
    return s;
}
