#include "program/engine.h"

#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/log.h"
#include "base/text.h"
#include "program/events_json.h"
#include "program/identity_command.h"
#include "program/invitation.h"
#include "program/relay_tokens.h"
#include "program/saved_proxy.h"
#include "program/tickets.h"
#include "ui/backend.h"

namespace lotse::program {
namespace {

using nlohmann::json;

int exit_code_of(session::ErrorCode code) {
  using E = session::ErrorCode;
  switch (code) {
    case E::relay_unreachable:
    case E::relay_untrusted:
      return kExitCannotStart;
    case E::internal:
    case E::timeout:
      return kExitLost;
    default:
      return kExitRefused;
  }
}

}  // namespace

Engine::Engine(net::Loop& loop, Options options, Interactive interactive, Sink sink)
    : loop_(loop),
      options_(std::move(options)),
      proxy_(options_.proxy ? *options_.proxy : load_proxy(config_folder(options_))),
      interactive_(interactive),
      sink_(std::move(sink)),
      timer_(loop, [this] { with_session([](session::Session&) {}); }),
      ways_timer_(loop,
                  [this] {
                    if (!session_) return;
                    emit({{"event", "paths"}, {"paths", all_ways()}});
                    ways_timer_.set(net::Loop::now() + std::chrono::seconds(1));
                  }),
      record_timer_(loop,
                    [this] {
                      if (recorder_) want_frame_of(recorded_screen());
                    }),
      contacts_(config_folder(options_)) {
  if (!options_.identity_file.empty()) identity_ = unlock_identity(config_folder(options_), options_.identity_file);
  loop_.start_decoders(options_.cage);
  if (!options_.canvas_file.empty()) canvas_file_ = std::make_unique<CanvasFile>(options_.canvas_file);
  if (options_.share && *options_.share != "none") share_what_ = *options_.share;
  asked_ = net::Loop::now();
  make_rsa();
}

Engine::~Engine() = default;

// Ahead, since it takes up to 0.4 s.
void Engine::make_rsa() {
  if (making_rsa_ || rsa_ || (options_.kind == Kind::master && interactive_ == Interactive::no)) return;
  making_rsa_ = true;
  loop_.work([this, &loop = loop_, alive = std::weak_ptr<int>(alive_)] {  // the loop outlives us
    auto key = std::make_shared<crypto::RsaKey>(crypto::RsaKey::make());
    loop.post([this, key, alive] {
      if (alive.expired()) return;
      making_rsa_ = false;
      rsa_ = key;
      if (session_)
        with_session([this](session::Session& s) {
          if (s.wants_rsa()) s.use_rsa(std::exchange(rsa_, nullptr), net::Loop::now());
        });
    });
  });
}

void Engine::remember(const std::string& name, const crypto::VerifyKey& key) {
  try {
    contacts_.remember(name, key);
  } catch (const std::exception& e) {
    log_error(e.what());
  }
}

void Engine::emit(json event) {
  if (!event.is_null()) sink_(std::move(event));
}

void Engine::start() {
  if (interactive_ == Interactive::yes) tell_proxy();
  if (!options_.record.empty() && std::ifstream(options_.record))
    return fail("file_exists", options_.record + " exists already; choose another name", kExitCannotStart);
  if (options_.kind == Kind::master) {
    bool wanted = interactive_ == Interactive::no || options_.share || options_.mode || options_.password_given;
    if (wanted) do_start_session(json::object(), Answer{this, {}, asked_});
  } else if (!options_.invitation.empty()) {
    do_join(json{{"invitation", options_.invitation.text()}}, Answer{this, {}, asked_});
    options_.invitation.clear();
  } else if (interactive_ == Interactive::no && !options_.jsonl) {
    fail("bad_number", "Which session? Give a number or a link: lotse-participant 428117903", kExitCannotStart);
  }
}

// A window or a script is asked; where nobody could answer, it is no.
std::optional<bool> Engine::answer_to_consents() const {
  bool somebody = interactive_ == Interactive::yes || options_.jsonl;
  return options_.ask || somebody ? options_.ask : std::optional(false);
}

net::RelayAddress Engine::relay_address(const std::string& text) const {
  auto address = net::parse_relay_address(text.empty() ? "127.0.0.1" : text);
  if (!address) throw std::invalid_argument("'" + text + "' is no relay address: use HOST or HOST:PORT");
  return *address;
}

// One that was given for this run goes to the relay of this run alone.
std::string Engine::host_token(const net::RelayAddress& relay) const {
  if (!options_.relay_token.empty() && relay == relay_address(options_.relay)) return options_.relay_token;
  return saved_relay_token(config_folder(options_), relay);
}

void Engine::begin_session(session::MasterOptions options, const std::string& relay) {
  auto address = relay_address(relay);
  session_alive_ = std::make_shared<int>();
  session_ = std::make_unique<session::Session>(*this, std::move(options));
  session_->set_films(options_.films, net::Loop::now());
  self_ = 0;
  std::string token = host_token(address);
  connect(std::move(address), parse_pin(options_.relay_pin));
  relay_->show_token(std::move(token));
}

void Engine::begin_session(session::ParticipantOptions options, net::RelayAddress relay,
                           std::optional<RelayLink::Key> pin) {
  options.rsa = std::exchange(rsa_, nullptr);
  options.rsa_is_coming = making_rsa_;
  session_alive_ = std::make_shared<int>();
  session_ = std::make_unique<session::Session>(*this, std::move(options));
  session_->set_films(options_.films, net::Loop::now());
  self_ = -1;
  connect(std::move(relay), pin);
}

void Engine::connect(net::RelayAddress relay, std::optional<RelayLink::Key> pin) {
  if (!options_.relay_pin.empty() && !pin) pin = parse_pin(options_.relay_pin);
  asked_ = net::Loop::now();
  said_.clear();
  emit({{"event", "state"}, {"stage", "connecting"}, {"reason", ""}, {"relay", net::to_string(relay)}});
  RelayLink::Events events;
  events.on_frame = [this](ByteView frame) {
    if (wire::is_board_frame(frame)) return board_ ? board_->on_frame(frame) : void();
    if (!direct_ || !direct_->on_relay_frame(frame))
      with_session([&](session::Session& s) { s.on_frame(frame, net::Loop::now()); });
  };
  events.on_drained = [this] {
    if (direct_) direct_->on_relay_writable();
    with_session([](session::Session& s) { s.on_drained(net::Loop::now()); });
  };
  events.on_trial = [this](const wire::UdpTrial& trial, const net::link::Endpoint& at) {
    if (direct_) direct_->on_trial(trial, at);
  };
  events.on_disconnected = [this](const std::string& reason) {
    if (direct_) direct_->on_new_connection();
    files_stale_ = board_cut_ = true;
    with_session([&](session::Session& s) { s.on_disconnected(reason, net::Loop::now()); });
  };
  events.on_failed = [this](const std::string& code, const std::string& message) {
    if (code == "relay_changed") emit({{"event", "relay_changed"}, {"relay", net::to_string(relay_->address())}});
    fail(code == "relay_changed" ? "relay_untrusted" : code, message,
         number_.empty() && self_ <= 0 ? kExitCannotStart : kExitLost);
  };
  if (interactive_ == Interactive::yes)
    events.on_unknown = [this](const RelayLink::Key& key) {
      json words = json::array();
      std::string text = crypto::six_words(key), word;
      for (char c : text + " ") {
        if ((c >= 'a' && c <= 'z'))
          word += c;
        else if (!word.empty())
          words.push_back(std::exchange(word, {}));
      }
      emit({{"event", "relay_unknown"},
            {"relay", net::to_string(relay_->address())},
            {"words", words},
            {"fingerprint", "sha256:" + to_hex(key)}});
    };
  relay_ =
      std::make_unique<RelayLink>(loop_, std::move(relay), pin, config_folder(options_),
                                  path_wish(options_.path).value_or(PathWish::automatic), proxy_, std::move(events));
  open_ways();
  open_files();
}

void Engine::with_session(const std::function<void(session::Session&)>& call) {
  if (!session_) return;
  ++depth_;
  call(*session_);
  session_->poll(net::Loop::now());
  --depth_;
  if (depth_ == 0) after_session();
}

void Engine::after_session() {
  for (bool again = true; again && session_;) {
    again = false;
    for (session::Event& event : std::exchange(pending_events_, {})) {
      again = true;
      if (auto* ended = std::get_if<session::Ended>(&event)) return tell_ended(*ended);
      tell(event);
    }
    if (std::exchange(stop_sharing_wanted_, false)) screen_.reset(), again = true;
    if (std::exchange(sharing_wanted_, false)) share(share_what_), again = true;
  }
  if (!session_) return;
  follow_view();
  update_ways();
  update_board();
  tell_path();
  Instant now = net::Loop::now();
  waits_.poll(now);
  Instant next = session_ ? session_->next_deadline() : Instant::never();
  timer_.set(std::min(next, waits_.next_deadline()));
}

std::function<void()> Engine::task_of(std::function<std::function<void()>()> job) {
  return [this, &loop = loop_, job = std::move(job), alive = std::weak_ptr<int>(session_alive_)] {
    auto done = job();
    loop.post([this, done = std::move(done), alive] {
      if (!alive.expired()) with_session([&](session::Session&) { done(); });
    });
  };
}

std::string Engine::link() const {
  return make_link(options_.link_relay.value_or(relay_->address()), number_, link_secret_, relay_->key());
}

void Engine::tell(const session::Event& event) {
  using namespace session;
  if (auto* number = std::get_if<SessionNumber>(&event)) {
    number_ = number->number;
    code_ = number->code;
    link_secret_ = number->link_secret;
    relay_->in_session();
    emit({{"event", "session"}, {"number", number_}, {"password", code_}, {"link", link()}, {"self", self_}});
    if (number->why == SessionNumber::Why::opened && options_.share && *options_.share != "none") {
      must_share_ = interactive_ == Interactive::no;
      share(share_what_);
    }
    return;
  }
  if (auto* code = std::get_if<NewCode>(&event)) {
    code_ = code->code;
    if (!number_.empty()) emit({{"event", "code"}, {"password", code_}, {"link", link()}});
    return;
  }
  if (auto* sas = std::get_if<OwnSas>(&event)) {
    own_sas_ = sas->words;
    if (sas->self.value() != 0xFFFF) {
      self_ = sas->self.value();
      options_.password.clear();  // we are in
      if (Bytes ticket = session_->ticket(); !ticket.empty())
        save_ticket(config_folder(options_), session_->core()->facts.number, ticket, std::time(nullptr));
      relay_->in_session();
    }
  }
  if (auto* line = std::get_if<ChatLine>(&event)) return tell_line(*line);
  if (auto* again = std::get_if<TryAgain>(&event)) {
    // Not from inside of the connection's own call.
    loop_.post([this, pause = again->pause, alive = std::weak_ptr<int>(session_alive_)] {
      if (!alive.expired() && relay_) relay_->drop(pause);
    });
    return;
  }
  if (std::holds_alternative<RosterChanged>(event)) {
    if (!options_.record.empty()) loop_.post([this] { record_if_may(); });
    members_changed_ = true;
    return tell_roster();
  }
  if (auto* told = std::get_if<SystemInfoTold>(&event)) return tell_system_info(*told);
  json out = to_json(event, self_);
  if (auto* joined = std::get_if<Joined>(&event)) out["path"] = way_to(joined->participant).path;
  if (std::holds_alternative<PictureComplete>(event)) out["ms"] = milliseconds(net::Loop::now() - asked_);
  if (std::holds_alternative<ConsentRequest>(event)) {
    const auto& request = std::get<ConsentRequest>(event);
    const Member* from = session_->core() ? session_->core()->member(request.from) : nullptr;
    out["name"] = from ? from->name : "";
    out["sas"] = own_sas_;
  }
  if (auto* recording = std::get_if<RecordingChanged>(&event); recording && recording->by.value() == self_)
    out["file"] = record_file_;
  if (auto* stage = std::get_if<StageChanged>(&event); stage && relay_)
    out["relay"] = net::to_string(relay_->address());
  if (auto* presenter = std::get_if<PresenterChanged>(&event); presenter && !presenter->sharing) {
    views_.drop(presenter->participant);
    forget_marks(presenter->participant);
    if (shared_pictures_) shared_pictures_->drop(presenter->participant.value()), on_picture_();
  }
  members_changed_ = true;
  emit(std::move(out));
  if (auto* screen = std::get_if<ScreenChanged>(&event)) on_screen(*screen);
  if (auto* placed = std::get_if<ScreensPlaced>(&event); placed && placed->presenter.value() != self_) {
    views_.place(*placed);
    tell_screens(placed->presenter);
  }
  if (std::holds_alternative<StageChanged>(event)) tell_path();
  if (auto* controllers = std::get_if<ControllersChanged>(&event)) {
    controllers_[controllers->presenter] = controllers->members;
    tell_roster();
    if (controllers->suspended != std::exchange(was_suspended_, controllers->suspended))
      emit({{"event", "input_suspended"},
            {"presenter", controllers->presenter.value()},
            {"on", controllers->suspended}});
  }
  if (auto* joined = std::get_if<Joined>(&event)) tell_way(joined->participant);
}

std::set<ParticipantId> Engine::controllers() const {
  std::set<ParticipantId> all;
  for (const auto& [presenter, members] : controllers_) all.insert(members.begin(), members.end());
  return all;
}

void Engine::tell_roster() {
  if (!session_ || !session_->core()) return;
  json roster = roster_json(session_->core()->roster, self_, controllers());
  for (json& member : roster["members"])
    if (member["path"] != "") add_way(member);
  emit(std::move(roster));
}

void Engine::tell_ended(const session::Ended& ended) {
  int code = 0;
  if (ended.error) {
    code = exit_code_of(*ended.error);
    emit({{"event", "error"}, {"code", session::name_of(*ended.error)}, {"message", ended.reason}});
    log_error(ended.reason);
  }
  emit({{"event", "ended"}, {"reason", ended.reason}});
  end_session();
  if (interactive_ == Interactive::no) quit(code);
}

void Engine::fail(const std::string& code, const std::string& message, int exit_code) {
  emit({{"event", "error"}, {"code", code}, {"message", message}});
  log_error(message);
  emit({{"event", "ended"}, {"reason", message}});
  loop_.post([this, exit_code] {
    end_session();
    if (interactive_ == Interactive::no) quit(exit_code);
  });
}

void Engine::end_session() {
  stop_recording();
  let_session_go();
  close_relay();
  number_.clear();
  SecretText::overwrite(code_);
  SecretText::overwrite(link_secret_);
  self_ = -1;
  views_.clear();
  marks_.clear();
  growing_.clear();
  followed_.reset();
  pending_events_.clear();
  sharing_wanted_ = stop_sharing_wanted_ = false;
  controllers_.clear();
  told_rtt_ms_ = -1;
  told_path_.clear();
  waits_.poll(Instant::never());
  if (shared_pictures_) shared_pictures_->clear();
  if (!rsa_) make_rsa();
}

// We may be inside a callback of the session: it goes when that has returned.
void Engine::let_session_go() {
  screen_.reset();
  session_alive_.reset();
  loop_.post([session = std::shared_ptr<session::Session>(std::move(session_)),
              ways = std::shared_ptr<DirectWays>(std::move(direct_)),
              exchange = std::shared_ptr<FileExchange>(std::move(files_)),
              clipboard = std::shared_ptr<SharedClipboard>(std::move(clipboard_)),
              board = std::shared_ptr<BoardExchange>(std::move(board_))] {});
  board_files_.clear();
  board_cut_ = false;
}

// What is queued goes out first; the last one that is closed lets the program end.
void Engine::close_relay() {
  if (!relay_) return;
  RelayLink* link = closing_.emplace_back(std::move(relay_)).get();
  link->close([this, link] {
    loop_.post([this, link] {
      std::erase_if(closing_, [&](const auto& closed) { return closed.get() == link; });
      if (quitting_ && closing_.empty()) on_exit(exit_code_);
    });
  });
}

void Engine::quit(int code) {
  if (std::exchange(quitting_, true)) return;
  exit_code_ = code;
  stop_recording();
  if (session_) session_->leave(net::Loop::now());
  let_session_go();
  close_relay();
  if (closing_.empty()) loop_.post([this] { on_exit(exit_code_); });
}

}  // namespace lotse::program
