// HMAC (RFC 2104) by OpenSSL's libcrypto: the one that libcurl brings along, else one opened here. Never our own.
#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "CCurlShims.h"
#include "library.h"

typedef struct evp_md evp_md;
typedef const evp_md *(*find_algorithm)(void);
typedef unsigned char *(*compute_hmac)(const evp_md *algorithm, const void *key, int key_size, const unsigned char *message,
                                       size_t size, unsigned char *digest, unsigned *digest_size);

#ifdef __APPLE__
static const char *const library_names[] = {"libcrypto.3.dylib", "/opt/homebrew/opt/openssl@3/lib/libcrypto.3.dylib"};
#else
static const char *const library_names[] = {"libcrypto.so.3", "libcrypto.so.1.1"};
#endif

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void *crypto;

static void *open_own(void) {
    for (size_t i = 0; i < sizeof library_names / sizeof library_names[0]; i++) {
        void *library = vs_curl_open_library(library_names[i]);
        if (!library) continue;
        vs_curl_protect_openssl(library);
        return library;
    }
    return NULL;
}

// libcurl comes first even where only a hash is wanted: OpenSSL takes our wiping allocators before its first use alone.
static void *find_crypto(char *text, size_t size) {
    if (crypto) return crypto;
    if (vs_curl_open(NULL, text, size) == 0 && dlsym(vs_curl_library(), "HMAC"))
        crypto = vs_curl_library();
    else
        crypto = open_own();
    if (!crypto) snprintf(text, size, "there is no libcrypto of OpenSSL");
    return crypto;
}

static int compute(void *library, const char *name, const void *key, size_t key_size, const void *message, size_t size,
                   void *digest, size_t digest_size) {
    compute_hmac hmac = (compute_hmac)dlsym(library, "HMAC");
    find_algorithm find = (find_algorithm)dlsym(library, name);
    if (!hmac || !find || key_size > INT_MAX) return -1;
    unsigned written = 0;
    // OpenSSL takes NULL for "no key given", which is not an empty key.
    const void *result = hmac(find(), key_size ? key : "", (int)key_size, size ? message : "", size, digest, &written);
    return result && written == digest_size ? 0 : -1;
}

int vs_curl_hmac(vs_curl_hash hash, const void *key, size_t key_size, const void *message, size_t size, void *digest,
                 size_t digest_size, char *text, size_t text_size) {
    static const char *const names[] = {"EVP_sha1", "EVP_sha256", "EVP_sha512"};
    if ((unsigned)hash >= sizeof names / sizeof names[0]) return -1;
    pthread_mutex_lock(&lock);
    void *library = find_crypto(text, text_size);
    int result = library ? compute(library, names[hash], key, key_size, message, size, digest, digest_size) : -1;
    if (library && result) snprintf(text, text_size, "OpenSSL does not compute it, maybe because of a policy (FIPS)");
    pthread_mutex_unlock(&lock);
    return result;
}
