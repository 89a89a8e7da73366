#include "record/stage.h"

extern "C" {
#include <libavutil/frame.h>
#include <libswscale/swscale.h>
}

#include <cstring>
#include <stdexcept>

namespace lotse::record {
namespace {

/// The largest rectangle of `picture`'s shape in the middle of `stage`.
Rect fit(Size picture, Size stage) {
  const auto w = static_cast<long long>(picture.width), h = static_cast<long long>(picture.height);
  long long width = stage.width, height = std::max(1LL, h * stage.width / w);
  if (height > stage.height) {
    height = stage.height;
    width = std::max(1LL, w * stage.height / h);
  }
  return {static_cast<int>((stage.width - width) / 2), static_cast<int>((stage.height - height) / 2),
          static_cast<int>(width), static_cast<int>(height)};
}

}  // namespace

/// swscale with a target of its own: it may write a few pixels past the end of a row.
struct Stage::Scaler {
  SwsContext* context = nullptr;
  AVFrame* target = av_frame_alloc();

  Scaler() = default;
  Scaler(const Scaler&) = delete;
  Scaler& operator=(const Scaler&) = delete;
  ~Scaler() {
    sws_freeContext(context);
    av_frame_free(&target);
  }

  void prepare(Size from, Size to) {
    context = sws_getCachedContext(context, from.width, from.height, AV_PIX_FMT_BGR0, to.width, to.height,
                                   AV_PIX_FMT_BGR0, SWS_BICUBIC, nullptr, nullptr, nullptr);
    if (context == nullptr || target == nullptr) throw std::runtime_error("no memory to scale the recorded picture");
    if (target->width == to.width && target->height == to.height) return;
    av_frame_unref(target);
    target->format = AV_PIX_FMT_BGR0;
    target->width = to.width;
    target->height = to.height;
    if (av_frame_get_buffer(target, 0) < 0) throw std::runtime_error("no memory to scale the recorded picture");
  }
};

Stage::Stage(Size size) : size_(size), shown_(size), yuv_(size) {}
Stage::~Stage() = default;

codec::FrameView Stage::fitted(codec::FrameView picture) {
  if (!scaler_) scaler_ = std::make_unique<Scaler>();
  const Rect place = fit(picture.size, size_);
  scaler_->prepare(picture.size, place.size());
  if (scaled_from_ != picture.size) bars_ = codec::Image(size_);
  scaled_from_ = picture.size;
  const int stride = static_cast<int>(picture.stride);
  sws_scale(scaler_->context, &picture.data, &stride, 0, picture.size.height, scaler_->target->data,
            scaler_->target->linesize);
  codec::MutableFrameView inside = bars_.writable().part(place);
  for (int y = 0; y < place.height; ++y)
    std::memcpy(inside.row(y), scaler_->target->data[0] + static_cast<std::ptrdiff_t>(scaler_->target->linesize[0]) * y,
                static_cast<std::size_t>(place.width) * 4);
  return bars_.view();
}

Stage::Change Stage::show(codec::MutableFrameView picture, const PointerImage& pointer) {
  draw_pointer(picture, pointer);
  const codec::FrameView given = picture;
  const codec::FrameView next = given.size == size_ ? given : fitted(given);
  const std::size_t bytes = static_cast<std::size_t>(size_.width) * 4;
  codec::MutableFrameView shown = shown_.writable();
  Change change = Change::no;
  for (int y = 0; y < size_.height; ++y) {
    if (std::memcmp(shown.row(y), next.row(y), bytes) == 0) continue;
    std::memcpy(shown.row(y), next.row(y), bytes);
    yuv_.set_row(y, shown.row(y));
    change = Change::yes;
  }
  return change;
}

}  // namespace lotse::record
