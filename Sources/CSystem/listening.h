// Sockets that listen, and Unix sockets.
#pragma once
#include "shim.h"
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>

// Whether a socket is alone on its port, or several of this process share it (socket(7),
// SO_REUSEPORT) and the system spreads connections over them.
enum csystem_sharing { csystem_alone, csystem_first_of_several, csystem_another };

// A listening socket on a numeric address; -errno when it cannot be had, -EINVAL for a bad address.
static inline int csystem_listen(
    const char *host, unsigned short port, int backlog, enum csystem_sharing sharing) {
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
  // The first binds as if it were alone: that fails where another process listens, shared or not.
  int early = sharing == csystem_another, late = sharing == csystem_first_of_several;
  if ((early && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) < 0) ||
      bind(fd, address, length) < 0 ||
      (late && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) < 0) ||
      listen(fd, backlog) < 0) {
    int failure = errno;
    close(fd);
    return -failure;
  }
  return fd;
}

// A connection that waits at a listening socket; -errno when there is none to be had.
static inline int csystem_accept(int listener, struct csystem_address *peer) {
  struct sockaddr_storage storage = {.ss_family = AF_UNSPEC};
  socklen_t length = sizeof storage;
  int fd = accept4(listener, (struct sockaddr *)&storage, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return -errno;
  csystem_describe((struct sockaddr *)&storage, peer);
  int on = 1;
  if (storage.ss_family == AF_INET || storage.ss_family == AF_INET6)
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

// The user who connected a Unix socket (unix(7), SO_PEERCRED); -errno when it cannot be asked.
static inline int64_t csystem_peer_user(int fd) {
  struct ucred peer;
  socklen_t length = sizeof peer;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0) return -errno;
  return peer.uid;
}

// The address of a Unix socket's path, an abstract name where it begins with '@' and may; its
// length, or -ENAMETOOLONG.
static inline int csystem_unix_address(
    const char *path, int may_be_abstract, struct sockaddr_un *to) {
  size_t count = strlen(path);
  memset(to, 0, sizeof *to);
  to->sun_family = AF_UNIX;
  if (count == 0 || count >= sizeof to->sun_path) return -ENAMETOOLONG;
  memcpy(to->sun_path, path, count);
  if (!may_be_abstract || path[0] != '@') return sizeof *to;
  to->sun_path[0] = 0;
  return (int)(offsetof(struct sockaddr_un, sun_path) + count);
}

// A stream connected to the socket at a path; -errno when it cannot be had.
static inline int csystem_connect_unix(const char *path, int flags) {
  struct sockaddr_un address;
  int length = csystem_unix_address(path, 0, &address);
  if (length < 0) return length;
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
  if (fd < 0) return -errno;
  if (connect(fd, (struct sockaddr *)&address, length) == 0) return fd;
  int failure = errno;
  close(fd);
  return -failure;
}

// Removes the socket file of a process that is gone. 0 when nothing stands at the path any more;
// -EADDRINUSE when a process listens there, -ENOTSOCK when it is no socket, else -errno.
static inline int csystem_remove_stale_socket(const char *path) {
  struct stat found;
  if (lstat(path, &found) < 0) return errno == ENOENT ? 0 : -errno;
  if (!S_ISSOCK(found.st_mode)) return -ENOTSOCK;
  int fd = csystem_connect_unix(path, SOCK_NONBLOCK);
  if (fd >= 0) close(fd);
  if (fd == -ENOENT) return 0;
  // A full backlog is a process that listens, too; a socket of another kind is somebody's.
  if (fd >= 0 || fd == -EAGAIN || fd == -EPROTOTYPE) return -EADDRINUSE;
  if (fd != -ECONNREFUSED) return fd;
  return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
}

// A listening socket at a path whose file has exactly the permission bits `mode`; -errno when it
// cannot be had, as above. `made` tells which file it made.
static inline int csystem_listen_unix_unlocked(
    const char *path, mode_t mode, int backlog, struct stat *made) {
  struct sockaddr_un address;
  int length = csystem_unix_address(path, 0, &address);
  if (length < 0) return length;
  int stale = csystem_remove_stale_socket(path);
  if (stale < 0) return stale;
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -errno;
  // The file is born with its bits: a chmod afterwards would come too late for some.
  mode_t before = umask(0777 & ~mode);
  int result = bind(fd, (struct sockaddr *)&address, length);
  int failure = errno;
  umask(before);
  if (result == 0 && (lstat(path, made) < 0 || listen(fd, backlog) < 0)) {
    failure = errno;
    unlink(path);
    result = -1;
  }
  if (result == 0) return fd;
  close(fd);
  return -failure;
}

// The same, one process at a time in the path's folder: of two that find the same stale file, the
// later must not remove what the earlier has just made. -EAGAIN when the folder stays locked.
static inline int csystem_listen_unix(
    const char *path, mode_t mode, int backlog, struct stat *made) {
  char folder[sizeof ((struct sockaddr_un *)0)->sun_path];
  const char *slash = strrchr(path, '/');
  if (slash == NULL) return -EINVAL;
  if (strlen(path) >= sizeof folder) return -ENAMETOOLONG;
  snprintf(folder, sizeof folder, "%.*s", slash == path ? 1 : (int)(slash - path), path);
  // A folder that may be written and not read has no lock; whoever owns it keeps order there.
  int lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  for (int tries = 0; lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) < 0; tries++) {
    if (errno == EWOULDBLOCK && tries < 200) {
      poll(NULL, 0, 10);
      continue;
    }
    close(lock);
    return -EAGAIN;
  }
  int fd = csystem_listen_unix_unlocked(path, mode, backlog, made);
  if (lock >= 0) close(lock);
  return fd;
}

// Removes the socket file at a path if it is still the one that was made.
static inline void csystem_remove_socket(const char *path, dev_t device, ino_t inode) {
  struct stat found;
  if (lstat(path, &found) == 0 && found.st_dev == device && found.st_ino == inode) unlink(path);
}

// A listening stream socket that was inherited, made non-blocking and closed on exec: its family,
// or -errno; -ENOTSOCK also for a socket of another kind or one that does not listen.
static inline int csystem_adopt_listener(int fd) {
  int kind = 0, listens = 0;
  socklen_t length = sizeof kind;
  if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &kind, &length) < 0) return -errno;
  length = sizeof listens;
  if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length) < 0) return -errno;
  struct sockaddr_storage local;
  length = sizeof local;
  if (getsockname(fd, (struct sockaddr *)&local, &length) < 0) return -errno;
  if (kind != SOCK_STREAM || !listens) return -ENOTSOCK;
  int flags = fcntl(fd, F_GETFL);
  if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) return -errno;
  if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) return -errno;
  return local.ss_family;
}

// The path of a Unix socket, an abstract name with '@' before it; empty for one without a name.
static inline int csystem_local_path(int fd, char *to, size_t room) {
  struct sockaddr_un local;
  socklen_t length = sizeof local;
  if (getsockname(fd, (struct sockaddr *)&local, &length) < 0) return -errno;
  size_t count = length > offsetof(struct sockaddr_un, sun_path)
      ? length - offsetof(struct sockaddr_un, sun_path) : 0;
  if (count > sizeof local.sun_path) count = sizeof local.sun_path;
  int is_abstract = count > 0 && local.sun_path[0] == 0;
  if (is_abstract) local.sun_path[0] = '@';
  snprintf(to, room, "%.*s", (int)(is_abstract ? count : strnlen(local.sun_path, count)),
      local.sun_path);
  return 0;
}

// Whether an address in text is reached from this machine alone.
static inline int csystem_is_loopback(const char *host) {
  struct in_addr v4;
  struct in6_addr v6;
  if (inet_pton(AF_INET, host, &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
  if (inet_pton(AF_INET6, host, &v6) != 1) return 0;
  return IN6_IS_ADDR_LOOPBACK(&v6) || (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127);
}

// One datagram to a Unix socket, as sd_notify(3) sends it; -errno when it did not arrive.
static inline int csystem_tell(const char *path, const void *bytes, size_t count) {
  struct sockaddr_un address;
  int length = csystem_unix_address(path, 1, &address);
  if (length < 0) return length;
  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -errno;
  ssize_t sent = sendto(
      fd, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT, (struct sockaddr *)&address, length);
  int failure = errno;
  close(fd);
  return sent < 0 ? -failure : 0;
}
