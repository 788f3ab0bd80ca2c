#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

// An address in text with its port, filled in by the calls below.
struct csystem_address {
  char host[INET6_ADDRSTRLEN];
  unsigned short port;
};

static inline int64_t csystem_monotonic_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline int64_t csystem_wall_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

// sockaddr is a family of types that Swift cannot cast between without unsafe code at every use.
static inline void csystem_describe(const struct sockaddr *from, struct csystem_address *to) {
  to->host[0] = 0;
  to->port = 0;
  if (from->sa_family == AF_INET) {
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)from;
    inet_ntop(AF_INET, &v4->sin_addr, to->host, sizeof to->host);
    to->port = ntohs(v4->sin_port);
  } else if (from->sa_family == AF_INET6) {
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)from;
    inet_ntop(AF_INET6, &v6->sin6_addr, to->host, sizeof to->host);
    to->port = ntohs(v6->sin6_port);
  }
}

// A listening socket on a numeric address; -errno when it cannot be had, -EINVAL for a bad address.
static inline int csystem_listen(const char *host, unsigned short port, int backlog) {
  struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
  struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
  struct sockaddr *address;
  socklen_t length;
  if (inet_pton(AF_INET, host, &v4.sin_addr) == 1) {
    address = (struct sockaddr *)&v4;
    length = sizeof v4;
  } else if (inet_pton(AF_INET6, host, &v6.sin6_addr) == 1) {
    address = (struct sockaddr *)&v6;
    length = sizeof v6;
  } else {
    return -EINVAL;
  }
  int fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -errno;
  int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(fd, address, length) < 0 || listen(fd, backlog) < 0) {
    int failure = errno;
    close(fd);
    return -failure;
  }
  return fd;
}

static inline int csystem_local_address(int fd, struct csystem_address *to) {
  struct sockaddr_storage storage;
  socklen_t length = sizeof storage;
  if (getsockname(fd, (struct sockaddr *)&storage, &length) < 0) return -errno;
  csystem_describe((struct sockaddr *)&storage, to);
  return 0;
}

static inline int csystem_accept(int listener, struct csystem_address *peer) {
  struct sockaddr_storage storage;
  socklen_t length = sizeof storage;
  int fd = accept4(listener, (struct sockaddr *)&storage, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return -errno;
  csystem_describe((struct sockaddr *)&storage, peer);
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

// Whether the peer of a socket has closed or reset it, unread bytes or not.
static inline int csystem_peer_is_gone(int fd) {
  struct pollfd watched = {.fd = fd, .events = POLLRDHUP};
  return poll(&watched, 1, 0) > 0;
}

// The smallest round trip the system has seen on a TCP connection, in microseconds; -1 when unknown.
//
// tcpi_min_rtt is the 32-bit word at byte 148 of struct tcp_info (linux/tcp.h, kernel 4.9), which is
// an interface that only grows at its end. glibc's own declaration ends before it, and the kernel's
// header cannot be read beside glibc's.
static inline int64_t csystem_least_round_trip(int fd) {
  unsigned char info[152];
  socklen_t length = sizeof info;
  uint32_t microseconds;
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, &length) < 0 || length < sizeof info) return -1;
  memcpy(&microseconds, info + 148, sizeof microseconds);
  return microseconds == 0 || microseconds == UINT32_MAX ? -1 : microseconds;
}

// Bytes written to a TCP connection that the peer's system has not acknowledged; -1 when unknown.
static inline int csystem_unacknowledged(int fd) {
  int count = 0;
  return ioctl(fd, SIOCOUTQ, &count) < 0 ? -1 : count;
}

// One gathered write; Swift cannot keep two array pointers alive without nesting closures.
static inline ssize_t csystem_send2(
    int fd, const void *first, size_t first_count, const void *second, size_t second_count) {
  struct iovec parts[2] = {
      {.iov_base = (void *)first, .iov_len = first_count},
      {.iov_base = (void *)second, .iov_len = second_count}};
  struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
  return sendmsg(fd, &message, MSG_NOSIGNAL);
}

// Whether an address lies outside the public internet: loopback, private, link-local, shared,
// multicast, reserved, and every IPv6 form that embeds an IPv4 address (those are judged by it).
static inline int csystem_v4_is_public(uint32_t a) {
  return !(
      (a >> 24) == 0 || (a >> 24) == 10 || (a >> 24) == 127 || (a >> 22) == (0x64400000 >> 22) ||
      (a >> 16) == 0xA9FE || (a >> 20) == (0xAC100000 >> 20) || (a >> 16) == 0xC0A8 ||
      (a >> 8) == 0xC00000 || (a >> 8) == 0xC00002 || (a >> 8) == 0xC05863 ||
      (a >> 17) == (0xC6120000 >> 17) || (a >> 8) == 0xC63364 || (a >> 8) == 0xCB0071 ||
      (a >> 28) >= 0xE || a == 0xA83F8110);
}

static inline int csystem_is_public(const struct sockaddr *address) {
  if (address->sa_family == AF_INET)
    return csystem_v4_is_public(ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr));
  if (address->sa_family != AF_INET6) return 0;
  const unsigned char *b = ((const struct sockaddr_in6 *)address)->sin6_addr.s6_addr;
  static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (memcmp(b, mapped, 12) == 0)
    return csystem_v4_is_public(
        (uint32_t)b[12] << 24 | (uint32_t)b[13] << 16 | (uint32_t)b[14] << 8 | b[15]);
  if ((b[0] & 0xE0) != 0x20) return 0;                                  // only 2000::/3 is global
  if (b[0] == 0x20 && b[1] == 0x02) return 0;                           // 6to4
  if (b[0] == 0x20 && b[1] == 0x01 && b[2] < 0x02) return 0;            // Teredo and other 2001::/23
  if (b[0] == 0x20 && b[1] == 0x01 && b[2] == 0x0d && b[3] == 0xb8) return 0;  // documentation
  if (b[0] == 0x3f && b[1] == 0xff && (b[2] & 0xF0) == 0) return 0;     // documentation
  return 1;
}

// The soft limit on open descriptors, raised to the hard one first.
static inline long csystem_raise_descriptor_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return 1024;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur == RLIM_INFINITY ? 1048576 : (long)limit.rlim_cur;
}

// Whether an address leads back to this machine: loopback, or the unspecified address, which
// Linux connects to loopback.
static inline int csystem_is_this_machine(const struct sockaddr *address) {
  if (address->sa_family == AF_INET) {
    uint32_t a = ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr);
    return a == 0 || (a >> 24) == 127;
  }
  if (address->sa_family != AF_INET6) return 0;
  const struct in6_addr *a = &((const struct sockaddr_in6 *)address)->sin6_addr;
  if (IN6_IS_ADDR_V4MAPPED(a)) return a->s6_addr[12] == 127 || a->s6_addr32[3] == 0;
  return IN6_IS_ADDR_LOOPBACK(a) || IN6_IS_ADDR_UNSPECIFIED(a);
}

static inline unsigned short csystem_port(const struct sockaddr *address) {
  if (address->sa_family == AF_INET) return ntohs(((const struct sockaddr_in *)address)->sin_port);
  if (address->sa_family == AF_INET6)
    return ntohs(((const struct sockaddr_in6 *)address)->sin6_port);
  return 0;
}
