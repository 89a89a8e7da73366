#include "program/events_json.h"

#include <array>
#include <nlohmann/json.hpp>

namespace lotse::program {
namespace {

using nlohmann::json;
using namespace session;

std::string_view mode_name(Mode mode) { return mode == Mode::control ? "control" : "presentation"; }

std::string_view consent_name(Consent what) {
  switch (what) {
    case Consent::control:
      return "control";
    case Consent::share:
      return "share";
    case Consent::system_info:
      return "sysinfo";
    case Consent::input_lock:
      return "lock_input";
  }
  return "";
}

struct Writer {
  int self;

  json operator()(const SessionNumber&) const { return nullptr; }  // needs the link, which the engine knows
  json operator()(const NewCode&) const { return nullptr; }
  json operator()(const Ended&) const { return nullptr; }  // becomes error and ended
  json operator()(const LobbyLeft& e) const {
    return {{"event", "lobby_left"}, {"participant", e.participant.value()}};
  }
  json operator()(const StageChanged& e) const {
    return {{"event", "state"}, {"stage", name_of(e.stage)}, {"reason", e.reason}, {"self", self}};
  }
  json operator()(const InLobby& e) const {
    return {{"event", "lobby"}, {"participant", e.participant.value()}, {"name", e.name}, {"sas", e.sas}};
  }
  json operator()(const OwnSas& e) const {
    json id = e.self.value() == 0xFFFF ? json(-1) : json(e.self.value());
    return {{"event", "sas"}, {"participant", id}, {"text", e.words}};
  }
  json operator()(const Joined& e) const {
    return {{"event", "joined"}, {"participant", e.participant.value()}, {"name", e.name}, {"path", "tls"}};
  }
  json operator()(const Left& e) const {
    return {{"event", "left"}, {"participant", e.participant.value()}, {"reason", e.reason}};
  }
  json operator()(const RosterChanged&) const { return nullptr; }  // needs who controls
  json operator()(const Granted& e) const {
    return {{"event", "granted"}, {"right", name_of(e.right)}, {"presenter", e.presenter.value()}};
  }
  json operator()(const Revoked& e) const {
    return {{"event", "revoked"}, {"right", name_of(e.right)}, {"presenter", e.presenter.value()}};
  }
  json operator()(const ControlRequested& e) const {
    return {{"event", "control_requested"}, {"participant", e.participant.value()}};
  }
  json operator()(const ConsentRequest& e) const {
    return {
        {"event", "consent_request"}, {"request", e.request}, {"from", e.from.value()}, {"what", consent_name(e.what)}};
  }
  json operator()(const ConsentGone& e) const { return {{"event", "consent_gone"}, {"request", e.request}}; }
  json operator()(const ControllersChanged& e) const {
    json members = json::array();
    for (ParticipantId id : e.members) members.push_back(id.value());
    return {
        {"event", "controllers"}, {"presenter", e.presenter.value()}, {"members", members}, {"suspended", e.suspended}};
  }
  json operator()(const RaisedHand& e) const {
    return {{"event", "raised_hand"}, {"participant", e.participant.value()}, {"up", e.up}};
  }
  json operator()(const ScreenChanged&) const { return nullptr; }  // these two become one list of all screens
  json operator()(const ScreensPlaced&) const { return nullptr; }
  json operator()(const PictureComplete& e) const {
    return {{"event", "picture"},
            {"presenter", e.presenter.value()},
            {"screen", e.screen.value()},
            {"width", e.size.width},
            {"height", e.size.height}};
  }
  json operator()(const StaleChanged& e) const {
    return {{"event", "stale"}, {"presenter", e.presenter.value()}, {"screen", e.screen.value()}, {"stale", e.stale}};
  }
  json operator()(const ExactChanged& e) const {
    return {{"event", "exact"}, {"presenter", e.presenter.value()}, {"screen", e.screen.value()}, {"exact", e.exact}};
  }
  json operator()(const ChatLine&) const { return nullptr; }  // the engine does it
  json operator()(const ModeChanged& e) const { return {{"event", "mode"}, {"mode", mode_name(e.mode)}}; }
  json operator()(const PresenterChanged& e) const {
    return {{"event", "presenter"}, {"participant", e.participant.value()}, {"sharing", e.sharing}};
  }
  json operator()(const MasterChanged& e) const {
    return {{"event", "master"}, {"participant", e.participant.value()}};
  }
  json operator()(const RecordingChanged& e) const {
    return {{"event", "recording"}, {"file", ""}, {"state", e.on ? "recording" : "stopped"}, {"by", e.by.value()}};
  }
  json operator()(const EpochChanged& e) const {
    return {{"event", "epoch"}, {"epoch", e.epoch.value()}, {"reason", e.reason}};
  }
  json operator()(const LockChanged& e) const { return {{"event", "locked"}, {"by", 0}, {"locked", e.locked}}; }
  json operator()(const SystemInfoTold&) const { return nullptr; }  // the engine writes it
  json operator()(const InputLockChanged& e) const {
    json out{{"event", "input_lock"}, {"presenter", e.presenter.value()}, {"on", e.on}, {"by", e.by.value()}};
    if (!e.on) out["why"] = e.why;
    return out;
  }
  json operator()(const TryAgain&) const { return nullptr; }  // the engine does it
  json operator()(const IdentityShown& e) const {
    return {{"event", "identity"},
            {"participant", e.participant.value()},
            {"name", e.name},
            {"known", e.known},
            {"words", crypto::six_words(crypto::sha256({e.key}))}};
  }
  json operator()(const Warning& e) const {
    json out{{"event", "warning"}, {"code", e.code}, {"message", e.message}};
    if (!e.who.empty()) out["who"] = e.who, out["whom"] = e.whom;
    return out;
  }
};

/// 1 to 3, in which order it may take over; 0: it is no deputy.
int deputy_order(const Roster& roster, ParticipantId id) {
  auto at = std::find(roster.deputies.begin(), roster.deputies.end(), id);
  return at == roster.deputies.end() ? 0 : static_cast<int>(at - roster.deputies.begin()) + 1;
}

}  // namespace

json to_json(const Event& event, int self) { return std::visit(Writer{self}, event); }

json screen_json(ScreenId screen, const std::string& name, const Rect& area, bool primary, bool paused) {
  return {{"screen", screen.value()}, {"name", name}, {"x", area.x},        {"y", area.y},     {"w", area.width},
          {"h", area.height},         {"scale", 1},   {"primary", primary}, {"paused", paused}};
}

std::string color_of(ParticipantId participant) {
  static constexpr std::array<const char*, 8> kColors{"#e9a23b", "#3d8fe0", "#b65fd0", "#3fb27f",
                                                      "#e0609b", "#4cb5c4", "#c98a5a", "#8b8ff0"};
  return kColors[participant.value() % kColors.size()];
}

std::string color_text(std::uint32_t rgb) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "#%06x", static_cast<unsigned>(rgb & 0xFFFFFF));
  return text.data();
}

json roster_json(const Roster& roster, int self, const std::set<ParticipantId>& controllers) {
  json members = json::array();
  for (const Member& m : roster.members) {
    Rights rights = m.rights;
    rights.set(Right::control, controllers.contains(m.id));
    members.push_back({{"participant", m.id.value()},
                       {"name", m.name},
                       {"color", color_of(m.id)},
                       {"path", m.away ? "" : "tls"},
                       {"via", "relay"},
                       {"rights", names_of(rights)},
                       {"sharing", m.sharing},
                       {"away", m.away},
                       {"recording", m.recording},
                       {"deputy", deputy_order(roster, m.id)},
                       {"self", m.id.value() == self}});
  }
  return {{"event", "roster"},
          {"self", self},
          {"master", roster.master.value()},
          {"mode", mode_name(roster.mode)},
          {"locked", roster.locked},
          {"rights_default", names_of(roster.default_rights)},
          {"arrows_moving", roster.arrows_moving},
          {"members", members}};
}

}  // namespace lotse::program
