#pragma once
#include "base/attr.h"
#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>

/*
 * TEST(name) { ... } registers itself; the runner forks one process a test and prints TAP. A test
 * whose tool is not installed leaves with exit(SKIPPED), which the runner tells loudly.
 */
enum { SKIPPED = 77 };
struct test {
    const char *name;
    void (*run)(void);
};
#define TEST(id)                                                                                   \
    static void id(void);                                                                          \
    static const struct test id##_entry IN_SECTION("tests") = { #id, id };                         \
    static void id(void)
#define expect(e)                                                                                  \
    ((e) ? (void)0 : (printf("# %s:%d: %s\n", __FILE__, __LINE__, #e), fflush(stdout), _Exit(1)))
#define expect_str(a, b)                                                                           \
    do {                                                                                           \
        struct str x_ = (a), y_ = (b);                                                             \
        if (!str_eq(x_, y_)) {                                                                     \
            printf("# %s:%d: got \"" STR_FMT "\", want \"" STR_FMT "\"\n", __FILE__, __LINE__,     \
                   STR_ARG(x_), STR_ARG(y_));                                                      \
            fflush(stdout);                                                                        \
            _Exit(1);                                                                              \
        }                                                                                          \
    } while (0)
