#include "functions/export/file_pipe.hpp"

#include <csignal>
#include <pthread.h>
#include <system_error>
#include <utility>

#include "functions/core/interrupt.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::exporting {

FilePipe::FilePipe(const std::string& path, file::Compression compression) : file_(path, compression) {
  // A thread inherits what is blocked.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    thread_ = std::thread([this] { work(); });
  } catch (const std::system_error&) {
    // No thread to be had: blocks are processed where they are handed over.
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

FilePipe::~FilePipe() {
  {
    const std::lock_guard lock(mutex_);
    abandoned_ = true;
  }
  stop();
}

void FilePipe::stop() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) {
    thread_.join();
  }
}

void FilePipe::end_row(std::string_view parity_text) {
  filling_.texts.append(parity_text);
  filling_.sizes.push_back(static_cast<std::uint32_t>(parity_text.size()));
  if (filling_.bytes.size() >= block_size) {
    hand_over();
  }
}

void FilePipe::hand_over() {
  if (!thread_.joinable()) {
    process(filling_);
  } else {
    std::unique_lock lock(mutex_);
    while (waiting_.size() >= most_waiting && failure_ == nullptr) {
      changed_.wait_for(lock, std::chrono::milliseconds(100));
      lock.unlock();
      poll_interrupts();
      lock.lock();
    }
    if (failure_ != nullptr) {
      std::rethrow_exception(failure_);
    }
    waiting_.push_back(std::move(filling_));
    filling_ = {};
    if (!spare_.empty()) {
      filling_ = std::move(spare_.back());
      spare_.pop_back();
    }
    lock.unlock();
    changed_.notify_all();
  }
  filling_.bytes.clear();
  filling_.texts.clear();
  filling_.sizes.clear();
}

void FilePipe::process(const Block& block) {
  file_.append(block.bytes);
  std::string_view texts = block.texts;
  for (const std::uint32_t size : block.sizes) {
    checksum_.add(texts.substr(0, size), &batch_);
    texts.remove_prefix(size);
  }
}

void FilePipe::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return ended_ || !waiting_.empty(); });
    if (abandoned_ || waiting_.empty()) {
      return;
    }
    Block block = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    changed_.notify_all();
    std::exception_ptr failure;
    try {
      process(block);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    if (failure != nullptr) {
      failure_ = failure;
      changed_.notify_all();
      return;
    }
    spare_.push_back(std::move(block));
  }
}

void FilePipe::publish() {
  hand_over();
  stop();
  if (failure_ != nullptr) {
    std::rethrow_exception(failure_);
  }
  checksum_.settle(batch_);
  file_.publish();
}

} // namespace lifecycle::exporting
