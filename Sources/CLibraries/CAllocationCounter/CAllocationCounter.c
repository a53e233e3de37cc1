#define _GNU_SOURCE
#include "CAllocationCounter.h"

#include <errno.h>
#include <link.h>
#include <stddef.h>
#include <string.h>

/* glibc's own entry points, which it keeps for those who replace malloc. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *memory);

static __thread uint64_t allocations __attribute__((tls_model("initial-exec")));

static __thread uint64_t cipher_allocations __attribute__((tls_model("initial-exec")));

/* Where the code of NSS is mapped. Some of its libraries come only with its first use, so they are looked for again
 * whenever a count is read; a thread that meets half an entry counts one allocation wrongly. */
static const char *const cipher_libraries[] = {"libnssutil3", "libnss3", "libnspr4", "libsoftokn3", "libfreebl3",
                                              "libfreeblpriv3"};
enum { CIPHER_LIBRARIES = sizeof cipher_libraries / sizeof *cipher_libraries };
static struct range {
    uintptr_t start, end;
} ranges[CIPHER_LIBRARIES];

static int find_cipher(struct dl_phdr_info *info, size_t size, void *unused) {
    (void)size;
    (void)unused;
    for (int library = 0; library < CIPHER_LIBRARIES; library++) {
        if (!info->dlpi_name || !strstr(info->dlpi_name, cipher_libraries[library])) continue;
        for (int i = 0; i < info->dlpi_phnum; i++) {
            const ElfW(Phdr) *header = &info->dlpi_phdr[i];
            if (header->p_type != PT_LOAD || !(header->p_flags & PF_X)) continue;
            ranges[library].start = info->dlpi_addr + header->p_vaddr;
            ranges[library].end = ranges[library].start + header->p_memsz;
        }
    }
    return 0;
}

static void find_ciphers(void) {
    for (int i = 0; i < CIPHER_LIBRARIES; i++) {
        if (ranges[i].end) continue;
        dl_iterate_phdr(find_cipher, NULL);
        return;
    }
}

static void note(const void *caller) {
    uintptr_t address = (uintptr_t)caller;
    for (int i = 0; i < CIPHER_LIBRARIES; i++) {
        if (address < ranges[i].start || address >= ranges[i].end) continue;
        cipher_allocations++;
        return;
    }
    allocations++;
}

uint64_t callpoint_thread_allocations(void) {
    find_ciphers();
    return allocations;
}

uint64_t callpoint_thread_cipher_allocations(void) {
    find_ciphers();
    return cipher_allocations;
}

void *malloc(size_t size) {
    note(__builtin_return_address(0));
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    note(__builtin_return_address(0));
    return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
    note(__builtin_return_address(0));
    return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size) {
    note(__builtin_return_address(0));
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **result, size_t alignment, size_t size) {
    if (alignment < sizeof(void *) || (alignment & (alignment - 1)) != 0) return EINVAL;
    void *memory = memalign(alignment, size);
    if (!memory) return ENOMEM;
    *result = memory;
    return 0;
}

void free(void *memory) { __libc_free(memory); }
