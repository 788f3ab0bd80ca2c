// Threads and processors.
#pragma once
#include "shim.h"
#include <sched.h>

// How many processors this process may use (sched_getaffinity(2)), at least 1.
static inline int csystem_processors(void) {
  cpu_set_t set;
  CPU_ZERO(&set);
  // A machine with more processors than the set has bits refuses; it has more than enough.
  if (sched_getaffinity(0, sizeof set, &set) < 0) return errno == EINVAL ? CPU_SETSIZE : 1;
  int count = CPU_COUNT(&set);
  return count > 0 ? count : 1;
}
