#include "session/roster.h"

#include "base/text.h"
#include "session/message_bytes.h"
#include "wire/limits.h"
#include "wire/messages.pb.h"

namespace lotse::session {
namespace {

std::optional<Member> read_member(const wire::pb::Member& m) {
  Member member;
  if (m.index() >= kEverybody.value() || m.state() > 1) return std::nullopt;
  if (!read_bytes(m.ed(), member.ed) || !read_bytes(m.dh(), member.dh)) return std::nullopt;
  member.id = ParticipantId{static_cast<std::uint16_t>(m.index())};
  member.name = clean_text(m.name(), wire::kMaxName);
  member.rights = Rights{m.rights()};
  member.sharing = m.sharing();
  member.away = m.state() == 1;
  member.recording = m.recording();
  return member;
}

}  // namespace

const Member* Roster::find(ParticipantId id) const {
  auto at = std::find_if(members.begin(), members.end(), [&](const Member& m) { return m.id == id; });
  return at == members.end() ? nullptr : &*at;
}
Member* Roster::find(ParticipantId id) { return const_cast<Member*>(std::as_const(*this).find(id)); }

SignedRoster sign_roster(const Roster& roster, ByteView ticket, const SessionUuid& session,
                         const crypto::SigningKey& key) {
  wire::pb::Roster out;
  out.set_version(roster.version);
  out.set_term(roster.term);
  out.set_master(roster.master.value());
  out.set_next_index(roster.next_index);
  for (ParticipantId deputy : roster.deputies) out.add_deputies(deputy.value());
  out.set_default_rights(roster.default_rights.bits());
  out.set_mode(static_cast<std::uint32_t>(roster.mode));
  out.set_locked(roster.locked);
  out.set_arrows_moving(roster.arrows_moving);
  out.set_colors(static_cast<std::uint32_t>(roster.colors));
  out.set_ticket(text_of(ticket));
  for (const Member& m : roster.members) {
    wire::pb::Member* member = out.add_members();
    member->set_index(m.id.value());
    member->set_name(m.name);
    member->set_ed(text_of(m.ed));
    member->set_dh(text_of(m.dh));
    member->set_rights(m.rights.bits());
    member->set_sharing(m.sharing);
    member->set_state(m.away ? 1 : 0);
    member->set_recording(m.recording);
  }
  std::string bytes = out.SerializeAsString();
  SignedRoster result{Bytes(bytes.begin(), bytes.end()), {}};
  result.signature = key.sign(crypto::Purpose::roster, {session, result.roster});
  return result;
}

std::optional<VerifiedRoster> verify_roster(const SignedRoster& in, const SessionUuid& session,
                                            const crypto::VerifyKey& master) {
  if (!crypto::verify(master, crypto::Purpose::roster, {session, in.roster}, in.signature)) return std::nullopt;
  wire::pb::Roster pb;
  if (!pb.ParseFromArray(in.roster.data(), static_cast<int>(in.roster.size()))) return std::nullopt;
  if (static_cast<std::size_t>(pb.members_size()) > wire::kMaxMembers || pb.mode() > 1 || pb.colors() > 2)
    return std::nullopt;
  if (pb.master() >= kEverybody.value() || pb.next_index() > kEverybody.value() ||
      pb.deputies_size() > wire::kMaxDeputies)
    return std::nullopt;
  VerifiedRoster out;
  out.roster.version = pb.version();
  out.roster.term = pb.term();
  out.roster.master = ParticipantId{static_cast<std::uint16_t>(pb.master())};
  out.roster.next_index = pb.next_index();
  out.roster.default_rights = Rights{pb.default_rights()};
  for (std::uint32_t deputy : pb.deputies()) {
    if (deputy >= kEverybody.value()) return std::nullopt;
    out.roster.deputies.push_back(ParticipantId{static_cast<std::uint16_t>(deputy)});
  }
  out.roster.mode = static_cast<Mode>(pb.mode());
  out.roster.locked = pb.locked();
  if (pb.arrows_moving() != 0) out.roster.arrows_moving = pb.arrows_moving();
  out.roster.colors = static_cast<codec::Colors>(pb.colors());
  out.ticket.assign(pb.ticket().begin(), pb.ticket().end());
  for (const auto& m : pb.members()) {
    auto member = read_member(m);
    bool rising = out.roster.members.empty() || (member && out.roster.members.back().id < member->id);
    if (!member || !rising) return std::nullopt;
    out.roster.members.push_back(std::move(*member));
  }
  return out;
}

}  // namespace lotse::session
