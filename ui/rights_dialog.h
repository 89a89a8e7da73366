// What members may do: each by itself, or all who join from now on.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "ui/page.h"

namespace lotse::ui {

/// Rights that go together.
struct RightsPreset {
  const char* id;
  std::set<std::string> rights;
};
/// watch, talk, work: each has those of the one before.
const std::vector<RightsPreset>& rights_presets();
/// "watch", "talk", "work", or "own" where it is none of them.
std::string preset_of(const std::set<std::string>& rights);
/// In the language in use; what it adds to the one before.
std::string preset_words(const std::string& id);
std::string preset_hint(const std::string& id);
/// As JSON has it; of an unknown one "talk".
std::vector<std::string> preset_rights(const std::string& id);

/// The moderator's. Asked for and given is what changed when it is saved; control is another matter: it is asked of the
/// one whose screen it is.
class RightsDialog {
 public:
  static constexpr int kJoining = -1;  // whoever joins from now on
  void open(const PageContext& context, int member);
  void close() { open_ = false; }
  void draw(PageContext& context);

 private:
  void draw_toggles(Column& column);
  void draw_arrows(Column& column);
  void save(PageContext& context) const;
  void give(PageContext& context, const Member& member) const;

  bool open_ = false, everybody_ = false;
  int arrows_ = 8;  // that may move at once
  int member_ = kJoining;
  std::set<std::string> rights_;
};

}  // namespace lotse::ui
