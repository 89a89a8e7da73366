#include <algorithm>
#include <cstring>

#include "ui/backend.h"

namespace lotse::ui {
namespace {
constexpr std::size_t kMaxRects = 512;  // beyond, one rectangle of everything is cheaper
}

void SharedPicture::update(codec::FrameView picture, const std::vector<Rect>& changed) {
  std::lock_guard lock(mutex_);
  const Rect whole{0, 0, picture.size.width, picture.size.height};
  auto copy = [&](const Rect& r) {
    codec::MutableFrameView to = image_.writable().part(r);
    codec::FrameView from = picture.part(r);
    for (int y = 0; y < r.height; ++y) std::memcpy(to.row(y), from.row(y), static_cast<std::size_t>(r.width) * 4);
  };
  if (image_.size() != picture.size) {
    image_ = codec::Image(picture.size);
    changed_.clear();
    if (whole.empty()) return;
    copy(whole);
    changed_.push_back(whole);
    return;
  }
  for (const Rect& r : changed) {
    Rect inside = r.intersect(whole);
    if (inside.empty()) continue;
    copy(inside);
    if (changed_.size() < kMaxRects)
      changed_.push_back(inside);
    else
      changed_.assign(1, whole);
  }
}

void SharedPicture::set_cursor(const Cursor& cursor) {
  std::lock_guard lock(mutex_);
  cursor_ = cursor;
}

void SharedPicture::clear() {
  std::lock_guard lock(mutex_);
  image_ = codec::Image();
  changed_.clear();
  cursor_ = Cursor();
}

void SharedPicture::take(
    const std::function<void(codec::FrameView picture, const std::vector<Rect>& changed, const Cursor& cursor)>& look) {
  std::lock_guard lock(mutex_);
  look(image_.view(), changed_, cursor_);
  changed_.clear();
}

}  // namespace lotse::ui
