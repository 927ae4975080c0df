// How a file is packed. What is written is what the tools of that name read and write: gzip (RFC 1952), zstd (RFC
// 8878).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace lifecycle::file {

enum class Compression : std::uint8_t { none, gzip, zstd };

// none, gzip or zstd; raises invalid_parameter_value for any other name.
Compression compression_named(std::string_view name);

// The same input gives the same bytes with the same library: no time and no name is written.
class Packer {
 public:
  Packer() = default;
  Packer(const Packer&) = delete;
  Packer& operator=(const Packer&) = delete;
  virtual ~Packer() = default;

  // Packs more input. What has become ready is in output, which each call writes anew.
  virtual void add(std::string_view input, std::string& output) = 0;
  virtual void finish(std::string& output) = 0;
};

// Null for Compression::none.
std::unique_ptr<Packer> make_packer(Compression compression);

class Unpacker {
 public:
  Unpacker() = default;
  Unpacker(const Unpacker&) = delete;
  Unpacker& operator=(const Unpacker&) = delete;
  virtual ~Unpacker() = default;

  // Unpacks the front of input into output, as much as fits into its capacity; takes what it has read off input.
  // Without input it gives what did not fit before, or nothing. Raises data_corrupted for input that is not packed this
  // way.
  virtual void add(std::string_view& input, std::string& output) = 0;

  // Whether the input may end here: between two members, of which there may be several.
  [[nodiscard]] virtual bool may_end() const = 0;
};

// Null for Compression::none. `path` is for the errors.
std::unique_ptr<Unpacker> make_unpacker(Compression compression, std::string path);

// What a file that begins with these bytes is packed by.
Compression compression_of(std::string_view head);
inline constexpr std::size_t compression_head = 4;

} // namespace lifecycle::file
