// libpq's PQcancel() blocks for as long as the other side or the network likes, and must not keep a backend that is
// being cancelled itself. It is made for any thread, so one of its own runs it: without signals, without a look at
// anything of the server's.
#include "functions/remote/cancel.hpp"

#include <atomic>
#include <csignal>
#include <ctime>
#include <memory>
#include <new>

#include <libpq-fe.h>
#include <pthread.h>

namespace lifecycle::remote {
namespace {

struct Request {
  explicit Request(PGcancel* to_cancel) : cancel(to_cancel) {}
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;
  ~Request() { PQfreeCancel(cancel); }

  PGcancel* cancel;
  std::atomic<bool> made = false;
};

using SharedRequest = std::shared_ptr<Request>;

void* make_request(void* argument) {
  const std::unique_ptr<SharedRequest> request(static_cast<SharedRequest*>(argument));
  char ignored[256];
  PQcancel((*request)->cancel, ignored, sizeof ignored);
  (*request)->made = true;
  return nullptr;
}

bool start_thread(SharedRequest* argument) noexcept {
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) {
    return false;
  }
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  // Signals are the backend's alone; a thread inherits what is blocked.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread;
  const bool started = pthread_create(&thread, &attributes, make_request, argument) == 0;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&attributes);
  return started;
}

} // namespace

void cancel_aside(pg_conn* connection, int patience) noexcept {
  PGcancel* const cancel = PQgetCancel(connection);
  if (cancel == nullptr) {
    return;
  }
  SharedRequest request;
  try {
    request = std::make_shared<Request>(cancel);
  } catch (const std::bad_alloc&) {
    PQfreeCancel(cancel);
    return;
  }
  auto* const argument = new (std::nothrow) SharedRequest(request);
  if (argument == nullptr || !start_thread(argument)) {
    delete argument;
    return;
  }
  constexpr timespec millisecond = {0, 1'000'000};
  for (int waited = 0; waited < patience && !request->made; ++waited) {
    nanosleep(&millisecond, nullptr);
  }
}

} // namespace lifecycle::remote
