#include "ui/link_dialog.h"

#include <SDL2/SDL.h>

#include "ui/spawn.h"
#include "ui/texts.h"

namespace lotse::ui {
namespace {

constexpr std::size_t kMostShown = 300;  // letters of the address

}  // namespace

void LinkDialog::draw(PageContext& context) {
  if (!link_) return;
  if (!context.model.in_session()) return link_.reset();
  context.kit.dialog("link", 480, "link.cancel", "link.cancel", "link.cancel", [&](Column& c) {
    c.gap(12);
    c.text(Type::subtitle, Ink::text, _("Open this link?"));
    c.text(Type::body, Ink::quiet, _("It leads to"));
    c.text(Type::heading, Ink::text, link_->host);
    c.text(Type::small, Ink::quiet, shortened(link_->url, kMostShown));
    if (link_->host.find("xn--") != std::string::npos)
      c.text(
          Type::small, Ink::warning,
          _("Its name has letters of other scripts, which may look like others. It is shown as computers write it."));
    const std::string pressed = c.buttons({{.id = "link.cancel", .label = _("Cancel")},
                                           {.id = "link.copy", .label = _("Copy")},
                                           {.id = "link.open", .label = _("Open"), .look = Look::primary}},
                                          Align::right);
    if (pressed.empty()) return;
    if (pressed == "link.copy") SDL_SetClipboardText(link_->url.c_str());
    if (pressed == "link.open" && !open_link(link_->url))
      context.kit.toast(_("There is no program that opens links. Copy it instead."));
    link_.reset();
  });
}

}  // namespace lotse::ui
