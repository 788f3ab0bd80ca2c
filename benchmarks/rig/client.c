/* A load generator for what wrk and h2load cannot do: requests at a fixed rate whose latency counts
 * from the instant each was due (so that a slow answer does not hide those behind it), and TLS in
 * CONNECT. Blocking calls, a thread for each connection.
 *
 *   client --port N --path /x [--host NAME] [--connections 64] [--seconds 2]
 *     --rate N         open loop: request n is due at n/N s; else each connection never pauses
 *     --log FILE       with --rate: the latency of each answer in nanoseconds, a line each
 *     --tls NAME       TLS with this server name, no session is resumed
 *     --connect AUTH   CONNECT AUTH before that
 *     --fresh          a new connection for each request
 *
 * Prints one line: answers, failures, seconds. An answer is one of status 200.
 */
#include <arpa/inet.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER = 16384, NOTE = 1024, PATIENCE_SECONDS = 10 };

static struct {
  int port, connections;
  double seconds, rate;
  const char *path, *host, *log, *tls, *connect;
  bool fresh;
} options = {.connections = 64, .seconds = 2, .path = "/x", .host = "127.0.0.1"};

typedef struct {
  int socket;
  SSL *tls;
} Connection;

static SSL_CTX *context;
static char request[NOTE];
static int64_t begun;
static long due_count;
static int64_t *latencies; /* by the request's number; 0 where no answer came */
static atomic_long next_due, answers, failures;

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void sleep_until(int64_t instant) {
  struct timespec time = {instant / 1000000000, instant % 1000000000};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) != 0) {
  }
}

static void shut(Connection *connection) {
  SSL_free(connection->tls);
  if (connection->socket >= 0) close(connection->socket);
  *connection = (Connection){.socket = -1};
}

static bool put(Connection *connection, const char *text) {
  size_t length = strlen(text);
  if (connection->tls != NULL) return SSL_write(connection->tls, text, length) == (int)length;
  return send(connection->socket, text, length, MSG_NOSIGNAL) == (ssize_t)length;
}

static ssize_t get(Connection *connection, char *into, size_t room) {
  if (connection->tls != NULL) return SSL_read(connection->tls, into, room);
  return recv(connection->socket, into, room, 0);
}

/* Reads one answer: a head, and as much body as Content-Length says. Whether its status is 200. */
static bool read_answer(Connection *connection, bool has_body) {
  char buffer[BUFFER];
  size_t filled = 0;
  char *end = NULL;
  while (end == NULL) {
    ssize_t count = get(connection, buffer + filled, sizeof buffer - 1 - filled);
    if (count <= 0) return false;
    filled += count;
    buffer[filled] = 0;
    end = strstr(buffer, "\r\n\r\n");
  }
  const char *length = strcasestr(buffer, "\r\ncontent-length:");
  if (has_body && length == NULL) return false;
  long left = has_body ? atol(length + 17) - (long)(buffer + filled - (end + 4)) : 0;
  while (left > 0) {
    ssize_t count = get(connection, buffer, sizeof buffer);
    if (count <= 0) return false;
    left -= count;
  }
  return left == 0 && strncmp(buffer + 8, " 200", 4) == 0;
}

static bool tunnel(Connection *connection) {
  char text[NOTE];
  snprintf(text, sizeof text, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n", options.connect,
           options.connect);
  return put(connection, text) && read_answer(connection, false);
}

static bool handshake(Connection *connection) {
  SSL *tls = SSL_new(context);
  bool done = tls != NULL && SSL_set_fd(tls, connection->socket) == 1 &&
              SSL_set_tlsext_host_name(tls, options.tls) == 1 && SSL_connect(tls) == 1;
  connection->tls = tls;
  return done;
}

static bool dial(Connection *connection) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(options.port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  struct timeval patience = {.tv_sec = PATIENCE_SECONDS};
  int yes = 1, handle = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  *connection = (Connection){.socket = handle};
  if (handle < 0 || connect(handle, (struct sockaddr *)&address, sizeof address) != 0) return false;
  setsockopt(handle, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  setsockopt(handle, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (options.connect != NULL && !tunnel(connection)) return false;
  return options.tls == NULL || handshake(connection);
}

/* One request and its answer, on a new connection where there is none. */
static bool ask(Connection *connection) {
  bool ready = connection->socket >= 0 || dial(connection);
  bool good = ready && put(connection, request) && read_answer(connection, true);
  atomic_fetch_add(good ? &answers : &failures, 1);
  if (!good || options.fresh) shut(connection);
  return good;
}

static void *run_due(void *unused) {
  Connection connection = {.socket = -1};
  prctl(PR_SET_TIMERSLACK, 1);
  /* One that does not count: the proxy then has its own connection too. */
  if (!dial(&connection) || !put(&connection, request) || !read_answer(&connection, true)) {
    shut(&connection);
  }
  for (long n; (n = atomic_fetch_add(&next_due, 1)) < due_count;) {
    int64_t due = begun + (int64_t)(n / options.rate * 1e9);
    sleep_until(due);
    if (ask(&connection)) latencies[n] = now() - due;
  }
  shut(&connection);
  return unused;
}

static void *run_closed(void *unused) {
  Connection connection = {.socket = -1};
  int64_t end = begun + (int64_t)(options.seconds * 1e9);
  while (now() < end) ask(&connection);
  shut(&connection);
  return unused;
}

static bool write_log(void) {
  FILE *file = fopen(options.log, "w");
  if (file == NULL) return false;
  for (long n = 0; n < due_count; n++) {
    if (latencies[n] > 0) fprintf(file, "%lld\n", (long long)latencies[n]);
  }
  return fclose(file) == 0;
}

static void read_options(int count, char **words) {
  static const struct option known[] = {
      {"port", 1, 0, 'p'},    {"path", 1, 0, 'u'}, {"host", 1, 0, 'h'}, {"connections", 1, 0, 'c'},
      {"seconds", 1, 0, 's'}, {"rate", 1, 0, 'r'}, {"log", 1, 0, 'l'},  {"tls", 1, 0, 't'},
      {"connect", 1, 0, 'x'}, {"fresh", 0, 0, 'f'}, {0, 0, 0, 0}};
  for (int word; (word = getopt_long(count, words, "", known, NULL)) != -1;) {
    switch (word) {
      case 'p': options.port = atoi(optarg); break;
      case 'u': options.path = optarg; break;
      case 'h': options.host = optarg; break;
      case 'c': options.connections = atoi(optarg); break;
      case 's': options.seconds = atof(optarg); break;
      case 'r': options.rate = atof(optarg); break;
      case 'l': options.log = optarg; break;
      case 't': options.tls = optarg; break;
      case 'x': options.connect = optarg; break;
      case 'f': options.fresh = true; break;
      default: exit(2);
    }
  }
  bool timed = options.rate > 0;
  if (options.port <= 0 || options.connections <= 0 || options.seconds <= 0 ||
      timed != (options.log != NULL)) {
    fprintf(stderr, "client: --port, and --rate with --log, see the source\n");
    exit(2);
  }
}

int main(int count, char **words) {
  read_options(count, words);
  signal(SIGPIPE, SIG_IGN);
  snprintf(request, sizeof request,
           "GET %s HTTP/1.1\r\nHost: %s\r\nX-API-Key: bench\r\nAccept: */*\r\n\r\n", options.path,
           options.host);
  if (options.tls != NULL) {
    context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  }
  due_count = (long)(options.rate * options.seconds);
  latencies = calloc(due_count + 1, sizeof *latencies);
  pthread_t *threads = calloc(options.connections, sizeof *threads);
  if (latencies == NULL || threads == NULL) return 1;
  /* What is due begins when every connection stands. */
  begun = now() + (options.rate > 0 ? 300000000 : 0);
  for (int i = 0; i < options.connections; i++) {
    if (pthread_create(&threads[i], NULL, options.rate > 0 ? run_due : run_closed, NULL) != 0) {
      perror("client: thread");
      return 1;
    }
  }
  for (int i = 0; i < options.connections; i++) pthread_join(threads[i], NULL);
  if (options.log != NULL && !write_log()) return 1;
  printf("answers %ld failures %ld seconds %.3f\n", answers, failures, (now() - begun) / 1e9);
  return 0;
}
