#include "functions/parity/parity_checksum.hpp"

#include <charconv>

#include "functions/parity/md5.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::parity {
namespace {

void store_number(std::uint64_t number, unsigned char* to) {
  for (int i = 7; i >= 0; --i, number >>= 8U) {
    to[i] = static_cast<unsigned char>(number);
  }
}

std::uint64_t load_number(const unsigned char* from) {
  std::uint64_t number = 0;
  for (int i = 0; i < 8; ++i) {
    number = number << 8U | from[i];
  }
  return number;
}

} // namespace

void Checksum::add(std::string_view value, Md5Batch* batch) {
  sum += batch != nullptr ? batch->add(value) : md5_prefix(value);
  ++count;
}

char* write_checksum(const Checksum& checksum, char* to) {
  to = std::to_chars(to, to + checksum_text_size, checksum.count).ptr;
  *to++ = ':';
  for (int shift = 60; shift >= 0; shift -= 4) {
    *to++ = "0123456789abcdef"[(checksum.sum >> static_cast<unsigned>(shift)) & 0xFU];
  }
  return to;
}

ChecksumBytes store_checksum(const Checksum& checksum) {
  ChecksumBytes bytes;
  store_number(checksum.count, bytes.data());
  store_number(checksum.sum, bytes.data() + 8);
  return bytes;
}

Checksum load_checksum(const ChecksumBytes& bytes) {
  return {load_number(bytes.data()), load_number(bytes.data() + 8)};
}

} // namespace lifecycle::parity
