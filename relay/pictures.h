// The pictures of one session: what comes in from its sources goes at once to every receiver that keeps up; for the
// others it is only remembered what they lack, and when their sockets have room they get the newest of it.
#pragma once
#include <deque>

#include "relay/film_gate.h"
#include "relay/hub.h"
#include "relay/key_requests.h"
#include "relay/picture_cache.h"
#include "relay/receiver.h"

namespace lotse::relay {

/// Not thread-safe. Every admitted member is a receiver, and may be a source.
class Pictures {
 public:
  explicit Pictures(Hub& hub) : hub_(hub) {}

  /// From now on `member` receives; it lacks everything that is known and cannot open what was sealed before the epoch
  /// in force. On a new connection it starts anew.
  enum class Holds { nothing, all };
  void add_receiver(ParticipantId member, ConnId conn, Instant now, Holds holds = Holds::nothing);
  /// Its connection is gone. As a source it may come back: what it sent stays until its epoch is over.
  void remove_receiver(ParticipantId member);
  /// On: the receiver gets the pictures of `source` from elsewhere. Off: it lacks all of them. The source is told by
  /// WANTED when it changes whether anybody gets its pictures here; while nobody does they are not taken.
  void set_elsewhere(ParticipantId member, ParticipantId source, bool on, Instant now);
  /// It will not come back.
  void drop_source(ParticipantId source);

  /// `epoch` is in force. Those before it are served for wire::kOldEpochKept more. False: it is lower than the present.
  bool announce(Epoch epoch, Instant now);
  Epoch epoch() const { return epoch_; }

  /// A packet of kind key, delta, film, state, frame_end or sign from its source, as the frame in which it goes out.
  void on_packet(const wire::PacketHeader& header, SharedBytes frame, Instant now);
  /// The SIGN of that batch is to go to `member`, whatever it was sent of it.
  void owe_sign(ParticipantId member, StreamId stream, std::uint32_t batch);
  /// A hint of a receiver: it lacks something that it was sent, or the proof of it.
  void on_request(ParticipantId member, const wire::KeyRequest& request, Instant now);
  /// The same of a receiver that keeps pictures itself and asks for what is sealed anew: nothing older is served.
  void on_request_anew(ParticipantId member, const wire::KeyRequest& request, Instant now);
  /// It keeps pictures for others: what is sealed anew goes to it, too, whether it lacks it or not.
  void set_keeps(ParticipantId member) { seats_.at(member).keeps = true; }
  /// Some of that stream passed before any of it came here: who lacks all of it needs more than what is here.
  void began_before(StreamId stream) { cache_.began_before(stream); }
  /// The socket of `member` has room.
  void on_writable(ParticipantId member);

  void poll(Instant now);
  Instant next_deadline() const;

  /// Memory: the cache, its bookkeeping, what is known of the receivers.
  std::size_t bytes() const { return cache_.bytes() + receiver_bytes_; }
  std::size_t frame_bytes() const { return cache_.frame_bytes(); }
  /// Lets all pictures go; they come back by requests to their sources.
  void drop_all(Instant now);

 private:
  struct Seat {
    ConnId conn;
    Receiver receiver;
    FilmGate films{};
    std::set<ParticipantId> elsewhere{};  // sources
    bool keeps = false;
  };
  struct OldEpoch {
    Epoch epoch;
    Instant until;
  };
  Hub& hub_;
  PictureCache cache_;
  KeyRequests requests_;
  std::map<ParticipantId, Seat> seats_;
  Epoch epoch_, oldest_;       // in force; the oldest that is still served
  std::deque<OldEpoch> over_;  // and until when
  std::size_t receiver_bytes_ = 0;
  std::set<ParticipantId> unwanted_;  // sources that were told so

  template <class Change>
  void change(Seat& seat, Change change);
  bool has_room(const Seat& seat) const;
  void send(const Seat& seat, const SharedBytes& frame);
  /// Whether pictures of `source` are for this receiver.
  static bool is_for(ParticipantId member, const Seat& seat, ParticipantId source) {
    return member != source && !seat.elsewhere.contains(source);
  }
  void review_wanted();
  enum class Signs { due, all };
  void send_item(Seat& seat, StreamId stream, ItemId item, const PictureCache::Entry& entry);
  void send_signs(Seat& seat, Signs which);
  void on_delta(const wire::PacketHeader& header, const SharedBytes& frame, Instant now);
  void on_film(const wire::PacketHeader& header, const SharedBytes& frame, Instant now);
  bool holds(const Seat& seat, const wire::PacketHeader& delta) const;
  void on_sign(const wire::PacketHeader& header, const SharedBytes& frame);
  void drain(Seat& seat);
  void offer(Seat& seat, StreamId stream, ItemId item, const PictureCache::Entry& entry, Instant now);
  void forward_uncached(const wire::PacketHeader& header, const SharedBytes& frame);
  void lack(Seat& seat, StreamId stream, ItemId item, const PictureCache::Entry* entry, Instant now);
  void lack_all(Seat& seat, StreamId stream, const PictureCache::Stream& known, Instant now);
  void lost(const PictureCache::Items& items, Instant now);
  void empty_stream(StreamId stream, Instant now);
  void forget_stream(StreamId stream);
  void keep_within_budget(Instant now);
  void drop_costliest_to_track(std::size_t bytes, Instant now);
  void ask_sources(Instant now);
  bool is_here(ParticipantId member) const { return seats_.contains(member); }
};

}  // namespace lotse::relay
