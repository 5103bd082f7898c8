#include "wiping_memory.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "secret_pages.h"

// As wide as malloc's alignment, so that what follows it stays aligned.
typedef union {
    size_t size;
    max_align_t alignment;
} header;

void *vs_curl_wiping_malloc(size_t size) {
    if (size > SIZE_MAX - sizeof(header)) return NULL;
    header *block = malloc(sizeof(header) + size);
    if (!block) return NULL;
    block->size = size;
    return block + 1;
}

void *vs_curl_wiping_calloc(size_t count, size_t size) {
    if (size && count > SIZE_MAX / size) return NULL;
    void *bytes = vs_curl_wiping_malloc(count * size);
    if (bytes) memset(bytes, 0, count * size);
    return bytes;
}

// Never the system's realloc: it may move the block and leave the old one as it was.
void *vs_curl_wiping_realloc(void *bytes, size_t size) {
    if (!bytes) return vs_curl_wiping_malloc(size);
    if (!size) {
        vs_curl_wiping_free(bytes);
        return NULL;
    }
    size_t held = ((header *)bytes - 1)->size;
    void *moved = vs_curl_wiping_malloc(size);
    if (!moved) return NULL;
    memcpy(moved, bytes, held < size ? held : size);
    vs_curl_wiping_free(bytes);
    return moved;
}

char *vs_curl_wiping_strdup(const char *text) {
    size_t size = strlen(text) + 1;
    char *copy = vs_curl_wiping_malloc(size);
    if (copy) memcpy(copy, text, size);
    return copy;
}

void vs_curl_wiping_free(void *bytes) {
    if (!bytes) return;
    header *block = (header *)bytes - 1;
    vs_sys_wipe(block, sizeof(header) + block->size);
    free(block);
}
