#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <arpa/inet.h>
#include <errno.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <ifaddrs.h>
#include <link.h>
#include <poll.h>
#include <string.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
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

// A timer of the monotonic clock as a descriptor; -1 with errno when there is none.
static inline int csystem_timer(void) {
  return timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
}

// Sets it to an instant, which may be past; it then fires at once.
static inline void csystem_set_timer(int fd, int64_t nanoseconds) {
  struct itimerspec at = {
      .it_value = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000}};
  timerfd_settime(fd, TFD_TIMER_ABSTIME, &at, NULL);
}

static inline void csystem_clear_timer(int fd) {
  uint64_t count;
  while (read(fd, &count, sizeof count) < 0 && errno == EINTR) {}
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

static inline int csystem_local_address(int fd, struct csystem_address *to) {
  struct sockaddr_storage storage;
  socklen_t length = sizeof storage;
  if (getsockname(fd, (struct sockaddr *)&storage, &length) < 0) return -errno;
  csystem_describe((struct sockaddr *)&storage, to);
  return 0;
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

// The soft limit on open descriptors, raised to the hard one first.
static inline long csystem_raise_descriptor_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return 1024;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur == RLIM_INFINITY ? 1048576 : (long)limit.rlim_cur;
}

// Gives the heap's free pages back to the system.
static inline void csystem_trim_heap(void) { malloc_trim(0); }

static inline int csystem_release_segments(struct dl_phdr_info *object, size_t size, void *unused) {
  (void)size, (void)unused;
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr) *part = &object->dlpi_phdr[i];
    if (part->p_type != PT_LOAD || (part->p_flags & PF_W)) continue;
    uintptr_t start = (object->dlpi_addr + part->p_vaddr) & ~(page - 1);
    uintptr_t end = object->dlpi_addr + part->p_vaddr + part->p_memsz;
    madvise((void *)start, end - start, MADV_DONTNEED);
  }
  return 0;
}

// Gives back the pages of code and constants that only the start has needed. Segments that cannot be
// written are the files' own pages: what is needed again is mapped again (madvise(2)).
static inline void csystem_release_code(void) {
  dl_iterate_phdr(csystem_release_segments, NULL);
}

// The bytes of an IP address, 4 or 16, in the network's order; 0 for another family.
static inline int csystem_address_bytes(const struct sockaddr *address, unsigned char bytes[16]) {
  if (address->sa_family == AF_INET) {
    memcpy(bytes, &((const struct sockaddr_in *)address)->sin_addr, 4);
    return 4;
  }
  if (address->sa_family != AF_INET6) return 0;
  memcpy(bytes, &((const struct sockaddr_in6 *)address)->sin6_addr, 16);
  return 16;
}

static inline unsigned short csystem_port(const struct sockaddr *address) {
  if (address->sa_family == AF_INET) return ntohs(((const struct sockaddr_in *)address)->sin_port);
  if (address->sa_family == AF_INET6)
    return ntohs(((const struct sockaddr_in6 *)address)->sin6_port);
  return 0;
}

// The bytes of the address a socket is connected to; 0 when it is not.
static inline int csystem_peer_bytes(int fd, unsigned char bytes[16], unsigned short *port) {
  struct sockaddr_storage storage;
  socklen_t length = sizeof storage;
  if (getpeername(fd, (struct sockaddr *)&storage, &length) < 0) return 0;
  *port = csystem_port((struct sockaddr *)&storage);
  return csystem_address_bytes((struct sockaddr *)&storage, bytes);
}

// Whether an interface of this machine has the address of 4 or 16 bytes; yes when none can be asked.
static inline int csystem_has_address(const unsigned char *bytes, int count) {
  struct ifaddrs *all;
  if (getifaddrs(&all) < 0) return 1;
  int found = 0;
  for (struct ifaddrs *one = all; one && !found; one = one->ifa_next) {
    unsigned char other[16];
    found = one->ifa_addr && csystem_address_bytes(one->ifa_addr, other) == count &&
            memcmp(bytes, other, (size_t)count) == 0;
  }
  freeifaddrs(all);
  return found;
}

// Overwrites memory that nobody reads again, which a compiler would otherwise leave out.
static inline void csystem_wipe(void *start, size_t count) { explicit_bzero(start, count); }

// Pages that stay out of swap where the system allows it, and out of core dumps and children.
static inline void *csystem_secret_pages(size_t size) {
  void *start = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) return NULL;
  mlock(start, size);
  if (madvise(start, size, MADV_DONTDUMP) == 0 && madvise(start, size, MADV_WIPEONFORK) == 0)
    return start;
  munmap(start, size);
  return NULL;
}

static inline void csystem_discard_pages(void *start, size_t size) {
  explicit_bzero(start, size);
  munmap(start, size);
}

// Overwrites the value of every environment variable of a name.
static inline void csystem_blank_variable(const char *name) {
  size_t length = strlen(name);
  for (char **entry = environ; entry && *entry; entry++) {
    if (strncmp(*entry, name, length) || (*entry)[length] != '=') continue;
    char *value = *entry + length + 1;
    explicit_bzero(value, strlen(value));
  }
}
