// What a frame is to the link: how urgent, and which stream keeps it in order.
#pragma once
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace lotse::net::link {

/// The most urgent first. Each is a stream of its own: a loss in one holds up none of the others.
enum class TrafficClass : std::uint8_t {
  control = 0,  // whatever is not named below
  input = 1,    // messages of the stream "pointer"
  audio = 2,    // reserved: messages of the stream "audio"
  cursor = 3,   // states of the pointer's position and shape
  picture = 4,  // slots, frame ends, signs, the state of a screen: their order counts
  files = 5,    // messages of the stream "files"
};
inline constexpr std::size_t kClasses = 6;

/// Of a frame between a program and its relay (wire/relay_frame.h), by what stands in the clear.
TrafficClass class_of(ByteView frame);

}  // namespace lotse::net::link
