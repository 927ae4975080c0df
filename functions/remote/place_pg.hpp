// Says of an error which server and statement it is about, and where it happened there. On the C stack of what calls
// guard, outside of it: the error is raised when guard has ended.
#pragma once

#include "functions/remote/sessions_pg.hpp"

extern "C" {
#include "postgres.h"
}

namespace lifecycle::remote {

struct Place {
  const char* server;
  const char* statement;
  ErrorContextCallback callback;
};

inline void tell_place(void* argument) {
  const auto* const place = static_cast<const Place*>(argument);
  if (const char* const there = error_context_there(place->server)) {
    errcontext("%s", there);
  }
  errcontext("server \"%s\", statement: %s", place->server, place->statement);
}

inline void enter_place(Place& place) {
  place.callback = {error_context_stack, tell_place, &place};
  error_context_stack = &place.callback;
}

inline void leave_place(const Place& place) { error_context_stack = place.callback.previous; }

} // namespace lifecycle::remote
