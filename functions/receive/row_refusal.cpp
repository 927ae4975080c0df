// What is wrong with a line: looked for where the short way did not take it, and told as whoever sent it can mend it.
#include <algorithm>

#include "functions/core/error.hpp"
#include "functions/core/utf8.hpp"
#include "functions/json/pointer.hpp"
#include "functions/receive/row_reader.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::receive {

using dataset::ColumnType;
using json::TextNode;

namespace {

std::string excerpt(std::string_view text) {
  constexpr std::size_t most = 100;
  return shorten(text, most);
}

std::string quoted(std::string_view text) {
  std::string result("\"");
  result += text;
  result += '"';
  return result;
}

std::string as_told(const TextNode& node) {
  switch (node.kind) {
    case TextNode::Kind::string:
      return quoted(excerpt(node.view()));
    case TextNode::Kind::number:
      return excerpt(node.view());
    case TextNode::Kind::no:
      return "false";
    case TextNode::Kind::yes:
      return "true";
    case TextNode::Kind::null:
      return "null";
    case TextNode::Kind::array:
      return "an array";
    default:
      return "an object";
  }
}

std::string joined(const std::vector<std::string>& values) {
  std::string text;
  for (const std::string& value : values) {
    text.append(text.empty() ? "" : ", ").append(value);
  }
  return text;
}

const char* sqlstate_of(json::TextFault fault) {
  using json::TextFault;
  switch (fault) {
    case TextFault::duplicate_key:
      return "22030";
    case TextFault::invalid_utf8:
      return sqlstate::character_not_in_repertoire;
    case TextFault::nul_character:
    case TextFault::lone_surrogate:
      return "22P05";
    case TextFault::number_out_of_range:
      return sqlstate::numeric_value_out_of_range;
    case TextFault::too_deep:
    case TextFault::too_large:
      return sqlstate::program_limit_exceeded;
    default:
      return sqlstate::invalid_text_representation;
  }
}

} // namespace

Verdict RowReader::read_by_tree(std::string_view line) {
  arena_used_ = 0;
  refusal_ = {};
  if (!tree_.read(line)) {
    return refuse_line();
  }
  const TextNode object = tree_.node(tree_.root()); // a copy: nodes may be added
  if (object.kind != TextNode::Kind::object) {
    return refuse(Verdict::unreadable, "wrong_type", sqlstate::invalid_text_representation, {},
                  std::string("The line is ").append(as_told(object)) + ", not an object.");
  }
  std::size_t found = 0;
  Verdict verdict = Verdict::good;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const TextNode* const node = tree_.member(object, columns_[i].name);
    found += node != nullptr ? 1 : 0;
    verdict = std::max(verdict, judge(i, node == nullptr ? std::nullopt : std::optional(tree_.index_of(node))));
  }
  if (found < object.size) {
    for (const std::uint32_t index : tree_.children(object)) {
      const std::string_view field = tree_.node(index).view();
      if (std::none_of(columns_.begin(), columns_.end(), [&](const auto& column) { return column.name == field; })) {
        verdict = refuse(Verdict::unreadable, "unknown_field", sqlstate::undefined_column, field,
                         quoted(excerpt(field)) + " is no column of the contract.");
        break;
      }
    }
  }
  if (verdict != Verdict::good) {
    note_key(object);
  }
  return verdict;
}

Verdict RowReader::judge(std::size_t index, std::optional<std::uint32_t> found) {
  const dataset::Column& column = columns_[index];
  const TextNode node = found ? tree_.node(*found) : TextNode{nullptr, 0, 0, TextNode::Kind::null};
  if (!found || (node.kind == TextNode::Kind::null && *column.type != ColumnType::jsonb)) {
    cells_[index] = {0, true};
    return column.required ? refuse(Verdict::refused, "missing_required", "23502", column.name,
                                    column.name + (found ? " is null." : " is missing."))
                           : Verdict::good;
  }
  switch (set_node(index, *found)) {
    case Fit::good:
      return Verdict::good;
    case Fit::wrong_type:
      return refuse(Verdict::unreadable, "wrong_type", sqlstate::invalid_text_representation, column.name,
                    column.name + ": " + as_told(node) + " is not of type " + std::string(name_of(*column.type)) + ".");
    case Fit::out_of_range:
      return refuse(
          Verdict::unreadable, "out_of_range",
          is_number(*column.type) ? sqlstate::numeric_value_out_of_range : sqlstate::datetime_field_overflow,
          column.name,
          column.name + ": " + as_told(node) + " is out of the range of " + std::string(name_of(*column.type)) + ".");
    case Fit::too_large:
      return refuse(Verdict::unreadable, "json.too_large", sqlstate::program_limit_exceeded, column.name,
                    column.name + " is larger than a jsonb can be.");
    case Fit::unknown_value:
      return refuse(Verdict::refused, "unknown_value", sqlstate::check_violation, column.name,
                    column.name + ": " + as_told(node) + " is none of " + joined(column.valid_values) + ".");
    case Fit::too_long:
      return refuse(Verdict::refused, "too_long", "22001", column.name,
                    column.name + ": it has " + std::to_string(count_characters(node.view())) +
                        " characters, more than " + std::to_string(column.max_length) + ".");
  }
  return Verdict::unreadable;
}

// The first thing that is wrong is told; that a row cannot be read, whatever came before.
Verdict RowReader::refuse(Verdict verdict, const char* code, const char* sqlstate, std::string_view field,
                          std::string detail) {
  if (refusal_.code == nullptr) {
    refusal_.code = code;
    refusal_.sqlstate = sqlstate;
    if (!field.empty()) {
      json::append_token(refusal_.pointer, field);
    }
    refusal_.detail = std::move(detail);
  }
  return verdict;
}

Verdict RowReader::refuse_line() {
  const json::TextProblem& problem = tree_.problem();
  refusal_.code = json::code_of(problem.fault);
  refusal_.sqlstate = sqlstate_of(problem.fault);
  refusal_.pointer = problem.pointer;
  refusal_.detail = problem.detail;
  return Verdict::unreadable;
}

void RowReader::note_key(const TextNode& object) {
  for (int position = 1;; ++position) {
    const auto column = std::find_if(columns_.begin(), columns_.end(),
                                     [position](const auto& asked) { return asked.key_position == position; });
    if (column == columns_.end()) {
      return;
    }
    const TextNode* const node = tree_.member(object, column->name);
    if (node != nullptr && (node->kind == TextNode::Kind::string || node->kind == TextNode::Kind::number)) {
      refusal_.key.append(refusal_.key.empty() ? "" : "/").append(excerpt(node->view()));
    }
  }
}

} // namespace lifecycle::receive
