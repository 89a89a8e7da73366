// Who may point and draw, and how much is drawn on whose screen.
#include "ui/json_read.h"
#include "ui/model.h"

namespace lotse::ui {

bool Model::may(const std::string& right) const {
  const Member* me = member(self);
  return role == Role::master || (me != nullptr && (me->rights.empty() || me->rights.contains(right)));
}

void Model::fold_drawing(const nlohmann::json& e) {
  const ScreenKey key{int_field(e, "presenter", -1), int_field(e, "screen", 0)};
  const int strokes = int_field(e, "strokes", 0);
  if (strokes <= 0)
    drawings.erase(key);
  else if (key.first >= 0 && (drawings.size() < kMaxScreens || drawings.contains(key)))
    drawings[key] = strokes;
}

}  // namespace lotse::ui
