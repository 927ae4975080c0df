#include "functions/export/part.hpp"

#include <cstring>
#include <iterator>
#include <type_traits>

#include "functions/core/error.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::exporting {
namespace {

// Both ends are processes of one server: numbers go as they are in memory.
template <typename Number>
void put(std::string& to, Number number) {
  static_assert(std::is_arithmetic_v<Number>);
  char bytes[sizeof number];
  std::memcpy(bytes, &number, sizeof number);
  to.append(bytes, sizeof bytes);
}

void put(std::string& to, std::string_view text) {
  put(to, text.size());
  to.append(text);
}

void put(std::string& to, const Figures& figures) {
  put(to, figures.rows);
  put(to, figures.earliest);
  put(to, figures.latest);
  put(to, figures.checksum.count);
  put(to, figures.checksum.sum);
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : left_(bytes) {}

  template <typename Number>
  void take(Number& number) {
    std::memcpy(&number, cut(sizeof number).data(), sizeof number);
  }

  void take(std::string& text) {
    std::size_t size = 0;
    take(size);
    text = cut(size);
  }

  void take(Figures& figures) {
    take(figures.rows);
    take(figures.earliest);
    take(figures.latest);
    take(figures.checksum.count);
    take(figures.checksum.sum);
  }

  [[nodiscard]] bool at_end() const { return left_.empty(); }
  [[noreturn]] static void fail() {
    throw Error(sqlstate::data_corrupted, "what another process has exported cannot be read");
  }

 private:
  std::string_view cut(std::size_t size) {
    if (size > left_.size()) {
      fail();
    }
    const std::string_view bytes = left_.substr(0, size);
    left_.remove_prefix(size);
    return bytes;
  }

  std::string_view left_;
};

} // namespace

void Part::add(Part&& other) {
  std::ranges::move(other.files, std::back_inserter(files));
  std::ranges::sort(files, {}, &Written::number);
  rejected += other.rejected;
  lines += other.lines;
  waiting.add(other.waiting);
}

std::string Part::bytes() const {
  std::string bytes;
  put(bytes, rejected);
  put(bytes, std::string_view(lines));
  put(bytes, waiting);
  put(bytes, files.size());
  for (const Written& file : files) {
    put(bytes, file.number);
    put(bytes, file.bytes);
    put(bytes, std::string_view(file.hash));
    put(bytes, file.figures);
  }
  return bytes;
}

Part read_part(std::string_view bytes) {
  Reader reader(bytes);
  Part part;
  std::size_t files = 0;
  reader.take(part.rejected);
  reader.take(part.lines);
  reader.take(part.waiting);
  reader.take(files);
  for (; files > 0; --files) {
    Written& file = part.files.emplace_back();
    reader.take(file.number);
    reader.take(file.bytes);
    reader.take(file.hash);
    reader.take(file.figures);
  }
  if (!reader.at_end()) {
    Reader::fail();
  }
  return part;
}

} // namespace lifecycle::exporting
