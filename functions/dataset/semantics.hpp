// How a dataset is written: semantics, tenant, time, version, guards, partitions.
#pragma once

#include <vector>

#include "functions/dataset/contract.hpp"
#include "functions/dataset/document.hpp"

namespace lifecycle::dataset {

// Of a contract whose columns, found at `places`, have been read. What is wrong is noted in the document.
std::optional<WriteSemantics> read_semantics(Document& document, const Node& schema, const Contract& contract,
                                             const std::vector<Node>& places);

} // namespace lifecycle::dataset
