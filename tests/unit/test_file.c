#include "base/file.h"
#include "unit/test.h"

#include <sys/stat.h>
#include <unistd.h>

/* Without these a cut write could pass for a key, a configuration or a theme. */

TEST(a_written_file_is_read_back_whole_and_limits_hold)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 100000);
    char dir[] = "/tmp/diurnal-file-XXXXXX";
    expect(mkdtemp(dir));
    const char *path = str_z(&a, str_print(&a, "%s/x", dir));
    struct str got = { 0 };
    expect(file_read(path, 10, &a, &got) == FILE_MISSING && !got.s);
    expect(file_write(path, S("0123456789"), 0600, &a) == OK);
    struct stat st;
    expect(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
    expect(file_read(path, 10, &a, &got) == OK);
    expect_str(got, S("0123456789"));
    expect(file_read(path, 9, &a, &got) == FILE_TOO_LARGE);
    expect(file_write(path, S("new"), 0600, &a) == OK);
    expect(file_read(path, 10, &a, &got) == OK);
    expect_str(got, S("new"));
    expect(file_read(dir, 10, &a, &got) == FILE_NOT_REGULAR);
    expect(unlink(path) == 0 && rmdir(dir) == 0);
}
