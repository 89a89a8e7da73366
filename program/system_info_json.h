// Facts of a computer as the control interface writes them.
#pragma once
#include <nlohmann/json_fwd.hpp>

#include "session/system_info.h"

namespace lotse::program {

nlohmann::json to_json(const session::SystemInfo& info);

}  // namespace lotse::program
