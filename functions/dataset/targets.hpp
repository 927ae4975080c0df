// The columns of a contract as a mapping's target.
#pragma once

#include <vector>

#include "functions/dataset/contract.hpp"
#include "functions/mapping/mapping.hpp"

namespace lifecycle::dataset {

// In the order of the contract, whose names and values they refer to. A column that the export computes need not be
// mapped. Only for a contract without problems.
std::vector<mapping::Target> targets_of(const Contract& contract);

} // namespace lifecycle::dataset
