#pragma once

/* Files compiled into the binary by tools/embed: the theme and the migrations. A NULL path ends
 * them. */
struct embedded {
    const char *path; /* from the repository's root: "theme/pages/report.html" */
    const char *bytes, *end;
};
extern const struct embedded embedded_files[];
