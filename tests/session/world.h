// A simulated world: a relay core, programs with screens and persons, links with delay and rate, one clock.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "codec/frame.h"
#include "direct/paths.h"
#include "relay/board_store.h"
#include "relay/core.h"
#include "session/session.h"

namespace lotse::test {

using namespace std::chrono_literals;
class World;

/// One program: a session, its link, its screen, its window.
class Station : public session::SessionHost {
 public:
  Station(World& world, std::string name);
  ~Station() override;

  void host(session::MasterOptions options);
  void join(const std::string& number, const std::string& code);
  void join_link(const std::string& number, const std::string& secret);
  void join_without_code(const std::string& number);
  Bytes ticket;  // for the next join by code
  std::string address = "192.0.2.1";
  /// Shares the screen without being asked.
  void share();
  /// Further monitors beside the screen, of one size; none: only the screen. While sharing this changes the share.
  void set_monitors(std::size_t more, Size size);
  /// A random rectangle of the own screen gets another colour, or noise.
  void draw(std::mt19937& random);
  void fill(Rect area, std::uint32_t bgr);
  void resize_screen(Size size);
  /// To the relay, past the session.
  void say(Bytes frame) { to_relay(std::move(frame)); }
  /// Cuts the connection; it comes back after `pause`.
  void cut(Duration pause);
  /// The program ends without a word.
  void kill();

  /// Ways to other members without the relay, where the network lets their datagrams through.
  void go_direct(direct::Wish wish = direct::Wish::automatic);
  direct::Paths& ways() { return *ways_; }
  bool is_direct(const Station& other) const;
  std::size_t datagrams_sent = 0;

  session::Session& session() { return *session_; }
  bool sees(const Station& presenter) const;  // the canvas equals the presenter's screen
  /// The picture of that screen equals what `presenter` has there.
  bool sees(const Station& presenter, std::uint8_t screen) const;
  template <class E>
  std::vector<E> all() const {
    std::vector<E> found;
    for (const session::Event& event : events)
      if (auto* e = std::get_if<E>(&event)) found.push_back(*e);
    return found;
  }
  template <class E>
  bool saw() const {
    return !all<E>().empty();
  }

  std::string name;
  std::vector<session::Event> events;
  std::vector<session::InputEvent> injected;
  codec::Image screen, canvas;
  std::vector<session::BoardFile> board;                                // as it was told last
  std::vector<Bytes> board_frames;                                      // of the relay
  std::map<ScreenId, codec::Image> monitors;                            // beside `screen`, from 1
  std::map<std::pair<ParticipantId, ScreenId>, codec::Image> pictures;  // as they were last shown
  std::map<std::pair<ParticipantId, ScreenId>, std::optional<Point>> cursors;
  struct Marks {
    std::vector<session::Arrow> arrows;
    std::vector<session::Stroke> strokes;
  };
  std::map<std::pair<ParticipantId, ScreenId>, Marks> marks;  // as they were told last
  std::vector<ParticipantId> system_info_wanted;              // for whom
  bool input_held = false;
  bool exact = false, capturing = false, asked_to_share = false;
  ParticipantId shown_presenter;
  std::size_t shows = 0;
  double down_rate = 1e9;  // bytes a second from the relay
  double up_rate = 0;      // bytes a second to the relay; 0: as fast as they come
  Duration latency = 1ms;
  std::size_t most_queued_down = 0;
  std::size_t frames_sent = 0, picture_frames_sent = 0;  // without manifests
  std::size_t manifests_sent = 0, bytes_sent = 0;

 private:
  friend class World;
  struct WaysHost;
  void send(Bytes frame) override;
  void to_relay(Bytes frame);
  std::size_t relay_queued() const;
  void from_relay(ByteView frame);
  void poll_ways();
  void on_direct(ParticipantId from, const wire::DirectSignal& signal) override;
  void on_board(const std::vector<session::BoardFile>& files) override { board = files; }
  std::size_t queued() const override;
  void notify(session::Event event) override;
  void work(std::function<std::function<void()>()> job) override;
  void want_frame_of(ScreenId screen) override;
  void inject(const session::InputEvent& input) override { injected.push_back(input); }
  void start_sharing() override { asked_to_share = true; }
  void stop_sharing() override { capturing = false; }
  void want_system_info(ParticipantId for_whom) override { system_info_wanted.push_back(for_whom); }
  void hold_local_input(bool held) override { input_held = held; }
  void show(ParticipantId presenter, ScreenId number, codec::FrameView picture, const std::vector<Rect>& changed,
            bool is_exact) override;
  void show_cursor(ParticipantId presenter, ScreenId number, const session::CursorImage*,
                   std::optional<Point> position) override {
    cursors[{presenter, number}] = position;
  }
  void show_marks(ParticipantId presenter, ScreenId number, const std::vector<session::Arrow>& arrows,
                  const std::vector<session::Stroke>& strokes) override {
    marks[{presenter, number}] = {arrows, strokes};
  }

  void connect();
  void capture();
  void capture_monitor(ScreenId number);
  void drain();
  void share_all();
  void after_call();

  World& world_;
  std::unique_ptr<session::Session> session_;
  std::unique_ptr<WaysHost> ways_host_;
  std::unique_ptr<direct::Paths> ways_;
  std::uint16_t port_ = 0;  // where its datagrams come from and go to
  relay::ConnId conn_{};
  bool connected_ = false, wanted_ = false, capture_scheduled_ = false;
  std::vector<bool> dirty_;
  Instant up_free_{};  // when the last byte on its way up has left
  bool draining_ = false;
  std::shared_ptr<int> alive_ = std::make_shared<int>();
};

class World : public relay::Links {
 public:
  World();
  ~World() override;

  Station& station(const std::string& name);
  /// Runs until `done`, at most `limit` of simulated time. False: the time was over.
  bool until(const std::function<bool()>& done, Duration limit = 10s);
  void run(Duration time);
  /// kill -9 of the relay; the new one knows what its store kept.
  void restart_relay(Duration pause);

  Instant now{Duration(1s)};
  std::function<void(ByteView)> eavesdrop;  // every frame that the relay gets
  // A hostile relay: what reaches a program of what the honest one sends, and how much later.
  std::function<bool(const Station& to, ByteView frame)> lets_through;
  std::function<Duration(const Station& to)> holds_back;
  /// Datagrams between stations; empty: all arrive.
  std::function<bool(const Station& from, const Station& to)> lets_datagram_through;
  /// It may change a frame of a station's link on its way up or down, or withhold it (false).
  enum class Way { up, down };
  std::function<bool(Station&, Way, Bytes&)> between;
  /// ... and what it makes up. Arrives at once.
  void inject(Station& to, const Bytes& frame);
  relay::Core& relay() { return *core_; }
  relay::MemoryBoard boards;  // of the relay; outlives its restart

 private:
  friend class Station;
  struct Link {
    Station* station;
    std::size_t queued = 0;
    Instant busy_until{}, arrives{};
    bool open = true;
  };

  void at(Instant when, std::function<void()> what) { queue_.emplace(when, std::move(what)); }
  void attach(Station& station);
  void uplink(relay::ConnId conn, Bytes frame);
  void send_datagram(Station& from, net::link::Datagram datagram);
  void detach(relay::ConnId conn);
  bool step(Instant limit);

  void send(relay::ConnId conn, relay::SharedBytes frame) override;
  void close(relay::ConnId conn) override;
  std::size_t queued(relay::ConnId conn) const override;

  relay::RandomNumbers numbers_;
  relay::MemoryStore store_;
  std::unique_ptr<relay::Core> core_;
  std::multimap<Instant, std::function<void()>> queue_;
  std::map<relay::ConnId, Link> links_;
  std::uint64_t next_conn_ = 1;
  void start_relay();
  std::uint64_t random_value_ = 1;
  std::uint16_t last_port_ = 2000;
  std::vector<std::unique_ptr<Station>> stations_;
};

/// A master that shares, with a code, and one participant that has joined and sees the picture.
struct Pair {
  World world;
  Station& master;
  Station& guest;
  explicit Pair(session::Mode mode = session::Mode::presentation);
  std::string number() const { return master.all<session::SessionNumber>().front().number; }
  std::string code() const { return master.all<session::SessionNumber>().front().code; }
};

}  // namespace lotse::test
