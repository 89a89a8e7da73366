// A session whose peer, or relay, is hostile but holds real keys: raw frames, messages to one and to all, and picture
// packets with any fields, each properly sealed by the other member, in both directions. State is kept from input to
// input.
#include <memory>

#include "../session/world.h"

using namespace lotse;
using namespace lotse::session;
using namespace lotse::test;

namespace {

// A session that was ended by an input (kicked, left) makes room for a new pair.
std::unique_ptr<Pair> g_pair;

bool over(const Station& station) { return station.saw<Ended>(); }

Core& keys_of(Station& station) { return const_cast<Core&>(*station.session().core()); }

void feed(Station& from, Station& to, ByteReader& in, Instant now) {
  Core& keys = keys_of(from);
  std::optional<Bytes> frame;
  switch (in.get<std::uint8_t>() % 4) {
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
  to.session().poll(g_pair->world.now);
  for (Station* station : {&from, &to}) {
    if (station->events.size() < 10'000) continue;
    station->events.clear();
    station->injected.clear();
  }
  return 0;
}
