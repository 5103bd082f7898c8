// An AWS signature (SigV4) by libcurl. It signs only what it sends, so the request goes to a listener of our own on
// loopback that nobody answers at: the header block is taken as libcurl writes it, and the transfer ends there. No name
// is looked up and nothing leaves this machine. The body is not needed: it is not signed into the block but by it.
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "CCurlShims.h"
#include "library.h"

typedef struct {
    char *bytes;
    size_t size, count;
    bool is_done, is_full;
} capture;

static int take(CURL *easy, curl_infotype type, char *bytes, size_t count, void *context) {
    (void)easy;
    capture *into = context;
    if (type != CURLINFO_HEADER_OUT) return 0;
    if (count > into->size - into->count) {
        into->is_full = true;
    } else {
        memcpy(into->bytes + into->count, bytes, count);
        into->count += count;
    }
    into->is_done = true;
    return 0;
}

static int stop(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d) {
    (void)a, (void)b, (void)c, (void)d;
    return ((capture *)context)->is_done;
}

static int listen_on_loopback(unsigned *port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0) return -1;
    if (bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 1) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) != 0) {
        close(listener);
        return -1;
    }
    *port = ntohs(address.sin_port);
    return listener;
}

static CURLcode send_to(CURL *easy, const vs_curl_aws_request *request, struct curl_slist *target,
                        struct curl_slist *headers, capture *into) {
#define SET(option, value) vs_curl.curl_easy_setopt(easy, option, value)
    SET(CURLOPT_URL, request->url);
    SET(CURLOPT_CONNECT_TO, target);
    SET(CURLOPT_PROXY, "");
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    if (SET(CURLOPT_AWS_SIGV4, request->scope) != CURLE_OK) return CURLE_UNKNOWN_OPTION;
    SET(CURLOPT_USERPWD, request->credentials);
    SET(CURLOPT_POSTFIELDS, request->body);
    SET(CURLOPT_HTTPHEADER, headers);
    SET(CURLOPT_TIMEOUT_MS, 5000L);
    SET(CURLOPT_VERBOSE, 1L);  // or the callback below is not called; nothing is printed, since it takes all
    SET(CURLOPT_DEBUGFUNCTION, take);
    SET(CURLOPT_DEBUGDATA, into);
    SET(CURLOPT_NOPROGRESS, 0L);
    SET(CURLOPT_XFERINFOFUNCTION, stop);
    SET(CURLOPT_XFERINFODATA, into);
#undef SET
    return vs_curl.curl_easy_perform(easy);
}

static CURLcode sign(const vs_curl_aws_request *request, unsigned port, capture *into) {
    char target[64];
    snprintf(target, sizeof target, "::127.0.0.1:%u", port);
    CURL *easy = vs_curl.curl_easy_init();
    struct curl_slist *targets = vs_curl.curl_slist_append(NULL, target);
    struct curl_slist *headers = vs_curl.curl_slist_append(NULL, request->content_type);
    if (headers && request->token) {
        struct curl_slist *longer = vs_curl.curl_slist_append(headers, request->token);
        if (!longer) vs_curl.curl_slist_free_all(headers);
        headers = longer;
    }
    CURLcode code = easy && targets && headers ? send_to(easy, request, targets, headers, into) : CURLE_OUT_OF_MEMORY;
    vs_curl.curl_easy_cleanup(easy);
    vs_curl.curl_slist_free_all(targets);
    vs_curl.curl_slist_free_all(headers);
    return code;
}

int vs_curl_sign_aws(const vs_curl_aws_request *request, char *block, size_t size, char *text, size_t text_size) {
    if (vs_curl_open(NULL, text, text_size) != 0) return -1;
    unsigned port = 0;
    int listener = listen_on_loopback(&port);
    if (listener < 0) {
        snprintf(text, text_size, "no port could be had on loopback");
        return -1;
    }
    capture into = {.bytes = block, .size = size};
    CURLcode code = sign(request, port, &into);
    close(listener);
    if (into.is_done && !into.is_full) return (int)into.count;
    if (code == CURLE_UNKNOWN_OPTION)
        snprintf(text, text_size, "this libcurl (%s) does not sign for AWS; 7.75 is the first that does", vs_curl_version());
    else
        snprintf(text, text_size, "%s", into.is_full ? "the header block is too long" : vs_curl.curl_easy_strerror(code));
    return -1;
}
