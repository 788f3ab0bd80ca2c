#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <crypt.h>
#include <stdlib.h>
#include <string.h>

// The hash of a phrase under a setting, written to `to`; 0 when the setting or the phrase is none.
// The work space is 32 KiB and knows the phrase: it is neither on the stack nor left as it was.
static inline int ccrypt_hash(const char *phrase, const char *setting, char to[CRYPT_OUTPUT_SIZE]) {
  struct crypt_data *data = (struct crypt_data *)calloc(1, sizeof *data);
  if (data == NULL) return 0;
  const char *hash = crypt_r(phrase, setting, data);
  int is_hash = hash != NULL && hash[0] != '*';
  if (is_hash) memcpy(to, data->output, CRYPT_OUTPUT_SIZE);
  explicit_bzero(data, sizeof *data);
  free(data);
  return is_hash;
}

// Whether a setting names a method that is known and strong enough. libxcrypt counts SHA-256 and the
// other name of bcrypt among the methods of old, beside DES and MD5.
static inline int ccrypt_is_strong(const char *setting) {
  int verdict = crypt_checksalt(setting);
  int is_old = strncmp(setting, "$5$", 3) == 0 || strncmp(setting, "$2y$", 4) == 0;
  return verdict == CRYPT_SALT_OK || (is_old && verdict == CRYPT_SALT_METHOD_LEGACY);
}

static inline void ccrypt_forget(void *bytes, size_t count) { explicit_bzero(bytes, count); }
