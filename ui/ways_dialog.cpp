#include "ui/ways_dialog.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "ui/texts.h"

namespace lotse::ui {
namespace {

constexpr float kRowHeight = 24, kNumber = 84;

std::string rate_words(double bits_per_second) {
  const double mbit = bits_per_second / 1e6;
  if (mbit <= 0) return "–";
  const std::string number =
      mbit < 10 ? std::to_string(static_cast<int>(mbit)) + _(".") + std::to_string(static_cast<int>(mbit * 10) % 10)
                : std::to_string(static_cast<int>(std::lround(mbit)));
  return filled(_("{count} Mbit/s"), {{"count", number}});
}

std::string loss_words(double percent) {
  const int tenths = static_cast<int>(std::lround(percent * 10));
  return std::to_string(tenths / 10) + _(".") + std::to_string(tenths % 10) + " %";
}

std::string why_words(const std::string& why) {
  if (why == "no_answer")
    return _(
        "Not direct: no datagram comes through from computer to computer. A firewall, or the routers on both sides, "
        "keep them out.");
  if (why == "refused") return _("Not direct: the other computer allows it to nobody, or to enough others already.");
  return why == "off" ? _("Not direct: that is switched off on this computer.") : std::string();
}

void draw_row(Column& c, const std::array<std::string, 5>& cells, Type type, Ink ink) {
  Kit& kit = c.kit();
  const Box row = c.take(kRowHeight);
  const float numbers = 3 * kNumber, words = row.width - numbers, name = words * 0.5F;
  kit.line({row.x, row.y, name - 8, row.height}, type, ink, cells[0]);
  kit.line({row.x + name, row.y, words - name - 8, row.height}, type, ink, cells[1]);
  for (std::size_t i = 0; i < 3; ++i)
    kit.line({row.x + words + static_cast<float>(i) * kNumber, row.y, kNumber, row.height}, type, ink, cells[2 + i],
             Align::right);
}

void draw_way(PageContext& context, Column& c, const Member& m) {
  const std::string rtt = m.rtt_ms < 0 ? "–" : filled(_("{ms} ms"), {{"ms", std::to_string(m.rtt_ms)}});
  const bool datagrams = m.path == "direct" || m.path == "udp";
  draw_row(c,
           {display_name(context.model, m.id), path_text(m.path, m.via), rtt, datagrams ? loss_words(m.loss_pct) : "–",
            datagrams ? rate_words(m.rate_bps) : "–"},
           Type::body, Ink::text);
  if (const std::string why = why_words(m.why); !why.empty()) c.text(Type::small, Ink::quiet, why);
}

}  // namespace

void WaysDialog::open(PageContext& context) {
  open_ = true;
  context.send({{"do", "paths"}, {"watch", true}});
}

void WaysDialog::close(PageContext& context) {
  open_ = false;
  context.send({{"do", "paths"}, {"watch", false}});
}

void WaysDialog::draw(PageContext& context) {
  if (!open_) return;
  if (!context.model.in_session()) open_ = false;
  context.kit.dialog("ways", 640, "ways.close", "ways.close", "ways.close", [&](Column& c) {
    c.gap(4);
    c.text(Type::subtitle, Ink::text, _("Connections"));
    c.text(Type::small, Ink::quiet,
           _("Everything starts by the relay. Pictures and input go from computer to computer where the networks allow "
             "it."));
    c.space(6);
    draw_row(c, {_("Person"), _("Way"), _("Round trip"), _("Loss"), _("Rate")}, Type::small_strong, Ink::quiet);
    bool any = false;
    for (const auto& [id, m] : context.model.members) {
      if (id == context.model.self || m.path.empty()) continue;
      draw_way(context, c, m);
      any = true;
    }
    if (!any) c.text(Type::body, Ink::quiet, _("Nobody else is here."));
    c.space(8);
    if (!c.buttons({{.id = "ways.close", .label = _("Close"), .look = Look::primary}}, Align::right).empty())
      close(context);
  });
}

}  // namespace lotse::ui
