// libcurl's declarations, as Debian's libcurl4-openssl-dev installs them. Imported by CCurlShims alone, which opens
// the library itself at the first request.
#include <curl/curl.h>
