#include "ui/model.h"

#include <algorithm>

#include "ui/json_read.h"

namespace lotse::ui {
namespace {

using nlohmann::json;

Stage stage_by_name(const std::string& name) {
  if (name == "connecting") return Stage::connecting;
  if (name == "handshake") return Stage::handshake;
  if (name == "lobby") return Stage::lobby;
  if (name == "waiting_for_presenter") return Stage::waiting_for_presenter;
  if (name == "live") return Stage::live;
  if (name == "reconnecting") return Stage::reconnecting;
  return Stage::none;
}

/// The nine digits before the "#" of a link.
std::string number_in_link(const std::string& link) {
  std::size_t end = link.find('#');
  if (end == link.npos || end < 9) return "";
  std::string digits = link.substr(end - 9, 9);
  return digits.find_first_not_of("0123456789") == digits.npos ? digits : "";
}

std::set<std::string> rights_field(const json& e, const char* name = "rights") {
  std::set<std::string> rights;
  auto field = e.find(name);
  if (field == e.end() || !field->is_array()) return rights;
  for (const auto& right : *field)
    if (right.is_string() && rights.size() < 32) rights.insert(right.get<std::string>());
  return rights;
}

/// Errors after which there is no session, wherever they come up.
bool is_fatal(const std::string& code) {
  static const std::set<std::string> kFatal{
      "no_session", "ended",        "bad_password",  "lobby_refused",     "kicked",
      "banned",     "full",         "version",       "relay_unreachable", "relay_untrusted",
      "proxy_auth", "token_needed", "token_refused", "identity_changed"};
  return kFatal.contains(code);
}

void take_member(Member& member, const json& e) {
  if (std::string name = name_field(e, "name"); !name.empty()) member.name = name;
  if (std::string color = text_field(e, "color", 16); !color.empty()) member.color = color;
  if (std::string path = text_field(e, "path", 32); !path.empty()) member.path = path;
  if (std::string via = text_field(e, "via", 32); !via.empty()) member.via = via;
  member.rtt_ms = int_field(e, "rtt_ms", member.rtt_ms);
  member.loss_pct = number_field(e, "loss_pct", member.loss_pct);
  member.rate_bps = number_field(e, "rate_bps", member.rate_bps);
  if (e.contains("why")) member.why = text_field(e, "why", 32);
  if (e.contains("rights")) member.rights = rights_field(e);
  member.deputy = int_field(e, "deputy", member.deputy);
  if (member.rights.contains("control")) member.asks_control = false;
}

}  // namespace

void Model::reset() {
  std::string name = own_name, last_relay = relay;
  ProxyChoice last_proxy = proxy;
  AccessFindings last_access = access;
  std::string last_use = clipboard_use;
  *this = Model{};
  clipboard_use = last_use;
  proxy = last_proxy;
  access = last_access;
  own_name = name;
  relay = last_relay;
}

Page Model::page() const {
  if (question) return question->changed ? Page::relay_changed : Page::trust;
  if (problem) return Page::error;
  switch (stage) {
    case Stage::none:
      return Page::start;
    case Stage::ended:
      return Page::ended;
    case Stage::connecting:
    case Stage::handshake:
    case Stage::lobby:
      return Page::connecting;
    default:
      break;
  }
  if (role == Role::master) return watching() && !show_session ? Page::viewer : Page::host;
  return Page::viewer;
}

const Member* Model::member(int id) const {
  auto found = members.find(id);
  return found == members.end() ? nullptr : &found->second;
}
std::string Model::name_of(int id) const {
  if (const Member* m = member(id)) return m->name;
  for (const auto& guest : lobby)
    if (guest.id == id) return guest.name;
  return "";
}
std::string Model::words_of(int id) const {
  if (auto known = words.find(id); known != words.end()) return known->second;
  for (const auto& guest : lobby)
    if (guest.id == id) return guest.words;
  // A participant has one string, shared with the moderator; it may be told under the own number or before there is
  // one.
  if (role != Role::master && id == master && !words.empty()) return words.begin()->second;
  return "";
}
bool Model::own_screen_shared() const {
  const Member* me = member(self);
  return in_session() && me != nullptr && me->sharing;
}
std::vector<const Member*> Model::viewers() const {
  std::vector<const Member*> out;
  for (const auto& [id, m] : members)
    if (id != self && (m.rights.empty() || m.rights.contains("view"))) out.push_back(&m);
  return out;
}
std::vector<const Member*> Model::controllers() const {
  std::vector<const Member*> out;
  auto told = controllers_of.find(self);
  for (const auto& [id, m] : members)
    if (id != self && (controllers_of.empty() ? m.rights.contains("control")
                                              : told != controllers_of.end() && told->second.contains(id)))
      out.push_back(&m);
  return out;
}
bool Model::controls(const Member& m) const {
  if (controllers_of.empty()) return m.rights.contains("control");
  return std::any_of(controllers_of.begin(), controllers_of.end(),
                     [&](const auto& of) { return of.second.contains(m.id); });
}
const Member* Model::other() const {
  for (const auto& [id, m] : members)
    if (id != self) return &m;
  return nullptr;
}

void Model::fold(const json& e, std::time_t now) {
  if (!e.is_object()) return;
  if (std::int64_t t = time_field(e, "t"); t > 0) last_ns = t;
  if (e.contains("ok")) return fold_answer(e);
  const std::string name = text_field(e, "event", 64);
  if (asked_ns == 0 && last_ns > 0 && (name == "state" || name == "session" || name == "relay_unknown"))
    asked_ns = last_ns;
  if (began == 0 && (name == "state" || name == "session")) began = now;
  if (name == "session" || name == "code") {
    if (name == "session") {
      role = Role::master;
      if (self < 0) self = master = 0;
      if (stage == Stage::none || stage == Stage::connecting || stage == Stage::handshake)
        stage = Stage::waiting_for_presenter;
      reached_ns.try_emplace(Stage::handshake, last_ns);
      number = text_field(e, "number", 32);
    }
    code = text_field(e, "password", 200);
    link = text_field(e, "link", 2000);
    code_since = now;
  } else if (name == "state") {
    fold_state(e);
  } else if (name == "relay_unknown" || name == "relay_changed") {
    RelayQuestion asked{.relay = text_field(e, "relay", 300), .fingerprint = text_field(e, "fingerprint", 200)};
    if (auto list = e.find("words"); list != e.end() && list->is_array())
      for (const auto& word : *list)
        if (word.is_string() && asked.words.size() < 12)
          asked.words.push_back(clean_text(word.get_ref<const std::string&>(), 40));
    asked.changed = name == "relay_changed";
    question = asked;
  } else if (name == "lobby" || name == "joined" || name == "left" || name == "roster" || name == "raised_hand" ||
             name == "sas" || name == "lobby_left") {
    fold_people(name, e);
  } else if (name == "rights" || name == "granted" || name == "revoked" || name == "control_requested" ||
             name == "consent_request" || name == "input_suspended" || name == "controllers" ||
             name == "consent_gone") {
    fold_rights(name, e);
  } else if (name == "identity") {
    const int who = int_field(e, "participant", -1);
    if (bool_field(e, "known", false) && known_contacts.size() < kMaxMembers) known_contacts.insert(who);
  } else if (name == "proxy" || name == "access_rung" || name == "access_summary") {
    fold_access(name, e);
  } else if (name == "chat") {
    fold_chat(e, now);
  } else if (name == "file") {
    fold_file(e);
  } else if (name == "board") {
    fold_board(e);
  } else if (name == "drawing") {
    fold_drawing(e);
  } else if (name == "clipboard" || name == "clipboard_use" || name == "clipboard_transfer") {
    fold_clipboard(name, e);
  } else if (name == "sysinfo" || name == "sysinfo_refused") {
    fold_system(name, e);
  } else if (name == "input_lock") {
    fold_input_lock(e);
  } else if (name == "error" || name == "warning") {
    fold_problem(e);
  } else if (name == "ended") {
    for (std::string* secret : {&code, &link}) {  // of no use any more
      std::fill(secret->begin(), secret->end(), '\0');
      secret->clear();
    }
    ended_reason = text_field(e, "reason", 200);
    if (stage != Stage::none && !problem) stage = Stage::ended;
    consents.clear();
    if (question && !question->changed) question.reset();
  } else {
    fold_picture(name, e);
  }
}

void Model::fold_state(const json& e) {
  Stage next = stage_by_name(text_field(e, "stage", 40));
  if (next == Stage::none) return;
  if (stage == Stage::none || stage == Stage::ended) problem.reset();
  stage = next;
  take_self(e);
  if (std::string address = text_field(e, "relay", 300); !address.empty()) relay = address;
  if (std::string known = text_field(e, "number", 32); !known.empty()) number = known;
  reached_ns.try_emplace(next, last_ns);
  if (question && !question->changed && next != Stage::connecting) question.reset();
  if (next == Stage::reconnecting)
    std::erase_if(control_of, [](const auto& entry) { return entry.second == ControlState::active; });
}

void Model::take_self(const json& e) {
  if (int id = int_field(e, "self", -1); id >= 0) self = id;
}

void Model::fold_people(const std::string& name, const json& e) {
  const int id = int_field(e, "participant", -1);
  if (name == "lobby") {
    auto known = std::find_if(lobby.begin(), lobby.end(), [&](const LobbyGuest& g) { return g.id == id; });
    if (known == lobby.end() && lobby.size() >= kMaxLobby) return;
    LobbyGuest& guest = known == lobby.end() ? lobby.emplace_back() : *known;
    guest = {id, name_field(e, "name"), text_field(e, "sas", 200)};
  } else if (name == "joined" && id >= 0) {
    std::erase_if(lobby, [&](const LobbyGuest& g) { return g.id == id; });
    if (members.size() >= kMaxMembers && !members.contains(id)) return;
    Member& m = members[id];
    m.id = id;
    take_member(m, e);
    if (bool_field(e, "self", false)) self = id;
  } else if (name == "left" || name == "lobby_left") {
    std::erase_if(lobby, [&](const LobbyGuest& g) { return g.id == id; });
    std::erase_if(consents, [&](const ConsentRequest& c) { return c.from == id; });
    if (name == "lobby_left") return;
    members.erase(id);
    controllers_of.erase(id);
    input_locks.erase(id);
    drop_screens(id);
  } else if (name == "raised_hand") {
    if (auto m = members.find(id); m != members.end()) m->second.hand = bool_field(e, "up", false);
  } else if (name == "sas") {
    if (words.size() < kMaxMembers) words[id] = text_field(e, "text", 200);
  } else if (name == "roster") {
    take_self(e);
    master = int_field(e, "master", master);
    mode = text_field(e, "mode", 32).empty() ? mode : text_field(e, "mode", 32);
    locked = bool_field(e, "locked", locked);
    rights_default = rights_field(e, "rights_default");
    arrows_moving = int_field(e, "arrows_moving", arrows_moving);
    auto list = e.find("members");
    if (list == e.end() || !list->is_array()) return;
    std::map<int, Member> before;
    before.swap(members);
    for (const auto& entry : *list) {
      int who = entry.is_object() ? int_field(entry, "participant", -1) : -1;
      if (who < 0 || members.size() >= kMaxMembers) continue;
      if (auto old = before.find(who); old != before.end()) members[who] = old->second;
      members[who].id = who;
      take_member(members[who], entry);
      if (bool_field(entry, "self", false)) self = who;
      if (entry.contains("sharing")) members[who].sharing = bool_field(entry, "sharing", false);
      std::erase_if(lobby, [&](const LobbyGuest& g) { return g.id == who; });
    }
    for (const auto& [id_before, member_before] : before)
      if (!members.contains(id_before)) drop_screens(id_before);
    if (presenter >= 0 && !members.contains(presenter)) leave_presenter();
  }
  most_people = std::max(most_people, members.size());
}

void Model::fold_rights(const std::string& name, const json& e) {
  const int id = int_field(e, "participant", -1);
  const bool is_control = text_field(e, "right", 32) == "control";
  if (name == "rights") {
    if (auto m = members.find(id); m != members.end()) take_member(m->second, e);
  } else if (name == "granted" && is_control) {
    set_control(int_field(e, "presenter", presenter), ControlState::active);
    suspended = false;
  } else if (name == "revoked" && is_control) {
    set_control(int_field(e, "presenter", presenter), ControlState::none);
  } else if (name == "control_requested") {
    if (auto m = members.find(id); m != members.end()) m->second.asks_control = true;
  } else if (name == "input_suspended") {
    suspended = bool_field(e, "on", true);
  } else if (name == "controllers") {
    const int of = int_field(e, "presenter", -1);
    auto list = e.find("members");
    if (of < 0 || list == e.end() || !list->is_array() || controllers_of.size() >= kMaxMembers) return;
    std::set<int>& now = controllers_of[of];
    now.clear();
    for (const auto& member : *list)
      if (member.is_number_integer() && now.size() < kMaxMembers) now.insert(member.get<int>());
    for (int who : now)
      if (auto m = members.find(who); m != members.end()) m->second.asks_control = false;
    if (of == self || of == presenter) suspended = bool_field(e, "suspended", false);
  } else if (name == "consent_gone") {
    const std::string gone = e.contains("request") ? e["request"].dump() : "";
    std::erase_if(consents, [&](const ConsentRequest& c) { return c.request == gone; });
  } else if (name == "consent_request" && consents.size() < kMaxConsents) {
    auto request = e.find("request");
    const int from = int_field(e, "from", -1);
    std::string who = name_field(e, "name");
    consents.push_back({request == e.end() ? "null" : request->dump(), from, who.empty() ? name_of(from) : who,
                        text_field(e, "what", 32), words_of(from)});
  }
}

const Screen& Model::view() const {
  static const Screen kNone;
  auto found = screens.find(viewed());
  return found == screens.end() ? kNone : found->second;
}

std::string Model::screen_title(ScreenKey key) const {
  auto of_same =
      std::count_if(screens.begin(), screens.end(), [&](const auto& s) { return s.first.first == key.first; });
  bool several_presenters = static_cast<std::size_t>(of_same) < screens.size();
  auto found = screens.find(key);
  std::string name =
      found == screens.end() || found->second.name.empty() ? std::to_string(key.second + 1) : found->second.name;
  if (!several_presenters && of_same > 1) return name;
  std::string who = name_of(key.first);
  if (who.empty()) who = "#" + std::to_string(key.first);
  return of_same > 1 ? who + " · " + name : who;
}

ControlState Model::control() const {
  auto found = control_of.find(presenter);
  return found == control_of.end() ? ControlState::none : found->second;
}

void Model::set_control(int of, ControlState state) {
  if (state == ControlState::none)
    control_of.erase(of);
  else if (control_of.size() < kMaxMembers)
    control_of[of] = state;
}

void Model::choose(ScreenKey key) {
  if (presenter != key.first) suspended = show_session = false;
  presenter = key.first;
  screen = key.second;
}

/// The presenter who is viewed has ended: somebody else is, who shows something.
void Model::leave_presenter() {
  set_control(presenter, ControlState::none);
  int next = -1;
  for (const auto& [id, m] : members)
    if (m.sharing && id != self && id != presenter) next = id;
  auto first = screens.empty() ? screens.end() : screens.begin();
  choose(first == screens.end() ? ScreenKey{next, 0} : first->first);
  suspended = show_session = false;
}

void Model::drop_screens(int of) {
  std::erase_if(screens, [&](const auto& entry) { return entry.first.first == of; });
  std::erase_if(drawings, [&](const auto& entry) { return entry.first.first == of; });
  if (presenter == of)
    leave_presenter();
  else
    set_control(of, ControlState::none);
}

Screen* Model::screen_of(const json& e) {
  const ScreenKey key{int_field(e, "presenter", -1), int_field(e, "screen", 0)};
  if (key.first < 0 || key.first == self || (screens.size() >= kMaxScreens && !screens.contains(key))) return nullptr;
  if (presenter < 0) choose(key);
  return &screens[key];
}

void Model::fold_screens(int of, const json& e) {
  auto list = e.find("screens");
  if (list == e.end() || !list->is_array()) return;
  if (of == self) {
    const json first = list->empty() || !list->front().is_object() ? json::object() : list->front();
    paused = bool_field(first, "paused", paused);
    blank = bool_field(first, "blank", false);
    fold_whiteboard(bool_field(first, "whiteboard", false));
    return;
  }
  std::set<int> there;
  for (const auto& entry : *list) {
    const int which = entry.is_object() ? int_field(entry, "screen", -1) : -1;
    if (of < 0 || which < 0) continue;
    Screen* known = screen_of({{"presenter", of}, {"screen", which}});
    if (known == nullptr) continue;
    there.insert(which);
    known->name = name_field(entry, "name");
    known->area = {int_field(entry, "x", 0), int_field(entry, "y", 0), int_field(entry, "w", 0),
                   int_field(entry, "h", 0)};
    known->primary = bool_field(entry, "primary", false);
    known->paused = bool_field(entry, "paused", false);
  }
  std::erase_if(screens, [&](const auto& s) { return s.first.first == of && !there.contains(s.first.second); });
  if (presenter == of && !screens.contains(viewed()) && !there.empty()) choose({of, *there.begin()});
}

void Model::fold_picture(const std::string& name, const json& e) {
  const int id = int_field(e, "participant", int_field(e, "presenter", -1));
  if (name == "presenter" && id >= 0 && members.size() < kMaxMembers) {
    bool sharing = bool_field(e, "sharing", true);
    members[id].id = id;
    members[id].sharing = sharing;
    if (id == self && !sharing) {
      paused = blank = false;
      fold_whiteboard(false);
      std::erase_if(drawings, [&](const auto& entry) { return entry.first.first == self; });
    }
    if (sharing && id != self && presenter < 0) choose({id, 0});
    if (!sharing && id != self) drop_screens(id);
  } else if (name == "screens") {
    fold_screens(id, e);
  } else if (name == "viewed") {
    if (id >= 0 && id != self) choose({id, int_field(e, "screen", 0)});
  } else if (name == "picture") {
    if (Screen* known = screen_of(e)) known->has_picture = true;
    if (stage == Stage::waiting_for_presenter || stage == Stage::reconnecting) stage = Stage::live;
  } else if (name == "exact") {
    if (Screen* known = screen_of(e)) known->exact = bool_field(e, "exact", false);
  } else if (name == "stale") {
    if (Screen* known = screen_of(e)) known->stale = bool_field(e, "stale", false);
  } else if (name == "paths") {
    auto paths = e.find("paths");
    if (paths == e.end() || !paths->is_array()) return;
    for (const json& way : *paths)
      if (auto m = members.find(int_field(way, "participant", -1)); m != members.end()) take_member(m->second, way);
  } else if (name == "path") {
    auto m = members.find(id);
    if (m != members.end()) take_member(m->second, e);
    if (id < 0 || id == self || id == presenter || m == members.end()) {
      path = text_field(e, "path", 32);
      via = text_field(e, "via", 32);
      rtt_ms = int_field(e, "rtt_ms", rtt_ms);
    }
  } else if (name == "mode") {
    mode = text_field(e, "mode", 32);
  } else if (name == "master") {
    if (id < 0) return;
    if (master != id && in_session()) notices.push_back({id == self ? "you_lead" : "other_leads", name_of(id)});
    master = id;
    lobby.clear();
    if (self >= 0) role = self == master ? Role::master : Role::participant;
  } else if (name == "recording") {
    const std::string state = text_field(e, "state", 32);
    const bool on = state == "on" || state == "started" || state == "running" || state == "recording";
    if (on && !recording.on) recording.since_ns = last_ns;
    recording.on = on;
    recording.file = text_field(e, "file", 1000);
    recording.by = int_field(e, "by", -1);
    if (!on && !recording.file.empty()) notices.push_back({"recording_done", recording.file});
  } else if (name == "locked") {
    locked = bool_field(e, "locked", true);
  }
}

void Model::fold_problem(const json& e) {
  Problem what{text_field(e, "code", 64), text_field(e, "message", 1000), text_field(e, "who", 400),
               name_field(e, "whom")};
  if (question && question->changed) return;  // the hard stop says more than any error after it
  if (e.value("event", "") == "warning") {
    if (what.code == "input_suspended") suspended = true;
    notices.push_back(what);
  } else if (is_fatal(what.code) || page() == Page::connecting || page() == Page::trust) {
    question.reset();
    problem = what;
    stage = Stage::ended;
  } else {
    notices.push_back(what);
  }
  if (notices.size() > 8) notices.pop_front();
}

void Model::fold_answer(const json& e) {
  const std::string id = text_field(e, "id", 64);
  if (!id.starts_with("ui.")) return;
  const std::string verb = id.substr(3, id.find('.', 3) - 3);
  if (!bool_field(e, "ok", false)) {
    Problem what{"internal", ""};
    if (auto error = e.find("error"); error != e.end() && error->is_object())
      what = {text_field(*error, "code", 64), text_field(*error, "message", 1000)};
    if (verb == "access_test") access = {};
    if (verb == "sysinfo") {
      facts.waiting = false;
      facts.why = what.code;
      return;
    }
    if (verb == "chat") take_back_line();
    if (verb == "request_control")
      std::erase_if(control_of, [](const auto& entry) { return entry.second == ControlState::asked; });
    if (verb == "move" || verb == "button" || verb == "wheel" || verb == "key" || verb == "type" ||
        verb == "release_keys" || verb == "point" || verb == "point_off" || verb == "draw")
      return;
    if ((verb == "join" || verb == "start_session") && !problem) {
      question.reset();
      problem = what;
      stage = Stage::ended;
    } else {
      notices.push_back(what);
    }
    return;
  }
  if (verb == "lock" || verb == "unlock") locked = verb == "lock";
  if (verb == "sources") fold_sources(e);
  if (verb == "chat_export") notices.push_back({"chat_saved", text_field(e, "file", 1000)});
}

void Model::sent(const json& command, std::time_t now) {
  const std::string verb = text_field(command, "do", 64);
  if (verb == "join" || verb == "start_session") {
    reset();
    stage = Stage::connecting;
    role = verb == "join" ? Role::participant : Role::master;
    began = now;
    if (std::string name = name_field(command, "name"); !name.empty()) own_name = name;
    relay = text_field(command, "relay", 300);
    number = text_field(command, "number", 32);
    if (number.empty()) number = number_in_link(text_field(command, "link", 2000));
    mode = text_field(command, "mode", 32);
  } else if (verb == "access_test") {
    access = {};
    access.running = true;
  } else if (verb == "request_control") {
    set_control(int_field(command, "presenter", presenter), ControlState::asked);
  } else if (verb == "sysinfo") {
    const int of = int_field(command, "participant", -1);
    if (of != facts.of) facts = {};
    facts.of = of;
    facts.waiting = true;
    facts.why.clear();
  } else if (verb == "pause_share") {
    paused = bool_field(command, "on", true);
  } else if (verb == "release_control") {
    set_control(int_field(command, "presenter", presenter), ControlState::none);
  } else if (verb == "view") {
    choose({int_field(command, "presenter", presenter), int_field(command, "screen", 0)});
  } else if (verb == "chat") {
    said(command, now);
  } else if (verb == "consent" && !consents.empty()) {
    consents.pop_front();
  } else if (verb == "trust_relay") {
    question.reset();
  } else if (verb == "admit" || verb == "refuse") {
    const int id = int_field(command, "participant", -1);
    std::erase_if(lobby, [&](const LobbyGuest& g) { return g.id == id; });
  } else if ((verb == "revoke" || verb == "grant") && text_field(command, "right", 32) == "control") {
    if (auto m = members.find(int_field(command, "participant", -1)); m != members.end())
      m->second.asks_control = false;
  }
}

}  // namespace lotse::ui
