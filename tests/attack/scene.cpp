#include "scene.h"

namespace lotse::test {

using namespace session;

Scene::Scene() : clara(world.station("Clara")) {
  clara.join(number(), code());
  REQUIRE(world.until([&] { return clara.exact && guest.exact && master.all<Joined>().size() == 2; }));
  world.run(1s);
}

void Scene::deliver(Station& to, const Bytes& frame) {
  to.session().on_frame(frame, world.now);
  to.session().poll(world.now);
}

bool Scene::lives_on() {
  master.fill({3, 5, 70, 60}, static_cast<std::uint32_t>(0x204060 + master.frames_sent * 7919));
  const std::size_t said = clara.all<ChatLine>().size();
  const bool sent = !master.session().chat("still here", std::nullopt, world.now);
  return sent && world.until([&] {
    return guest.exact && guest.sees(master) && clara.exact && clara.sees(master) &&
           clara.all<ChatLine>().size() == said + 1;
  });
}

std::vector<Bytes> Scene::recorded(const std::function<void()>& work) {
  std::vector<Bytes> frames;
  world.eavesdrop = [&](ByteView frame) { frames.emplace_back(frame.begin(), frame.end()); };
  work();
  world.eavesdrop = nullptr;
  return frames;
}

Core& keys_of(Station& station) { return const_cast<Core&>(*station.session().core()); }

std::uint64_t dropped(Station& station) {
  const auto& drops = station.session().drops();
  return drops.replayed + drops.forged + drops.other;
}

Bytes serialized(const wire::pb::Message& message) {
  const std::string text = message.SerializeAsString();
  return Bytes(text.begin(), text.end());
}

Bytes sealed(Station& from, Station& to, const wire::pb::Message& message) {
  const ParticipantId peer = keys_of(to).self;
  REQUIRE(keys_of(from).make_pair(peer));
  return keys_of(from).envelope.seal_to(peer, crypto::Stream::control, serialized(message)).value();
}

bool is_packet(ByteView frame) { return !frame.empty() && frame[0] == wire::kPacketFrame; }

wire::PacketHeader header_of(ByteView frame) {
  auto packet = wire::parse_packet(frame.subspan(1));
  REQUIRE(packet);
  return packet->header;
}

std::unique_ptr<Envelope> epoch_keys_as(Station& member, ParticipantId as, const crypto::SigningKey& signing) {
  crypto::EpochKeys& known = keys_of(member).envelope.epochs();
  auto forger = std::make_unique<Envelope>(keys_of(member).facts.uuid, as, signing);
  forger->epochs().add(known.newest(), known.newest_secret().clone());
  return forger;
}

}  // namespace lotse::test
