// --serve: a relay inside of the master's program, for sessions without any server elsewhere.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "program/main_program.h"

namespace lotse::master {

/// See program::StartRelay.
std::unique_ptr<program::OwnRelay> start_own_relay(std::uint16_t port, const std::string& data);

}  // namespace lotse::master
