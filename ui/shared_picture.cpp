#include <algorithm>
#include <cstring>
#include <utility>

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
    if (!whole.empty()) copy(whole);
    for (auto& [reader, rects] : changed_) rects.assign(1, whole);
    return;
  }
  for (const Rect& r : changed) {
    Rect inside = r.intersect(whole);
    if (inside.empty()) continue;
    copy(inside);
    for (auto& [reader, rects] : changed_) {
      if (rects.size() < kMaxRects)
        rects.push_back(inside);
      else
        rects.assign(1, whole);
    }
  }
}

void SharedPicture::set_cursor(const Cursor& cursor) {
  std::lock_guard lock(mutex_);
  cursor_ = cursor;
}

void SharedPicture::set_marks(const Marks& marks) {
  std::lock_guard lock(mutex_);
  marks_ = marks;
  ++marks_serial_;
}

std::optional<SharedPicture::Marks> SharedPicture::take_marks(std::uint64_t& seen) {
  std::lock_guard lock(mutex_);
  if (std::exchange(seen, marks_serial_) == marks_serial_) return std::nullopt;
  return marks_;
}

void SharedPicture::take(const void* reader, const Look& look) {
  std::lock_guard lock(mutex_);
  auto [at, first] = changed_.try_emplace(reader);
  if (first && !image_.size().empty()) at->second.push_back({0, 0, image_.size().width, image_.size().height});
  look(image_.view(), at->second, cursor_);
  at->second.clear();
}

void SharedPicture::leave(const void* reader) {
  std::lock_guard lock(mutex_);
  changed_.erase(reader);
}

std::shared_ptr<SharedPicture> SharedPictures::at(Key key) {
  std::lock_guard lock(mutex_);
  auto& picture = pictures_[key];
  if (!picture) picture = std::make_shared<SharedPicture>();
  return picture;
}

void SharedPictures::remove(Key key) {
  std::lock_guard lock(mutex_);
  pictures_.erase(key);
}

void SharedPictures::drop(int presenter) {
  std::lock_guard lock(mutex_);
  std::erase_if(pictures_, [&](const auto& entry) { return entry.first.first == presenter; });
}

void SharedPictures::clear() {
  std::lock_guard lock(mutex_);
  pictures_.clear();
}

std::shared_ptr<SharedPicture> SharedPictures::find(Key key) const {
  std::lock_guard lock(mutex_);
  auto found = pictures_.find(key);
  return found == pictures_.end() ? nullptr : found->second;
}

}  // namespace lotse::ui
