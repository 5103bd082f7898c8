// CCurlShims: libcurl behind typed functions. libcurl is opened at the first request, not linked, and Swift cannot call
// the variadic curl_easy_setopt; both are hidden here. No function of this header blocks, except the first
// vs_curl_open (about 5 ms). All handles belong to one thread.
#ifndef VS_CURL_SHIMS_H
#define VS_CURL_SHIMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// MARK: - The library

/// Opens libcurl, makes its memory and OpenSSL's wiping, and initialises both. Later calls cost nothing. Thread-safe.
///
/// `library` is NULL for the usual name (a test gives another). SSLKEYLOGFILE is erased from our environment first:
/// OpenSSL builds of libcurl would write the session keys there. 0, or -1 with the loader's words in `text`.
int vs_curl_open(const char *library, char *text, size_t size);

/// Whether libcurl lies in a folder of the system, and no variable (LD_LIBRARY_PATH …) makes the loader look elsewhere: then
/// it can be opened when a script, which may write files, has begun. To be asked before the environment is cleaned.
bool vs_curl_can_wait(void);

/// To be called once, before the script begins: opens libcurl, and what looking up a name would open, now where that cannot
/// wait. From here on libraries come from folders of the system alone.
void vs_curl_settle(bool can_wait);

/// What of the memory protection is in force; bits below. Known after vs_curl_open.
enum {
    /// libcurl clears what it frees.
    VS_CURL_WIPES_CURL = 1,
    /// OpenSSL clears what it frees. Missing where another library had used OpenSSL before us, or another TLS is built in.
    VS_CURL_WIPES_OPENSSL = 2,
    /// OpenSSL clears decrypted records once they were read.
    VS_CURL_CLEANSES_PLAINTEXT = 4,
};
int vs_curl_protection(void);

/// libcurl's version, such as "7.88.1"; static. Empty before vs_curl_open.
const char *vs_curl_version(void);

// MARK: - Keyed hashes

/// The hashes that vs_curl_hmac knows.
typedef enum {
    VS_CURL_SHA1,
    VS_CURL_SHA256,
    VS_CURL_SHA512,
} vs_curl_hash;

/// Writes the HMAC (RFC 2104) of `message` under `key` to `digest`; `digest_size` is the hash's own size.
///
/// Computed by the libcrypto that libcurl uses, which is opened with it, so that its memory is wiping. 0, or -1 with the
/// reason in `text`. NULL with a size of 0 is an empty key or message. Thread-safe.
int vs_curl_hmac(vs_curl_hash hash, const void *key, size_t key_size, const void *message, size_t size, void *digest,
                 size_t digest_size, char *text, size_t text_size);

// MARK: - Signatures

/// What is signed for AWS (SigV4): a POST to `url` (http, so that nothing is encrypted on the way to loopback). All texts
/// are NUL-terminated; `credentials` is `ID:SECRET`; `token` a whole header line, or NULL.
typedef struct {
    const char *url, *scope, *credentials, *content_type, *token, *body;
} vs_curl_aws_request;

/// Writes the header block of the signed request, up to its empty line, to `block`; gives its length, or -1 with the
/// reason in `text`. Blocks for a connection to loopback only, some milliseconds.
int vs_curl_sign_aws(const vs_curl_aws_request *request, char *block, size_t size, char *text, size_t text_size);

// MARK: - One transfer

/// An easy handle with its header list and error text. Wiped and freed by vs_curl_transfer_free.
typedef struct vs_curl_transfer vs_curl_transfer;

/// Takes `count` bytes of body or one header line; gives back `count`, or less to stop the transfer. The bytes are
/// libcurl's and are lent for the call only.
typedef size_t (*vs_curl_receive)(void *context, const void *bytes, size_t count);

/// A transfer with the house settings: HTTP/1.1 alone, no compression, no redirects, no proxy, no netrc, no signals,
/// certificates checked, plaintext cleansed. `context` is given to both callbacks. NULL when memory is out.
vs_curl_transfer *vs_curl_transfer_make(vs_curl_receive body, vs_curl_receive header, void *context);

/// Frees and wipes the transfer; it must have left its multi. NULL is ignored.
void vs_curl_transfer_free(vs_curl_transfer *transfer);

/// Text options. libcurl copies the text into wiping memory.
typedef enum {
    VS_CURL_URL,
    /// The request's method, where it is not what libcurl would choose.
    VS_CURL_METHOD,
    VS_CURL_USER_AGENT,
    VS_CURL_PROXY,
    /// `user:password` for the proxy.
    VS_CURL_PROXY_CREDENTIALS,
    /// A file of PEM certificates that are trusted instead of the system's.
    VS_CURL_CA_FILE,
} vs_curl_text;

/// Sets a text. 0, or -1 where libcurl refuses it. Typed, because curl_easy_setopt trusts any pointer.
int vs_curl_set_text(vs_curl_transfer *transfer, vs_curl_text option, const char *text);

/// Number options.
typedef enum {
    VS_CURL_CONNECT_TIMEOUT_MILLISECONDS,
    VS_CURL_TOTAL_TIMEOUT_MILLISECONDS,
    /// 1: never on a used connection, so that libcurl does not repeat the request by itself when that one has died.
    VS_CURL_FRESH_CONNECT,
    /// 1: the answer has a head alone, as that to HEAD. With a method of its own libcurl would wait for a body.
    VS_CURL_HEAD_ALONE,
} vs_curl_number;

/// Sets a number. 0, or -1. Typed, because a variadic `long` must have its exact width.
int vs_curl_set_number(vs_curl_transfer *transfer, vs_curl_number option, long value);

/// Refuses an answer that announces more bytes. 0, or -1. A kind of its own, because curl_off_t is wider than long.
int vs_curl_set_maximum_size(vs_curl_transfer *transfer, int64_t bytes);

/// Allows one scheme, "https" or "http". 0, or -1. A function, because libcurl before 7.85 wants a bit mask instead.
int vs_curl_set_protocol(vs_curl_transfer *transfer, const char *scheme);

/// Adds a header line without line end; copied into wiping memory. 0, or -1 when memory is out.
int vs_curl_add_header(vs_curl_transfer *transfer, const char *line);

/// Sends `count` bytes as the body. They are not copied and must stay until the transfer is freed. 0, or -1.
/// POSTFIELDS, not COPYPOSTFIELDS: the one copy stays in secret memory.
int vs_curl_set_body(vs_curl_transfer *transfer, const void *bytes, size_t count);

/// Sends a copy of `count` bytes that are no secret as the body. 0, or -1.
int vs_curl_set_public_body(vs_curl_transfer *transfer, const void *bytes, size_t count);

/// Sends the first `count` bytes of the regular file open as `file`, read as they go; PUT unless a method is set.
/// The descriptor stays the caller's and open until the transfer is freed. C, because libcurl takes no descriptor. 0, or -1.
int vs_curl_set_upload(vs_curl_transfer *transfer, int file, int64_t count);

// MARK: - What came of it

/// The answer's status; 0 where there was none.
long vs_curl_status(vs_curl_transfer *transfer);
/// The errno of a connection that failed, EMFILE where hardly any descriptor is free; 0 where there is none.
long vs_curl_system_error(vs_curl_transfer *transfer);
/// How many bytes of the body have gone out; known while the transfer runs, too.
int64_t vs_curl_sent(vs_curl_transfer *transfer);
/// True once the connection, TLS included, stood and the request could go.
bool vs_curl_was_connected(vs_curl_transfer *transfer);
/// libcurl's words on the failure; owned by the transfer, empty where there are none.
const char *vs_curl_error_text(vs_curl_transfer *transfer);

/// The results that are told apart; every other CURLcode is VS_CURL_OTHER.
typedef enum {
    VS_CURL_OK,
    VS_CURL_DNS,
    VS_CURL_CONNECT,
    VS_CURL_TLS,
    VS_CURL_TIMEOUT,
    VS_CURL_RESET,
    VS_CURL_TRUNCATED,
    VS_CURL_TOO_LARGE,
    VS_CURL_STOPPED,
    VS_CURL_BAD_URL,
    VS_CURL_NOT_HTTP,
    VS_CURL_PROXY_FAILED,
    /// The file of vs_curl_set_upload could not be read, or has become shorter.
    VS_CURL_UPLOAD_FAILED,
    VS_CURL_OTHER,
} vs_curl_outcome;

/// Sorts a CURLcode.
vs_curl_outcome vs_curl_outcome_of(int code);

// MARK: - Many transfers, one thread

/// A multi handle: the connections of a run.
typedef struct vs_curl_multi vs_curl_multi;

/// What a socket is to be waited for; REMOVE: no longer. The socket is libcurl's.
enum {
    VS_CURL_WAIT_READABLE = 1,
    VS_CURL_WAIT_WRITABLE = 2,
    VS_CURL_WAIT_REMOVE = 4,
};

/// Told when a socket is to be waited for, with bits of VS_CURL_WAIT_….
typedef void (*vs_curl_socket_change)(void *context, int descriptor, int wait);
/// Told when vs_curl_multi_act wants to be called without a socket: after `milliseconds`; below 0: not at all.
typedef void (*vs_curl_timer_change)(void *context, long milliseconds);

/// A multi that keeps at most `connections` a host and calls back for sockets and the timer. NULL when memory is out.
vs_curl_multi *vs_curl_multi_make(vs_curl_socket_change socket, vs_curl_timer_change timer, void *context,
                                  long connections);
/// Closes all connections. Its transfers must have been removed. NULL is ignored.
void vs_curl_multi_free(vs_curl_multi *multi);
/// Starts a transfer. 0, or -1.
int vs_curl_multi_add(vs_curl_multi *multi, vs_curl_transfer *transfer);
/// Takes a transfer out, finished or not. Never waits for a resolver thread.
void vs_curl_multi_remove(vs_curl_multi *multi, vs_curl_transfer *transfer);
/// Lets libcurl work: a socket is ready (bits READABLE, WRITABLE, `error`), or with descriptor -1 its time has come.
void vs_curl_multi_act(vs_curl_multi *multi, int descriptor, int ready, bool error);
/// The next finished transfer and its CURLcode; NULL when there is none.
vs_curl_transfer *vs_curl_multi_next(vs_curl_multi *multi, int *code);

#endif
