// A file on its way, as the control interface has it.
#pragma once
#include <nlohmann/json_fwd.hpp>

#include "files/transfer.h"

namespace lotse::program {

/// `self`: our index.
nlohmann::json transfer_json(const files::Transfer& transfer, int self);
/// "file_id" of a command. Throws std::invalid_argument.
wire::FileId file_id_in(const nlohmann::json& command);

}  // namespace lotse::program
