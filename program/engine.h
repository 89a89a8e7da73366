// A program's middle: one session with its relay, its screen, its picture, its recording; commands in, events out, both
// as the control interface has them. Windows and scripts are two clients of it.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "codec/canvas.h"
#include "net/loop.h"
#include "program/board_exchange.h"
#include "program/canvas/canvas_file.h"
#include "program/chat_history.h"
#include "program/contacts.h"
#include "program/direct_ways.h"
#include "program/file_exchange.h"
#include "program/mark_layer.h"
#include "program/options.h"
#include "program/relay_link.h"
#include "program/shared_clipboard.h"
#include "program/shared_screen.h"
#include "program/views.h"
#include "program/waits.h"
#include "record/recorder.h"
#include "session/session.h"

namespace lotse::ui {
class SharedPictures;
}

namespace lotse::program {

// Exit codes of both programs; 0: ended or quit.
inline constexpr int kExitCannotStart = 2, kExitRefused = 3, kExitLost = 4;

/// Lives on the loop: every call there.
class Engine : public session::SessionHost {
 public:
  /// Events and answers, "t" still missing.
  using Sink = std::function<void(nlohmann::json)>;
  /// `interactive`: a person sits at a window and can be asked.
  enum class Interactive { no, yes };
  Engine(net::Loop& loop, Options options, Interactive interactive, Sink sink);
  ~Engine();

  /// Where all pictures go besides canvas file and recorder, which have the viewed one; outlives this.
  void set_pictures(ui::SharedPictures* pictures, std::function<void()> on_change) {
    shared_pictures_ = pictures;
    on_picture_ = std::move(on_change);
  }
  /// The program is to end with this code. Called once.
  std::function<void(int)> on_exit;

  /// Hosts or joins, as the options say; with a window and nothing to join it waits for commands.
  void start();
  /// One command; its answer goes to the sink when it has an id. Never throws.
  void command(const nlohmann::json& command, Instant read_at);
  /// Leaves the session, lets what is queued go out, then on_exit(code).
  void quit(int code);

 private:
  struct Answer;
  using Handler = void (Engine::*)(const nlohmann::json&, const Answer&);
  static Handler find_command(const std::string& name);

  // Session host.
  void send(Bytes frame) override;
  std::size_t queued() const override;
  void notify(session::Event event) override { pending_events_.push_back(std::move(event)); }
  void on_direct(ParticipantId from, const wire::DirectSignal& signal) override;
  void on_file(ParticipantId from, wire::FileMessage message) override;
  void on_clipboard(ParticipantId from, wire::FileMessage message) override;
  void on_board(const std::vector<session::BoardFile>& files) override;
  void work(std::function<std::function<void()>()> job) override { loop_.work(task_of(std::move(job))); }
  void decode(std::function<std::function<void()>()> job) override { loop_.decode(task_of(std::move(job))); }
  std::function<void()> task_of(std::function<std::function<void()>()> job);
  session::Acquaintance meet(const std::string& name, const crypto::VerifyKey* key) override {
    return contacts_.meet(name, key);
  }
  void remember(const std::string& name, const crypto::VerifyKey& key) override;
  void want_frame_of(ScreenId screen) override;
  void inject(const session::InputEvent& input) override;
  void start_sharing() override { sharing_wanted_ = true; }
  void stop_sharing() override { stop_sharing_wanted_ = true; }
  void want_system_info(ParticipantId for_whom) override;
  void hold_local_input(bool held) override;
  void show(ParticipantId presenter, ScreenId screen, codec::FrameView picture, const std::vector<Rect>& changed,
            bool exact) override;
  void show_cursor(ParticipantId presenter, ScreenId screen, const session::CursorImage* shape,
                   std::optional<Point> position) override;
  void show_marks(ParticipantId presenter, ScreenId screen, const std::vector<session::Arrow>& arrows,
                  const std::vector<session::Stroke>& strokes) override;

  // Around the session.
  void begin_session(session::MasterOptions options, const std::string& relay);
  void begin_session(session::ParticipantOptions options, net::RelayAddress relay, std::optional<RelayLink::Key> pin);
  void connect(net::RelayAddress relay, std::optional<RelayLink::Key> pin);
  void make_rsa();
  void end_session();
  void let_session_go();
  void close_relay();
  /// Every call of the session goes through here: afterwards what it wants to tell is told, and its timer is set.
  void with_session(const std::function<void(session::Session&)>& call);
  void after_session();
  void tell(const session::Event& event);
  void tell_ended(const session::Ended& ended);
  void tell_line(const session::ChatLine& line);
  void tell_roster();
  std::set<ParticipantId> controllers() const;
  void tell_path();
  void tell_proxy();
  std::string path_name() const;
  void open_ways();
  void update_ways();
  /// Files that go between us and others.
  void open_files();
  void update_files();
  void resume_files();
  bool pause_file(const wire::FileId& id, bool on);
  std::optional<std::vector<ParticipantId>> receivers_in(const nlohmann::json& to, const Answer& answer) const;
  /// What is copied, here and there.
  void open_clipboard();
  ClipboardUse clipboard_use() const;
  ParticipantId own_index() const { return ParticipantId{static_cast<std::uint16_t>(self_)}; }
  bool is_controlling(ParticipantId member, ParticipantId presenter) const;
  bool may_send_clipboard(ParticipantId member) const;
  std::set<ParticipantId> clipboard_partners() const;
  std::optional<std::vector<ParticipantId>> clipboard_receivers(const nlohmann::json& command,
                                                                const Answer& answer) const;
  void send_clipboard(const desktop::ClipboardContent& content, const std::vector<ParticipantId>& to,
                      const Answer& answer);
  void send_copied_files(const desktop::ClipboardContent& content, const std::vector<ParticipantId>& to,
                         const Answer& answer);
  void answer_content(const desktop::ClipboardContent& content, nlohmann::json fields, const std::string& file,
                      const Answer& answer);
  /// Files that lie on the session's board.
  void open_board();
  void update_board();
  nlohmann::json board_json() const;
  const session::BoardFile* board_file_in(const nlohmann::json& command) const;
  bool may_put_on_board() const;
  bool may_send_files(ParticipantId member) const;
  /// "path" and "via" of a member of the roster as JSON has it.
  void add_way(nlohmann::json& member) const;
  void tell_way(ParticipantId member);
  /// One a member that is here.
  nlohmann::json all_ways() const;
  /// How what is exchanged with a member travels. By the relay: what is known of that is known of its first part.
  struct Way {
    std::string path, via;  // as the control interface names them
    double rtt_ms = 0, loss_pct = 0, rate_bps = 0;
    std::string why;  // not direct: no_answer, refused, off; or nothing is known of it
    nlohmann::json to_json() const;
  };
  Way way_to(ParticipantId member) const;
  Way way_by_relay() const;
  /// Of the own pixels: those that are viewed, or of all who view ours.
  Way own_way() const;
  void fail(const std::string& code, const std::string& message, int exit_code);
  void emit(nlohmann::json event);
  std::string link() const;
  std::optional<bool> answer_to_consents() const;
  std::string own_name() const { return options_.name; }
  net::RelayAddress relay_address(const std::string& text) const;
  std::string host_token(const net::RelayAddress& relay) const;

  // The own screen.
  void share(const std::string& what);
  void unshare();
  void cannot_share(const std::string& code, const std::string& why);
  void on_screens(const std::vector<desktop::SharedMonitor>& screens);
  void tell_own_screens();
  bool shows_own_share() const;
  void on_frame(ScreenId screen, desktop::CapturedFrame frame);
  void draw_own(const desktop::CapturedFrame& frame);
  /// The first of the own screens: that one is recorded while nobody else's is viewed.
  ScreenId recorded_screen() const;

  // The pictures that are watched.
  session::PictureReceiver* receiver_of(PictureKey key);
  session::PictureReceiver* viewed();
  Waits::Look look(std::optional<PictureKey> key);
  void on_screen(const session::ScreenChanged& change);
  void tell_screens(ParticipantId presenter);
  /// Whatever follows the viewed picture goes on with another one, when it is another one.
  void follow_view();
  void record_frame();
  record::PointerImage pointer_image(std::optional<PictureKey> key) const;

  // Marks on all of them.
  MarkLayer::Look look_of(ParticipantId member) const;
  Size size_of(PictureKey key);
  void tell_marks(PictureKey key, const std::vector<session::Arrow>& arrows,
                  const std::vector<session::Stroke>& strokes);
  void forget_marks(PictureKey key);
  void forget_marks(ParticipantId presenter);
  /// `picture`, or a copy of it in `scratch` with the marks on it.
  codec::FrameView with_marks(codec::FrameView picture, PictureKey key, codec::Image& scratch) const;
  std::optional<PictureKey> marked_in(const nlohmann::json& command, const Answer& answer);

  // What a helper asks of a person.
  std::optional<ParticipantId> helped_in(const nlohmann::json& command) const;
  void tell_system_info(const session::SystemInfoTold& told);

  // Commands: engine_commands.cpp finds them, commands_*.cpp have them.
  void do_join(const nlohmann::json&, const Answer&);
  void do_start_session(const nlohmann::json&, const Answer&);
  void do_relay_token(const nlohmann::json&, const Answer&);
  void do_access_test(const nlohmann::json&, const Answer&);
  void do_proxy(const nlohmann::json&, const Answer&);
  void do_trust_relay(const nlohmann::json&, const Answer&);
  void do_chat(const nlohmann::json&, const Answer&);
  void do_chat_history(const nlohmann::json&, const Answer&);
  void do_chat_export(const nlohmann::json&, const Answer&);
  void do_raise_hand(const nlohmann::json&, const Answer&);
  void do_roster(const nlohmann::json&, const Answer&);
  void do_sources(const nlohmann::json&, const Answer&);
  void do_share(const nlohmann::json&, const Answer&);
  void do_pause_share(const nlohmann::json&, const Answer&);
  void do_blank_share(const nlohmann::json&, const Answer&);
  void do_hide_window(const nlohmann::json&, const Answer&);
  void do_unshare(const nlohmann::json&, const Answer&);
  void do_colors(const nlohmann::json&, const Answer&);
  void do_films(const nlohmann::json&, const Answer&);
  void do_consent(const nlohmann::json&, const Answer&);
  void do_grant(const nlohmann::json&, const Answer&);
  void do_revoke(const nlohmann::json&, const Answer&);
  void do_stop_control(const nlohmann::json&, const Answer&);
  void do_drop_connection(const nlohmann::json&, const Answer&);
  void do_send_file(const nlohmann::json&, const Answer&);
  void do_accept_file(const nlohmann::json&, const Answer&);
  void do_refuse_file(const nlohmann::json&, const Answer&);
  void do_pause_file(const nlohmann::json&, const Answer&);
  void do_resume_file(const nlohmann::json&, const Answer&);
  void do_cancel_file(const nlohmann::json&, const Answer&);
  void do_files(const nlohmann::json&, const Answer&);
  void do_board_put(const nlohmann::json&, const Answer&);
  void do_board_get(const nlohmann::json&, const Answer&);
  void do_board_remove(const nlohmann::json&, const Answer&);
  void do_board_list(const nlohmann::json&, const Answer&);
  void do_clipboard(const nlohmann::json&, const Answer&);
  void do_clipboard_get(const nlohmann::json&, const Answer&);
  void do_clipboard_send(const nlohmann::json&, const Answer&);
  void do_clipboard_set(const nlohmann::json&, const Answer&);
  void do_clipboard_take(const nlohmann::json&, const Answer&);
  void do_path(const nlohmann::json&, const Answer&);
  void do_paths(const nlohmann::json&, const Answer&);
  void do_stats(const nlohmann::json&, const Answer&);
  void do_leave(const nlohmann::json&, const Answer&);
  void do_quit(const nlohmann::json&, const Answer&);
  void do_set_name(const nlohmann::json&, const Answer&);
  void do_forget_contact(const nlohmann::json&, const Answer&);
  void do_view(const nlohmann::json&, const Answer&);
  void do_snapshot(const nlohmann::json&, const Answer&);
  void do_wait_pixel(const nlohmann::json&, const Answer&);
  void do_move(const nlohmann::json&, const Answer&);
  void do_click(const nlohmann::json&, const Answer&);
  void do_button(const nlohmann::json&, const Answer&);
  void do_wheel(const nlohmann::json&, const Answer&);
  void do_key(const nlohmann::json&, const Answer&);
  void do_type(const nlohmann::json&, const Answer&);
  void do_press(const nlohmann::json&, const Answer&);
  void do_release_keys(const nlohmann::json&, const Answer&);
  void do_point(const nlohmann::json&, const Answer&);
  void do_point_off(const nlohmann::json&, const Answer&);
  void do_draw(const nlohmann::json&, const Answer&);
  void do_undo(const nlohmann::json&, const Answer&);
  void do_clear(const nlohmann::json&, const Answer&);
  void do_drawing(const nlohmann::json&, const Answer&);
  void do_pointers(const nlohmann::json&, const Answer&);
  void do_sysinfo(const nlohmann::json&, const Answer&);
  void do_lock_input(const nlohmann::json&, const Answer&);
  void do_request_control(const nlohmann::json&, const Answer&);
  void do_release_control(const nlohmann::json&, const Answer&);
  void do_request_present(const nlohmann::json&, const Answer&);
  void do_admit(const nlohmann::json&, const Answer&);
  void do_refuse(const nlohmann::json&, const Answer&);
  void do_ban(const nlohmann::json&, const Answer&);
  void do_kick(const nlohmann::json&, const Answer&);
  void do_handover(const nlohmann::json&, const Answer&);
  void do_deputy(const nlohmann::json&, const Answer&);
  void do_mute(const nlohmann::json&, const Answer&);
  void do_request_share(const nlohmann::json&, const Answer&);
  void do_rights_default(const nlohmann::json&, const Answer&);
  void do_mode(const nlohmann::json&, const Answer&);
  void do_record(const nlohmann::json&, const Answer&);
  void do_record_stop(const nlohmann::json&, const Answer&);
  void do_lock(const nlohmann::json&, const Answer&);
  void do_unlock(const nlohmann::json&, const Answer&);
  void do_new_code(const nlohmann::json&, const Answer&);
  void do_end(const nlohmann::json&, const Answer&);
  void refusal(const session::Session::Refusal& refusal, const Answer& answer);
  void send_input(const nlohmann::json& command, session::InputEvent input, const Answer& answer);
  std::optional<ParticipantId> presenter_meant(const nlohmann::json& command) const;
  void record_if_may();
  std::string start_recording(const std::string& file);
  void stop_recording();

  net::Loop& loop_;
  Options options_;
  net::ProxySettings proxy_;
  Interactive interactive_;
  Sink sink_;
  ui::SharedPictures* shared_pictures_ = nullptr;
  std::function<void()> on_picture_;  // one of them has changed
  net::Loop::Timer timer_;
  net::Loop::Timer ways_timer_;    // when somebody who watches them is told again
  net::Loop::Timer record_timer_;  // when the next frame of the own screen is wanted for the recording
  std::unique_ptr<RelayLink> relay_;
  std::unique_ptr<DirectWays> direct_;
  std::unique_ptr<FileExchange> files_;
  std::unique_ptr<SharedClipboard> clipboard_;
  std::unique_ptr<BoardExchange> board_;
  std::vector<session::BoardFile> board_files_;  // the oldest first
  bool board_cut_ = false;                       // it has not heard that the connection was lost
  bool members_changed_ = false;                 // the ways have not heard of it
  bool files_stale_ = false;                     // what was said of files may be lost
  struct Access;
  std::shared_ptr<Access> access_;                   // the access test under way
  std::vector<std::unique_ptr<RelayLink>> closing_;  // of sessions that are over
  int exit_code_ = 0;
  std::unique_ptr<session::Session> session_;
  std::shared_ptr<int> alive_ = std::make_shared<int>();  // a key made in vain comes back to nobody
  std::shared_ptr<int> session_alive_;                    // work of a session that has ended comes back to nobody
  std::unique_ptr<SharedScreen> screen_;
  std::vector<session::Event> pending_events_;
  ChatHistory said_;  // of the session that is open, or was last
  Contacts contacts_;
  std::shared_ptr<const crypto::Identity> identity_;  // to show; null: none
  std::shared_ptr<crypto::RsaKey> rsa_;               // for the next join
  bool making_rsa_ = false;
  std::string number_, code_, link_secret_, own_sas_;
  std::string share_what_ = "screen";
  std::set<std::uint32_t> hidden_windows_;                           // of the own desktop, from viewers
  std::map<ParticipantId, std::vector<ParticipantId>> controllers_;  // by presenter
  double told_rtt_ms_ = -1;
  std::string told_path_;
  int self_ = -1;
  int depth_ = 0;  // inside a call of the session
  bool sharing_wanted_ = false, stop_sharing_wanted_ = false, quitting_ = false;
  bool paused_ = false;      // the own share
  bool blank_ = false;       // of the own share nothing is seen
  bool must_share_ = false;  // until the screen of --share is there
  bool was_suspended_ = false;
  Instant asked_{};  // join command or start

  std::unique_ptr<CanvasFile> canvas_file_;
  Views views_;
  std::optional<PictureKey> followed_;  // what canvas file, recording and waits have of views_
  Waits waits_;
  std::unique_ptr<record::Recorder> recorder_;
  std::string record_file_;
  codec::Canvas own_canvas_;  // the first of the own screens, while it is recorded
  session::CursorImage own_cursor_;
  std::optional<Point> own_cursor_position_;
  std::map<PictureKey, MarkLayer> marks_;  // of screens that have some
  codec::Image marked_;                    // the picture with them, while it is recorded
  struct Growing {
    PictureKey on;
    std::uint32_t stroke;
    std::size_t points;
  };
  std::vector<Growing> growing_;  // own strokes that may go on
  std::uint32_t last_stroke_ = 0;
  std::uint64_t frames_shown_ = 0;
  Instant fps_since_{};
  std::uint64_t fps_frames_ = 0;
};

/// How a command is answered: at once or later, once.
struct Engine::Answer {
  Engine* engine;
  std::string id_json;  // as JSON; empty: nobody wants an answer
  Instant read_at;
  bool part = false;  // of a command that is answered elsewhere
  void ok(nlohmann::json fields) const;
  void ok() const;
  void error(const std::string& code, const std::string& message) const;
};

}  // namespace lotse::program
