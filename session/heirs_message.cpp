#include "session/heirs_message.h"

#include "wire/limits.h"
#include "wire/messages.pb.h"

namespace lotse::session {

void write_heirs(std::span<const wire::Heir> heirs, wire::pb::Heirs& out) {
  for (const wire::Heir& heir : heirs) {
    wire::pb::Heir* to = out.add_heirs();
    to->set_term(heir.term);
    to->set_order(heir.order);
    to->set_index(heir.index.value());
    to->set_ed(heir.ed.data(), heir.ed.size());
    to->set_signature(heir.signature.data(), heir.signature.size());
  }
}

std::optional<std::vector<wire::Heir>> read_heirs(const wire::pb::Heirs& message) {
  if (static_cast<std::size_t>(message.heirs_size()) > wire::kMaxHeirs) return std::nullopt;
  std::vector<wire::Heir> out;
  for (const wire::pb::Heir& from : message.heirs()) {
    wire::Heir heir;
    bool fits = from.term() > 0 && from.order() <= wire::kMaxDeputies && from.index() < kEverybody.value() &&
                from.ed().size() == heir.ed.size() && from.signature().size() == heir.signature.size();
    if (!fits) return std::nullopt;
    heir.term = from.term();
    heir.order = static_cast<std::uint8_t>(from.order());
    heir.index = ParticipantId{static_cast<std::uint16_t>(from.index())};
    std::copy(from.ed().begin(), from.ed().end(), heir.ed.begin());
    std::copy(from.signature().begin(), from.signature().end(), heir.signature.begin());
    out.push_back(heir);
  }
  return out;
}

}  // namespace lotse::session
