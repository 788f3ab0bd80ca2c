#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <event2/event.h>
#include <event2/event_struct.h>

// A base without locks: one thread owns it, other threads only write to its eventfd.
static inline struct event_base *clibevent_base_new(void) {
  struct event_config *config = event_config_new();
  if (!config) return NULL;
  event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
  event_config_set_flag(config, EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST);
  event_config_require_features(config, EV_FEATURE_ET | EV_FEATURE_EARLY_CLOSE);
  struct event_base *base = event_base_new_with_config(config);
  event_config_free(config);
  return base;
}
