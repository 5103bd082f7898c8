#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "CCurlShims.h"
#include "library.h"
#include "wiping_memory.h"

struct vs_curl_transfer {
    CURL *easy;
    struct curl_slist *headers;
    vs_curl_receive body, header;
    void *context;
    // What is uploaded: the file, how much of it, and how far it has been read.
    int file;
    curl_off_t file_size, file_offset;
    char error[CURL_ERROR_SIZE];
};

CURL *vs_curl_easy_of(vs_curl_transfer *transfer) { return transfer->easy; }

static size_t receive_body(char *bytes, size_t size, size_t count, void *context) {
    vs_curl_transfer *transfer = context;
    return transfer->body(transfer->context, bytes, size * count);
}

static size_t receive_header(char *bytes, size_t size, size_t count, void *context) {
    vs_curl_transfer *transfer = context;
    return transfer->header(transfer->context, bytes, size * count);
}

static size_t send_file(char *room, size_t size, size_t count, void *context) {
    vs_curl_transfer *transfer = context;
    curl_off_t left = transfer->file_size - transfer->file_offset;
    if (left <= 0) return 0;
    size_t wanted = left < (curl_off_t)(size * count) ? (size_t)left : size * count;
    ssize_t read = pread(transfer->file, room, wanted, (off_t)transfer->file_offset);
    // Nothing where something has to be: the file was cut meanwhile.
    if (read <= 0) return CURL_READFUNC_ABORT;
    transfer->file_offset += read;
    return (size_t)read;
}

// libcurl goes back to the start where a used connection has died before a byte of the answer.
static int seek_file(void *context, curl_off_t offset, int origin) {
    vs_curl_transfer *transfer = context;
    if (origin != SEEK_SET || offset < 0 || offset > transfer->file_size) return CURL_SEEKFUNC_FAIL;
    transfer->file_offset = offset;
    return CURL_SEEKFUNC_OK;
}

static CURLcode prepare_tls(CURL *easy, void *tls_context, void *context) {
    (void)easy, (void)context;
    vs_curl_cleanse_plaintext(tls_context);
    return CURLE_OK;
}

// Every setting that is not libcurl's default says why; what a libcurl is too old to know is its default there.
static void apply_house_settings(vs_curl_transfer *transfer) {
    CURL *easy = transfer->easy;
#define SET(option, value) vs_curl.curl_easy_setopt(easy, option, value)
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);  // HTTP/2 buffers more, for no gain here
    SET(CURLOPT_FOLLOWLOCATION, 0L);                         // credentials go to one host
    SET(CURLOPT_PROXY, "");                                  // also none from the environment
    SET(CURLOPT_NOPROXY, "");                                // no exceptions from the environment either
    SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);            // no credentials from files
    SET(CURLOPT_NOSIGNAL, 1L);                               // signals are the event loop's
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);  // and later
    SET(CURLOPT_SSL_CTX_FUNCTION, prepare_tls);
    SET(CURLOPT_PATH_AS_IS, 1L);  // a name is sent as it was encoded
#if LIBCURL_VERSION_NUM >= 0x075700
    SET(CURLOPT_QUICK_EXIT, 1L);  // giving up does not wait for a resolver thread
#endif
    SET(CURLOPT_ERRORBUFFER, transfer->error);
    SET(CURLOPT_PRIVATE, transfer);
    SET(CURLOPT_WRITEFUNCTION, receive_body);
    SET(CURLOPT_WRITEDATA, transfer);
    SET(CURLOPT_HEADERFUNCTION, receive_header);
    SET(CURLOPT_HEADERDATA, transfer);
#undef SET
}

vs_curl_transfer *vs_curl_transfer_make(vs_curl_receive body, vs_curl_receive header, void *context) {
    vs_curl_transfer *transfer = vs_curl_wiping_calloc(1, sizeof *transfer);
    if (!transfer) return NULL;
    transfer->easy = vs_curl.curl_easy_init();
    if (!transfer->easy) {
        vs_curl_wiping_free(transfer);
        return NULL;
    }
    transfer->body = body;
    transfer->header = header;
    transfer->context = context;
    apply_house_settings(transfer);
    // Without it a body above 1 MiB would wait a second for "100 Continue".
    if (vs_curl_add_header(transfer, "Expect:") != 0) {
        vs_curl_transfer_free(transfer);
        return NULL;
    }
    return transfer;
}

void vs_curl_transfer_free(vs_curl_transfer *transfer) {
    if (!transfer) return;
    vs_curl.curl_easy_cleanup(transfer->easy);
    vs_curl.curl_slist_free_all(transfer->headers);
    vs_curl_wiping_free(transfer);
}

// MARK: - Options, one function a kind

static int status_of(CURLcode code) { return code == CURLE_OK ? 0 : -1; }

int vs_curl_set_text(vs_curl_transfer *transfer, vs_curl_text option, const char *text) {
    static const CURLoption options[] = {
        [VS_CURL_URL] = CURLOPT_URL,
        [VS_CURL_METHOD] = CURLOPT_CUSTOMREQUEST,
        [VS_CURL_USER_AGENT] = CURLOPT_USERAGENT,
        [VS_CURL_PROXY] = CURLOPT_PROXY,
        [VS_CURL_PROXY_CREDENTIALS] = CURLOPT_PROXYUSERPWD,
        [VS_CURL_CA_FILE] = CURLOPT_CAINFO,
    };
    // Else the folder of certificates that the library was built with counts beside the file.
    if (option == VS_CURL_CA_FILE && vs_curl.curl_easy_setopt(transfer->easy, CURLOPT_CAPATH, (const char *)NULL) != CURLE_OK) return -1;
    return status_of(vs_curl.curl_easy_setopt(transfer->easy, options[option], text));
}

int vs_curl_set_number(vs_curl_transfer *transfer, vs_curl_number option, long value) {
    static const CURLoption options[] = {
        [VS_CURL_CONNECT_TIMEOUT_MILLISECONDS] = CURLOPT_CONNECTTIMEOUT_MS,
        [VS_CURL_TOTAL_TIMEOUT_MILLISECONDS] = CURLOPT_TIMEOUT_MS,
        [VS_CURL_FRESH_CONNECT] = CURLOPT_FRESH_CONNECT,
        [VS_CURL_HEAD_ALONE] = CURLOPT_NOBODY,
    };
    return status_of(vs_curl.curl_easy_setopt(transfer->easy, options[option], value));
}

int vs_curl_set_maximum_size(vs_curl_transfer *transfer, int64_t bytes) {
    return status_of(vs_curl.curl_easy_setopt(transfer->easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)bytes));
}

int vs_curl_set_protocol(vs_curl_transfer *transfer, const char *scheme) {
#if LIBCURL_VERSION_NUM >= 0x075500
    CURLcode code = vs_curl.curl_easy_setopt(transfer->easy, CURLOPT_PROTOCOLS_STR, scheme);
    if (code == CURLE_OK) return 0;
#endif
    // The name that libcurl before 7.85 knows, by its number: newer headers call it deprecated.
    const CURLoption protocols_mask = (CURLoption)181;
    long mask = strcmp(scheme, "http") == 0 ? CURLPROTO_HTTP : CURLPROTO_HTTPS;
    return status_of(vs_curl.curl_easy_setopt(transfer->easy, protocols_mask, mask));
}

int vs_curl_add_header(vs_curl_transfer *transfer, const char *line) {
    struct curl_slist *longer = vs_curl.curl_slist_append(transfer->headers, line);
    if (!longer) return -1;
    transfer->headers = longer;
    return status_of(vs_curl.curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->headers));
}

int vs_curl_set_body(vs_curl_transfer *transfer, const void *bytes, size_t count) {
    // No bytes still need an address: without one libcurl would read standard input.
    const void *start = bytes ? bytes : "";
    CURLcode code = vs_curl.curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)count);
    if (code == CURLE_OK) code = vs_curl.curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDS, start);
    return status_of(code);
}

int vs_curl_set_public_body(vs_curl_transfer *transfer, const void *bytes, size_t count) {
    CURLcode code = vs_curl.curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)count);
    if (code == CURLE_OK) code = vs_curl.curl_easy_setopt(transfer->easy, CURLOPT_COPYPOSTFIELDS, bytes ? bytes : "");
    return status_of(code);
}

int vs_curl_set_upload(vs_curl_transfer *transfer, int file, int64_t count) {
    transfer->file = file;
    transfer->file_size = count;
    transfer->file_offset = 0;
    CURL *easy = transfer->easy;
    CURLcode code = vs_curl.curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    if (code == CURLE_OK) code = vs_curl.curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)count);
    if (code == CURLE_OK) code = vs_curl.curl_easy_setopt(easy, CURLOPT_READFUNCTION, send_file);
    if (code == CURLE_OK) code = vs_curl.curl_easy_setopt(easy, CURLOPT_READDATA, transfer);
    if (code == CURLE_OK) code = vs_curl.curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, seek_file);
    if (code == CURLE_OK) code = vs_curl.curl_easy_setopt(easy, CURLOPT_SEEKDATA, transfer);
    return status_of(code);
}

// MARK: - What came of it

long vs_curl_status(vs_curl_transfer *transfer) {
    long status = 0;
    vs_curl.curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

// A socket that cannot be made leaves no number in libcurl, and what it had opened is closed again by now: hardly any
// descriptor being free is as good a sign.
static int lack_of_descriptors(void) {
    int taken[4], count = 0, error = 0;
    while (count < 4 && !error) {
        taken[count] = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
        if (taken[count] < 0) error = errno; else count++;
    }
    while (count > 0) close(taken[--count]);
    return error == EMFILE || error == ENFILE ? error : 0;
}

long vs_curl_system_error(vs_curl_transfer *transfer) {
    long number = 0;
    vs_curl.curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &number);
    return number ? number : lack_of_descriptors();
}

int64_t vs_curl_sent(vs_curl_transfer *transfer) {
    curl_off_t bytes = 0;
    vs_curl.curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_UPLOAD_T, &bytes);
    return bytes;
}

bool vs_curl_was_connected(vs_curl_transfer *transfer) {
    curl_off_t microseconds = 0;
    vs_curl.curl_easy_getinfo(transfer->easy, CURLINFO_PRETRANSFER_TIME_T, &microseconds);
    return microseconds > 0;
}

const char *vs_curl_error_text(vs_curl_transfer *transfer) { return transfer->error; }

vs_curl_outcome vs_curl_outcome_of(int code) {
    switch ((CURLcode)code) {
    case CURLE_OK: return VS_CURL_OK;
    case CURLE_COULDNT_RESOLVE_HOST: return VS_CURL_DNS;
    case CURLE_COULDNT_CONNECT: return VS_CURL_CONNECT;
    case CURLE_OPERATION_TIMEDOUT: return VS_CURL_TIMEOUT;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_INVALIDCERTSTATUS: return VS_CURL_TLS;
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING: return VS_CURL_RESET;
    case CURLE_PARTIAL_FILE: return VS_CURL_TRUNCATED;
    case CURLE_FILESIZE_EXCEEDED: return VS_CURL_TOO_LARGE;
    case CURLE_WRITE_ERROR: return VS_CURL_STOPPED;
    case CURLE_URL_MALFORMAT: return VS_CURL_BAD_URL;
    // The first is how libcurl reports an answer without an HTTP head; schemes were checked before.
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY: return VS_CURL_NOT_HTTP;
    case CURLE_COULDNT_RESOLVE_PROXY: return VS_CURL_PROXY_FAILED;
    case CURLE_ABORTED_BY_CALLBACK:
    case CURLE_READ_ERROR: return VS_CURL_UPLOAD_FAILED;
    default: return VS_CURL_OTHER;
    }
}
