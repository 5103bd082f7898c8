#include "secret_pages.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/syscall.h>
#ifndef SYS_memfd_secret
#define SYS_memfd_secret 447
#endif
#endif

// Size classes: at most half of a block is slack. What is larger than the last one gets pages of its own.
static const size_t class_sizes[] = {32,   48,   64,   96,   128,  192,  256,   384,   512,   768,  1024,
                                     1536, 2048, 3072, 4096, 6144, 8192, 12288, 16384, 24576, 32768};
enum { CLASS_COUNT = sizeof class_sizes / sizeof class_sizes[0] };
static const size_t CHUNK_BYTES = 64 * 1024;

typedef struct free_block {
    struct free_block *next;
} free_block;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static free_block *free_lists[CLASS_COUNT];
static char *chunk_next, *chunk_end;
static size_t mapped_bytes;
static vs_sys_pages_kind known_kind;

void vs_sys_wipe(void *bytes, size_t size) {
    if (bytes && size) explicit_bzero(bytes, size);
}

bool vs_sys_equal_constant_time(const void *a, const void *b, size_t size) {
    const volatile unsigned char *x = a, *y = b;
    unsigned char difference = 0;
    for (size_t i = 0; i < size; i++) difference |= x[i] ^ y[i];
    return difference == 0;
}

// MARK: - Pages

static size_t round_to_pages(size_t size) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return (size + page - 1) / page * page;
}

static int open_secret_file(void) {
#ifdef __linux__
    return (int)syscall(SYS_memfd_secret, 0u);
#else
    errno = ENOSYS;
    return -1;
#endif
}

// A process whose files may not grow so far (ulimit -f) gets EFBIG, and no signal that ends it.
static int set_length(int file, size_t length) {
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
    sigaction(SIGXFSZ, &ignore, &before);
    int result = ftruncate(file, (off_t)length);
    int error = errno;
    sigaction(SIGXFSZ, &before, NULL);
    errno = error;
    return result;
}

// Maps `length` bytes over the middle of a reservation, so that a guard page stays on either side.
static void *map_memfd_secret(char *at, size_t length) {
    int file = open_secret_file();
    if (file < 0) return MAP_FAILED;
    int flags = fcntl(file, F_GETFD);
    if (flags >= 0) fcntl(file, F_SETFD, flags | FD_CLOEXEC);
    void *pages = MAP_FAILED;
    if (set_length(file, length) == 0)
        pages = mmap(at, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, 0);
    int error = errno;
    close(file);
    errno = error;
    return pages;
}

static void *map_locked(char *at, size_t length) {
    void *pages = mmap(at, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    if (pages == MAP_FAILED) return MAP_FAILED;
    if (mlock(pages, length) != 0) return MAP_FAILED;
    return pages;
}

static void forbid_copies(void *pages, size_t length) {
#ifdef __linux__
    madvise(pages, length, MADV_DONTDUMP);
    madvise(pages, length, MADV_DONTFORK);
#else
    (void)pages, (void)length;
#endif
}

static vs_sys_pages_kind find_kind(void) {
    if (known_kind) return known_kind;
    int file = open_secret_file();
    // Without a free descriptor nothing is known of the kernel: the pages are asked for, and not had.
    if (file < 0 && (errno == EMFILE || errno == ENFILE)) return VS_SYS_PAGES_MEMFD_SECRET;
    known_kind = file >= 0 ? VS_SYS_PAGES_MEMFD_SECRET : VS_SYS_PAGES_LOCKED;
    if (file >= 0) close(file);
    return known_kind;
}

static void *map_pages(size_t length) {
    if (length > VS_SYS_SECRET_LIMIT_BYTES || mapped_bytes + length > VS_SYS_SECRET_LIMIT_BYTES) {
        errno = ENOMEM;
        return NULL;
    }
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *reserved = mmap(NULL, length + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (reserved == MAP_FAILED) return NULL;
    bool secret = find_kind() == VS_SYS_PAGES_MEMFD_SECRET;
    void *pages = secret ? map_memfd_secret(reserved + page, length) : map_locked(reserved + page, length);
    if (pages == MAP_FAILED) {
        int error = errno;
        munmap(reserved, length + 2 * page);
        errno = error;
        return NULL;
    }
    forbid_copies(pages, length);
    mapped_bytes += length;
    return pages;
}

static void unmap_pages(void *pages, size_t length) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    munmap((char *)pages - page, length + 2 * page);
    mapped_bytes -= length;
}

// MARK: - Blocks

static int class_of(size_t size) {
    for (int i = 0; i < CLASS_COUNT; i++)
        if (size <= class_sizes[i]) return i;
    return -1;
}

static void *take_from_chunk(size_t size) {
    if ((size_t)(chunk_end - chunk_next) < size) {
        // What is left of the old chunk is given up: at most one block of the size asked for.
        char *chunk = map_pages(CHUNK_BYTES);
        if (!chunk) return NULL;
        chunk_next = chunk;
        chunk_end = chunk + CHUNK_BYTES;
    }
    char *block = chunk_next;
    chunk_next += size;
    return block;
}

static void *take_block(int class) {
    free_block *block = free_lists[class];
    if (!block) return take_from_chunk(class_sizes[class]);
    free_lists[class] = block->next;
    block->next = NULL;
    return block;
}

void *vs_sys_secret_alloc(size_t size) {
    int class = class_of(size);
    pthread_mutex_lock(&lock);
    void *bytes = class >= 0 ? take_block(class) : map_pages(round_to_pages(size));
    pthread_mutex_unlock(&lock);
    return bytes;
}

void vs_sys_secret_free(void *bytes, size_t size) {
    if (!bytes) return;
    int class = class_of(size);
    vs_sys_wipe(bytes, class >= 0 ? class_sizes[class] : size);
    pthread_mutex_lock(&lock);
    if (class >= 0) {
        free_block *block = bytes;
        block->next = free_lists[class];
        free_lists[class] = block;
    } else {
        unmap_pages(bytes, round_to_pages(size));
    }
    pthread_mutex_unlock(&lock);
}

size_t vs_sys_secret_mapped_bytes(void) {
    pthread_mutex_lock(&lock);
    size_t bytes = mapped_bytes;
    pthread_mutex_unlock(&lock);
    return bytes;
}

vs_sys_pages_kind vs_sys_secret_pages_kind(void) {
    pthread_mutex_lock(&lock);
    vs_sys_pages_kind kind = find_kind();
    pthread_mutex_unlock(&lock);
    return kind;
}
