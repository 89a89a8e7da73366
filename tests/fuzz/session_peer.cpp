// A session whose peer, or relay, is hostile but holds real keys: raw frames, messages to one and to all, and picture
// packets with any fields, each properly sealed by the other member, in both directions; strangers who knock with true
// and changed handshakes; and what both persons may ask of their programs. State is kept from input to input.
#include <memory>

#include "../session/world.h"
#include "tests/crypto/known_rsa_key.h"
#include "tests/fuzz/changed.h"

using namespace lotse;
using namespace lotse::session;
using namespace lotse::test;

namespace {

// A session that was ended by an input (kicked, left) makes room for a new pair.
std::unique_ptr<Pair> g_pair;

bool over(const Station& station) { return station.saw<Ended>(); }

Core& keys_of(Station& station) { return const_cast<Core&>(*station.session().core()); }

// Somebody at the door with the right code, a wrong one or a link, whose messages arrive changed or not at all.
void knock(Pair& pair, ByteReader& in) {
  World& world = pair.world;
  const auto how = in.get<std::uint8_t>();
  const LinkId link{9000u + how % 4};
  std::optional<wire::Handshake> answer;
  world.eavesdrop = [&](ByteView bytes) {
    auto frame = wire::decode(bytes);
    if (auto* said = frame ? std::get_if<wire::Handshake>(&*frame) : nullptr; said && said->link == link)
      answer = *said;
  };
  auto say = [&](wire::HandshakeMessage message, const Bytes& body) {
    pair.master.session().on_frame(wire::encode(wire::Handshake{link, message, body}), world.now);
    world.run(5ms);
  };
  const auto mode = static_cast<crypto::AuthMode>(how / 4 % 3);
  const auto& number = pair.master.all<SessionNumber>();
  const Bytes code = number.empty() ? Bytes{'1'} : crypto::normalized_code(how & 0x40 ? "000000" : number[0].code);
  crypto::ClientHandshake client(keys_of(pair.master).facts,
                                 {mode, mode == crypto::AuthMode::link ? Bytes(16) : code, {}}, {"Eve", {}, {}},
                                 crypto::KnownRsaKey::get());
  say(wire::HandshakeMessage::join, changed(client.create_join(), in.take(std::min<std::size_t>(in.left(), how >> 5))));
  if (answer && answer->message == wire::HandshakeMessage::offer)
    if (auto confirm = client.consume_offer(answer->body))
      say(wire::HandshakeMessage::confirm, changed(*confirm, in.take(std::min<std::size_t>(in.left(), how >> 5))));
  if (answer && answer->message == wire::HandshakeMessage::key)
    if (auto established = client.consume_key(answer->body))
      say(wire::HandshakeMessage::ready, changed(established->ready, in.rest()));
  if (how & 0x80)
    pair.master.session().on_frame(wire::encode(wire::LinkDown{link, ParticipantId{in.get<std::uint16_t>()}}),
                                   world.now);
  world.eavesdrop = nullptr;
}

void mark(Session& s, ParticipantId presenter, ByteReader& in, Instant now) {
  const ScreenId screen{};
  auto place = [&] { return Point{in.get<std::uint8_t>(), in.get<std::uint8_t>()}; };
  const auto what = in.get<std::uint8_t>();
  if (what % 8 == 6) return void(s.point(presenter, screen, what & 0x80 ? std::optional(place()) : std::nullopt, now));
  if (what % 8 == 7 && what & 0x40) return void(s.undo_stroke(presenter, screen, now));
  if (what % 8 == 7)
    return void(s.clear_strokes(presenter, screen, what & 0x80 ? Marking::Whose::all : Marking::Whose::own, now));
  StrokePart part;
  part.stroke.tool = static_cast<Tool>(what % 8);
  part.stroke.id = what >> 6;
  part.from = what >> 3 & 7;
  while (in.left() >= 2 && part.stroke.points.size() < 2000) part.stroke.points.push_back(place());
  part.stroke.text = std::string(part.stroke.points.size(), 'x');
  return void(s.draw(presenter, screen, std::move(part), now));
}

// What a person or a script may ask for.
void ask(Station& station, ByteReader& in, Instant now) {
  Session& s = station.session();
  const auto what = in.get<std::uint8_t>();
  const ParticipantId member{static_cast<std::uint16_t>(in.get<std::uint8_t>() % 4)};
  const bool on = (what & 0x80) != 0;
  switch (what % 16) {
    case 0: {
      std::vector<ParticipantId> to{member};
      if (what & 0x40) to.push_back(ParticipantId{static_cast<std::uint16_t>(member.value() + 1)});
      return void(s.chat(std::string(as_text(in.rest())), on ? std::nullopt : std::optional(to), now));
    }
    case 1:
      return void(s.answer_consent(in.get<std::uint8_t>(), on, Duration(in.get<std::uint32_t>()), now));
    case 2:
      return void(s.grant(member, on ? Right::control : Right::present, Duration(in.get<std::uint32_t>()), now));
    case 3:
      return void(s.revoke(member, on ? Right::control : Right::chat, now));
    case 4:
      return void(s.request_control(member, on, now));
    case 5:
      return void(s.request_present(now));
    case 6: {
      InputEvent input;
      input.kind = static_cast<InputEvent::Kind>(in.get<std::uint8_t>() % 6);
      input.text = as_text(in.rest());
      return void(s.input(member, input, now));
    }
    case 7:
      return on ? mark(s, member, in, now) : void(s.raise_hand((what & 0x40) != 0, now));
    case 8:
      return void(s.set_recording(on, now));
    case 9:
      return void(on ? s.ask_to_share(member, true, now) : s.admit(member, (what & 0x40) != 0, now));
    case 10:
      return void(s.set_mode(on ? Mode::control : Mode::presentation, now));
    case 11:
      return void(s.set_locked(on, now));
    case 12:
      if (what & 0x40) return void(on ? s.ask_system_info(member, now) : s.lock_input(member, (what & 0x20) != 0, now));
      return void(s.set_colors(on ? codec::Colors::full : codec::Colors::grey, now));
    case 13:
      return void(s.new_code(now));
    case 14:
      return on ? s.stop_control(now) : s.on_local_input(now);
    default:
      if (on && in.get<std::uint8_t>() == 0) return void(s.kick(member, "", now));
      return s.pause_share(on, now);
  }
}

void feed(Station& from, Station& to, ByteReader& in, Instant now) {
  Core& keys = keys_of(from);
  std::optional<Bytes> frame;
  switch (in.get<std::uint8_t>() % 8) {
    case 0: {
      ByteView raw = in.rest();
      return to.session().on_frame(raw, now);
    }
    case 1:
      frame = keys.envelope.seal_to(keys_of(to).self, crypto::Stream::control, in.rest());
      break;
    case 2:
      frame = keys.envelope.seal_to_all(crypto::Stream::control, in.rest());
      break;
    case 3: {
      auto kind = static_cast<wire::PacketKind>(2 + in.get<std::uint8_t>() % 4);
      wire::PictureFields fields;
      fields.generation = Generation{in.get<std::uint32_t>()};
      fields.rank = in.get<std::uint8_t>();
      fields.slot = SlotId{in.get<std::uint16_t>() % wire::kMaxSlots};
      fields.version = SlotVersion{in.get<std::uint32_t>()};
      if (kind == wire::PacketKind::key || kind == wire::PacketKind::sign) fields.batch = 1;
      frame = keys.envelope.seal_picture(kind, fields, in.rest());
      break;
    }
    case 4:
      return ask(to, in, now);
    case 5:
      return knock(*g_pair, in);
    case 6:  // what both have said arrives
      return g_pair->world.run(std::chrono::milliseconds(in.get<std::uint8_t>()));
    case 7:
      return to.cut(std::chrono::milliseconds(in.get<std::uint16_t>() % 2000));
  }
  if (frame) to.session().on_frame(*frame, now);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (!g_pair || over(g_pair->master) || over(g_pair->guest)) g_pair = std::make_unique<Pair>();
  ByteReader in(ByteView(data, size));
  bool to_master = in.get<std::uint8_t>() % 2 == 1;
  Station& from = to_master ? g_pair->guest : g_pair->master;
  Station& to = to_master ? g_pair->master : g_pair->guest;
  g_pair->world.now = g_pair->world.now + std::chrono::microseconds(10);
  feed(from, to, in, g_pair->world.now);
  if (!over(to)) to.session().poll(g_pair->world.now);
  for (Station* station : {&from, &to}) {
    if (station->events.size() < 10'000) continue;
    station->events.clear();
    station->injected.clear();
  }
  return 0;
}
