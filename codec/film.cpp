#include "codec/film.h"

#include <libyuv.h>
#include <vpx/vp8cx.h>
#include <vpx/vp8dx.h>
#include <vpx/vpx_decoder.h>
#include <vpx/vpx_encoder.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace lotse::codec {
namespace {

// The fastest of libvpx: a seventh less time than 8 at the same bytes and PSNR.
constexpr int kSpeed = 9;
constexpr unsigned kBestQuantizer = 6, kWorstQuantizer = 56;  // of 0 to 63
constexpr unsigned kIntraPercent = 400;                       // a key frame's bits, of those of a mean frame
constexpr unsigned kStaticThreshold = 1;

// What each frame of four is built on, and what it leaves to others.
constexpr vpx_enc_frame_flags_t kOnlyLast = VP8_EFLAG_NO_REF_GF | VP8_EFLAG_NO_REF_ARF;
constexpr vpx_enc_frame_flags_t kLeavesNothing = VP8_EFLAG_NO_UPD_LAST | VP8_EFLAG_NO_UPD_GF | VP8_EFLAG_NO_UPD_ARF;
struct Step {
  std::uint8_t layer;
  vpx_enc_frame_flags_t flags;
};
constexpr Step kSteps[] = {{0, kOnlyLast | VP8_EFLAG_NO_UPD_GF | VP8_EFLAG_NO_UPD_ARF},
                           {2, kOnlyLast | kLeavesNothing},
                           {1, kOnlyLast | VP8_EFLAG_NO_UPD_LAST | VP8_EFLAG_NO_UPD_ARF},
                           {2, VP8_EFLAG_NO_REF_ARF | kLeavesNothing}};

/// The bits of a frame's header, those of the first byte first.
class Bits {
 public:
  explicit Bits(ByteView bytes) : bytes_(bytes) {}
  std::uint32_t get(int count) {
    std::uint32_t value = 0;
    for (; count > 0; --count, ++at_) {
      bool there = at_ / 8 < bytes_.size();
      ok_ = ok_ && there;
      value = value << 1 | (there ? bytes_[at_ / 8] >> (7 - at_ % 8) & 1u : 0u);
    }
    return value;
  }
  bool ok() const { return ok_; }

 private:
  ByteView bytes_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

/// Whether it is one visible frame of profile 0 and of this size (VP9 specification, 6.2 and annex B).
bool fits(ByteView frame, Size size) {
  if (frame.empty() || (frame.back() & 0xE0) == 0xC0) return false;  // more than one frame
  Bits in(frame);
  if (in.get(2) != 2 || in.get(2) != 0 || in.get(1) != 0) return false;  // marker, profile, a frame shown again
  bool inter = in.get(1) != 0, shown = in.get(1) != 0;
  bool resilient = in.get(1) != 0;
  if (!shown) return false;
  if (inter) {
    if (!resilient) in.get(2);
    in.get(8 + 3 * 4);                 // what is refreshed, what it is built on
    return in.get(1) == 1 && in.ok();  // as large as the first of these
  }
  if (in.get(24) != 0x498342 || in.get(3) == 7) return false;  // sync code; RGB
  in.get(1);
  auto width = static_cast<int>(in.get(16)) + 1, height = static_cast<int>(in.get(16)) + 1;
  return in.ok() && Size{width, height} == size;
}

}  // namespace

struct FilmEncoder::Impl {
  vpx_codec_ctx_t codec{};
  vpx_codec_enc_cfg_t config{};
  vpx_image_t picture{};
  std::size_t step = 0;
  vpx_codec_pts_t time = 0;

  explicit Impl(Size size) {
    if (vpx_codec_enc_config_default(vpx_codec_vp9_cx(), &config, 0) != VPX_CODEC_OK)
      throw std::runtime_error("libvpx has no coder for VP9");
    config.g_w = static_cast<unsigned>(size.width);
    config.g_h = static_cast<unsigned>(size.height);
    config.g_timebase = {1, 1000000};
    config.g_threads = 1;
    config.g_error_resilient = VPX_ERROR_RESILIENT_DEFAULT;  // or what is left out would show in later frames
    config.g_lag_in_frames = 0;
    config.g_pass = VPX_RC_ONE_PASS;
    config.kf_mode = VPX_KF_DISABLED;
    config.rc_end_usage = VPX_CBR;
    config.rc_target_bitrate = 1000;
    config.rc_min_quantizer = kBestQuantizer;
    config.rc_max_quantizer = kWorstQuantizer;
    config.rc_undershoot_pct = config.rc_overshoot_pct = 50;
    config.rc_buf_sz = 1000;
    config.rc_buf_initial_sz = 500;
    config.rc_buf_optimal_sz = 600;
    config.rc_dropframe_thresh = 0;
    config.rc_resize_allowed = 0;
    bool made = vpx_codec_enc_init(&codec, vpx_codec_vp9_cx(), &config, 0) == VPX_CODEC_OK;
    made = made && vpx_img_alloc(&picture, VPX_IMG_FMT_I420, config.g_w, config.g_h, 32) != nullptr;
    if (!made) throw std::runtime_error("libvpx makes no coder for VP9");
    vpx_codec_control(&codec, VP8E_SET_CPUUSED, kSpeed);
    vpx_codec_control(&codec, VP9E_SET_AQ_MODE, 0u);  // 3 costs a quarter more time and gains nothing here
    vpx_codec_control(&codec, VP9E_SET_TUNE_CONTENT, VP9E_CONTENT_DEFAULT);
    vpx_codec_control(&codec, VP8E_SET_STATIC_THRESHOLD, kStaticThreshold);
    vpx_codec_control(&codec, VP8E_SET_MAX_INTRA_BITRATE_PCT, kIntraPercent);
    vpx_codec_control(&codec, VP8E_SET_ENABLEAUTOALTREF, 0u);
    vpx_codec_control(&codec, VP9E_SET_NOISE_SENSITIVITY, 0u);
    vpx_codec_control(&codec, VP9E_SET_FRAME_PERIODIC_BOOST, 0u);
    vpx_codec_control(&codec, VP9E_SET_TILE_COLUMNS, 0);
    vpx_codec_control(&codec, VP9E_SET_COLOR_RANGE, 1);
  }
  ~Impl() {
    vpx_img_free(&picture);
    vpx_codec_destroy(&codec);
  }
  Impl(const Impl&) = delete;

  void set_rate(double bits_a_second) {
    auto kilobits = static_cast<unsigned>(std::clamp(bits_a_second / 1000, 30.0, 100000.0));
    if (kilobits == config.rc_target_bitrate) return;
    config.rc_target_bitrate = kilobits;
    vpx_codec_enc_config_set(&codec, &config);
  }
};

FilmEncoder::FilmEncoder(Size size) : impl_(std::make_unique<Impl>(size)) {}
FilmEncoder::~FilmEncoder() = default;

void FilmEncoder::draw(FrameView pixels, Point corner) {
  vpx_image_t& to = impl_->picture;
  auto at = [&](int plane, int shift) {
    return to.planes[plane] + static_cast<std::ptrdiff_t>(corner.y >> shift) * to.stride[plane] + (corner.x >> shift);
  };
  libyuv::ARGBToJ420(pixels.data, static_cast<int>(pixels.stride), at(0, 0), to.stride[0], at(1, 1), to.stride[1],
                     at(2, 1), to.stride[2], pixels.size.width, pixels.size.height);
}

std::optional<FilmFrame> FilmEncoder::encode(Key key, double bits_a_second, Duration span) {
  Impl& i = *impl_;
  i.set_rate(bits_a_second);
  if (key == Key::now) i.step = 0;
  const Step& step = kSteps[i.step % std::size(kSteps)];
  bool anew = i.step == 0;
  auto micros = std::chrono::duration_cast<std::chrono::microseconds>(span).count();
  auto length = static_cast<unsigned long>(std::clamp<std::int64_t>(micros, 1000, 1000000));
  i.time += static_cast<vpx_codec_pts_t>(length);
  vpx_enc_frame_flags_t flags = anew ? VPX_EFLAG_FORCE_KF : step.flags;
  if (vpx_codec_encode(&i.codec, &i.picture, i.time, length, flags, VPX_DL_REALTIME) != VPX_CODEC_OK)
    return std::nullopt;
  FilmFrame out;
  out.layer = step.layer;
  out.key = anew;
  vpx_codec_iter_t at = nullptr;
  while (const vpx_codec_cx_pkt_t* packet = vpx_codec_get_cx_data(&i.codec, &at)) {
    if (packet->kind != VPX_CODEC_CX_FRAME_PKT) continue;
    const auto* bytes = static_cast<const std::uint8_t*>(packet->data.frame.buf);
    out.data.assign(bytes, bytes + packet->data.frame.sz);
  }
  if (out.data.empty()) {
    i.step = 0;  // whatever it was, nothing builds on it
    return std::nullopt;
  }
  ++i.step;
  return out;
}

struct FilmDecoder::Impl {
  Size size;
  vpx_codec_ctx_t codec{};
  explicit Impl(Size film) : size(film) {
    vpx_codec_dec_cfg_t config{1, static_cast<unsigned>(film.width), static_cast<unsigned>(film.height)};
    if (vpx_codec_dec_init(&codec, vpx_codec_vp9_dx(), &config, 0) != VPX_CODEC_OK) codec = {};
  }
  ~Impl() { vpx_codec_destroy(&codec); }
  Impl(const Impl&) = delete;
};

FilmDecoder::FilmDecoder(Size size) : impl_(std::make_unique<Impl>(size)) {}
FilmDecoder::~FilmDecoder() = default;

Result<Done, FilmError> FilmDecoder::decode(ByteView frame, MutableFrameView out) {
  Impl& i = *impl_;
  if (i.codec.iface == nullptr || out.size != i.size || !fits(frame, i.size)) return Unexpected{FilmError::unfit};
  auto size = static_cast<unsigned>(frame.size());
  if (vpx_codec_decode(&i.codec, frame.data(), size, nullptr, 0) != VPX_CODEC_OK) return Unexpected{FilmError::corrupt};
  vpx_codec_iter_t at = nullptr;
  const vpx_image_t* picture = vpx_codec_get_frame(&i.codec, &at);
  int corrupted = 0;
  vpx_codec_control(&i.codec, VP8D_GET_FRAME_CORRUPTED, &corrupted);
  if (picture == nullptr || corrupted != 0 || picture->fmt != VPX_IMG_FMT_I420 ||
      Size{static_cast<int>(picture->d_w), static_cast<int>(picture->d_h)} != i.size)
    return Unexpected{FilmError::corrupt};
  libyuv::J420ToARGB(picture->planes[0], picture->stride[0], picture->planes[1], picture->stride[1], picture->planes[2],
                     picture->stride[2], out.data, static_cast<int>(out.stride), i.size.width, i.size.height);
  return Done{};
}

}  // namespace lotse::codec
