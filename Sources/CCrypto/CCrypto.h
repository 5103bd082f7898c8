// OpenSSL's libcrypto: HMAC and digests for the development vault's tokens. Imported by DevVault alone.
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
