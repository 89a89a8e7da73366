#include <stdexcept>

#include "world.h"

namespace lotse::test {

using namespace session;

namespace {
void must(bool happened) {
  if (!happened) throw std::runtime_error("the pair did not come together");
}
}  // namespace

Pair::Pair(Mode mode) : master(world.station("Anna")), guest(world.station("Bernd")) {
  MasterOptions options;
  options.lead.mode = mode;
  options.lead.default_rights.set(Right::record, true);
  master.host(options);
  must(world.until([&] { return master.saw<SessionNumber>(); }));
  if (mode == Mode::presentation) master.share();
  guest.join(number(), code());
  must(world.until([&] { return master.saw<Joined>(); }));
  if (mode == Mode::presentation) must(world.until([&] { return guest.exact; }));
}

}  // namespace lotse::test
