#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <curl/curl.h>
#include <sys/socket.h>

// Variadic functions cannot be called from Swift: one shim for each type of argument.
static inline CURLcode ccurl_easy_setopt_long(CURL *easy, CURLoption option, long value) {
  return curl_easy_setopt(easy, option, value);
}
static inline CURLcode ccurl_easy_setopt_string(CURL *easy, CURLoption option, const char *value) {
  return curl_easy_setopt(easy, option, value);
}
static inline CURLcode ccurl_easy_setopt_opensocket(
    CURL *easy, curl_opensocket_callback callback, void *context) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, callback);
  return code ? code : curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, context);
}
static inline CURLcode ccurl_easy_setopt_closesocket(
    CURL *easy, curl_closesocket_callback callback, void *context) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, callback);
  return code ? code : curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, context);
}
static inline CURLcode ccurl_easy_setopt_resolver_start(
    CURL *easy, curl_resolver_start_callback callback, void *context) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_RESOLVER_START_FUNCTION, callback);
  return code ? code : curl_easy_setopt(easy, CURLOPT_RESOLVER_START_DATA, context);
}
static inline CURLcode ccurl_easy_getinfo_socket(CURL *easy, CURLINFO info, curl_socket_t *value) {
  return curl_easy_getinfo(easy, info, value);
}
// The library for TLS, such as "OpenSSL/3.0.19"; NULL without one.
static inline const char *ccurl_tls_library(void) {
  return curl_version_info(CURLVERSION_NOW)->ssl_version;
}
// OpenSSL's connection under a handle; NULL for none, and for another library's.
static inline void *ccurl_easy_getinfo_openssl(CURL *easy) {
  struct curl_tlssessioninfo *info = NULL;
  if (curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &info) != CURLE_OK || !info) return NULL;
  return info->backend == CURLSSLBACKEND_OPENSSL ? info->internals : NULL;
}
static inline CURLMcode ccurl_multi_setopt_socket(
    CURLM *multi, curl_socket_callback callback, void *context) {
  CURLMcode code = curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, callback);
  return code ? code : curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, context);
}
static inline CURLMcode ccurl_multi_setopt_timer(
    CURLM *multi, curl_multi_timer_callback callback, void *context) {
  CURLMcode code = curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, callback);
  return code ? code : curl_multi_setopt(multi, CURLMOPT_TIMERDATA, context);
}
// CURLMsg holds a union, which Swift sees as untyped bytes.
static inline CURLcode ccurl_message_result(const CURLMsg *message) { return message->data.result; }
