#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <time.h>

// What every context of ours asks for; options and modes are macros that Swift cannot read.
static inline int copenssl_harden(SSL_CTX *context) {
  SSL_CTX_set_options(
      context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  // Tickets carry the session: nothing is kept here.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  // Who resumes gets another one.
  SSL_CTX_set_num_tickets(context, 1);
  SSL_CTX_set_max_cert_list(context, 65536);
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1;
}

// Puts a BIO under a connection, which frees the one it had. One read takes a whole record and what
// came behind it; a write is over after one record.
static inline void copenssl_carry(SSL *ssl, BIO *bio) {
  SSL_set_bio(ssl, bio, bio);
  SSL_set_read_ahead(ssl, 1);
  SSL_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE);
}

// Takes a reference to a connection that another library made, whose callbacks then hear nothing
// more of it.
static inline int copenssl_share(SSL *ssl) {
  if (!SSL_up_ref(ssl)) return 0;
  SSL_CTX_sess_set_new_cb(SSL_get_SSL_CTX(ssl), NULL);
  SSL_set_options(ssl, SSL_OP_NO_RENEGOTIATION);
  return 1;
}

// Variadic, like every quick way to a key.
static inline EVP_PKEY *copenssl_make_key(void) {
  return EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
}

// Asks nobody for the passphrase of an encrypted key: the default asks the terminal.
static inline int copenssl_no_passphrase(char *buffer, int size, int writing, void *context) {
  return -1;
}
static inline EVP_PKEY *copenssl_read_key(BIO *from) {
  return PEM_read_bio_PrivateKey(from, NULL, copenssl_no_passphrase, NULL);
}
static inline X509 *copenssl_read_certificate(BIO *from) {
  return PEM_read_bio_X509(from, NULL, copenssl_no_passphrase, NULL);
}
static inline long copenssl_bio_bytes(BIO *memory, char **bytes) {
  return BIO_get_mem_data(memory, bytes);
}

// A name in one line, UTF-8 as it is; the flags are macros of macros.
static inline void copenssl_print_name(BIO *to, const X509_NAME *name) {
  X509_NAME_print_ex(to, name, 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
}

// Stacks are macros of the type they hold.
static inline STACK_OF(X509) *copenssl_chain(void) { return sk_X509_new_null(); }
static inline int copenssl_chain_add(STACK_OF(X509) *chain, X509 *certificate) {
  if (!X509_up_ref(certificate)) return 0;
  if (sk_X509_push(chain, certificate) > 0) return 1;
  X509_free(certificate);
  return 0;
}
static inline void copenssl_chain_free(STACK_OF(X509) *chain) { sk_X509_pop_free(chain, X509_free); }

// A general name of a DNS name (GEN_DNS) or an address in network order (GEN_IPADD).
static inline GENERAL_NAME *copenssl_name(int type, const unsigned char *bytes, int length) {
  GENERAL_NAME *name = GENERAL_NAME_new();
  ASN1_STRING *value = type == GEN_IPADD ? ASN1_OCTET_STRING_new() : ASN1_IA5STRING_new();
  if (!name || !value || !ASN1_STRING_set(value, bytes, length)) {
    GENERAL_NAME_free(name);
    ASN1_STRING_free(value);
    return NULL;
  }
  GENERAL_NAME_set0_value(name, type, value);
  return name;
}
static inline GENERAL_NAMES *copenssl_names(GENERAL_NAME *only) {
  GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
  if (names && only && sk_GENERAL_NAME_push(names, only) > 0) return names;
  sk_GENERAL_NAME_free(names);
  GENERAL_NAME_free(only);
  return NULL;
}
static inline int copenssl_names_count(const GENERAL_NAMES *names) {
  return names ? sk_GENERAL_NAME_num(names) : 0;
}
static inline void copenssl_names_free(GENERAL_NAMES *names) {
  sk_GENERAL_NAME_pop_free(names, GENERAL_NAME_free);
}

// A general name's type and bytes; bytes only of DNS names, URIs and addresses.
static inline int copenssl_name_bytes(
    const GENERAL_NAME *name, const unsigned char **bytes, int *length) {
  int type = 0;
  const ASN1_STRING *value = GENERAL_NAME_get0_value(name, &type);
  *bytes = NULL;
  *length = 0;
  if (type == GEN_DNS || type == GEN_URI || type == GEN_IPADD) {
    *bytes = ASN1_STRING_get0_data(value);
    *length = ASN1_STRING_length(value);
  }
  return type;
}
static inline int copenssl_names_at(
    const GENERAL_NAMES *names, int index, const unsigned char **bytes, int *length) {
  return copenssl_name_bytes(sk_GENERAL_NAME_value(names, index), bytes, length);
}

// The subtrees of name constraints (RFC 5280 section 4.2.1.10).
static inline int copenssl_constrain(NAME_CONSTRAINTS *to, int excluded, GENERAL_NAME *base) {
  STACK_OF(GENERAL_SUBTREE) **list = excluded ? &to->excludedSubtrees : &to->permittedSubtrees;
  GENERAL_SUBTREE *tree = base ? GENERAL_SUBTREE_new() : NULL;
  if (!*list) *list = sk_GENERAL_SUBTREE_new_null();
  if (!tree || !*list) {
    GENERAL_SUBTREE_free(tree);
    GENERAL_NAME_free(base);
    return 0;
  }
  GENERAL_NAME_free(tree->base);
  tree->base = base;
  if (sk_GENERAL_SUBTREE_push(*list, tree) > 0) return 1;
  GENERAL_SUBTREE_free(tree);
  return 0;
}
static inline int copenssl_constraints_count(const NAME_CONSTRAINTS *of, int excluded) {
  const STACK_OF(GENERAL_SUBTREE) *list = excluded ? of->excludedSubtrees : of->permittedSubtrees;
  return list ? sk_GENERAL_SUBTREE_num(list) : 0;
}
static inline int copenssl_constraints_at(
    const NAME_CONSTRAINTS *of, int excluded, int index, const unsigned char **bytes,
    int *length) {
  const STACK_OF(GENERAL_SUBTREE) *list = excluded ? of->excludedSubtrees : of->permittedSubtrees;
  return copenssl_name_bytes(sk_GENERAL_SUBTREE_value(list, index)->base, bytes, length);
}

// An ASN.1 time in seconds since the epoch; INT64_MIN for one that cannot be read.
static inline int64_t copenssl_seconds(const ASN1_TIME *time) {
  struct tm parts;
  return ASN1_TIME_to_tm(time, &parts) == 1 ? (int64_t)timegm(&parts) : INT64_MIN;
}
