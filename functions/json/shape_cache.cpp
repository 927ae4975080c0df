#include "functions/json/shape_cache.hpp"

#include <utility>

#include "functions/json/string_writer.hpp"
#include "functions/core/pure.hpp"

namespace lifecycle::json {

const Shape* ShapeCache::learn(const Container& object, std::span<const SortKey> ordered, std::uint32_t keys_size) {
  if (missed_ == nullptr || keys_size > max_keys_size) {
    return nullptr;
  }
  Slot& slot = *missed_;
  // A shape that comes once is not worth the memory, and one that this document uses may be in use further up.
  if (slot.candidate != missed_hash_ || slot.used_by == document_) {
    slot.candidate = missed_hash_;
    return nullptr;
  }
  Shape shape;
  shape.entries.assign(object.entries, object.count * sizeof(std::uint32_t));
  shape.keys.assign(object.data, keys_size);
  shape.members.reserve(object.count);
  std::array<char, escaped_bound(max_keys_size)> escaped; // NOLINT(cppcoreguidelines-pro-type-member-init)
  for (const SortKey& key : ordered) {
    const std::size_t text_at = shape.texts.size();
    shape.texts += shape.members.empty() ? "{\"" : ",\"";
    shape.texts.append(escaped.data(), write_escaped_bytes(escaped.data(), key.text, key.size));
    shape.texts += "\":";
    shape.members.push_back({static_cast<std::uint32_t>(text_at),
                             static_cast<std::uint16_t>(shape.texts.size() - text_at),
                             static_cast<std::uint16_t>(key.index)});
  }
  shape.texts.append(Shape::text_slack, '\0');
  slot.shape = std::move(shape);
  slot.hash = missed_hash_;
  slot.used_by = document_;
  return &slot.shape;
}

} // namespace lifecycle::json
