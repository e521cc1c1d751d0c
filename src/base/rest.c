#include "base/rest.h"

#include <link.h>
#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* Only segments that are never written: pages of the others hold what the file does not. */
static int leave_segments(struct dl_phdr_info *info, size_t size, void *arg)
{
    (void)size, (void)arg;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];
        if (p->p_type != PT_LOAD || (p->p_flags & PF_W))
            continue;
        uintptr_t begin = (info->dlpi_addr + p->p_vaddr) & ~(page - 1);
        uintptr_t end = (info->dlpi_addr + p->p_vaddr + p->p_memsz + page - 1) & ~(page - 1);
        // The kernel's own vdso refuses; it is two pages.
        // NOLINTNEXTLINE(performance-no-int-to-ptr): the loader tells places as numbers
        (void)madvise((void *)begin, end - begin, MADV_DONTNEED);
    }
    return 0;
}

void rest_memory(void)
{
    (void)malloc_trim(0);                        // whether there was something to give back
    (void)dl_iterate_phdr(leave_segments, NULL); // what leave_segments() returned
}
