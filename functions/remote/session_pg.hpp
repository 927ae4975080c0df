// A session on another PostgreSQL server, over libpq's asynchronous calls: whoever waits in it can be cancelled at any
// time. Used inside guard. One statement runs at a time, and commits there when it ends.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "functions/core/error.hpp"

struct pg_conn;
struct pg_result;

namespace lifecycle::remote {

inline constexpr char cannot_connect[] = "08001";

// A keyword of libpq and its value.
using Option = std::pair<std::string, std::string>;

// How the other side plans a statement: for these parameters, or for all. The former has the planner copy their values,
// which may be megabytes, more than once. What the statement calls is planned in the same way, unless it sees to that.
enum class Planned : std::uint8_t { for_these, for_all };

class Result {
 public:
  explicit Result(pg_result* result) : result_(result) {}

  [[nodiscard]] int rows() const;
  [[nodiscard]] int columns() const;
  [[nodiscard]] const char* name(int column) const;
  // Null for null; valid as long as the result is.
  [[nodiscard]] const char* value(int row, int column) const;

 private:
  struct Clear {
    void operator()(pg_result* result) const;
  };
  std::unique_ptr<pg_result, Clear> result_;
};

class Session {
 public:
  // Connects. Raises 08001, or 2F003 where a password is required and was not asked for.
  Session(std::string server, std::vector<Option> options, bool password_required);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() { close(); }

  [[nodiscard]] const std::vector<Option>& options() const { return options_; }

  // Whether the next statement can be sent: the other side has not gone away meanwhile.
  [[nodiscard]] bool is_usable();

  // Runs a statement with its parameters, null pointers for nulls, and waits for what it gives. Raises the other side's
  // error as ours. Whatever ends the wait here closes the session, and so ends the statement there.
  Result ask(const char* statement, std::span<const char* const> parameters, Planned plan = Planned::for_these);

  // The same in two steps, between which the caller may do anything that does not end this session: sends all of the
  // statement; waits for its answer.
  void send(const char* statement, std::span<const char* const> parameters, Planned plan = Planned::for_these);
  Result answer();

  // Closes, without waiting for the other side, which ends what it is doing when it sees that.
  void close() noexcept;

  // What the last error of the other side said of where it happened there.
  [[nodiscard]] const std::string& error_context() const { return error_context_; }
  void forget_error() { error_context_.clear(); }

 private:
  using Clock = std::chrono::steady_clock;

  void connect(bool password_required);
  void start_session();
  void tell_timeout();
  void tell_plan(Planned plan);
  void run(const char* statements);
  template <typename Step>
  auto end_on_error(Step&& step);
  Result receive();
  void flush(Clock::time_point deadline);
  void wait(bool to_write, Clock::time_point deadline);
  [[noreturn]] void fail_connect(const char* reason);
  [[noreturn]] void fail_lost(const std::string& reason);
  [[noreturn]] void fail_silent();
  [[noreturn]] void raise(const pg_result* result);
  [[nodiscard]] Clock::time_point answer_deadline() const;

  std::string server_;
  std::vector<Option> options_;
  std::string error_context_;
  pg_conn* connection_ = nullptr;
  bool has_descriptor_ = false; // counted among the server's open files
  bool busy_ = false;           // a statement runs there
  int told_timeout_ = 0;        // lifecycle_ledger.remote_timeout, as the other side knows it
  Planned told_plan_ = Planned::for_these;
};

} // namespace lifecycle::remote
