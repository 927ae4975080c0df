#include "functions/file/compression.hpp"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <limits>
#include <new>
#include <utility>

#include "functions/core/error.hpp"
#include "functions/core/interrupt.hpp"
#include "functions/core/pure.hpp"

namespace lifecycle::file {
namespace {

constexpr std::size_t piece = 64UL * 1024;
constexpr int gzip_level = 6;
constexpr int zstd_level = 3;
constexpr int gzip_window = 15 + 16; // the largest window, gzip's header and trailer

[[noreturn]] void fail_packed(const std::string& path, const char* what) {
  throw Error(sqlstate::data_corrupted, "\"" + path + "\" is damaged",
              std::string("Its compressed data cannot be read: ") + what + ".", "Take the file from a backup.");
}

unsigned char* bytes_of(char* text) { return reinterpret_cast<unsigned char*>(text); }

// zlib never writes through next_in, but older headers do not say so.
unsigned char* input_of(std::string_view text) { return bytes_of(const_cast<char*>(text.data())); }

class GzipPacker : public Packer {
 public:
  GzipPacker() {
    constexpr int memory_level = 8;
    if (deflateInit2(&stream_, gzip_level, Z_DEFLATED, gzip_window, memory_level, Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  GzipPacker(const GzipPacker&) = delete;
  GzipPacker& operator=(const GzipPacker&) = delete;
  ~GzipPacker() override { deflateEnd(&stream_); }

  void add(std::string_view input, std::string& output) override {
    output.clear();
    while (!input.empty()) {
      poll_interrupts();
      const std::string_view part = input.substr(0, piece);
      input.remove_prefix(part.size());
      stream_.next_in = input_of(part);
      stream_.avail_in = static_cast<uInt>(part.size());
      run(Z_NO_FLUSH, output);
    }
  }

  void finish(std::string& output) override {
    output.clear();
    stream_.avail_in = 0;
    run(Z_FINISH, output);
  }

 private:
  // Until zlib has nothing more to give for what it got.
  void run(int flush, std::string& output) {
    do {
      const std::size_t used = output.size();
      output.resize(used + piece);
      stream_.next_out = bytes_of(output.data() + used);
      stream_.avail_out = piece;
      deflate(&stream_, flush);
      output.resize(used + piece - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }

  z_stream stream_ = {};
};

class GzipUnpacker : public Unpacker {
 public:
  explicit GzipUnpacker(std::string path) : path_(std::move(path)) {
    if (inflateInit2(&stream_, gzip_window) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  GzipUnpacker(const GzipUnpacker&) = delete;
  GzipUnpacker& operator=(const GzipUnpacker&) = delete;
  ~GzipUnpacker() override { inflateEnd(&stream_); }

  void add(std::string_view& input, std::string& output) override {
    const std::size_t room = output.capacity();
    output.resize(room);
    stream_.next_in = input_of(input);
    stream_.avail_in = static_cast<uInt>(std::min<std::size_t>(input.size(), std::numeric_limits<uInt>::max()));
    const std::size_t offered = stream_.avail_in;
    stream_.next_out = bytes_of(output.data());
    stream_.avail_out = static_cast<uInt>(room);
    const int result = inflate(&stream_, Z_NO_FLUSH);
    output.resize(room - stream_.avail_out);
    input.remove_prefix(offered - stream_.avail_in);
    if (offered != stream_.avail_in || !output.empty()) {
      at_end_ = result == Z_STREAM_END;
    }
    if (result == Z_STREAM_END) {
      inflateReset(&stream_);
    } else if (result == Z_MEM_ERROR) {
      throw std::bad_alloc();
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      fail_packed(path_, stream_.msg != nullptr ? stream_.msg : "it is not gzip");
    }
  }

  [[nodiscard]] bool may_end() const override { return at_end_; }

 private:
  std::string path_;
  z_stream stream_ = {};
  bool at_end_ = false;
};

struct FreeZstd {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

class ZstdPacker : public Packer {
 public:
  ZstdPacker() : context_(ZSTD_createCCtx()) {
    if (!context_) {
      throw std::bad_alloc();
    }
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, zstd_level);
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
  }

  void add(std::string_view input, std::string& output) override {
    output.clear();
    while (!input.empty()) {
      poll_interrupts();
      const std::string_view part = input.substr(0, piece);
      input.remove_prefix(part.size());
      run(part, ZSTD_e_continue, output);
    }
  }

  void finish(std::string& output) override {
    output.clear();
    run({}, ZSTD_e_end, output);
  }

 private:
  void run(std::string_view part, ZSTD_EndDirective directive, std::string& output) {
    ZSTD_inBuffer in = {part.data(), part.size(), 0};
    for (;;) {
      const std::size_t used = output.size();
      output.resize(used + piece);
      ZSTD_outBuffer out = {output.data() + used, piece, 0};
      const std::size_t left = ZSTD_compressStream2(context_.get(), &out, &in, directive);
      output.resize(used + out.pos);
      if (ZSTD_isError(left) != 0) {
        throw std::bad_alloc(); // of the errors there are, the only one that correct use can meet
      }
      if (directive == ZSTD_e_end ? left == 0 : in.pos == in.size) {
        return;
      }
    }
  }

  std::unique_ptr<ZSTD_CCtx, FreeZstd> context_;
};

class ZstdUnpacker : public Unpacker {
 public:
  explicit ZstdUnpacker(std::string path) : path_(std::move(path)), context_(ZSTD_createDCtx()) {
    if (!context_) {
      throw std::bad_alloc();
    }
  }

  void add(std::string_view& input, std::string& output) override {
    const std::size_t room = output.capacity();
    output.resize(room);
    ZSTD_inBuffer in = {input.data(), input.size(), 0};
    ZSTD_outBuffer out = {output.data(), room, 0};
    const std::size_t left = ZSTD_decompressStream(context_.get(), &out, &in);
    output.resize(out.pos);
    input.remove_prefix(in.pos);
    if (ZSTD_isError(left) != 0) {
      fail_packed(path_, ZSTD_getErrorName(left));
    }
    if (in.pos > 0 || out.pos > 0) {
      at_end_ = left == 0;
    }
  }

  [[nodiscard]] bool may_end() const override { return at_end_; }

 private:
  std::string path_;
  std::unique_ptr<ZSTD_DCtx, FreeZstd> context_;
  bool at_end_ = false;
};

} // namespace

Compression compression_named(std::string_view name) {
  if (name == "none") {
    return Compression::none;
  }
  if (name == "gzip") {
    return Compression::gzip;
  }
  if (name == "zstd") {
    return Compression::zstd;
  }
  throw Error(sqlstate::invalid_parameter_value, "unknown compression \"" + std::string(name) + "\"",
              "It is none of none, gzip and zstd.");
}

std::unique_ptr<Packer> make_packer(Compression compression) {
  switch (compression) {
    case Compression::gzip:
      return std::make_unique<GzipPacker>();
    case Compression::zstd:
      return std::make_unique<ZstdPacker>();
    case Compression::none:
      break;
  }
  return nullptr;
}

std::unique_ptr<Unpacker> make_unpacker(Compression compression, std::string path) {
  switch (compression) {
    case Compression::gzip:
      return std::make_unique<GzipUnpacker>(std::move(path));
    case Compression::zstd:
      return std::make_unique<ZstdUnpacker>(std::move(path));
    case Compression::none:
      break;
  }
  return nullptr;
}

Compression compression_of(std::string_view head) {
  if (head.starts_with("\x1F\x8B")) {
    return Compression::gzip;
  }
  if (head.starts_with("\x28\xB5\x2F\xFD")) {
    return Compression::zstd;
  }
  return Compression::none;
}

} // namespace lifecycle::file
