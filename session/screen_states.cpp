#include "session/screen_states.h"

#include "wire/messages.pb.h"

namespace lotse::session {
namespace {

constexpr std::uint32_t kGeometry = 0, kCursorPosition = 1, kCursorShape = 2;  // channels; 3: manifests

}  // namespace

void ScreenStates::set(std::uint32_t channel, const std::string& payload) {
  State& state = states_[channel];
  state.payload.assign(payload.begin(), payload.end());
  ++state.version;
  state.due = true;
}

void ScreenStates::set_geometry(const Geometry& geometry) {
  wire::pb::ScreenState state;
  state.set_width(static_cast<std::uint32_t>(geometry.size.width));
  state.set_height(static_cast<std::uint32_t>(geometry.size.height));
  state.set_name(geometry.name);
  state.set_sharing(geometry.sharing);
  state.set_paused(geometry.paused);
  state.set_colors(static_cast<std::uint32_t>(geometry.colors));
  set(kGeometry, state.SerializeAsString());
  repeat();
}

void ScreenStates::set_cursor(CursorImage shape) {
  wire::pb::CursorShape out;
  if (shape.size.width > wire::kMaxCursorSide || shape.size.height > wire::kMaxCursorSide) shape = {};
  out.set_width(static_cast<std::uint32_t>(shape.size.width));
  out.set_height(static_cast<std::uint32_t>(shape.size.height));
  out.set_hot_x(shape.hotspot.x);
  out.set_hot_y(shape.hotspot.y);
  out.set_argb(shape.argb.data(), shape.argb.size());
  set(kCursorShape, out.SerializeAsString());
}

void ScreenStates::set_cursor_position(Point position) {
  wire::pb::CursorPosition out;
  out.set_x(position.x);
  out.set_y(position.y);
  set(kCursorPosition, out.SerializeAsString());
}

void ScreenStates::repeat() {
  for (State& state : states_) state.due = state.version != 0;
}

void ScreenStates::send_due(const Send& send) {
  for (std::uint32_t channel = 0; channel < states_.size(); ++channel) {
    State& state = states_[channel];
    if (state.due && send(channel, state.version, state.payload)) state.due = false;
  }
}

}  // namespace lotse::session
