// Numbers that must not be mixed up.
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <functional>

namespace lotse {

template <class Tag, class Rep>
class StrongId {
 public:
  using Value = Rep;
  constexpr StrongId() = default;
  constexpr explicit StrongId(Rep value) : value_(value) {}
  constexpr Rep value() const { return value_; }
  constexpr auto operator<=>(const StrongId&) const = default;

 private:
  Rep value_{};
};

/// Index of a member in its session, given by the master in OFFER and never used twice. The first master is 0.
using ParticipantId = StrongId<struct ParticipantTag, std::uint16_t>;
/// A relay's name for one connection of one session, before and beside the participant's index.
using LinkId = StrongId<struct LinkTag, std::uint32_t>;
/// One shared screen of a presenter.
using ScreenId = StrongId<struct ScreenTag, std::uint8_t>;
/// Index of a 64x64 slot in its screen, row by row.
using SlotId = StrongId<struct SlotTag, std::uint32_t>;
/// The presenter's frame counter at the capture of a slot.
using SlotVersion = StrongId<struct SlotVersionTag, std::uint32_t>;
/// Raised by every new share and every change of size; older ones are dropped everywhere.
using Generation = StrongId<struct GenerationTag, std::uint32_t>;
/// Period in which one group key is in force. 0 is no epoch.
using Epoch = StrongId<struct EpochTag, std::uint32_t>;

inline constexpr ParticipantId kFirstMaster{0};
inline constexpr ParticipantId kEverybody{0xFFFF};

/// A session's own name, 16 random bytes chosen by the first master.
using SessionUuid = std::array<std::uint8_t, 16>;

}  // namespace lotse

template <class Tag, class Rep>
struct std::hash<lotse::StrongId<Tag, Rep>> {
  std::size_t operator()(lotse::StrongId<Tag, Rep> id) const noexcept { return std::hash<Rep>{}(id.value()); }
};
