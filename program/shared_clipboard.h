// This desktop's clipboard and the session: what is copied here goes to others, what they copied comes here, by choice.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "desktop/clipboard.h"
#include "net/loop.h"
#include "program/clipboard_exchange.h"
#include "program/clipboard_use.h"

namespace lotse::program {

/// Lives on the loop, as long as a session.
class SharedClipboard {
 public:
  using Taken = desktop::Clipboard::Taken;
  struct Around {
    std::function<bool(ParticipantId to, const wire::FileMessage& message)> say;
    std::function<bool(ParticipantId member)> may_send;     // the session lets that member, or us, send
    std::function<bool(ParticipantId member)> controls_us;  // it controls the screen here
    /// Who controls our screen, and whose screen we control.
    std::function<std::set<ParticipantId>()> partners;
    /// It has come. `put`: it is on this desktop's clipboard.
    std::function<void(ParticipantId from, const desktop::ClipboardContent& content, bool put)> on_content;
    std::function<void(const files::Transfer& transfer)> on_transfer;
  };
  struct Received {
    ParticipantId from;
    desktop::ClipboardContent content;
  };

  /// `display` as DISPLAY has it; empty: the environment's, or there is no desktop. `self`: our own index.
  SharedClipboard(net::Loop& loop, std::string display, ParticipantId self, ClipboardUse use, Around around);
  ~SharedClipboard();

  void set_use(ClipboardUse use);
  ClipboardUse use() const { return use_; }

  /// Of this desktop. `taken` is called later, on the loop.
  void take(Taken taken);
  /// False: there is no desktop.
  bool put(desktop::ClipboardContent content);
  /// False: it is too large, or too many are on their way.
  bool send(const desktop::ClipboardContent& content, ParticipantId to);
  const std::optional<Received>& received() const { return received_; }

  void on_message(ParticipantId from, wire::FileMessage message);
  void on_members(const std::set<ParticipantId>& members, const std::set<ParticipantId>& here);
  void on_connection() { exchange_.on_connection(); }

 private:
  desktop::Clipboard* opened();
  void on_content(ParticipantId from, desktop::ClipboardContent content);
  void send_copied();
  bool is_known(const desktop::ClipboardContent& content) const;

  net::Loop& loop_;
  const std::string display_;
  const ParticipantId self_;
  ClipboardUse use_;
  const Around around_;
  ClipboardExchange exchange_;
  net::Loop::Timer settled_;  // a moment after something was copied: programs often copy twice
  std::unique_ptr<desktop::Clipboard> desktop_;
  bool no_desktop_ = false;
  std::optional<Received> received_;
  std::optional<desktop::ClipboardContent> sent_;  // last, by itself
  std::shared_ptr<int> alive_ = std::make_shared<int>();
};

}  // namespace lotse::program
