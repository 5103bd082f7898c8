// An allocator that clears what it frees: for libraries that keep secrets in memory of their own.
#ifndef VS_WIPING_MEMORY_H
#define VS_WIPING_MEMORY_H

#include <stddef.h>

// The size is kept in a header in front; what one of these gave goes back to one of these only. Thread-safe as malloc.
void *vs_curl_wiping_malloc(size_t size);
void *vs_curl_wiping_calloc(size_t count, size_t size);
void *vs_curl_wiping_realloc(void *bytes, size_t size);
char *vs_curl_wiping_strdup(const char *text);
void vs_curl_wiping_free(void *bytes);

#endif
