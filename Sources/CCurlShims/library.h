// The functions of libcurl that are used, as found by dlsym.
#ifndef VS_CURL_LIBRARY_H
#define VS_CURL_LIBRARY_H

// The header's type-checking macros expect calls to the linked functions.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

#define VS_CURL_FUNCTIONS(X)                                                                                   \
    X(curl_global_init_mem)                                                                                    \
    X(curl_version_info)                                                                                       \
    X(curl_easy_init)                                                                                          \
    X(curl_easy_setopt)                                                                                        \
    X(curl_easy_getinfo)                                                                                       \
    X(curl_easy_perform)                                                                                       \
    X(curl_easy_cleanup)                                                                                       \
    X(curl_easy_strerror)                                                                                      \
    X(curl_slist_append)                                                                                       \
    X(curl_slist_free_all)                                                                                     \
    X(curl_multi_init)                                                                                         \
    X(curl_multi_setopt)                                                                                       \
    X(curl_multi_add_handle)                                                                                   \
    X(curl_multi_remove_handle)                                                                                \
    X(curl_multi_socket_action)                                                                                \
    X(curl_multi_info_read)                                                                                    \
    X(curl_multi_cleanup)

typedef struct {
#define VS_CURL_MEMBER(name) __typeof__(&name) name;
    VS_CURL_FUNCTIONS(VS_CURL_MEMBER)
#undef VS_CURL_MEMBER
} vs_curl_functions;

// Filled by vs_curl_open; every handle exists only after it.
extern vs_curl_functions vs_curl;

// Opens a library as the loader would, or, once that is settled, from folders of the system alone; NULL where it is not
// there.
void *vs_curl_open_library(const char *name);

// The opened libcurl, whose dependencies dlsym searches too; NULL before vs_curl_open.
void *vs_curl_library(void);

// Gives OpenSSL our wiping allocators, where `library` brings it and it has not allocated yet.
void vs_curl_protect_openssl(void *library);

// Makes OpenSSL clear decrypted records of this TLS context; does nothing for another TLS library.
void vs_curl_cleanse_plaintext(void *tls_context);

// The easy handle of a transfer.
struct vs_curl_transfer;
CURL *vs_curl_easy_of(struct vs_curl_transfer *transfer);

#endif
