#include "ui/gui_window.h"

#include <SDL2/SDL.h>
#include <imgui/imgui.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <stdexcept>

#include "ui/png_file.h"

namespace lotse::ui {
namespace {

/// Whole quarters, so that letters and lines stay sharp. LOTSE_SCALE overrules what the monitor says of itself.
float monitor_scale(int display) {
  if (const char* wish = std::getenv("LOTSE_SCALE"); wish != nullptr)
    if (double value = std::atof(wish); value >= 0.5 && value <= 4) return static_cast<float>(value);
  float dpi = 96;
  if (SDL_GetDisplayDPI(display, nullptr, &dpi, nullptr) != 0 || dpi < 60) dpi = 96;
  float quarters = std::floor(dpi / 96 * 4 + 0.25F) / 4;
  return std::clamp(quarters, 1.0F, 3.0F);
}

/// The keys that text fields know.
constexpr std::array<std::pair<ImGuiKey_, SDL_Scancode>, 14> kEditKeys{{{ImGuiKey_LeftArrow, SDL_SCANCODE_LEFT},
                                                                        {ImGuiKey_RightArrow, SDL_SCANCODE_RIGHT},
                                                                        {ImGuiKey_UpArrow, SDL_SCANCODE_UP},
                                                                        {ImGuiKey_DownArrow, SDL_SCANCODE_DOWN},
                                                                        {ImGuiKey_Home, SDL_SCANCODE_HOME},
                                                                        {ImGuiKey_End, SDL_SCANCODE_END},
                                                                        {ImGuiKey_Delete, SDL_SCANCODE_DELETE},
                                                                        {ImGuiKey_Backspace, SDL_SCANCODE_BACKSPACE},
                                                                        {ImGuiKey_A, SDL_SCANCODE_A},
                                                                        {ImGuiKey_C, SDL_SCANCODE_C},
                                                                        {ImGuiKey_V, SDL_SCANCODE_V},
                                                                        {ImGuiKey_X, SDL_SCANCODE_X},
                                                                        {ImGuiKey_Y, SDL_SCANCODE_Y},
                                                                        {ImGuiKey_Z, SDL_SCANCODE_Z}}};

/// Shortcuts go by the letter, not by where it lies: on a French keyboard Ctrl+A is elsewhere.
int edit_slot(const SDL_Keysym& key) {
  for (char letter : {'a', 'c', 'v', 'x', 'y', 'z'})
    if (key.sym == letter) return SDL_SCANCODE_A + (letter - 'a');
  for (char letter : {'a', 'c', 'v', 'x', 'y', 'z'})
    if (key.scancode == SDL_SCANCODE_A + (letter - 'a')) return 0;
  return key.scancode;
}

bool is_text_key(const SDL_Keysym& key) {
  return (key.mod & (KMOD_CTRL | KMOD_ALT | KMOD_GUI)) == 0 && key.sym > SDLK_SPACE && key.sym < 0x110000 &&
         key.sym != SDLK_DELETE;
}

/// The pilot flag as a rounded square.
void set_icon(SDL_Window* window) {
  constexpr int kSide = 64, kRadius = 14;
  SDL_Surface* icon = SDL_CreateRGBSurfaceWithFormat(0, kSide, kSide, 32, SDL_PIXELFORMAT_RGBA32);
  if (icon == nullptr) return;
  auto* pixels = static_cast<std::uint32_t*>(icon->pixels);
  for (int y = 0; y < kSide; ++y)
    for (int x = 0; x < kSide; ++x) {
      int dx = std::max({kRadius - x, x - (kSide - 1 - kRadius), 0}),
          dy = std::max({kRadius - y, y - (kSide - 1 - kRadius), 0});
      bool inside = dx * dx + dy * dy <= kRadius * kRadius;
      pixels[y * kSide + x] = !inside ? 0 : x < kSide / 2 ? rgb(0xffffff) : rgb(0xe5484d);
    }
  SDL_SetWindowIcon(window, icon);
  SDL_FreeSurface(icon);
}

}  // namespace

struct GuiWindow::Impl {
  SDL_Window* window = nullptr;
  SDL_Renderer* renderer = nullptr;
  SDL_Texture* letters = nullptr;
  ImGuiContext* context = nullptr;
  std::unique_ptr<Fonts> fonts;
  ShapedTexts shaped;
  float scale = 1;
  Uint32 id = 0;
  Uint64 last_frame = 0;
  std::array<bool, 3> down{}, clicked{};
  std::vector<int> late_releases;  // keys that went down and up between two frames
  std::array<bool, 512> fresh{};
  std::vector<KeyPress> keys;
  std::string clipboard;
  std::array<SDL_Cursor*, 4> cursors{};

  ~Impl() {
    shaped.forget();  // while there is a device
    for (SDL_Cursor* cursor : cursors)
      if (cursor != nullptr) SDL_FreeCursor(cursor);
    if (context != nullptr) ImGui::DestroyContext(context);
    fonts.reset();
    if (letters != nullptr) SDL_DestroyTexture(letters);
    if (renderer != nullptr) SDL_DestroyRenderer(renderer);
    if (window != nullptr) SDL_DestroyWindow(window);
  }

  void open(const std::string& title, Size size, WindowKind kind);
  SDL_Cursor* cursor(int wish) const {
    switch (wish) {
      case ImGuiMouseCursor_TextInput:
        return cursors[1];
      case ImGuiMouseCursor_Hand:
        return cursors[2];
      case ImGuiMouseCursor_ResizeAll:  // the drawing library has no name for a cross
        return cursors[3];
      default:
        return cursors[0];
    }
  }
  void prepare_context();
  void load_letters();
  void draw(const ImDrawData& data) const;
  void key(const SDL_KeyboardEvent& event);
  bool mine(const SDL_Event& event) const;
};

void GuiWindow::Impl::open(const std::string& title, Size size, WindowKind kind) {
  if (SDL_WasInit(SDL_INIT_VIDEO) == 0 && SDL_InitSubSystem(SDL_INIT_VIDEO) != 0)
    throw std::runtime_error(std::string("no display: ") + SDL_GetError());
  scale = monitor_scale(0);
  // The banner bypasses the window manager: nothing can hide, close or minimise it.
  Uint32 flags = kind == WindowKind::banner ? SDL_WINDOW_BORDERLESS | SDL_WINDOW_ALWAYS_ON_TOP |
                                                  SDL_WINDOW_SKIP_TASKBAR | SDL_WINDOW_TOOLTIP | SDL_WINDOW_HIDDEN
                                            : SDL_WINDOW_RESIZABLE | SDL_WINDOW_HIDDEN;
  int width = static_cast<int>(static_cast<float>(size.width) * scale);
  int height = static_cast<int>(static_cast<float>(size.height) * scale);
  SDL_Rect usable{};
  if (kind == WindowKind::normal && SDL_GetDisplayUsableBounds(0, &usable) == 0 && usable.w > 0) {
    width = std::min(width, usable.w);
    height = std::min(height, usable.h);
  }
  window = SDL_CreateWindow(title.c_str(), SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED, width, height, flags);
  if (window == nullptr) throw std::runtime_error(std::string("no window: ") + SDL_GetError());
  renderer = SDL_CreateRenderer(window, -1, SDL_RENDERER_ACCELERATED | SDL_RENDERER_PRESENTVSYNC);
  if (renderer == nullptr) renderer = SDL_CreateRenderer(window, -1, SDL_RENDERER_SOFTWARE);
  if (renderer == nullptr) throw std::runtime_error(std::string("no renderer: ") + SDL_GetError());
  id = SDL_GetWindowID(window);
  cursors = {SDL_CreateSystemCursor(SDL_SYSTEM_CURSOR_ARROW), SDL_CreateSystemCursor(SDL_SYSTEM_CURSOR_IBEAM),
             SDL_CreateSystemCursor(SDL_SYSTEM_CURSOR_HAND), SDL_CreateSystemCursor(SDL_SYSTEM_CURSOR_CROSSHAIR)};
  if (kind == WindowKind::normal) {
    set_icon(window);
    SDL_SetWindowMinimumSize(window, static_cast<int>(640 * scale), static_cast<int>(480 * scale));
    SDL_ShowWindow(window);
  }
}

void GuiWindow::Impl::prepare_context() {
  fonts = std::make_unique<Fonts>(scale);
  context = ImGui::CreateContext(fonts->atlas());
  ImGui::SetCurrentContext(context);
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.LogFilename = nullptr;
  io.ConfigInputTextCursorBlink = false;  // a still window stays still
  io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset | ImGuiBackendFlags_HasMouseCursors;
  for (auto [key, slot] : kEditKeys) io.KeyMap[key] = slot;
  io.ClipboardUserData = this;
  io.SetClipboardTextFn = [](void* self, const char* text) {
    SDL_SetClipboardText(static_cast<Impl*>(self)->fonts->real(text).c_str());
  };
  io.GetClipboardTextFn = [](void* self) {
    auto* impl = static_cast<Impl*>(self);
    char* text = SDL_GetClipboardText();
    impl->clipboard = impl->fonts->shown(Type::body, text == nullptr ? "" : text);
    SDL_free(text);
    return impl->clipboard.c_str();
  };
}

void GuiWindow::Impl::load_letters() {
  if (!fonts->refresh() && letters != nullptr) return;
  ImFontAtlas* atlas = fonts->atlas();
  if (letters != nullptr) SDL_DestroyTexture(letters);
  letters =
      SDL_CreateTexture(renderer, SDL_PIXELFORMAT_RGBA32, SDL_TEXTUREACCESS_STATIC, atlas->TexWidth, atlas->TexHeight);
  if (letters == nullptr) return;  // the next frame tries again; nothing is drawn without it
  SDL_UpdateTexture(letters, nullptr, atlas->TexPixelsRGBA32, atlas->TexWidth * 4);
  SDL_SetTextureBlendMode(letters, SDL_BLENDMODE_BLEND);
  atlas->SetTexID(letters);
}

void GuiWindow::Impl::draw(const ImDrawData& data) const {
  for (int n = 0; n < data.CmdListsCount; ++n) {
    const ImDrawList& list = *data.CmdLists[n];
    for (const ImDrawCmd& command : list.CmdBuffer) {
      SDL_Rect clip{static_cast<int>(std::max(0.0F, command.ClipRect.x)),
                    static_cast<int>(std::max(0.0F, command.ClipRect.y)), 0, 0};
      clip.w = static_cast<int>(std::min(command.ClipRect.z, data.DisplaySize.x)) - clip.x;
      clip.h = static_cast<int>(std::min(command.ClipRect.w, data.DisplaySize.y)) - clip.y;
      if (clip.w <= 0 || clip.h <= 0 || command.ElemCount == 0) continue;
      SDL_RenderSetClipRect(renderer, &clip);
      const ImDrawVert* vertices = list.VtxBuffer.Data + command.VtxOffset;
      SDL_RenderGeometryRaw(
          renderer, static_cast<SDL_Texture*>(command.GetTexID()), &vertices->pos.x, sizeof(ImDrawVert),
          reinterpret_cast<const SDL_Color*>(&vertices->col), sizeof(ImDrawVert), &vertices->uv.x, sizeof(ImDrawVert),
          list.VtxBuffer.Size - static_cast<int>(command.VtxOffset), list.IdxBuffer.Data + command.IdxOffset,
          static_cast<int>(command.ElemCount), sizeof(ImDrawIdx));
    }
  }
  SDL_RenderSetClipRect(renderer, nullptr);
}

void GuiWindow::Impl::key(const SDL_KeyboardEvent& event) {
  ImGuiIO& io = ImGui::GetIO();
  io.KeyCtrl = (event.keysym.mod & KMOD_CTRL) != 0;
  io.KeyShift = (event.keysym.mod & KMOD_SHIFT) != 0;
  io.KeyAlt = (event.keysym.mod & KMOD_ALT) != 0;
  int slot = edit_slot(event.keysym);
  if (slot > 0 && slot < 512) {
    auto index = static_cast<std::size_t>(slot);
    if (event.state == SDL_PRESSED) {
      io.KeysDown[slot] = fresh[index] = true;
    } else if (fresh[index]) {
      late_releases.push_back(slot);
    } else {
      io.KeysDown[slot] = false;
    }
  }
  if (event.state == SDL_PRESSED && !is_text_key(event.keysym))
    keys.push_back({event.keysym.sym, io.KeyShift, io.KeyCtrl, io.KeyAlt});
}

bool GuiWindow::Impl::mine(const SDL_Event& event) const {
  switch (event.type) {
    case SDL_MOUSEMOTION:
      return event.motion.windowID == id;
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
      return event.button.windowID == id;
    case SDL_MOUSEWHEEL:
      return event.wheel.windowID == id;
    case SDL_KEYDOWN:
    case SDL_KEYUP:
      return event.key.windowID == id;
    case SDL_TEXTINPUT:
      return event.text.windowID == id;
    case SDL_WINDOWEVENT:
      return event.window.windowID == id;
    case SDL_RENDER_TARGETS_RESET:
    case SDL_RENDER_DEVICE_RESET:
      return true;
    default:
      return false;
  }
}

GuiWindow::GuiWindow(const std::string& title, Size size, WindowKind kind) : impl_(std::make_unique<Impl>()) {
  impl_->open(title, size, kind);
  impl_->prepare_context();
}

GuiWindow::~GuiWindow() = default;

bool GuiWindow::handle(const SDL_Event& event) {
  if (!impl_->mine(event)) return false;
  ImGui::SetCurrentContext(impl_->context);
  ImGuiIO& io = ImGui::GetIO();
  switch (event.type) {
    case SDL_MOUSEMOTION:
      io.MousePos = ImVec2(static_cast<float>(event.motion.x), static_cast<float>(event.motion.y));
      return true;
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP: {
      io.MousePos = ImVec2(static_cast<float>(event.button.x), static_cast<float>(event.button.y));
      std::size_t button = event.button.button == SDL_BUTTON_LEFT ? 0 : event.button.button == SDL_BUTTON_RIGHT ? 1 : 2;
      if (event.button.button > SDL_BUTTON_RIGHT) return false;
      impl_->down[button] = event.button.state == SDL_PRESSED;
      if (event.button.state == SDL_PRESSED) impl_->clicked[button] = true;
      return true;
    }
    case SDL_MOUSEWHEEL:
      io.MouseWheel += event.wheel.preciseY;
      io.MouseWheelH -= event.wheel.preciseX;
      return true;
    case SDL_TEXTINPUT:
      io.AddInputCharactersUTF8(impl_->fonts->shown(Type::body, event.text.text).c_str());
      return true;
    case SDL_KEYDOWN:
    case SDL_KEYUP:
      impl_->key(event.key);
      return true;
    case SDL_WINDOWEVENT:
      if (event.window.event == SDL_WINDOWEVENT_LEAVE) io.MousePos = ImVec2(-FLT_MAX, -FLT_MAX);
      if (event.window.event == SDL_WINDOWEVENT_FOCUS_LOST)
        std::fill(std::begin(io.KeysDown), std::end(io.KeysDown), false);
      if (event.window.event == SDL_WINDOWEVENT_DISPLAY_CHANGED) {
        impl_->scale = monitor_scale(event.window.data1);
        impl_->fonts->set_scale(impl_->scale);
      }
      return true;
    case SDL_RENDER_DEVICE_RESET:
      if (impl_->letters != nullptr) SDL_DestroyTexture(impl_->letters);
      impl_->letters = nullptr;
      impl_->shaped.forget();
      return true;
    default:
      return true;
  }
}

void GuiWindow::begin_frame(const Theme& theme) {
  ImGui::SetCurrentContext(impl_->context);
  impl_->load_letters();
  impl_->shaped.next_frame();
  ImGuiIO& io = ImGui::GetIO();
  int width = 0, height = 0;
  SDL_GetRendererOutputSize(impl_->renderer, &width, &height);
  io.DisplaySize = ImVec2(static_cast<float>(width), static_cast<float>(height));
  Uint64 now = SDL_GetPerformanceCounter();
  double passed = static_cast<double>(now - impl_->last_frame) / static_cast<double>(SDL_GetPerformanceFrequency());
  io.DeltaTime = static_cast<float>(std::clamp(passed, 0.0001, 0.1));
  impl_->last_frame = now;
  for (std::size_t i = 0; i < 3; ++i) io.MouseDown[i] = impl_->down[i] || impl_->clicked[i];
  ImGuiStyle& style = ImGui::GetStyle();
  style.WindowPadding = ImVec2(0, 0);
  style.WindowBorderSize = style.ChildBorderSize = style.PopupBorderSize = style.FrameBorderSize = 0;
  style.WindowMinSize = ImVec2(1, 1);
  style.ScrollbarSize = std::round(10 * impl_->scale);
  style.ScrollbarRounding = style.ScrollbarSize / 2;
  style.AntiAliasedLinesUseTex = false;
  style.Colors[ImGuiCol_Text] = ImGui::ColorConvertU32ToFloat4(theme.text);
  style.Colors[ImGuiCol_TextDisabled] = ImGui::ColorConvertU32ToFloat4(theme.quiet);
  style.Colors[ImGuiCol_TextSelectedBg] = ImGui::ColorConvertU32ToFloat4(with_alpha(theme.action, 0.4F));
  for (ImGuiCol none : {ImGuiCol_FrameBg, ImGuiCol_ChildBg, ImGuiCol_WindowBg, ImGuiCol_ScrollbarBg})
    style.Colors[none] = ImVec4(0, 0, 0, 0);
  style.Colors[ImGuiCol_ScrollbarGrab] = ImGui::ColorConvertU32ToFloat4(theme.line);
  style.Colors[ImGuiCol_ScrollbarGrabHovered] = ImGui::ColorConvertU32ToFloat4(theme.quiet);
  style.Colors[ImGuiCol_ScrollbarGrabActive] = ImGui::ColorConvertU32ToFloat4(theme.quiet);
  ImGui::NewFrame();
}

bool GuiWindow::end_frame(Color background, const std::string& snapshot) {
  SDL_SetCursor(impl_->cursor(ImGui::GetMouseCursor()));
  ImGui::Render();
  SDL_SetRenderDrawColor(impl_->renderer, background & 0xFF, background >> 8 & 0xFF, background >> 16 & 0xFF, 255);
  SDL_RenderClear(impl_->renderer);
  if (impl_->letters != nullptr) impl_->draw(*ImGui::GetDrawData());
  bool written = snapshot.empty() || save_renderer_png(impl_->renderer, snapshot);
  SDL_RenderPresent(impl_->renderer);
  ImGuiIO& io = ImGui::GetIO();
  for (int slot : impl_->late_releases) io.KeysDown[slot] = false;
  impl_->late_releases.clear();
  impl_->fresh.fill(false);
  impl_->clicked.fill(false);
  impl_->keys.clear();
  return written;
}

bool GuiWindow::stale() const { return impl_->fonts->stale(); }
float GuiWindow::scale() const { return impl_->scale; }
float GuiWindow::width() const { return ImGui::GetIO().DisplaySize.x / impl_->scale; }
float GuiWindow::height() const { return ImGui::GetIO().DisplaySize.y / impl_->scale; }
void GuiWindow::resize(float width, float height) {
  SDL_SetWindowSize(impl_->window, static_cast<int>(std::ceil(width * impl_->scale)),
                    static_cast<int>(std::ceil(height * impl_->scale)));
}
SDL_Window* GuiWindow::window() const { return impl_->window; }
SDL_Renderer* GuiWindow::renderer() const { return impl_->renderer; }
Fonts& GuiWindow::fonts() { return *impl_->fonts; }
ShapedTexts& GuiWindow::shaped() { return impl_->shaped; }
const std::vector<KeyPress>& GuiWindow::keys() const { return impl_->keys; }
bool GuiWindow::keyboard_focus() const { return (SDL_GetWindowFlags(impl_->window) & SDL_WINDOW_INPUT_FOCUS) != 0; }

}  // namespace lotse::ui
