// Which windows belong together.
#include <algorithm>
#include <set>

#include "desktop/x11_windows.h"

namespace lotse::desktop {
namespace {

class Choosing {
 public:
  explicit Choosing(const std::vector<X11Window>& all) : all_(all) {}

  void begin_with(const X11Window& window) { ids_.insert(window.id), clients_.insert(window.client); }
  bool has(const X11Window& window) const { return ids_.contains(window.id); }
  bool of_its_program(const X11Window& window) const { return clients_.contains(window.client); }
  /// A connection that says nothing of its process, but that it belongs to one of ours.
  bool led(const X11Window& window) const { return window.pid == 0 && clients_.contains(window.leader_client); }
  bool for_one_of_ours(const X11Window& window) const { return ids_.contains(window.transient_for); }
  /// Dialogs of dialogs, however they are stacked. What another program opened for one of ours brings nothing else in.
  template <class Belongs>
  void grow(Belongs belongs) {
    for (bool more = true; more;) {
      more = false;
      for (const X11Window& w : all_)
        if (!has(w) && belongs(w)) ids_.insert(w.id), more = true;
    }
  }
  std::vector<X11Window> chosen() const {
    std::vector<X11Window> out;
    std::copy_if(all_.begin(), all_.end(), std::back_inserter(out), [&](const X11Window& w) { return has(w); });
    return out;
  }

 private:
  const std::vector<X11Window>& all_;
  std::set<std::uint32_t> ids_, clients_;
};

}  // namespace

std::vector<X11Window> chosen_of(const std::vector<X11Window>& all, const ShareChoice& choice) {
  Choosing choosing(all);
  const bool whole = choice.kind == ShareChoice::Kind::application;
  for (const X11Window& w : all)
    if (choice.id != 0 && (whole ? !w.popup && w.pid == choice.id : w.id == choice.id)) choosing.begin_with(w);
  choosing.grow([&](const X11Window& w) {
    if (choosing.for_one_of_ours(w)) return true;
    if (whole) return (choosing.of_its_program(w) && (w.pid == 0 || w.pid == choice.id)) || choosing.led(w);
    // A menu that does not say whose it is: clear where its program has no other window.
    return w.popup && w.transient_for == 0 && choosing.of_its_program(w) &&
           std::none_of(all.begin(), all.end(), [&](const X11Window& other) {
             return other.client == w.client && !other.popup && other.viewable && !choosing.has(other);
           });
  });
  return choosing.chosen();
}

std::vector<DesktopWindow> choices_in(const std::vector<X11Window>& all) {
  std::vector<DesktopWindow> out;
  for (auto w = all.rbegin(); w != all.rend(); ++w)  // the highest first, as they were used
    if (!w->popup && w->ordinary && (w->id != w->top || w->viewable) && !w->area.empty())
      out.push_back({w->id, w->title, w->app, w->pid, w->area});
  return out;
}

}  // namespace lotse::desktop
