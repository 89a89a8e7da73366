#include "program/board_exchange.h"

#include "base/text.h"
#include "crypto/secret.h"
#include "wire/limits.h"

namespace lotse::program {
namespace {

constexpr Duration kTellGap = std::chrono::milliseconds(250);

std::uint64_t unix_seconds() {
  using namespace std::chrono;
  return static_cast<std::uint64_t>(duration_cast<seconds>(system_clock::now().time_since_epoch()).count());
}

/// The same for every getting of a file, so that what an earlier one left in the folder is gone on with, and another
/// one than of its putting.
wire::FileId getting_of(wire::FileId file) {
  for (std::uint8_t& byte : file) byte ^= 0xFF;
  return file;
}

}  // namespace

BoardExchange::BoardExchange(net::Loop& loop, const SessionUuid& session, Events events)
    : loop_(loop),
      events_(std::move(events)),
      transfers_(*this, session),
      disk_(*this, [&loop](std::function<void()> task) { loop.post(std::move(task)); }),
      timer_(loop, [this] {
        transfers_.poll(net::Loop::now());
        arm();
      }) {}

BoardExchange::~BoardExchange() = default;

std::optional<wire::FileId> BoardExchange::put(const files::Source& source) {
  wire::FileId id{};
  crypto::fill_random(id);
  disk_.open_source(id, source);
  const bool taken =
      transfers_.put(id, clean_text(source.name, wire::kMaxFileName), source.size, source.path, net::Loop::now());
  arm();
  return taken ? std::optional(id) : std::nullopt;
}

wire::FileId BoardExchange::get(const session::BoardFile& file, const std::string& folder) {
  const wire::FileId id = getting_of(file.id);
  transfers_.get(id, {file.id, file.name, file.size}, file.key, file.sha256, folder, net::Loop::now());
  arm();
  return id;
}

bool BoardExchange::pause(const wire::FileId& id, bool on) {
  const bool done = transfers_.pause(id, on, net::Loop::now());
  arm();
  return done;
}

bool BoardExchange::cancel(const wire::FileId& id) {
  const bool done = transfers_.cancel(id, net::Loop::now());
  arm();
  return done;
}

void BoardExchange::on_frame(ByteView frame) {
  if (auto board = wire::decode_board(frame)) transfers_.on_frame(*board, net::Loop::now());
  arm();
}

void BoardExchange::on_connection(bool connected) {
  if (std::exchange(connected_, connected) == connected) return;
  transfers_.on_connection(connected, net::Loop::now());
  arm();
}

void BoardExchange::on_board(const std::vector<session::BoardFile>& files) {
  std::set<wire::FileId> ids;
  for (const session::BoardFile& file : files) ids.insert(file.id);
  transfers_.on_board(ids);
  arm();
}

// --- BoardHost -------------------------------------------------------------------------------------------------------

void BoardExchange::changed(const files::Transfer& transfer) {
  const Instant now = net::Loop::now();
  auto [at, first] = told_.try_emplace(transfer.id, Told{transfer.state, now});
  if (!first && at->second.state == transfer.state && now - at->second.at < kTellGap) return;
  if (files::is_over(transfer.state))
    told_.erase(at);
  else
    at->second = {transfer.state, now};
  loop_.post([this, transfer, alive = std::weak_ptr<int>(alive_)] {
    if (!alive.expired()) events_.on_change(transfer);
  });
}

void BoardExchange::stored(const files::Transfer& transfer, const files::BoardKey& key,
                           const std::array<std::uint8_t, 32>& sha256) {
  session::BoardFile file;
  file.id = transfer.id;
  file.key = key;
  file.name = transfer.name;
  file.size = transfer.size;
  file.sha256 = sha256;
  file.put = unix_seconds();
  // Not from inside of a call of the session, nor of ourselves.
  loop_.post([this, file, alive = std::weak_ptr<int>(alive_)] {
    if (!alive.expired()) events_.stored(file);
  });
}

// --- DiskEvents ------------------------------------------------------------------------------------------------------

void BoardExchange::on_read(const wire::FileId& id, std::uint32_t, std::uint64_t offset, const Bytes* bytes) {
  transfers_.on_read(id, offset, bytes, net::Loop::now());
  arm();
}

void BoardExchange::on_digest(const wire::FileId& id, const std::array<std::uint8_t, 32>* sha256) {
  transfers_.on_digest(id, sha256, net::Loop::now());
  arm();
}

void BoardExchange::on_target(const wire::FileId& id, std::optional<std::uint64_t> have, files::Why why) {
  transfers_.on_target(id, have, why, net::Loop::now());
  arm();
}

void BoardExchange::on_written(const wire::FileId& id, std::optional<std::uint64_t> have, files::Why why) {
  transfers_.on_written(id, have, why, net::Loop::now());
  arm();
}

void BoardExchange::on_finished(const wire::FileId& id, const std::optional<std::string>& path,
                                std::optional<files::Why> why) {
  transfers_.on_finished(id, path, why, net::Loop::now());
  arm();
}

}  // namespace lotse::program
