// The selection CLIPBOARD of an X server: ICCCM 2, XFixes.
#include <xcb/xfixes.h>
#include <xcb/xproto.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

#include "base/text.h"
#include "desktop/clipboard.h"
#include "desktop/wakeup.h"
#include "desktop/x11_connection.h"
#include "desktop/x11_selection.h"

namespace lotse::desktop {
namespace {

using Outcome = SelectionTaking::Outcome;

std::shared_ptr<const Bytes> share(std::string_view text) {
  return std::make_shared<const Bytes>(text.begin(), text.end());
}

/// UTF-8 of ISO 8859-1, which is what STRING has.
std::string from_latin1(const Bytes& bytes) {
  std::u32string text(bytes.begin(), bytes.end());
  return to_utf8(text);
}

bool names_a_file(std::string_view uris) { return uris.starts_with("file:") || uris.find("\nfile:") != uris.npos; }

class X11Clipboard final : public Clipboard {
 public:
  X11Clipboard(const std::string& display, std::size_t most, ClipboardHandler handler)
      : handler_(std::move(handler)),
        connection_(display),
        atoms_(connection_),
        window_(make_window()),
        giving_(connection_, atoms_),
        taking_(connection_, atoms_, window_, most),
        most_(most) {
    watch();
    thread_ = std::thread([this] { run(); });
  }

  ~X11Clipboard() override {
    stop_ = true;
    wakeup_.signal();
    connection_.interrupt();
    thread_.join();
  }

  void put(ClipboardContent content) override {
    std::lock_guard lock(mutex_);
    put_ = std::move(content);
    wakeup_.signal();
  }

  void take(Taken taken) override {
    std::lock_guard lock(mutex_);
    asked_.push_back(std::move(taken));
    wakeup_.signal();
  }

 private:
  xcb_window_t make_window() const {
    const xcb_window_t id = xcb_generate_id(connection_.raw());
    const std::uint32_t events = XCB_EVENT_MASK_PROPERTY_CHANGE;
    xcb_create_window(connection_.raw(), 0, id, connection_.root(), -1, -1, 1, 1, 0, XCB_WINDOW_CLASS_INPUT_ONLY,
                      XCB_COPY_FROM_PARENT, XCB_CW_EVENT_MASK, &events);
    return id;
  }

  void watch() const {
    auto version = connection_.has(xcb_xfixes_id)
                       ? own(xcb_xfixes_query_version_reply(connection_.raw(),
                                                            xcb_xfixes_query_version(connection_.raw(), 2, 0), nullptr))
                       : nullptr;
    if (!version) throw std::runtime_error("The X server lacks XFixes, without which nobody can watch its clipboard.");
    xcb_xfixes_select_selection_input(connection_.raw(), window_, atoms_.clipboard,
                                      XCB_XFIXES_SELECTION_EVENT_MASK_SET_SELECTION_OWNER);
  }

  void run() {
    block_signals_here();
    while (!stop_ && !connection_.lost()) {
      wakeup_.clear();
      begin_what_was_asked();
      while (X11Event event = connection_.next_event()) handle(event, monotonic_now());
      const Instant now = monotonic_now();
      giving_.expire(now);
      on_taking(taking_.expire(now), now);
      if (has_more_to_begin()) continue;
      connection_.wait(wakeup_, std::min(giving_.next_deadline(), taking_.next_deadline()));
    }
    if (stop_) return;
    answer(Unexpected{ClipboardProblem::lost});
    handler_.on_lost();
  }

  // --- what the program wants --------------------------------------------------------------------------------------

  bool has_more_to_begin() {
    std::lock_guard lock(mutex_);
    return put_ || (!asked_.empty() && !is_taking_);
  }

  void begin_what_was_asked() {
    std::optional<ClipboardContent> put;
    bool take = false;
    {
      std::lock_guard lock(mutex_);
      put = std::exchange(put_, std::nullopt);
      take = !asked_.empty() && !is_taking_;
    }
    if (put) {
      content_ = std::move(*put);
      claiming_ = true;
      // An owner has to say since when (ICCCM 2.1): the time of a change that costs nothing.
      xcb_change_property(connection_.raw(), XCB_PROP_MODE_APPEND, window_, atoms_.stamp, XCB_ATOM_INTEGER, 32, 0,
                          nullptr);
    }
    if (take) begin_taking();
  }

  /// Somebody else may have copied by now, of which the event is still on its way.
  bool is_ours() const {
    if (!content_ || claiming_) return content_.has_value();
    auto owner = own(xcb_get_selection_owner_reply(
        connection_.raw(), xcb_get_selection_owner(connection_.raw(), atoms_.clipboard), nullptr));
    return owner && owner->owner == window_;
  }

  void begin_taking() {
    if (is_ours()) return answer(*content_);
    is_taking_ = true;
    wanted_.clear();
    taking_.ask(atoms_.targets, XCB_CURRENT_TIME, monotonic_now());
  }

  // All who wait have the same answer.
  void answer(const Result<ClipboardContent, ClipboardProblem>& result) {
    is_taking_ = false;
    std::deque<Taken> asked;
    {
      std::lock_guard lock(mutex_);
      asked.swap(asked_);
    }
    for (const Taken& taken : asked)
      if (!stop_) taken(result);
  }

  // --- what happens on the display ---------------------------------------------------------------------------------

  void handle(const X11Event& event, Instant now) {
    giving_.handle(event, now);
    on_taking(taking_.handle(event, now), now);
    switch (event.type()) {
      case XCB_SELECTION_REQUEST:
        return on_request(event.as<xcb_selection_request_event_t>(), now);
      case XCB_SELECTION_CLEAR:
        if (event.as<xcb_selection_clear_event_t>().selection == atoms_.clipboard) content_.reset();
        return;
      case XCB_PROPERTY_NOTIFY: {
        const auto& change = event.as<xcb_property_notify_event_t>();
        if (change.window != window_ || change.atom != atoms_.stamp || !content_) return;
        since_ = change.time;
        claiming_ = false;
        xcb_set_selection_owner(connection_.raw(), window_, atoms_.clipboard, since_);
        return;
      }
      default:
        break;
    }
    if (event.type() != connection_.first_event(xcb_xfixes_id) + XCB_XFIXES_SELECTION_NOTIFY) return;
    const auto& owned = event.as<xcb_xfixes_selection_notify_event_t>();
    if (owned.selection != atoms_.clipboard || owned.owner == XCB_WINDOW_NONE || owned.owner == window_) return;
    content_.reset();
    handler_.on_copied();
  }

  // --- taking ------------------------------------------------------------------------------------------------------

  void on_taking(Outcome outcome, Instant now) {
    switch (outcome) {
      case Outcome::going:
        return;
      case Outcome::too_large:
        return answer(Unexpected{ClipboardProblem::too_large});
      case Outcome::timeout:
        return answer(Unexpected{ClipboardProblem::timeout});
      case Outcome::refused:
        return ask_next(now);
      case Outcome::done:
        break;
    }
    if (taking_.target() == atoms_.targets) {
      choose();
      return ask_next(now);
    }
    if (auto content = read(taking_.target(), std::move(taking_.bytes())))
      answer(*content);
    else
      ask_next(now);
  }

  /// The best of what there is, the next best for what turns out to be none.
  void choose() {
    const Bytes& list = taking_.bytes();
    auto has = [&](xcb_atom_t atom) {
      for (std::size_t at = 0; at + 4 <= list.size(); at += 4) {
        xcb_atom_t one = 0;
        std::copy_n(list.begin() + static_cast<std::ptrdiff_t>(at), 4, reinterpret_cast<std::uint8_t*>(&one));
        if (one == atom) return true;
      }
      return false;
    };
    for (xcb_atom_t atom : {atoms_.uri_list, atoms_.utf8_string, atoms_.text_utf8, atoms_.png,
                            xcb_atom_t{XCB_ATOM_STRING}, atoms_.text_plain})
      if (has(atom)) wanted_.push_back(atom);
  }

  void ask_next(Instant now) {
    if (wanted_.empty()) return answer(Unexpected{ClipboardProblem::empty});
    const xcb_atom_t next = wanted_.front();
    wanted_.pop_front();
    taking_.ask(next, XCB_CURRENT_TIME, now);
  }

  std::optional<ClipboardContent> read(xcb_atom_t target, Bytes bytes) const {
    if (bytes.empty()) return std::nullopt;
    if (target == atoms_.png) {
      if (!is_png(bytes)) return std::nullopt;
      return ClipboardContent{std::string(kPngType), std::make_shared<const Bytes>(std::move(bytes))};
    }
    const bool files = target == atoms_.uri_list;
    if (files && !names_a_file(as_text(bytes))) return std::nullopt;
    const std::string text =
        target == XCB_ATOM_STRING ? from_latin1(bytes) : clean_text(as_text(bytes), 3 * bytes.size());
    if (text.empty()) return std::nullopt;
    return ClipboardContent{std::string(files ? kFilesType : kTextType), share(text)};
  }

  // --- giving ------------------------------------------------------------------------------------------------------

  std::vector<xcb_atom_t> offered() const {
    std::vector<xcb_atom_t> targets{atoms_.targets, atoms_.timestamp, atoms_.multiple};
    if (content_->type == kPngType) {
      targets.push_back(atoms_.png);
    } else if (content_->type == kFilesType) {
      targets.push_back(atoms_.uri_list);
    } else {
      targets.insert(targets.end(), {atoms_.utf8_string, atoms_.text_utf8, atoms_.text_plain});
      const Bytes& text = *content_->bytes;
      if (std::all_of(text.begin(), text.end(), [](std::uint8_t c) { return c < 0x80; }))
        targets.push_back(XCB_ATOM_STRING);
    }
    return targets;
  }

  bool convert(xcb_window_t requestor, xcb_atom_t property, xcb_atom_t target, Instant now) {
    const auto targets = offered();
    if (std::find(targets.begin(), targets.end(), target) == targets.end()) return false;
    if (target == atoms_.targets) {
      xcb_change_property(connection_.raw(), XCB_PROP_MODE_REPLACE, requestor, property, XCB_ATOM_ATOM, 32,
                          static_cast<std::uint32_t>(targets.size()), targets.data());
      return true;
    }
    if (target == atoms_.timestamp) {
      xcb_change_property(connection_.raw(), XCB_PROP_MODE_REPLACE, requestor, property, XCB_ATOM_INTEGER, 32, 1,
                          &since_);
      return true;
    }
    return giving_.give(requestor, property, target, content_->bytes, now);
  }

  /// Pairs of target and property; what cannot be had has none afterwards.
  bool convert_pairs(xcb_window_t requestor, xcb_atom_t property, Instant now) {
    constexpr std::uint32_t kMostPairs = 32;
    auto reply = own(xcb_get_property_reply(
        connection_.raw(),
        xcb_get_property(connection_.raw(), 0, requestor, property, atoms_.atom_pair, 0, 2 * kMostPairs), nullptr));
    if (!reply || reply->format != 32 || reply->type != atoms_.atom_pair) return false;
    const auto* first = static_cast<const xcb_atom_t*>(xcb_get_property_value(reply.get()));
    std::vector<xcb_atom_t> pairs(first, first + xcb_get_property_value_length(reply.get()) / 4);
    for (std::size_t i = 0; i + 1 < pairs.size(); i += 2)
      if (pairs[i] == atoms_.multiple || !convert(requestor, pairs[i + 1], pairs[i], now)) pairs[i + 1] = XCB_ATOM_NONE;
    xcb_change_property(connection_.raw(), XCB_PROP_MODE_REPLACE, requestor, property, atoms_.atom_pair, 32,
                        static_cast<std::uint32_t>(pairs.size()), pairs.data());
    return true;
  }

  void on_request(const xcb_selection_request_event_t& request, Instant now) {
    // Clients of long ago name no property and mean the target's.
    const xcb_atom_t property = request.property == XCB_ATOM_NONE ? request.target : request.property;
    bool given = false;
    if (request.selection == atoms_.clipboard && content_)
      given = request.target == atoms_.multiple
                  ? request.property != XCB_ATOM_NONE && convert_pairs(request.requestor, property, now)
                  : convert(request.requestor, property, request.target, now);
    // A whole event of 32 bytes is sent, whatever the answer's own size.
    union {
      xcb_selection_notify_event_t notify;
      char whole[32];
    } out{};
    out.notify.response_type = XCB_SELECTION_NOTIFY;
    out.notify.time = request.time;
    out.notify.requestor = request.requestor;
    out.notify.selection = request.selection;
    out.notify.target = request.target;
    out.notify.property = given ? property : static_cast<xcb_atom_t>(XCB_ATOM_NONE);
    xcb_send_event(connection_.raw(), 0, request.requestor, XCB_EVENT_MASK_NO_EVENT, out.whole);
  }

  const ClipboardHandler handler_;
  Wakeup wakeup_;
  X11Connection connection_;
  const SelectionAtoms atoms_;
  const xcb_window_t window_;
  SelectionGiving giving_;
  SelectionTaking taking_;
  const std::size_t most_;
  std::optional<ClipboardContent> content_;  // that is ours to give
  bool claiming_ = false;                    // it is not the owner yet
  xcb_timestamp_t since_ = XCB_CURRENT_TIME;
  std::deque<xcb_atom_t> wanted_;  // targets to be tried, the best first
  bool is_taking_ = false;

  std::mutex mutex_;
  std::optional<ClipboardContent> put_;
  std::deque<Taken> asked_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace

bool is_png(ByteView bytes) {
  static constexpr std::uint8_t kSignature[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  return bytes.size() > sizeof kSignature && std::equal(std::begin(kSignature), std::end(kSignature), bytes.begin());
}

std::unique_ptr<Clipboard> make_x11_clipboard(const std::string& display, std::size_t most, ClipboardHandler handler) {
  return std::make_unique<X11Clipboard>(display, most, std::move(handler));
}

}  // namespace lotse::desktop
