// What the program tells about the ways to the relay.
#include "ui/json_read.h"
#include "ui/model.h"

namespace lotse::ui {

using nlohmann::json;

void Model::fold_access(const std::string& name, const json& e) {
  if (name == "proxy") {
    proxy = {text_field(e, "use", 16), text_field(e, "kind", 16),  text_field(e, "host", 300),
             int_field(e, "port", 0),  text_field(e, "user", 300), bool_field(e, "has_password", false)};
  } else if (name == "access_rung") {
    if (access.rungs.size() >= kMaxRungs) return;
    access.rungs.push_back({text_field(e, "rung", 16), text_field(e, "address", 300), text_field(e, "outcome", 16),
                            text_field(e, "proxy", 300), text_field(e, "detail", 500), int_field(e, "port", 0),
                            int_field(e, "ms", 0)});
  } else {
    access.running = false;
    access.done = true;
    access.best = text_field(e, "best", 16);
    access.nat = text_field(e, "nat", 16);
    access.tls = text_field(e, "tls", 32);
    access.issuer = text_field(e, "issuer", 300);
    access.proxy = text_field(e, "proxy", 300);
    auto list = e.find("ask");
    if (list == e.end() || !list->is_array()) return;
    for (const auto& ask : *list) {
      if (!ask.is_object() || access.asks.size() >= kMaxRungs) continue;
      AccessAsk& last = access.asks.emplace_back();
      last.what = text_field(ask, "what", 32);
      last.address = text_field(ask, "address", 300);
      auto ports = ask.find("ports");
      if (ports == ask.end() || !ports->is_array()) continue;
      for (const auto& port : *ports)
        if (port.is_number_integer() && last.ports.size() < kMaxRungs) last.ports.push_back(port.get<int>());
    }
  }
}

}  // namespace lotse::ui
