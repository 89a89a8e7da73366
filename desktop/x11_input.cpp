#include "desktop/input_sink.h"
#include "desktop/x11_sink.h"
#include "desktop/x11_watch.h"

namespace lotse::desktop {

DesktopInput make_x11_input(const std::string& display, LocalInputHandler handler,
                            std::shared_ptr<const SharedWindows> shared) {
  auto injected = std::make_shared<InjectedEvents>();
  auto local = std::make_unique<X11Watch>(display, std::move(handler), injected);
  return {std::make_unique<X11Sink>(display, injected, std::move(shared)), std::move(local)};
}

}  // namespace lotse::desktop
