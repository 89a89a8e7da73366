#include "ui/kick_dialog.h"

#include <nlohmann/json.hpp>

#include "ui/texts.h"

namespace lotse::ui {

void KickDialog::open(int member, bool for_good) {
  member_ = member;
  for_good_ = for_good;
  reason_.clear();
}

void KickDialog::draw(PageContext& context) {
  const Model& model = context.model;
  if (model.member(member_) == nullptr || model.role != Role::master || !model.in_session()) close();
  if (member_ < 0) return;
  context.kit.dialog("kick", 460, "kick.cancel", "kick.kick", "kick.reason", [&](Column& c) {
    c.gap(8);
    c.text(Type::subtitle, Ink::text,
           filled(_("Remove {name} from the session?"), {{"name", display_name(model, member_)}}));
    c.text(Type::body, Ink::quiet, _("The code is renewed, so that only whom you tell the new one comes in."));
    const bool enter = c.field("kick.reason", _("Reason"), reason_,
                               {.hint = _("Why, if you want to say it: they see it"), .max_bytes = 200}, kControlHeight)
                           .submitted;
    c.kit().toggle("kick.for_good", _("Do not let them back in"), for_good_, c.take(30));
    c.space(8);
    const std::string pressed = c.buttons(
        {{.id = "kick.cancel", .label = _("Cancel")}, {.id = "kick.kick", .label = _("Remove"), .look = Look::danger}},
        Align::right);
    if (pressed == "kick.kick" || enter)
      context.send({{"do", for_good_ ? "ban" : "kick"}, {"participant", member_}, {"reason", reason_}});
    if (!pressed.empty() || enter) close();
  });
}

}  // namespace lotse::ui
