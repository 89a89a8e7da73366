// What the windows know: the events of the control interface, folded into what the pages show. Pure: no clock, no
// window, no I/O.
#pragma once
#include <cstdint>
#include <ctime>
#include <deque>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/geometry.h"
#include "ui/board_file.h"
#include "ui/conversation.h"
#include "ui/system_facts.h"
#include "ui/transfer.h"

namespace lotse::ui {

enum class Stage { none, connecting, handshake, lobby, waiting_for_presenter, live, reconnecting, ended };
enum class Role { unknown, master, participant };
enum class Page { start, connecting, trust, relay_changed, host, viewer, error, ended };
enum class ControlState { none, asked, active };

struct Member {
  int id = -1;
  std::string name, color, path, via;
  int rtt_ms = -1;
  double loss_pct = 0, rate_bps = 0;
  std::string why;  // not a better way: "", no_answer, refused, off
  std::set<std::string> rights;
  int deputy = 0;  // 1 to 3: in which order it leads when the moderator is gone
  bool sharing = false, asks_control = false, hand = false;
};
struct LobbyGuest {
  int id = -1;
  std::string name, words;
};
struct ChatLine {
  int from = -1;
  std::string name, text;
  bool own = false, confirmed = true;
  With with = {};
  std::time_t at = 0;
};
struct ConsentRequest {
  std::string request;  // as JSON: whatever the program uses to name it
  int from = -1;
  std::string name, what, words;
};
struct RelayQuestion {
  std::string relay, fingerprint = {};
  std::vector<std::string> words = {};
  bool changed = false;
};
struct Problem {
  std::string code, message, who = {}, whom = {};
};
/// The proxy as the program has it saved; never its password.
struct ProxyChoice {
  std::string use = "system", kind = "http", host;
  int port = 0;
  std::string user;
  bool has_password = false;
};
struct AccessRung {
  std::string rung, address, outcome, proxy, detail;
  int port = 0, ms = 0;
};
struct AccessAsk {
  std::string what, address;
  std::vector<int> ports;
};
/// Of the last access test.
struct AccessFindings {
  bool running = false, done = false;
  std::vector<AccessRung> rungs;
  std::string best, nat, tls, issuer, proxy;
  std::vector<AccessAsk> asks;
};
/// What another member copied last.
struct ClipboardNews {
  int from = -1;
  std::string kind;  // text, image
  std::int64_t bytes = 0;
};
/// One that is on its way.
struct ClipboardMove {
  bool incoming = false;
  int peer = -1;
  std::int64_t size = 0, done = 0;
};
inline constexpr std::int64_t kClipboardSlow = 1 << 20;  // bytes from which on it may take a while
struct Monitor {
  std::string name;
  int x = 0, y = 0, width = 0, height = 0;
};
/// One screen of another member.
struct Screen {
  std::string name;
  Rect area;  // of that member's desktop, pixels
  bool primary = false, paused = false, has_picture = false, exact = false, stale = false;
};
struct Recording {
  bool on = false;
  std::string file;
  std::int64_t since_ns = 0;  // CLOCK_MONOTONIC
  int by = -1;
};

// A peer decides how much it says; these decide how much of it we keep.
inline constexpr std::size_t kMaxMembers = 2000, kMaxLobby = 64, kMaxChat = 500, kMaxChatAll = 5000, kMaxTalks = 200,
                             kMaxConsents = 8, kMaxMonitors = 32, kMaxScreens = 64, kMaxRungs = 64, kMaxWindows = 256;

class Model {
 public:
  /// Takes one event or answer. Anything malformed is ignored. `now`: the wall clock, for what carries no time.
  void fold(const nlohmann::json& event, std::time_t now);
  /// A command that this window sent: what it changes at once (asking for control, the own chat line).
  void sent(const nlohmann::json& command, std::time_t now);
  /// Back to the start page; keeps nothing of the session.
  void reset();

  Page page() const;
  bool in_session() const { return stage != Stage::none && stage != Stage::ended; }
  const Member* member(int id) const;
  std::string name_of(int id) const;  // "" when unknown
  std::string words_of(int id) const;
  bool own_screen_shared() const;
  /// Somebody's picture, or the own whiteboard.
  bool watching() const { return presenter >= 0 && (presenter != self || on_whiteboard()); }
  /// The own whiteboard is what is viewed.
  bool on_whiteboard() const;
  std::vector<const Member*> viewers() const;      // of the own screen
  std::vector<const Member*> controllers() const;  // of the own screen
  bool controls(const Member& member) const;       // any screen
  const Member* other() const;                     // the first other member

  /// Presenter and screen.
  using ScreenKey = std::pair<int, int>;
  ScreenKey viewed() const { return {presenter, screen}; }
  /// The one that is viewed; an empty one when there is none.
  const Screen& view() const;
  std::string screen_title(ScreenKey key) const;  // "Anna · DP-1", as much of it as tells it apart
  ControlState control() const;                   // of the presenter who is viewed

  std::size_t unread() const;  // lines of all conversations
  /// From now on that one is shown.
  void open_talk(const With& with);

  std::set<int> clipboard_partners() const;         // between whom what is copied goes by itself
  bool may(const std::string& right) const;         // this person, as far as the roster says
  bool may_ask_system(const Member& member) const;  // for the facts of its computer
  std::size_t offers() const;                       // files that wait for this person's answer
  void forget_transfer(const std::string& id);      // only a finished one
  const BoardFile* board_file(const std::string& id) const;
  bool may_put() const;  // files on the board
  /// There is one, as far as we know, or this person would be the first to put something there.
  bool shows_board() const { return board_known || may_put(); }
  /// The newest fetching of that file on the board, or null.
  const Transfer* fetch_of(const std::string& board_file) const;
  /// Not one that the row of its file on the board shows already.
  bool is_listed(const Transfer& transfer) const;
  bool lists_transfers() const;

  Stage stage = Stage::none;
  Role role = Role::unknown;
  int self = -1, master = 0;
  int presenter = -1, screen = 0;  // which are viewed
  std::map<ScreenKey, Screen> screens;
  std::map<ScreenKey, int> drawings;  // how many strokes there are, own screens included; none: not listed
  std::string own_name, number, code, link, mode, relay;
  std::time_t code_since = 0, began = 0;
  std::map<Stage, std::int64_t> reached_ns;  // CLOCK_MONOTONIC, the first time
  std::int64_t asked_ns = 0;                 // when the first event of this session came
  std::map<int, Member> members;
  std::vector<LobbyGuest> lobby;
  std::set<int> known_contacts;                 // who has shown the identity that we know by the name
  std::map<int, std::string> words;             // short authentication strings by participant
  std::map<int, std::set<int>> controllers_of;  // by presenter, once the program tells
  std::deque<ChatLine> chat;                    // of all conversations, at most kMaxChat of each
  std::vector<With> talks;                      // beside the one with everybody, those that were begun first
  std::map<With, std::size_t> unread_of;
  With shown_talk;
  bool wants_chat = false;          // it is to be seen now
  std::vector<Transfer> transfers;  // in order of arrival
  std::vector<BoardFile> board;     // as the program lists it, oldest first
  bool board_known = false;
  std::set<std::string> rights_default;  // of those who join; empty: not told
  int arrows_moving = 8;                 // that may on one screen at once
  ClipboardNews clipboard;
  std::vector<ClipboardMove> clipboard_moves;
  std::string clipboard_use = "hand";
  std::deque<ConsentRequest> consents;
  std::optional<RelayQuestion> question;
  std::optional<Problem> problem;  // ends the way into a session
  std::string ended_reason;
  std::int64_t last_ns = 0;
  std::map<int, ControlState> control_of;  // by presenter, none where it is not listed
  bool suspended = false;                  // the presenter's own input has priority right now
  bool paused = false;                     // the own share
  bool blank = false;                      // nothing of it is seen
  bool locked = false, show_session = false;
  std::string path, via;
  int rtt_ms = -1;
  Recording recording;
  struct Window {
    std::string what, title, app;
    int pid = 0;
  };
  struct Application {
    int pid = 0;
    std::string name;
    int windows = 0;
  };
  std::vector<Monitor> monitors;
  std::vector<Window> windows;  // on this person's desktop, the highest first
  std::vector<Application> applications;
  int screen_width = 0, screen_height = 0;
  bool sources_known = false;
  std::deque<Problem> notices;  // to be shown in passing; the window takes them
  std::size_t most_people = 0;
  ProxyChoice proxy;
  AccessFindings access;
  SystemFacts facts;
  std::map<int, int> input_locks;  // by presenter: for whom its own keyboard and mouse rest

 private:
  void take_self(const nlohmann::json& e);
  void fold_state(const nlohmann::json& e);
  void fold_people(const std::string& name, const nlohmann::json& e);
  void fold_rights(const std::string& name, const nlohmann::json& e);
  void fold_picture(const std::string& name, const nlohmann::json& e);
  void fold_screens(int of, const nlohmann::json& e);
  Screen* screen_of(const nlohmann::json& e);
  void set_control(int of, ControlState state);
  void choose(ScreenKey key);
  void drop_screens(int of);
  void fold_chat(const nlohmann::json& e, std::time_t now);
  void said(const nlohmann::json& command, std::time_t now);
  std::optional<With> with_in(const nlohmann::json& e) const;
  void begin_talk(const With& with);
  void add_line(ChatLine line);
  void take_back_line();
  void fold_access(const std::string& name, const nlohmann::json& e);
  void fold_file(const nlohmann::json& e);
  void fold_board(const nlohmann::json& e);
  void fold_drawing(const nlohmann::json& e);
  void fold_clipboard(const std::string& name, const nlohmann::json& e);
  void fold_clipboard_move(const nlohmann::json& e);
  void fold_system(const std::string& name, const nlohmann::json& e);
  void fold_input_lock(const nlohmann::json& e);
  Transfer* transfer_of(const std::string& id);
  void fold_sources(const nlohmann::json& e);
  void fold_whiteboard(bool shared);
  void fold_answer(const nlohmann::json& e);
  void fold_problem(const nlohmann::json& e);
  void leave_presenter();
};

}  // namespace lotse::ui
