#include "functions/remote/session_pg.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <set>

#include <libpq-fe.h>
#include <poll.h>

#include "extension/settings.hpp"
#include "functions/pg/boundary.hpp"

extern "C" {
#include "pgstat.h"
#include "storage/fd.h"
#include "storage/latch.h"
#include "utils/wait_event.h"
}

namespace lifecycle::remote {
namespace {

constexpr char connection_lost[] = "08006";
constexpr char password_is_required[] = "2F003";
constexpr char not_supported[] = "0A000";
constexpr char operator_intervention[] = "57000";
constexpr char raised_exception[] = "P0001";

constexpr std::chrono::seconds default_connect_timeout(15);

// What every statement there runs under, whatever the role's own settings are. A statement whose client has gone ends
// within a tenth of a second, its locks with it: so closing the connection is what cancels here. Where that cannot be
// seen there (Windows), or the network has swallowed the news, keepalives and statement_timeout end it. The rest where
// it is allowed: rows come as parameters, and stay out of the log.
constexpr char session_start[] =
    "SET search_path = pg_catalog, pg_temp; SET timezone = 'UTC'; SET datestyle = 'ISO, YMD'; "
    "SET intervalstyle = 'postgres'; SET extra_float_digits = 1; SET log_parameter_max_length_on_error = 0; "
    "SET default_transaction_isolation = 'read committed'; SET default_transaction_deferrable = off; "
    "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3; "
    "SET tcp_user_timeout = '60s'; "
    "DO $$ DECLARE setting text[]; BEGIN "
    "FOREACH setting SLICE 1 IN ARRAY ARRAY[['log_parameter_max_length', '0'], "
    "['client_connection_check_interval', '100ms']] LOOP "
    "BEGIN PERFORM set_config(setting[1], setting[2], false); EXCEPTION WHEN OTHERS THEN NULL; END; "
    "END LOOP; END $$";

// How much longer a statement may run there than is waited for it here.
constexpr std::chrono::seconds grace_there(5);

// An Error keeps a pointer: texts that stay.
const char* kept_sqlstate(const char* state) {
  static std::set<std::string> states;
  const std::string_view text = state == nullptr ? "" : state;
  const bool is_error =
      text.size() == 5 && text.substr(0, 2) > "02" &&
      std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); });
  return states.emplace(is_error ? text : "XX000").first->c_str();
}

std::string trimmed(const char* message) {
  std::string_view text = message == nullptr ? "" : message;
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) {
    text.remove_suffix(1);
  }
  return std::string(text);
}

void pass_over_notice(void*, const PGresult*) {}

} // namespace

void Result::Clear::operator()(pg_result* result) const { PQclear(result); }

int Result::rows() const { return PQntuples(result_.get()); }

int Result::columns() const { return PQnfields(result_.get()); }

const char* Result::name(int column) const { return PQfname(result_.get(), column); }

const char* Result::value(int row, int column) const {
  return PQgetisnull(result_.get(), row, column) != 0 ? nullptr : PQgetvalue(result_.get(), row, column);
}

Session::Session(std::string server, std::vector<Option> options, bool password_required)
    : server_(std::move(server)), options_(std::move(options)) {
  try {
    connect(password_required);
    start_session();
  } catch (...) {
    close(); // there is no destructor yet
    throw;
  }
}

void Session::connect(bool password_required) {
  std::vector<const char*> keywords;
  std::vector<const char*> values;
  const auto add = [&](const char* keyword, const char* value) {
    keywords.push_back(keyword);
    values.push_back(value);
  };
  // The first ones are overridden by what the server's options say.
  constexpr std::array<std::pair<const char*, const char*>, 6> defaults = {
      {{"fallback_application_name", "lifecycle_ledger"},
       {"keepalives_idle", "30"},
       {"keepalives_interval", "10"},
       {"keepalives_count", "3"},
       {"tcp_user_timeout", "60000"},
       {"client_encoding", "UTF8"}}};
  for (const auto& one : defaults) {
    if (std::none_of(options_.begin(), options_.end(), [&](const Option& given) { return given.first == one.first; })) {
      add(one.first, one.second);
    }
  }
  std::chrono::seconds timeout = default_connect_timeout;
  for (const auto& [keyword, value] : options_) {
    add(keyword.c_str(), value.c_str());
    if (keyword == "connect_timeout" && std::atoi(value.c_str()) > 0) {
      timeout = std::chrono::seconds(std::atoi(value.c_str()));
    }
  }
  add(nullptr, nullptr);

  if (!AcquireExternalFD()) {
    throw Error("53000", "too many files are open to connect to server \"" + server_ + "\"", {},
                "Raise max_files_per_process and the system's limit.");
  }
  has_descriptor_ = true;
  connection_ = PQconnectStartParams(keywords.data(), values.data(), 0);
  if (connection_ == nullptr) {
    throw std::bad_alloc();
  }
  PQsetNoticeReceiver(connection_, pass_over_notice, nullptr);
  const Clock::time_point deadline = Clock::now() + timeout;
  PostgresPollingStatusType state = PGRES_POLLING_WRITING;
  while (PQstatus(connection_) != CONNECTION_BAD && state != PGRES_POLLING_OK && state != PGRES_POLLING_FAILED) {
    if (Clock::now() >= deadline) {
      fail_connect("It did not answer in time.");
    }
    wait(state == PGRES_POLLING_WRITING, deadline);
    state = PQconnectPoll(connection_);
  }
  if (PQstatus(connection_) != CONNECTION_OK) {
    fail_connect(nullptr);
  }
  PQsetnonblocking(connection_, 1);
  if (password_required && PQconnectionUsedPassword(connection_) == 0) {
    throw Error(password_is_required, "password is required",
                "Server \"" + server_ + "\" let the session in without asking for one, as the server's own user.",
                "The other server's pg_hba.conf must ask for a password, or a superuser delivers.");
  }
}

void Session::start_session() {
  run(session_start);
  tell_timeout();
}

// The limit of the role there stands where it is the lower one.
void Session::tell_timeout() {
  const std::int64_t most = remote_timeout + std::chrono::milliseconds(grace_there).count();
  const std::string limit =
      remote_timeout == 0 ? "0" : std::to_string(std::min<std::int64_t>(most, std::numeric_limits<int>::max()));
  run(("SELECT set_config('statement_timeout', CASE WHEN " + limit + " = 0 OR reset_val::bigint BETWEEN 1 AND " +
       limit + " THEN reset_val ELSE '" + limit + "' END, false) FROM pg_settings WHERE name = 'statement_timeout'")
          .c_str());
  told_timeout_ = remote_timeout;
}

void Session::tell_plan(Planned plan) {
  run(plan == Planned::for_all ? "SET plan_cache_mode = force_generic_plan" : "RESET plan_cache_mode");
  told_plan_ = plan;
}

// Whatever ends the wait early ends the session.
template <typename Step>
auto Session::end_on_error(Step&& step) {
  try {
    return step();
  } catch (...) {
    if (busy_) {
      close();
    }
    throw;
  }
}

void Session::run(const char* statements) {
  if (PQsendQuery(connection_, statements) == 0) {
    fail_lost(trimmed(PQerrorMessage(connection_)));
  }
  busy_ = true;
  end_on_error([this] { flush(answer_deadline()); });
  answer();
}

bool Session::is_usable() {
  if (connection_ == nullptr || busy_ || PQstatus(connection_) != CONNECTION_OK) {
    return false;
  }
  // Anything there is to read on a session at rest is its end, or what led to it: the end comes behind the reason, by
  // itself.
  constexpr int most_reads = 100;
  for (int i = 0; i < most_reads; ++i) {
    pollfd readable = {PQsocket(connection_), POLLIN, 0};
    if (poll(&readable, 1, 0) == 0) {
      return true;
    }
    if (PQconsumeInput(connection_) == 0 || PQstatus(connection_) != CONNECTION_OK) {
      return false;
    }
  }
  return false;
}

void Session::send(const char* statement, std::span<const char* const> parameters, Planned plan) {
  error_context_.clear();
  if (told_timeout_ != remote_timeout) {
    tell_timeout();
  }
  if (told_plan_ != plan) {
    tell_plan(plan);
  }
  if (PQsendQueryParams(connection_, statement, static_cast<int>(parameters.size()), nullptr, parameters.data(),
                        nullptr, nullptr, 0) == 0) {
    fail_lost(trimmed(PQerrorMessage(connection_)));
  }
  busy_ = true;
  end_on_error([this] { flush(answer_deadline()); });
}

Result Session::answer() {
  return end_on_error([this] { return receive(); });
}

Result Session::ask(const char* statement, std::span<const char* const> parameters, Planned plan) {
  send(statement, parameters, plan);
  return answer();
}

void Session::flush(Clock::time_point deadline) {
  for (;;) {
    const int left = PQflush(connection_);
    if (left == 0) {
      return;
    }
    if (left < 0) {
      // It may have said why before it went.
      if (PQconsumeInput(connection_) != 0 && PQisBusy(connection_) == 0) {
        return;
      }
      fail_lost(trimmed(PQerrorMessage(connection_)));
    }
    if (Clock::now() >= deadline) {
      fail_silent();
    }
    wait(true, deadline);
    if (PQconsumeInput(connection_) == 0) {
      fail_lost(trimmed(PQerrorMessage(connection_)));
    }
  }
}

Result Session::receive() {
  const Clock::time_point deadline = answer_deadline();
  pg_result* last = nullptr;
  try {
    for (;;) {
      while (PQisBusy(connection_) != 0) {
        if (Clock::now() >= deadline) {
          fail_silent();
        }
        wait(false, deadline);
        if (PQconsumeInput(connection_) == 0) {
          fail_lost(trimmed(PQerrorMessage(connection_)));
        }
      }
      pg_result* const next = PQgetResult(connection_);
      if (next == nullptr) {
        break;
      }
      const ExecStatusType status = PQresultStatus(next);
      if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH) {
        PQclear(next);
        throw Error(not_supported, "COPY cannot be run on server \"" + server_ + "\"");
      }
      // An error is kept, whatever follows it.
      if (last != nullptr && PQresultStatus(last) == PGRES_FATAL_ERROR) {
        PQclear(next);
      } else {
        PQclear(last);
        last = next;
      }
      if (PQstatus(connection_) == CONNECTION_BAD) {
        break;
      }
    }
  } catch (...) {
    PQclear(last);
    throw;
  }
  Result result(last);
  busy_ = false;
  switch (PQresultStatus(last)) {
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
    case PGRES_EMPTY_QUERY:
      return result;
    default:
      raise(last);
  }
}

void Session::raise(const pg_result* result) {
  const auto field = [result](int code) { return trimmed(PQresultErrorField(result, code)); };
  if (PQstatus(connection_) == CONNECTION_BAD) {
    fail_lost(trimmed(result == nullptr ? PQerrorMessage(connection_) : PQresultErrorMessage(result)));
  }
  error_context_ = field(PG_DIAG_CONTEXT);
  const char* state = kept_sqlstate(PQresultErrorField(result, PG_DIAG_SQLSTATE));
  std::string message = field(PG_DIAG_MESSAGE_PRIMARY);
  // These two nobody's WHEN OTHERS would catch here: but it is not our statement that was cancelled, or failed to hold.
  if (std::strcmp(state, "57014") == 0) {
    state = operator_intervention;
    message = "server \"" + server_ + "\" cancelled the statement: " + message;
  } else if (std::strcmp(state, "P0004") == 0) {
    state = raised_exception;
  }
  std::string hint = field(PG_DIAG_MESSAGE_HINT);
  // What is said about privileges would be looked for here.
  if (hint.empty() && std::strcmp(state, "42501") == 0) {
    hint = "It is server \"" + server_ +
           "\" that says so: the role of the user mapping lacks the privilege there. docs/EXPORT.md (Another server) "
           "lists "
           "what each procedure takes.";
  }
  throw Error(state, message, field(PG_DIAG_MESSAGE_DETAIL), hint);
}

// Waits for the socket, the deadline or an interrupt. No wait is long: a deadline of another kind may come first.
void Session::wait(bool to_write, Clock::time_point deadline) {
  const int socket = PQsocket(connection_);
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
  constexpr std::int64_t longest = 10'000;
  const auto timeout = static_cast<long>(std::clamp<std::int64_t>(left + 1, 1, longest));
  const int events =
      WL_LATCH_SET | WL_EXIT_ON_PM_DEATH | WL_TIMEOUT | WL_SOCKET_READABLE | (to_write ? WL_SOCKET_WRITEABLE : 0);
  pg::call([&] {
    const int happened = WaitLatchOrSocket(MyLatch, events, socket, timeout, PG_WAIT_EXTENSION);
    if ((happened & WL_LATCH_SET) != 0) {
      ResetLatch(MyLatch);
    }
    CHECK_FOR_INTERRUPTS();
  });
}

Session::Clock::time_point Session::answer_deadline() const {
  return remote_timeout == 0 ? Clock::time_point::max() : Clock::now() + std::chrono::milliseconds(remote_timeout);
}

void Session::fail_connect(const char* reason) {
  const bool refused = PQconnectionNeedsPassword(connection_) != 0 || PQconnectionUsedPassword(connection_) != 0;
  const std::string detail = reason != nullptr ? reason : trimmed(PQerrorMessage(connection_));
  throw Error(cannot_connect, "could not connect to server \"" + server_ + "\"", detail,
              refused ? "User and password stand in the user mapping: ALTER USER MAPPING FOR CURRENT_USER SERVER \"" +
                            server_ + "\" OPTIONS (SET password '...');"
                      : "Host, port and database stand in the server: ALTER SERVER \"" + server_ +
                            "\" OPTIONS (SET host '...');");
}

void Session::fail_lost(const std::string& reason) {
  close();
  throw Error(connection_lost, "the connection to server \"" + server_ + "\" was lost", reason,
              "What it was doing may have been done or not: send it again.");
}

void Session::fail_silent() {
  const int timeout = remote_timeout;
  close();
  throw Error(connection_lost, "server \"" + server_ + "\" did not answer in time",
              "It was given " + std::to_string(timeout) + " ms; what it was doing ends with the connection.",
              "See what it waits for there, in pg_stat_activity, or raise lifecycle_ledger.remote_timeout.");
}

// Never waits: the socket does not block, and what is not out by then stays unsaid.
void Session::close() noexcept {
  if (connection_ != nullptr) {
    PQfinish(connection_);
    connection_ = nullptr;
  }
  if (has_descriptor_) {
    ReleaseExternalFD();
    has_descriptor_ = false;
  }
  busy_ = false;
}

} // namespace lifecycle::remote
