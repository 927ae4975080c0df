// One property of a contract: a column of the dataset.
#pragma once

#include <optional>

#include "functions/dataset/contract.hpp"
#include "functions/dataset/document.hpp"

namespace lifecycle::dataset {

// What is wrong with it is noted in the document. `major`: of the contract's version, where that is one.
Column read_column(Document& document, const Node& place, std::optional<unsigned> major);

} // namespace lifecycle::dataset
