// Invitations as people pass them on: one text out, any text in.
#pragma once
#include <string>

namespace lotse::ui {

struct Invitation {
  std::string number;  // nine digits, or ""
  std::string code;    // six digits or two words, or ""
  std::string link;    // https://.../NUMBER#... or lotse:..., or "": it says everything by itself
  bool complete() const { return !number.empty() || !link.empty(); }
};

/// Finds number, code and link in whatever was typed or pasted: "428117903", "428 117 903 - 481 902", a link, a whole
/// mail. A link wins. Unknown text gives an empty invitation.
Invitation read_invitation(const std::string& text);
/// The one text that is copied: a sentence, the link, number and code.
std::string invitation_text(const std::string& name, const std::string& number, const std::string& code,
                            const std::string& link);

}  // namespace lotse::ui
