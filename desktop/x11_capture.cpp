#include "desktop/x11_capture.h"

#include <sys/ipc.h>
#include <sys/shm.h>
#include <xcb/shm.h>
#include <xcb/xcb.h>

namespace lotse::desktop {
namespace {

// Holds 1080p in one piece; a larger screen is read in several. At least one band of the widest screen (16384 x 64).
constexpr std::size_t kSegmentBytes = 16 << 20;

}  // namespace

X11Capture::X11Capture(X11Connection& connection, PixelFormat format) : connection_(connection), format_(format) {
  attach();
}

X11Capture::~X11Capture() { detach(); }

void X11Capture::attach() {
  if (!connection_.has(xcb_shm_id)) return;
  int id = shmget(IPC_PRIVATE, kSegmentBytes, IPC_CREAT | 0600);
  if (id < 0) return;
  void* memory = shmat(id, nullptr, 0);
  if (memory != reinterpret_cast<void*>(-1)) {
    memory_ = static_cast<std::uint8_t*>(memory);
    segment_ = xcb_generate_id(connection_.raw());
    auto attached = xcb_shm_attach_checked(connection_.raw(), segment_, static_cast<std::uint32_t>(id), false);
    // A server on another machine, or in another container, cannot.
    if (own(xcb_request_check(connection_.raw(), attached)) || connection_.lost()) segment_ = 0, detach();
  }
  shmctl(id, IPC_RMID, nullptr);  // goes away with its last user, even if we are killed
}

void X11Capture::detach() {
  if (segment_) xcb_shm_detach(connection_.raw(), segment_);
  if (memory_) shmdt(memory_);
  segment_ = 0;
  memory_ = nullptr;
}

std::vector<Rect> X11Capture::cut(std::span<const Rect> boxes) const {
  std::vector<Rect> pieces;
  for (const Rect& box : boxes) {
    if (box.empty()) continue;
    std::size_t rows = kSegmentBytes / format_.stride(box.width);
    int step = static_cast<int>(rows) / codec::kSlotSide * codec::kSlotSide;
    for (int y = box.y; y < box.bottom(); y += step)
      pieces.push_back({box.x, y, box.width, std::min(step, box.bottom() - y)});
  }
  return pieces;
}

// Translucent windows have a byte more of depth, where others have one that is not used.
bool X11Capture::reads(int depth) const {
  return depth == format_.depth || (format_.layout == PixelLayout::bgrx && depth == 32);
}

bool X11Capture::grab(std::uint32_t drawable, std::span<const Rect> boxes, const Taker& take) {
  std::vector<Rect> pieces = cut(boxes);
  std::span<const Rect> left = pieces;
  while (!left.empty()) {
    std::size_t count = 0, used = 0;
    while (count < left.size() && used + bytes(left[count]) <= kSegmentBytes) used += bytes(left[count++]);
    if (shares_memory() ? !grab_shared(drawable, left.first(count), take) : !grab_copied(drawable, left.front(), take))
      return false;
    left = left.subspan(shares_memory() ? count : 1);
  }
  return true;
}

bool X11Capture::grab_shared(std::uint32_t drawable, std::span<const Rect> pieces, const Taker& take) {
  xcb_connection_t* c = connection_.raw();
  std::vector<xcb_shm_get_image_cookie_t> cookies;
  std::size_t offset = 0;
  for (const Rect& p : pieces) {
    cookies.push_back(xcb_shm_get_image(c, drawable, static_cast<std::int16_t>(p.x), static_cast<std::int16_t>(p.y),
                                        static_cast<std::uint16_t>(p.width), static_cast<std::uint16_t>(p.height), ~0u,
                                        XCB_IMAGE_FORMAT_Z_PIXMAP, segment_, static_cast<std::uint32_t>(offset)));
    offset += bytes(p);
  }
  bool all = true;
  offset = 0;
  for (std::size_t i = 0; i < pieces.size(); offset += bytes(pieces[i++])) {
    auto reply = own(xcb_shm_get_image_reply(c, cookies[i], nullptr));
    if (reply && reply->size == bytes(pieces[i]))
      deliver(pieces[i], memory_ + offset, take);
    else
      all = false;
  }
  return all;
}

bool X11Capture::grab_copied(std::uint32_t drawable, const Rect& p, const Taker& take) {
  xcb_connection_t* c = connection_.raw();
  auto cookie = xcb_get_image(c, XCB_IMAGE_FORMAT_Z_PIXMAP, drawable, static_cast<std::int16_t>(p.x),
                              static_cast<std::int16_t>(p.y), static_cast<std::uint16_t>(p.width),
                              static_cast<std::uint16_t>(p.height), ~0u);
  auto reply = own(xcb_get_image_reply(c, cookie, nullptr));
  if (!reply || static_cast<std::size_t>(xcb_get_image_data_length(reply.get())) < bytes(p)) return false;
  deliver(p, xcb_get_image_data(reply.get()), take);
  return true;
}

void X11Capture::deliver(const Rect& piece, std::uint8_t* raw, const Taker& take) {
  if (format_.layout == PixelLayout::bgrx) return take(piece, {raw, piece.size(), format_.stride(piece.width)});
  std::size_t stride = static_cast<std::size_t>(piece.width) * 4;
  converted_.resize(stride * static_cast<std::size_t>(piece.height));
  codec::MutableFrameView out{converted_.data(), piece.size(), stride};
  convert_pixels(format_, raw, out);
  take(piece, out);
}

}  // namespace lotse::desktop
