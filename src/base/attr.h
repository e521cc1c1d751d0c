#pragma once

#include <stddef.h>

/* The GNU attributes this program uses, by short name. Nothing else may spell __attribute__. */
#define MUST_USE      __attribute__((warn_unused_result))
#define NORETURN      __attribute__((noreturn))
#define PRINTF(f, a)  __attribute__((format(printf, f, a)))
#define CLEANUP(f)    __attribute__((cleanup(f)))
#define UNUSED        __attribute__((unused))
#define ALLOC(a, n)   __attribute__((malloc, returns_nonnull, alloc_size(a, n)))
#define IN_SECTION(s) __attribute__((section(s), used, aligned(8)))
#define WEAK          __attribute__((weak)) /* may be missing when linking: then its address is NULL */
#define COUNT(a)      (sizeof(a) / sizeof *(a))
