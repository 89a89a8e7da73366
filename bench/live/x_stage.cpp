#include "bench/live/x_stage.h"

#include <sys/ipc.h>
#include <sys/shm.h>
#include <xcb/shm.h>
#include <xcb/xcb.h>

#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace lotse::bench {
namespace {

struct Freed {
  void operator()(void* reply) const { std::free(reply); }
};
template <class Reply>
std::unique_ptr<Reply, Freed> own(Reply* reply) {
  return std::unique_ptr<Reply, Freed>(reply);
}

std::int16_t i16(int value) { return static_cast<std::int16_t>(value); }
std::uint16_t u16(int value) { return static_cast<std::uint16_t>(value); }

xcb_rectangle_t rectangle(const Rect& r) { return {i16(r.x), i16(r.y), u16(r.width), u16(r.height)}; }

}  // namespace

struct XStage::Server {
  xcb_connection_t* connection = xcb_connect(nullptr, nullptr);
  xcb_screen_t* screen = nullptr;
  xcb_gcontext_t brush = 0;
  xcb_shm_seg_t segment = 0;
  std::uint8_t* memory = nullptr;
  std::size_t bytes = 0;

  ~Server() {
    if (memory) shmdt(memory);
    xcb_disconnect(connection);
  }
  void attach() {
    bytes = std::size_t{4} * screen->width_in_pixels * screen->height_in_pixels;
    int id = shmget(IPC_PRIVATE, bytes, IPC_CREAT | 0600);
    void* at = id < 0 ? nullptr : shmat(id, nullptr, 0);
    if (id >= 0) {
      segment = xcb_generate_id(connection);
      auto attached = xcb_shm_attach_checked(connection, segment, static_cast<std::uint32_t>(id), false);
      bool refused = own(xcb_request_check(connection, attached)) != nullptr;
      shmctl(id, IPC_RMID, nullptr);
      if (!refused && at != reinterpret_cast<void*>(-1)) memory = static_cast<std::uint8_t*>(at);
    }
    if (!memory) throw std::runtime_error("the X server takes no shared memory");
  }
};

XStage::XStage() : server_(std::make_unique<Server>()) {
  Server& s = *server_;
  if (xcb_connection_has_error(s.connection)) throw std::runtime_error("no display: set DISPLAY");
  s.screen = xcb_setup_roots_iterator(xcb_get_setup(s.connection)).data;
  if (s.screen->root_depth != 24) throw std::runtime_error("the screen must have a depth of 24");
  s.brush = xcb_generate_id(s.connection);
  const std::uint32_t no_exposures = 0;
  xcb_create_gc(s.connection, s.brush, s.screen->root, XCB_GC_GRAPHICS_EXPOSURES, &no_exposures);
  s.attach();
}
XStage::~XStage() = default;

Size XStage::size() const { return {server_->screen->width_in_pixels, server_->screen->height_in_pixels}; }

XStage::Window XStage::open(const Rect& where, std::uint32_t rgb) {
  Server& s = *server_;
  Window window = xcb_generate_id(s.connection);
  const std::uint32_t values[] = {rgb, 1, XCB_EVENT_MASK_BUTTON_PRESS};
  xcb_create_window(s.connection, XCB_COPY_FROM_PARENT, window, s.screen->root, i16(where.x), i16(where.y),
                    u16(where.width), u16(where.height), 0, XCB_WINDOW_CLASS_INPUT_OUTPUT, XCB_COPY_FROM_PARENT,
                    XCB_CW_BACK_PIXEL | XCB_CW_OVERRIDE_REDIRECT | XCB_CW_EVENT_MASK, values);
  xcb_map_window(s.connection, window);
  finish();
  return window;
}

void XStage::fill(Window window, const std::vector<Rect>& areas, std::uint32_t rgb) {
  Server& s = *server_;
  std::vector<xcb_rectangle_t> rectangles;
  for (const Rect& area : areas) rectangles.push_back(rectangle(area));
  xcb_change_gc(s.connection, s.brush, XCB_GC_FOREGROUND, &rgb);
  xcb_poly_fill_rectangle(s.connection, window, s.brush, static_cast<std::uint32_t>(rectangles.size()),
                          rectangles.data());
}

void XStage::set_background(Window window, codec::FrameView picture) {
  Server& s = *server_;
  xcb_pixmap_t pixmap = xcb_generate_id(s.connection);
  xcb_create_pixmap(s.connection, s.screen->root_depth, pixmap, window, u16(picture.size.width),
                    u16(picture.size.height));
  put(pixmap, picture, {0, 0, picture.size.width, picture.size.height});
  xcb_change_window_attributes(s.connection, window, XCB_CW_BACK_PIXMAP, &pixmap);
  xcb_free_pixmap(s.connection, pixmap);
  xcb_clear_area(s.connection, false, window, 0, 0, 0, 0);
  finish();
}

void XStage::move(Window window, Point to) {
  const std::uint32_t place[] = {static_cast<std::uint32_t>(to.x), static_cast<std::uint32_t>(to.y)};
  xcb_configure_window(server_->connection, window, XCB_CONFIG_WINDOW_X | XCB_CONFIG_WINDOW_Y, place);
}

void XStage::put(Window window, codec::FrameView picture, const Rect& part) {
  if (part.empty()) return;
  Server& s = *server_;
  const std::size_t row = static_cast<std::size_t>(part.width) * 4;
  if (row * static_cast<std::size_t>(part.height) > s.bytes) throw std::runtime_error("larger than the screen");
  for (int y = 0; y < part.height; ++y)
    std::memcpy(s.memory + row * static_cast<std::size_t>(y), picture.row(part.y + y) + part.x * 4, row);
  xcb_shm_put_image(s.connection, window, s.brush, u16(part.width), u16(part.height), 0, 0, u16(part.width),
                    u16(part.height), i16(part.x), i16(part.y), s.screen->root_depth, XCB_IMAGE_FORMAT_Z_PIXMAP, false,
                    s.segment, 0);
  finish();
}

void XStage::finish() {
  xcb_connection_t* c = server_->connection;
  if (!own(xcb_get_input_focus_reply(c, xcb_get_input_focus(c), nullptr)))
    throw std::runtime_error("the display has gone");
}
void XStage::flush() { xcb_flush(server_->connection); }

void XStage::wait_for_click() {
  for (;;) {
    auto event = own(xcb_wait_for_event(server_->connection));
    if (!event) throw std::runtime_error("the display has gone");
    if ((event->response_type & 0x7F) == XCB_BUTTON_PRESS) return;
  }
}

std::vector<std::uint8_t> XStage::grab() {
  Server& s = *server_;
  auto asked = xcb_shm_get_image(s.connection, s.screen->root, 0, 0, s.screen->width_in_pixels,
                                 s.screen->height_in_pixels, ~0u, XCB_IMAGE_FORMAT_Z_PIXMAP, s.segment, 0);
  auto reply = own(xcb_shm_get_image_reply(s.connection, asked, nullptr));
  if (!reply || reply->size != s.bytes) throw std::runtime_error("the screen cannot be read");
  return {s.memory, s.memory + s.bytes};
}

}  // namespace lotse::bench
