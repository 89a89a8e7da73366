#include "program/shared_clipboard.h"

#include <cstdlib>
#include <stdexcept>
#include <utility>

#include "base/log.h"

namespace lotse::program {
namespace {

constexpr Duration kSettle = std::chrono::milliseconds(150);

std::string display_or_environment(std::string display) {
  if (!display.empty()) return display;
  const char* ambient = std::getenv("DISPLAY");
  return ambient != nullptr ? ambient : "";
}

}  // namespace

std::string name_of(ClipboardUse use) {
  return use == ClipboardUse::automatic ? "auto" : use == ClipboardUse::off ? "off" : "hand";
}

std::optional<ClipboardUse> clipboard_use_from(const std::string& name) {
  for (ClipboardUse use : {ClipboardUse::by_hand, ClipboardUse::automatic, ClipboardUse::off})
    if (name == name_of(use)) return use;
  return std::nullopt;
}

SharedClipboard::SharedClipboard(net::Loop& loop, std::string display, ParticipantId self, ClipboardUse use,
                                 Around around)
    : loop_(loop),
      display_(display_or_environment(std::move(display))),
      self_(self),
      use_(use),
      around_(std::move(around)),
      exchange_(loop, {around_.say,
                       [this](ParticipantId from, desktop::ClipboardContent content) {
                         on_content(from, std::move(content));
                       },
                       around_.on_transfer}),
      settled_(loop, [this] { send_copied(); }) {
  if (use_ == ClipboardUse::automatic) opened();
}

SharedClipboard::~SharedClipboard() = default;

void SharedClipboard::set_use(ClipboardUse use) {
  use_ = use;
  if (use_ == ClipboardUse::automatic) opened();
}

/// Opened when it is wanted first: who never sends nor takes leaves the desktop alone.
desktop::Clipboard* SharedClipboard::opened() {
  if (desktop_ || no_desktop_ || display_.empty()) return desktop_.get();
  desktop::ClipboardHandler handler;
  handler.on_copied = [this, &loop = loop_, alive = std::weak_ptr<int>(alive_)] {
    loop.post([this, alive] {
      if (!alive.expired() && use_ == ClipboardUse::automatic) settled_.set(net::Loop::now() + kSettle);
    });
  };
  handler.on_lost = [this, &loop = loop_, alive = std::weak_ptr<int>(alive_)] {
    loop.post([this, alive] {
      if (alive.expired()) return;
      desktop_.reset();
      no_desktop_ = true;
    });
  };
  try {
    desktop_ = desktop::make_x11_clipboard(display_, ClipboardExchange::kMost, std::move(handler));
  } catch (const std::runtime_error& e) {
    log_info(std::string("no clipboard: ") + e.what());
    no_desktop_ = true;
  }
  return desktop_.get();
}

void SharedClipboard::take(Taken taken) {
  desktop::Clipboard* desktop = opened();
  if (desktop == nullptr)
    return loop_.post([taken = std::move(taken)] { taken(Unexpected{desktop::ClipboardProblem::lost}); });
  desktop->take([&loop = loop_, taken = std::move(taken), alive = std::weak_ptr<int>(alive_)](auto result) {
    loop.post([taken, result = std::move(result), alive] {
      if (!alive.expired()) taken(result);
    });
  });
}

bool SharedClipboard::put(desktop::ClipboardContent content) {
  desktop::Clipboard* desktop = opened();
  if (desktop != nullptr) desktop->put(std::move(content));
  return desktop != nullptr;
}

bool SharedClipboard::send(const desktop::ClipboardContent& content, ParticipantId to) {
  return exchange_.send(content, to);
}

void SharedClipboard::on_message(ParticipantId from, wire::FileMessage message) {
  exchange_.on_message(from, std::move(message), use_ != ClipboardUse::off && around_.may_send(from));
}

void SharedClipboard::on_members(const std::set<ParticipantId>& members, const std::set<ParticipantId>& here) {
  exchange_.on_members(members, here);
}

/// What came from there, or went there, last: of two programs on one desktop each would send it back for ever.
bool SharedClipboard::is_known(const desktop::ClipboardContent& content) const {
  auto same = [&](const desktop::ClipboardContent& other) {
    return other.type == content.type && *other.bytes == *content.bytes;
  };
  return (received_ && same(received_->content)) || (sent_ && same(*sent_));
}

void SharedClipboard::on_content(ParticipantId from, desktop::ClipboardContent content) {
  const bool ours = use_ == ClipboardUse::automatic && around_.partners().contains(from);
  received_ = Received{from, content};
  const bool done = (ours || around_.controls_us(from)) && put(content);
  around_.on_content(from, content, done);
}

void SharedClipboard::send_copied() {
  if (use_ != ClipboardUse::automatic || !around_.may_send(self_) || around_.partners().empty()) return;
  take([this](const auto& result) {
    if (!result || use_ != ClipboardUse::automatic || result->type == desktop::kFilesType || is_known(*result)) return;
    sent_ = *result;
    for (ParticipantId partner : around_.partners()) send(*result, partner);
  });
}

}  // namespace lotse::program
