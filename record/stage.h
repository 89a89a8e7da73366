// The picture of a recording: always of one size, whatever is shown.
#pragma once
#include <memory>

#include "record/pointer.h"
#include "record/yuv.h"

namespace lotse::record {

/// Holds what the video shows now. A picture of the stage's size is shown as it is; any other is scaled to fit, in the
/// middle, with black bars. Not thread-safe.
class Stage {
 public:
  explicit Stage(Size size);
  ~Stage();
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  enum class Change { no, yes };
  /// Shows `picture` with `pointer`; the pointer is drawn into `picture` itself. Costs little where rows stay as they
  /// were. Throws std::runtime_error when there is no memory for scaling.
  Change show(codec::MutableFrameView picture, const PointerImage& pointer);
  const YuvImage& yuv() const { return yuv_; }

 private:
  struct Scaler;
  codec::FrameView fitted(codec::FrameView picture);

  Size size_;
  codec::Image shown_;  // what yuv_ was made from
  YuvImage yuv_;
  codec::Image bars_;  // a scaled picture within its bars
  Size scaled_from_;   // the size that bars_ was last cleared for
  std::unique_ptr<Scaler> scaler_;
};

}  // namespace lotse::record
