#include "tests/ui/scenes.h"

#include <cmath>
#include <fstream>

namespace lotse::ui::test {
namespace {

using nlohmann::json;

json at(std::int64_t ms, json event) {
  event["t"] = 1'000'000'000'000 + ms * 1'000'000;
  return event;
}

json anna() {
  return {{"participant", 2}, {"name", "Anna Berger"}, {"color", "#3d8fe0"},
          {"path", "direct"}, {"rtt_ms", 21},          {"rights", {"view", "chat", "point", "draw"}}};
}
json bernd() {
  return {{"participant", 3},   {"name", "Bernd Kowalski"},
          {"color", "#b65fd0"}, {"path", "proxy"},
          {"rtt_ms", 64},       {"rights", {"view", "chat", "point", "draw"}}};
}
json workshop() {
  return {{"participant", 1}, {"name", "Werkstatt Huber"},  {"color", "#e9a23b"}, {"path", "direct"},
          {"rtt_ms", 21},     {"rights", {"view", "chat"}}, {"sharing", true}};
}
json leader(const char* name) {
  return {{"participant", 0}, {"name", name}, {"color", "#3fb27f"}, {"rights", {"view", "chat", "point", "draw"}}};
}
json with_control(json member) {
  member["rights"].push_back("control");
  return member;
}
json roster(int self, std::initializer_list<json> members) {
  return {{"event", "roster"}, {"self", self}, {"members", members}};
}

std::vector<json> hosting() {
  return {at(0, {{"event", "state"}, {"stage", "connecting"}}),
          at(60, {{"event", "session"},
                  {"number", "428117903"},
                  {"password", "481902"},
                  {"link", "https://relay.example.org/428117903#abcdefghijklmnop.qrstuv"}})};
}
std::vector<json> plus(std::vector<json> events, std::initializer_list<json> more) {
  events.insert(events.end(), more);
  return events;
}
std::vector<json> joining() {
  return {at(0, {{"event", "state"}, {"stage", "connecting"}}), at(41, {{"event", "state"}, {"stage", "handshake"}})};
}
std::vector<json> viewing(bool control) {
  json me = control ? with_control(anna()) : anna();
  return {
      at(0, {{"event", "state"}, {"stage", "connecting"}}),
      at(41, {{"event", "state"}, {"stage", "handshake"}}),
      at(88, {{"event", "state"}, {"stage", "waiting_for_presenter"}}),
      roster(2, {leader("Клара Новак"), workshop(), me, bernd()}),
      {{"event", "presenter"}, {"participant", 1}, {"sharing", true}},
      at(120, {{"event", "state"}, {"stage", "live"}}),
      at(180, {{"event", "picture"}, {"presenter", 1}, {"screen", 0}, {"width", 1280}, {"height", 800}, {"ms", 180}}),
      {{"event", "exact"}, {"presenter", 1}, {"screen", 0}, {"exact", true}},
      {{"event", "path"}, {"participant", 1}, {"path", "direct"}, {"rtt_ms", 21}},
      {{"event", "chat"}, {"from", 3}, {"to", "all"}, {"text", "The log folder is missing its owner."}},
      {{"event", "chat"}, {"from", 0}, {"to", "all"}, {"text", "Спасибо! Größe prüfen, dann weiter."}},
      {{"event", "chat"}, {"from", 1}, {"to", {2}}, {"text", "שלום, 你好, مرحبا 😀"}}};
}
/// In a group, in private, and to all with links.
std::vector<json> talking() {
  return plus(
      viewing(false),
      {{{"event", "chat"}, {"from", 1}, {"to", {2, 3}}, {"text", "Who restarts it?"}, {"conversation", {1, 3}}},
       {{"event", "chat"}, {"from", 3}, {"to", {1, 2}}, {"text", "I do, at five."}, {"conversation", {1, 3}}},
       {{"event", "chat"},
        {"from", 3},
        {"to", "all"},
        {"time", 1795000000},
        {"text", "See https://xn.example@bücher.example/a/long/way/to/the/notes_(part_1) and http://example.org."}}});
}
std::vector<json> scripts() {
  auto line = [](int from, const char* text) {
    return json{{"event", "chat"}, {"from", from}, {"to", "all"}, {"text", text}};
  };
  json nour = bernd();
  nour["name"] = "نور الهدى";
  return {at(0, {{"event", "state"}, {"stage", "connecting"}}),
          roster(2, {leader("דנה כהן"), workshop(), anna(), nour}),
          {{"event", "presenter"}, {"participant", 1}, {"sharing", true}},
          at(120, {{"event", "state"}, {"stage", "live"}}),
          {{"event", "picture"}, {"presenter", 1}, {"screen", 0}, {"width", 1280}, {"height", 800}, {"ms", 180}},
          line(3, "السلام عليكم ورحمة الله، هل ترى الملف report-3.pdf على الشاشة؟ https://مثال.إختبار/صفحة"),
          line(0, "כן, שָׁלוֹם! אני רואה אותו."),
          line(1, "हिन्दी में क्षत्रिय, श्री और कि।"),
          line(1, "ภาษาไทย กำลังดี, বাংলা, தமிழ்"),
          line(3, "👩‍🚀 👍🏽 🇩🇪 ❤️ 1️⃣ e\u0301 ǫ̈"),
          line(1, "Zurück zu Deutsch: Größe, 你好, Спасибо.")};
}
std::vector<json> presenting() {
  return {at(0, {{"event", "state"}, {"stage", "connecting"}}),
          at(41, {{"event", "state"}, {"stage", "handshake"}}),
          at(88, {{"event", "state"}, {"stage", "waiting_for_presenter"}}),
          {{"event", "sas"}, {"participant", 0}, {"text", "harbour · violin · seven"}},
          roster(1, {leader("Anna Berger"), workshop()}),
          {{"event", "presenter"}, {"participant", 1}, {"sharing", true}}};
}
json file(const char* id, const char* direction, int peer, const char* name, double size, double done,
          const char* state, json more = json::object()) {
  json event{{"event", "file"}, {"file_id", id}, {"direction", direction}, {"peer", peer},
             {"name", name},    {"size", size},  {"done", done},           {"state", state}};
  event.update(more);
  return event;
}
std::vector<json> files(int first, int second) {
  return {
      file("f1", "in", 3, "Protokoll.pdf", 45e6, 45e6, "done", {{"path", "/home/anna/Downloads/Protokoll.pdf"}}),
      file("f2", "out", second, "trace-2026-10-03.log", 812e3, 0, "refused"),
      file("f3", "out", 3, "backup-of-the-whole-machine-before-the-update-of-october.tar.zst", 48.2e9, 2.1e9, "failed",
           {{"reason", "Bernd Kowalski's disk is full."}}),
      file("f4", "out", second, "drawing.svg", 2.4e6, 1.1e6, "paused"),
      file("f5", "in", second, "installer.iso", 1.2e9, 412e6, "active", {{"rate_bps", 27.2e6}, {"left_s", 232}}),
      file("f6", "in", first, "Anleitung Größe und Gewicht der neuen Anlage – Entwurf 3.docx", 1.4e6, 0, "offered")};
}
json on_board(const char* id, const char* name, double size, int owner, const char* owner_name, bool mine,
              bool can_remove) {
  return {{"file_id", id},
          {"name", name},
          {"size", size},
          {"owner", owner},
          {"owner_name", owner_name},
          {"mine", mine},
          {"put", 1795000000},
          {"can_remove", can_remove}};
}
/// Three files, of which one has been fetched and one is on its way; `self` owns the last, `all` may be removed.
std::vector<json> board(int self, bool all) {
  auto fetched = [](const char* of, json more) {
    more.update({{"board", true}, {"board_file", of}});
    return more;
  };
  return {{{"event", "board"},
           {"files",
            {on_board("b1", "Lageplan Größe und Gewicht der neuen Anlage – Entwurf 3.pdf", 1.4e6, 3, "Bernd Kowalski",
                      false, all),
             on_board("b2", "installer.iso", 1.2e9, 7, "Клара Новак", false, all),
             on_board("b3", "Protokoll.odt", 45e3, self, "Anna Berger", true, true)}}},
          file("g1", "in", 0, "Lageplan.pdf", 1.4e6, 1.4e6, "done",
               fetched("b1", {{"path", "/home/anna/Downloads/a.pdf"}})),
          file("g2", "in", 0, "installer.iso", 1.2e9, 412e6, "active",
               fetched("b2", {{"rate_bps", 27.2e6}, {"left_s", 232}})),
          file("p1", "out", 0, "Rechnung.pdf", 2.4e6, 1.1e6, "active",
               {{"board", true}, {"rate_bps", 8e6}, {"left_s", 2}})};
}
json with_board(json member) {
  member["rights"].push_back("board");
  return member;
}
json consent(const char* what) { return {{"event", "consent_request"}, {"request", 7}, {"from", 0}, {"what", what}}; }

}  // namespace

std::vector<Scene> all_scenes() {
  std::vector<Scene> scenes;
  auto add = [&](Scene scene) { scenes.push_back(std::move(scene)); };
  add({.name = "start", .events = {}, .started = false, .page = "start"});
  add({.name = "start-hint", .events = {}, .presses = {"start.join"}, .started = false, .page = "start"});
  add({.name = "options",
       .events = {},
       .presses = {"start.present", "start.options"},
       .started = false,
       .page = "start"});
  add({.name = "settings", .events = {}, .presses = {"start.settings"}, .started = false, .page = "start"});
  add({.name = "access", .events = {}, .presses = {"start.access"}, .started = false, .page = "start"});
  add({.name = "connecting", .events = joining(), .page = "connecting"});
  add({.name = "lobby",
       .events = plus(joining(), {at(88, {{"event", "state"}, {"stage", "lobby"}}),
                                  {{"event", "sas"}, {"participant", 0}, {"text", "harbour · violin · seven"}}}),
       .page = "connecting"});
  add({.name = "waiting",
       .events = plus(joining(), {at(88, {{"event", "state"}, {"stage", "waiting_for_presenter"}}),
                                  roster(2, {leader("Werkstatt Huber"), anna()})}),
       .page = "viewer"});
  add({.name = "trust",
       .events = {at(0, {{"event", "state"}, {"stage", "connecting"}}),
                  {{"event", "relay_unknown"},
                   {"relay", "relay.example.org:443"},
                   {"words", {"anchor", "velvet", "river", "nine", "copper", "lantern"}},
                   {"fingerprint", "sha256:00ff"}}},
       .page = "trust"});
  add({.name = "changed-key",
       .events = {at(0, {{"event", "state"}, {"stage", "connecting"}}),
                  {{"event", "relay_changed"},
                   {"relay", "relay.example.org:443"},
                   {"words", {"anchor", "velvet", "river", "nine", "copper", "lantern"}},
                   {"fingerprint", "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}}},
       .page = "relay_changed"});
  add({.name = "host",
       .events = plus(
           hosting(),
           {roster(0, {leader("Werkstatt Huber")}),
            {{"event", "lobby"}, {"participant", 2}, {"name", "Anna Berger"}, {"sas", "harbour · violin · seven"}}}),
       .program = "lotse-master",
       .page = "host"});
  add({.name = "host-busy",
       .events = plus(hosting(), {roster(0, {leader("Werkstatt Huber"), with_control(anna()), bernd()}),
                                  {{"event", "presenter"}, {"participant", 0}, {"sharing", true}},
                                  {{"event", "chat"}, {"from", 2}, {"to", "all"}, {"text", "I can see it now."}}}),
       .banner = true,
       .program = "lotse-master",
       .page = "host"});
  add({.name = "host-end",
       .events = plus(hosting(), {roster(0, {leader("Werkstatt Huber"), anna()})}),
       .presses = {"host.end"},
       .program = "lotse-master",
       .page = "host"});
  add({.name = "host-share",
       .events = plus(
           hosting(),
           {roster(0, {leader("Werkstatt Huber"), anna()}),
            {{"id", "ui.sources.1"},
             {"ok", true},
             {"monitors",
              {{{"name", "DP-1"}, {"x", 0}, {"y", 0}, {"w", 1920}, {"h", 1080}},
               {{"name", "HDMI-1"}, {"x", 1920}, {"y", 0}, {"w", 1280}, {"h", 1024}}}},
             {"windows",
              {{{"what", "window:7"}, {"title", "Letter to the tax office"}, {"app", "Writer"}, {"pid", 40}},
               {{"what", "window:8"}, {"title", "Mail"}, {"app", "Post"}, {"pid", 41}},
               {{"what", "window:9"}, {"title", "New mail"}, {"app", "Post"}, {"pid", 41}}}},
             {"applications",
              {{{"pid", 40}, {"name", "Writer"}, {"windows", 1}}, {{"pid", 41}, {"name", "Post"}, {"windows", 2}}}},
             {"screen", {{"w", 3200}, {"h", 1080}}}}}),
       .presses = {"host.share"},
       .program = "lotse-master",
       .page = "host"});
  const auto helping = plus(hosting(), {roster(0, {leader("Werkstatt Huber"), anna()})});
  const json asked{{"event", "sysinfo_refused"}, {"participant", 2}, {"why", "refused"}};
  add({.name = "system-menu", .events = helping, .presses = {"person.2"}, .program = "lotse-master", .page = "host"});
  add({.name = "system-asked",
       .events = helping,
       .presses = {"person.2", "2.sysinfo"},
       .program = "lotse-master",
       .page = "host"});
  add({.name = "system-refused",
       .events = helping,
       .presses = {"person.2", "2.sysinfo"},
       .program = "lotse-master",
       .page = "host",
       .after = {asked}});
  add({.name = "system",
       .events = helping,
       .presses = {"person.2", "2.sysinfo"},
       .program = "lotse-master",
       .page = "host",
       .after = {{{"event", "sysinfo"}, {"participant", 2}, {"info", sample_facts()}}}});
  add({.name = "view", .events = viewing(false), .picture = true, .page = "viewer"});
  add({.name = "view-control",
       .events = plus(viewing(true),
                      {{{"event", "granted"}, {"right", "control"}, {"presenter", 1}},
                       {{"event", "recording"}, {"file", "/home/anna/Videos/a.mkv"}, {"state", "on"}, {"by", 0}}}),
       .picture = true,
       .page = "viewer"});
  add({.name = "view-keys",
       .events = plus(viewing(true), {{{"event", "granted"}, {"right", "control"}, {"presenter", 1}}}),
       .presses = {"viewer.keys"},
       .picture = true,
       .page = "viewer"});
  json direct{{"participant", 1}, {"path", "direct"}, {"via", "punched"}, {"rtt_ms", 21},
              {"loss_pct", 0.42}, {"rate_bps", 48e6}, {"why", ""}};
  json relayed{{"participant", 3}, {"path", "udp"},     {"via", "relay"},    {"rtt_ms", 64},
               {"loss_pct", 1.3},  {"rate_bps", 9.4e6}, {"why", "no_answer"}};
  add({.name = "view-ways",
       .events = plus(viewing(false), {{{"event", "paths"}, {"paths", {direct, relayed}}}}),
       .presses = {"people.ways"},
       .picture = true,
       .page = "viewer"});
  add({.name = "view-marks", .events = viewing(false), .picture = true, .marked = true, .page = "viewer"});
  add({.name = "view-draw",
       .events = viewing(false),
       .presses = {"viewer.draw"},
       .picture = true,
       .marked = true,
       .page = "viewer"});
  add({.name = "view-draw-master",
       .events = plus(hosting(), {roster(0, {leader("Anna Berger"), workshop(), bernd()}),
                                  {{"event", "presenter"}, {"participant", 1}, {"sharing", true}},
                                  at(120, {{"event", "state"}, {"stage", "live"}}),
                                  {{"event", "picture"}, {"presenter", 1}, {"screen", 0}}}),
       .presses = {"viewer.draw", "draw.marker"},
       .picture = true,
       .marked = true,
       .program = "lotse-master",
       .page = "viewer"});
  add({.name = "view-chat", .events = viewing(false), .presses = {"panel.chat"}, .picture = true, .page = "viewer"});
  add({.name = "view-chat-menu",
       .events = talking(),
       .presses = {"panel.chat", "chat.talk"},
       .picture = true,
       .page = "viewer"});
  add({.name = "view-chat-group",
       .events = talking(),
       .presses = {"panel.chat", "chat.talk", "chat.with.1-3"},
       .picture = true,
       .page = "viewer"});
  add({.name = "view-chat-new",
       .events = talking(),
       .presses = {"panel.chat", "chat.talk", "chat.new", "talk.with.1"},
       .picture = true,
       .page = "viewer"});
  add({.name = "view-chat-scripts", .events = scripts(), .presses = {"panel.chat"}, .picture = true, .page = "viewer"});
  add({.name = "view-chat-link",
       .events = talking(),
       .presses = {"panel.chat", "chat.link.2.0"},
       .picture = true,
       .page = "viewer"});
  std::vector<json> with_files = viewing(false),
                    hosting_files = plus(hosting(), {roster(0, {leader("Werkstatt Huber"), anna(), bernd()})});
  for (const json& event : files(0, 1)) with_files.push_back(event);
  for (const json& event : files(2, 2)) hosting_files.push_back(event);
  json sending{{"event", "clipboard_transfer"}, {"direction", "out"}, {"peer", 2}, {"type", "image"}};
  sending.update({{"size", 52'000'000}, {"done", 21'000'000}, {"state", "active"}});
  const std::vector<json> host_copies =
      plus(hosting(), {roster(0, {leader("Werkstatt Huber"), anna(), bernd()}),
                       {{"event", "clipboard"}, {"from", 2}, {"type", "text"}, {"bytes", 1240}, {"put", false}},
                       {{"event", "clipboard_use"}, {"use", "auto"}},
                       sending});
  add({.name = "host-clipboard",
       .events = host_copies,
       .presses = {"people.clipboard"},
       .program = "lotse-master",
       .page = "host"});
  add({.name = "host-rights",
       .events = hosting_files,
       .presses = {"people.rights"},
       .program = "lotse-master",
       .page = "host"});
  add({.name = "view-clipboard",
       .events = viewing(false),
       .presses = {"panel.people", "people.clipboard"},
       .picture = true,
       .page = "viewer"});
  add({.name = "view-files", .events = with_files, .picture = true, .page = "viewer"});
  add({.name = "host-files", .events = hosting_files, .program = "lotse-master", .page = "host"});
  std::vector<json> with_a_board = plus(viewing(false),
                                        {roster(2, {leader("Клара Новак"), workshop(), with_board(anna()), bernd()})}),
                    hosting_board = plus(hosting(), {roster(0, {leader("Werkstatt Huber"), anna(), bernd()})});
  for (const json& event : board(2, false)) with_a_board.push_back(event);
  for (const json& event : board(0, true)) hosting_board.push_back(event);
  add({.name = "view-board", .events = with_a_board, .presses = {"panel.files"}, .picture = true, .page = "viewer"});
  add({.name = "view-board-empty",
       .events = plus(viewing(false), {{{"event", "board"}, {"files", json::array()}}}),
       .presses = {"panel.files"},
       .picture = true,
       .page = "viewer"});
  add({.name = "host-board", .events = hosting_board, .program = "lotse-master", .page = "host"});
  add({.name = "host-board-remove",
       .events = hosting_board,
       .presses = {"board.remove.b1"},
       .program = "lotse-master",
       .page = "host"});
  const json several = {{"event", "screens"},
                        {"presenter", 1},
                        {"screens",
                         {{{"screen", 0}, {"name", "DP-1"}, {"x", 0}, {"y", 0}, {"w", 1280}, {"h", 800}},
                          {{"screen", 1}, {"name", "HDMI-1"}, {"x", 1280}, {"y", 0}, {"w", 1024}, {"h", 768}}}}};
  const json bernds = {{"event", "screens"},
                       {"presenter", 3},
                       {"screens", {{{"screen", 0}, {"name", "Screen"}, {"w", 1280}, {"h", 800}, {"paused", true}}}}};
  auto shown = [](int presenter, int screen) {
    return json{{"event", "picture"}, {"presenter", presenter}, {"screen", screen}};
  };
  const auto many = plus(viewing(false), {several, bernds, shown(1, 1), shown(3, 0)});
  add({.name = "view-strip", .events = many, .picture = true, .several = true, .page = "viewer"});
  add({.name = "view-tiles",
       .events = many,
       .presses = {"viewer.tiles"},
       .picture = true,
       .several = true,
       .page = "viewer"});
  add({.name = "consent-control", .events = plus(presenting(), {consent("control")}), .page = "viewer"});
  add({.name = "consent-share",
       .events = plus(joining(), {at(88, {{"event", "state"}, {"stage", "waiting_for_presenter"}}),
                                  roster(1, {leader("Anna Berger"), anna()}), consent("share")}),
       .page = "viewer"});
  add({.name = "consent-record", .events = plus(presenting(), {consent("record")}), .page = "viewer"});
  add({.name = "consent-sysinfo", .events = plus(presenting(), {consent("sysinfo")}), .page = "viewer"});
  add({.name = "consent-lock", .events = plus(presenting(), {consent("lock_input")}), .page = "viewer"});
  add({.name = "presenting-locked",
       .events =
           plus(presenting(), {{{"event", "controllers"}, {"presenter", 1}, {"members", {0}}, {"suspended", false}},
                               {{"event", "input_lock"}, {"presenter", 1}, {"on", true}, {"by", 0}}}),
       .banner = true,
       .page = "viewer"});
  add({.name = "presenting",
       .events = plus(presenting(), {roster(1, {with_control(leader("Anna Berger")), workshop(), bernd()})}),
       .banner = true,
       .page = "viewer"});
  for (const char* code : {"bad_number",        "no_session",      "ended",        "bad_password",   "locked",
                           "lobby_refused",     "kicked",          "banned",       "full",           "version",
                           "relay_unreachable", "relay_untrusted", "proxy_auth",   "no_display",     "no_extension",
                           "display_lost",      "source_gone",     "not_allowed",  "no_such_member", "file_name",
                           "file_exists",       "disk_full",       "too_large",    "timeout",        "rate_limited",
                           "internal",          "bad_request",     "token_needed", "token_refused"})
    add({.name = std::string("error-") + code,
         .events =
             plus(joining(), {{{"event", "error"}, {"code", code}, {"message", "the program's own line about it"}}}),
         .page = "error"});
  add({.name = "reconnecting",
       .events = plus(presenting(), {{{"event", "presenter"}, {"participant", 1}, {"sharing", false}},
                                     at(9000, {{"event", "state"}, {"stage", "reconnecting"}})}),
       .page = "viewer"});
  add({.name = "ended", .events = plus(presenting(), {{{"event", "ended"}, {"reason", "ended"}}}), .page = "ended"});
  return scenes;
}

json sample_facts() {
  return {{"program", "Lotse 0.1.0"},
          {"os", "Debian GNU/Linux 12 (bookworm)"},
          {"kernel", "Linux 6.1.0-18-amd64"},
          {"language", "de_DE.UTF-8"},
          {"time_zone", "Europe/Berlin"},
          {"host", "werkstatt-03"},
          {"user", "anna"},
          {"administrator", false},
          {"desktop", "GNOME"},
          {"display_server", "X11"},
          {"external_address", "203.0.113.77"},
          {"processor", "Intel(R) Core(TM) i5-8250U CPU @ 1.60GHz"},
          {"cores", 8},
          {"memory", 16694710272},
          {"memory_free", 8192000000},
          {"uptime_s", 273840},
          {"folders",
           {{"home", "/home/anna"},
            {"desktop", "/home/anna/Schreibtisch"},
            {"documents", "/home/anna/Dokumente/Werkstatt und Lager/Aufträge und Rechnungen seit dem Umzug im Herbst"},
            {"temp", "/tmp"}}},
          {"monitors",
           {{{"name", "DP-1"}, {"x", 0}, {"y", 0}, {"w", 1920}, {"h", 1080}, {"primary", true}},
            {{"name", "HDMI-1"}, {"x", 1920}, {"y", 0}, {"w", 1280}, {"h", 1024}, {"primary", false}}}},
          {"addresses",
           {{{"interface", "enp0s31f6"}, {"address", "192.168.178.34"}},
            {{"interface", "enp0s31f6"}, {"address", "2001:db8:56:1200:3d1c:9aff:fe02:77b1"}}}},
          {"disks",
           {{{"mount", "/"}, {"file_system", "ext4"}, {"size", 245e9}, {"free", 81.4e9}},
            {{"mount", "/media/anna/Sicherung der Werkstatt 2026"},
             {"file_system", "vfat"},
             {"size", 64e9},
             {"free", 12.5e6}}}}};
}

void show_pictures(const Scene& scene, SharedPictures& pictures) {
  auto put = [&](SharedPictures::Key key, Size size) { pictures.at(key)->update(sample_picture(size).view(), {}); };
  if (scene.picture) put({1, 0}, {1280, 800});
  if (scene.marked) pictures.at({1, 0})->set_marks(sample_marks());
  if (scene.several) put({1, 1}, {1024, 768}), put({3, 0}, {1280, 800});
}

codec::Image sample_picture(Size size) {
  codec::Image image(size);
  auto out = image.writable();
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x) {
      std::uint8_t* p = out.row(y) + x * 4;
      int way = (x + y) * 255 / (size.width + size.height);
      p[0] = static_cast<std::uint8_t>(99 - way / 8);
      p[1] = static_cast<std::uint8_t>(75 + way / 4);
      p[2] = static_cast<std::uint8_t>(39 + way / 3);
      const bool terminal =
          x > size.width / 10 && x < size.width * 7 / 10 && y > size.height / 9 && y < size.height * 6 / 10;
      if (terminal) p[0] = 27, p[1] = 22, p[2] = 16;
      if (terminal && y % 22 < 9 && y % 22 > 1 && x % 9 < 6 && x < size.width / 3 + (y / 22 * 97) % 300 &&
          (x * 7 / 9 + y / 22) % 6 != 0)
        p[0] = 214, p[1] = 227, p[2] = 207;
    }
  return image;
}

SharedPicture::Marks sample_marks() {
  using session::Tool;
  std::vector<session::Stroke> strokes;
  auto add = [&](int member, Tool tool, std::uint32_t color, std::vector<Point> points, const char* text = "") {
    strokes.push_back({.member = ParticipantId(static_cast<std::uint16_t>(member)),
                       .id = static_cast<std::uint32_t>(strokes.size() + 1),
                       .tool = tool,
                       .color = color,
                       .points = std::move(points),
                       .text = text});
  };
  std::vector<Point> ring, zigzag;
  for (int i = 0; i <= 60; ++i)
    ring.push_back(
        {1010 + static_cast<int>(150 * std::cos(i * 0.11)), 250 + static_cast<int>(90 * std::sin(i * 0.11))});
  for (int i = 0; i < 9; ++i) zigzag.push_back({180 + i * 40, i % 2 == 0 ? 640 : 700});
  add(3, Tool::marker, 0xF5C518, {{150, 160}, {300, 162}, {520, 158}});
  add(3, Tool::marker, 0xB65FD0, {{640, 600}, {760, 640}, {850, 720}, {960, 700}, {990, 620}});
  add(0, Tool::pen, 0x3FB27F, ring);
  add(2, Tool::pen, 0x3D8FE0, zigzag);
  add(3, Tool::frame, 0xE5484D, {{140, 230}, {560, 330}});
  add(0, Tool::line, 0xFFFFFF, {{570, 280}, {860, 260}});
  add(3, Tool::text, 0xFFFFFF, {{600, 180}}, "Größe prüfen · 日本");
  add(0, Tool::fade, 0x3FB27F, {{1180, 420}, {1180, 420}});
  return {.arrows = {{{700, 420}, 0xB65FD0, "Bernd Kowalski", false},
                     {{1210, 520}, 0xF0C23A, "Клара Новак", false},
                     {{420, 560}, 0x3D8FE0, "Anna Berger", true}},
          .strokes = std::make_shared<const std::vector<session::Stroke>>(std::move(strokes))};
}

SharedPicture::Cursor sample_cursor() {
  SharedPicture::Cursor cursor{
      .size = {16, 24}, .hotspot = {1, 1}, .position = {620, 410}, .visible = true, .shape_serial = 1, .argb = {}};
  cursor.argb.resize(16 * 24 * 4);
  for (int y = 0; y < 24; ++y)
    for (int x = 0; x < 16; ++x) {
      const bool inside = x <= y * 2 / 3 && y < 20 && x < 14,
                 edge = inside && (x == 0 || x >= y * 2 / 3 - 1 || y >= 18);
      auto* p = cursor.argb.data() + (y * 16 + x) * 4;
      p[3] = inside ? 255 : 0;
      p[0] = p[1] = p[2] = inside && !edge ? 255 : 0;
    }
  return cursor;
}

void write_recent(const std::string& folder) {
  std::ofstream out(folder + "/recent.json");
  out << json{{"sessions",
               {{{"with", "Werkstatt Huber"},
                 {"kind", "helped"},
                 {"relay", "relay.example.org"},
                 {"path", "direct"},
                 {"when", 1795000000},
                 {"seconds", 1440},
                 {"people", 2}},
                {{"with", "Training CAD basics"},
                 {"kind", "presented"},
                 {"relay", "relay.example.org"},
                 {"path", "udp"},
                 {"when", 1794500000},
                 {"seconds", 5460},
                 {"people", 46},
                 {"recorded", true}},
                {{"with", "Anna Berger"},
                 {"kind", "joined"},
                 {"number", "428117903"},
                 {"relay", "relay.example.org"},
                 {"path", "tls"},
                 {"when", 1794000000},
                 {"seconds", 95},
                 {"people", 2}}}}}
             .dump();
}

}  // namespace lotse::ui::test
