// What receivers lack and the cache has not, gathered for each source, so that a thousand of them ask a presenter no
// more often than one.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <set>

#include "base/time.h"
#include "relay/item.h"
#include "wire/relay_frame.h"

namespace lotse::relay {

/// Not thread-safe. At most one request in wire::kKeyRequestGap to a source.
class KeyRequests {
 public:
  /// `item` is one that the cache knows: so its memory bounds this one's. Only slots can be asked for by name.
  void want(StreamId stream, ItemId item, Instant now);
  void want_all(StreamId stream, Instant now);
  /// A key frame of that film; there are few of them.
  void want_film(StreamId stream, SlotId film, Instant now);
  void came_film(StreamId stream, SlotId film);
  /// It came: nobody needs to be asked for it any more.
  void came(StreamId stream, ItemId item);
  void forget(StreamId stream);
  void forget(ParticipantId source);

  /// A request that is due and whose source is connected (`here`); call again until there is none. The others wait. The
  /// caller fills in the generation.
  using Here = std::function<bool(ParticipantId)>;
  std::optional<wire::KeyRequest> due(Instant now, const Here& here);
  Instant next_deadline(const Here& here) const;

 private:
  struct Asked {
    bool all = false;
    std::set<SlotId> slots;
  };
  struct Source {
    std::map<ScreenId, Asked> screens;
    Instant next;
    ScreenId last{0xFF};  // asked for last: the screens take turns
  };
  std::map<ParticipantId, Source> sources_;

  Asked& asked(StreamId stream, Instant now);
  void answered(StreamId stream, SlotId slot);
};

}  // namespace lotse::relay
