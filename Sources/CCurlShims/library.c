#include "library.h"

#include <ctype.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "CCurlShims.h"
#include "environment.h"
#include "wiping_memory.h"

#ifdef __APPLE__
#define LIBRARY_NAME "libcurl.4.dylib"
#else
#define LIBRARY_NAME "libcurl.so.4"
#endif

// SSL_OP_CLEANSE_PLAINTEXT of openssl/ssl.h (3.0 and later): part of the ABI. The header is not needed for one bit.
#define OPENSSL_CLEANSE_PLAINTEXT ((uint64_t)1 << 1)

vs_curl_functions vs_curl;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool is_open;
static void *opened;
static int protection;
static const char *version = "";
static uint64_t (*set_context_options)(void *context, uint64_t options);

// MARK: - OpenSSL's memory

static void *openssl_malloc(size_t size, const char *file, int line) {
    (void)file, (void)line;
    return vs_curl_wiping_malloc(size);
}

static void *openssl_realloc(void *bytes, size_t size, const char *file, int line) {
    (void)file, (void)line;
    return vs_curl_wiping_realloc(bytes, size);
}

static void openssl_free(void *bytes, const char *file, int line) {
    (void)file, (void)line;
    vs_curl_wiping_free(bytes);
}

typedef int (*set_mem_functions)(
    void *(*)(size_t, const char *, int), void *(*)(void *, size_t, const char *, int),
    void (*)(void *, const char *, int));

// The handle's own dependencies are searched, so this finds the libcrypto that libcurl uses, or none.
void vs_curl_protect_openssl(void *library) {
    set_mem_functions set = (set_mem_functions)dlsym(library, "CRYPTO_set_mem_functions");
    if (set && set(openssl_malloc, openssl_realloc, openssl_free) == 1) protection |= VS_CURL_WIPES_OPENSSL;
    set_context_options = (uint64_t(*)(void *, uint64_t))dlsym(library, "SSL_CTX_set_options");
}

void vs_curl_cleanse_plaintext(void *tls_context) {
    if (protection & VS_CURL_CLEANSES_PLAINTEXT) set_context_options(tls_context, OPENSSL_CLEANSE_PLAINTEXT);
}

// MARK: - Opening

static const char *find_functions(void *library) {
#define VS_CURL_FIND(name)                                                                                     \
    vs_curl.name = (__typeof__(vs_curl.name))dlsym(library, #name);                                            \
    if (!vs_curl.name) return #name;
    VS_CURL_FUNCTIONS(VS_CURL_FIND)
#undef VS_CURL_FIND
    return NULL;
}

// The order is the point: OpenSSL takes other memory functions only before its first allocation, libcurl only here.
static int initialise(void *library, char *text, size_t size) {
    const char *missing = find_functions(library);
    if (missing) {
        snprintf(text, size, "it has no function %s", missing);
        return -1;
    }
    vs_sys_environment_erase("SSLKEYLOGFILE");
    vs_curl_protect_openssl(library);
    CURLcode code = vs_curl.curl_global_init_mem(
        CURL_GLOBAL_DEFAULT, vs_curl_wiping_malloc, vs_curl_wiping_free, vs_curl_wiping_realloc,
        vs_curl_wiping_strdup, vs_curl_wiping_calloc);
    if (code != CURLE_OK) {
        snprintf(text, size, "it cannot start: %s", vs_curl.curl_easy_strerror(code));
        return -1;
    }
    protection |= VS_CURL_WIPES_CURL;
    curl_version_info_data *info = vs_curl.curl_version_info(CURLVERSION_FIRST);
    version = info->version;
    bool openssl3 = info->ssl_version && strncmp(info->ssl_version, "OpenSSL/3", 9) == 0;
    if (openssl3 && set_context_options) protection |= VS_CURL_CLEANSES_PLAINTEXT;
    return 0;
}

// A script, or a program of its own, can write wherever the user can: once there may be one, a library is opened from
// folders of the system alone, and what the loader would search besides (LD_LIBRARY_PATH, the program's folder) is not.
static bool searches = true;
// Before that the loader comes first where the user has told it where to look.
static bool by_name;
static char early_words[256];

#ifndef __APPLE__
static const char *const system_folders[] = {
#if defined(__x86_64__)
    "/usr/lib/x86_64-linux-gnu", "/lib/x86_64-linux-gnu",
#elif defined(__aarch64__)
    "/usr/lib/aarch64-linux-gnu", "/lib/aarch64-linux-gnu",
#endif
    "/usr/lib64", "/lib64", "/usr/lib", "/lib",
};

static bool find_in_system(const char *name, char *path, size_t size) {
    for (size_t i = 0; i < sizeof system_folders / sizeof system_folders[0]; i++) {
        struct stat facts;
        snprintf(path, size, "%s/%s", system_folders[i], name);
        if (stat(path, &facts) != 0 || !S_ISREG(facts.st_mode)) continue;
        if (facts.st_uid == 0 && !(facts.st_mode & (S_IWGRP | S_IWOTH))) return true;
    }
    return false;
}
#endif

void *vs_curl_open_library(const char *name) {
#ifndef __APPLE__
    char path[256];
    void *found = by_name ? dlopen(name, RTLD_NOW | RTLD_LOCAL) : NULL;
    if (found) return found;
    if (find_in_system(name, path, sizeof path)) return dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!searches) return NULL;
#endif
    return dlopen(name, RTLD_NOW | RTLD_LOCAL);
}

#ifdef __linux__
// What the first look-up of a name would open, as /etc/nsswitch.conf has it, and the end of a thread.
static void open_name_services(void) {
    dlopen("libgcc_s.so.1", RTLD_NOW | RTLD_LOCAL);
    FILE *file = fopen("/etc/nsswitch.conf", "re");
    if (!file) return;
    char line[512], name[96];
    while (fgets(line, sizeof line, file)) {
        if (strncmp(line, "hosts:", 6) != 0) continue;
        char *rest = NULL;
        for (char *word = strtok_r(line + 6, " \t\n", &rest); word; word = strtok_r(NULL, " \t\n", &rest)) {
            if (!isalnum((unsigned char)*word) || strlen(word) > 40) continue;
            snprintf(name, sizeof name, "libnss_%s.so.2", word);
            dlopen(name, RTLD_NOW | RTLD_LOCAL);
        }
    }
    fclose(file);
}
#endif

bool vs_curl_can_wait(void) {
#ifdef __APPLE__
    return true;
#else
    static const char *const variables[] = {"LD_LIBRARY_PATH", "LD_PRELOAD", "LD_AUDIT"};
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        const char *value = getenv(variables[i]);
        if (value && *value) return false;
    }
    char path[256];
    return find_in_system(LIBRARY_NAME, path, sizeof path);
#endif
}

void vs_curl_settle(bool can_wait) {
    if (!can_wait) {
        by_name = true;
        vs_curl_open(NULL, early_words, sizeof early_words);
#ifdef __linux__
        open_name_services();
#endif
    }
    by_name = searches = false;
    dlerror();
}

static int open_locked(const char *name, char *text, size_t size) {
    if (is_open && !name) return 0;
    void *library = name ? dlopen(name, RTLD_NOW | RTLD_LOCAL) : vs_curl_open_library(LIBRARY_NAME);
    if (!library) {
        const char *words = dlerror();
        if (!words) words = *early_words ? early_words : "it cannot be loaded";
        if (words != text) snprintf(text, size, "%s", words);
        return -1;
    }
    if (is_open) return 0;
    int result = initialise(library, text, size);
    is_open = result == 0;
    if (is_open) opened = library;
    return result;
}

int vs_curl_open(const char *library, char *text, size_t size) {
    pthread_mutex_lock(&lock);
    int result = open_locked(library, text, size);
    pthread_mutex_unlock(&lock);
    return result;
}

void *vs_curl_library(void) { return opened; }

int vs_curl_protection(void) { return protection; }

const char *vs_curl_version(void) { return version; }
