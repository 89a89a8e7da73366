#include "program/clipboard_exchange.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "crypto/running_hash.h"
#include "crypto/secret.h"

namespace lotse::program {
namespace {

constexpr Duration kTellGap = std::chrono::milliseconds(250);

std::array<std::uint8_t, 32> sha256_of(const Bytes& bytes) {
  crypto::RunningHash hash;
  hash.add(bytes);
  return hash.finish();
}

bool is_known(const std::string& type) { return type == desktop::kTextType || type == desktop::kPngType; }

}  // namespace

std::optional<desktop::ClipboardContent> checked_content(const std::string& type, std::shared_ptr<const Bytes> bytes) {
  if (!is_known(type) || bytes->empty()) return std::nullopt;
  if (type == desktop::kPngType) {
    if (!desktop::is_png(*bytes)) return std::nullopt;
    return desktop::ClipboardContent{type, std::move(bytes)};
  }
  const std::string text = clean_text(as_text(*bytes), 3 * bytes->size());
  if (text.empty()) return std::nullopt;
  return desktop::ClipboardContent{type, std::make_shared<const Bytes>(text.begin(), text.end())};
}

ClipboardExchange::ClipboardExchange(net::Loop& loop, Events events)
    : loop_(loop), events_(std::move(events)), transfers_(*this), timer_(loop, [this] {
        transfers_.poll(net::Loop::now());
        arm();
      }) {}

void ClipboardExchange::arm() { timer_.set(transfers_.next_deadline()); }

void ClipboardExchange::later(std::function<void(Instant now)> call) {
  loop_.post([this, call = std::move(call), alive = std::weak_ptr<int>(alive_)] {
    if (alive.expired()) return;
    call(net::Loop::now());
    arm();
  });
}

/// Of the contents that go to, or come from, that member, those that are still on their way.
void ClipboardExchange::give_up_older(ParticipantId peer, bool outgoing) {
  for (const files::Transfer* transfer : transfers_.all())
    if (transfer->outgoing == outgoing && transfer->peer == peer && !files::is_over(transfer->state))
      transfers_.cancel(transfer->id, net::Loop::now());
}

bool ClipboardExchange::send(const desktop::ClipboardContent& content, ParticipantId to) {
  if (content.bytes->size() > kMost) return false;
  give_up_older(to, true);
  wire::FileId id;
  crypto::fill_random(id);
  leaving_[id] = content;
  const bool sent =
      transfers_.offer({.id = id, .name = content.type, .size = content.bytes->size()}, to, {}, net::Loop::now());
  if (!sent) leaving_.erase(id);
  arm();
  return sent;
}

void ClipboardExchange::on_message(ParticipantId from, wire::FileMessage message, bool may_send) {
  if (const auto* offer = std::get_if<wire::FileOffer>(&message);
      offer && may_send && transfers_.find(offer->id) == nullptr)
    give_up_older(from, false);
  transfers_.on_message(from, std::move(message), may_send, net::Loop::now());
  arm();
}

void ClipboardExchange::on_members(const std::set<ParticipantId>& members, const std::set<ParticipantId>& here) {
  transfers_.on_members(members, here, net::Loop::now());
  arm();
}

void ClipboardExchange::on_connection() {
  transfers_.on_connection(net::Loop::now());
  arm();
}

// --- TransfersHost ---------------------------------------------------------------------------------------------------

void ClipboardExchange::changed(const files::Transfer& transfer) {
  const Instant now = net::Loop::now();
  if (transfer.state == files::State::active) {
    auto [told, first] = told_.try_emplace(transfer.id, now);
    if (!first && now - told->second < kTellGap) return;
    told->second = now;
  } else {
    told_.erase(transfer.id);
  }
  loop_.post([this, transfer, alive = std::weak_ptr<int>(alive_)] {
    if (!alive.expired()) events_.on_change(transfer);
  });
}

void ClipboardExchange::read(const wire::FileId& id, std::uint32_t attempt, std::uint64_t offset, std::size_t size) {
  later([=, this](Instant now) {
    auto content = leaving_.find(id);
    if (content == leaving_.end() || offset + size > content->second.bytes->size()) return;
    const auto from = content->second.bytes->begin() + static_cast<std::ptrdiff_t>(offset);
    const Bytes piece(from, from + static_cast<std::ptrdiff_t>(size));
    transfers_.on_read(id, attempt, offset, &piece, now);
  });
}

void ClipboardExchange::digest(const wire::FileId& id) {
  auto content = leaving_.find(id);
  if (content == leaving_.end()) return;
  loop_.work([this, &loop = loop_, id, bytes = content->second.bytes, alive = std::weak_ptr<int>(alive_)] {
    loop.post([this, id, sha256 = sha256_of(*bytes), alive] {
      if (alive.expired()) return;
      transfers_.on_digest(id, &sha256, net::Loop::now());
      arm();
    });
  });
}

/// Memory is used as bytes come; what was announced counts.
void ClipboardExchange::open_target(const wire::FileOffer& offer, const std::string&) {
  std::uint64_t in_all = offer.size;
  for (const auto& [id, content] : arriving_) in_all += content.size;
  const bool fits = !offer.is_folder && is_known(offer.name) && offer.size <= kMost && in_all <= kMostInAll;
  if (fits) arriving_[offer.id] = {offer.name, offer.size};
  later([=, this, id = offer.id](Instant now) {
    transfers_.on_target(id, fits ? std::optional<std::uint64_t>(0) : std::nullopt, files::Why::too_many, now);
  });
}

void ClipboardExchange::write(const wire::FileId& id, std::uint64_t, Bytes bytes) {
  auto content = arriving_.find(id);
  if (content == arriving_.end()) return;
  Bytes& all = *content->second.bytes;
  all.insert(all.end(), bytes.begin(), bytes.end());
  later([=, this, have = all.size()](Instant now) { transfers_.on_written(id, have, {}, now); });
}

void ClipboardExchange::finish(const wire::FileId& id, const std::array<std::uint8_t, 32>& sha256) {
  auto at = arriving_.find(id);
  if (at == arriving_.end()) return;
  loop_.work([this, &loop = loop_, id, sha256, content = at->second, alive = std::weak_ptr<int>(alive_)] {
    const bool right = sha256_of(*content.bytes) == sha256;
    loop.post([this, id, content, right, alive] {
      if (!alive.expired()) on_checked(id, content, right);
    });
  });
}

void ClipboardExchange::on_checked(const wire::FileId& id, const Arriving& content, bool right) {
  const files::Transfer* transfer = transfers_.find(id);
  if (transfer == nullptr || files::is_over(transfer->state)) return;
  const ParticipantId from = transfer->peer;
  transfers_.on_finished(id, right ? std::optional<std::string>("") : std::nullopt, {});
  arm();
  auto checked = right ? checked_content(content.type, content.bytes) : std::nullopt;
  if (checked) events_.on_content(from, std::move(*checked));
}

void ClipboardExchange::close(const wire::FileId& id, bool) {
  leaving_.erase(id);
  arriving_.erase(id);
}

}  // namespace lotse::program
