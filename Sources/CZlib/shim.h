#include <zlib.h>

// Macros cannot be called from Swift: inflateInit2 is one, as it passes the library's version.
static inline int czlib_inflate_init(z_stream *stream, int window_bits) {
  return inflateInit2(stream, window_bits);
}
