#include "CCurlShims.h"
#include "library.h"
#include "wiping_memory.h"

struct vs_curl_multi {
    CURLM *handle;
    vs_curl_socket_change socket;
    vs_curl_timer_change timer;
    void *context;
};

// A finished easy handle carries its transfer.
static vs_curl_transfer *transfer_of(CURL *easy) {
    char *transfer = NULL;
    vs_curl.curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
    return (vs_curl_transfer *)transfer;
}

static int change_socket(CURL *easy, curl_socket_t descriptor, int what, void *context, void *unused) {
    (void)easy, (void)unused;
    vs_curl_multi *multi = context;
    int wait = what == CURL_POLL_REMOVE ? VS_CURL_WAIT_REMOVE
                                        : ((what & CURL_POLL_IN) ? VS_CURL_WAIT_READABLE : 0) |
                                              ((what & CURL_POLL_OUT) ? VS_CURL_WAIT_WRITABLE : 0);
    multi->socket(multi->context, (int)descriptor, wait);
    return 0;
}

static int change_timer(CURLM *handle, long milliseconds, void *context) {
    (void)handle;
    vs_curl_multi *multi = context;
    multi->timer(multi->context, milliseconds);
    return 0;
}

vs_curl_multi *vs_curl_multi_make(vs_curl_socket_change socket, vs_curl_timer_change timer, void *context,
                                  long connections) {
    vs_curl_multi *multi = vs_curl_wiping_calloc(1, sizeof *multi);
    if (!multi) return NULL;
    multi->handle = vs_curl.curl_multi_init();
    if (!multi->handle) {
        vs_curl_wiping_free(multi);
        return NULL;
    }
    multi->socket = socket;
    multi->timer = timer;
    multi->context = context;
    vs_curl.curl_multi_setopt(multi->handle, CURLMOPT_SOCKETFUNCTION, change_socket);
    vs_curl.curl_multi_setopt(multi->handle, CURLMOPT_SOCKETDATA, multi);
    vs_curl.curl_multi_setopt(multi->handle, CURLMOPT_TIMERFUNCTION, change_timer);
    vs_curl.curl_multi_setopt(multi->handle, CURLMOPT_TIMERDATA, multi);
    vs_curl.curl_multi_setopt(multi->handle, CURLMOPT_MAX_HOST_CONNECTIONS, connections);
    return multi;
}

void vs_curl_multi_free(vs_curl_multi *multi) {
    if (!multi) return;
    vs_curl.curl_multi_cleanup(multi->handle);
    vs_curl_wiping_free(multi);
}

int vs_curl_multi_add(vs_curl_multi *multi, vs_curl_transfer *transfer) {
    return vs_curl.curl_multi_add_handle(multi->handle, vs_curl_easy_of(transfer)) == CURLM_OK ? 0 : -1;
}

void vs_curl_multi_remove(vs_curl_multi *multi, vs_curl_transfer *transfer) {
    vs_curl.curl_multi_remove_handle(multi->handle, vs_curl_easy_of(transfer));
}

void vs_curl_multi_act(vs_curl_multi *multi, int descriptor, int ready, bool error) {
    int mask = ((ready & VS_CURL_WAIT_READABLE) ? CURL_CSELECT_IN : 0) |
               ((ready & VS_CURL_WAIT_WRITABLE) ? CURL_CSELECT_OUT : 0) | (error ? CURL_CSELECT_ERR : 0);
    int running = 0;
    curl_socket_t socket = descriptor < 0 ? CURL_SOCKET_TIMEOUT : descriptor;
    vs_curl.curl_multi_socket_action(multi->handle, socket, descriptor < 0 ? 0 : mask, &running);
}

vs_curl_transfer *vs_curl_multi_next(vs_curl_multi *multi, int *code) {
    int left = 0;
    CURLMsg *message;
    while ((message = vs_curl.curl_multi_info_read(multi->handle, &left))) {
        if (message->msg != CURLMSG_DONE) continue;
        *code = (int)message->data.result;
        return transfer_of(message->easy_handle);
    }
    return NULL;
}
