#include "record/video_writer.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/imgutils.h>
#include <libswscale/swscale.h>
}

#include <cerrno>
#include <initializer_list>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace lotse::record {
namespace {

constexpr AVRational kMilliseconds{1, 1000};
constexpr int kIoBuffer = 64 * 1024;  // bytes
/// Recorded screens larger than this get a second encoder thread: 4K would else fall to three pictures a second.
constexpr long long kOneThreadPixels = 1920LL * 1200;

struct Free {
  void operator()(AVCodecContext* p) const { avcodec_free_context(&p); }
  void operator()(AVFrame* p) const { av_frame_free(&p); }
  void operator()(AVPacket* p) const { av_packet_free(&p); }
  void operator()(SwsContext* p) const { sws_freeContext(p); }
  void operator()(AVFormatContext* p) const { avformat_free_context(p); }
  void operator()(AVIOContext* p) const {
    av_freep(&p->buffer);
    avio_context_free(&p);
  }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

using Options = std::initializer_list<std::pair<const char*, const char*>>;

/// One way to encode, in the order of preference.
struct Encoder {
  VideoWriter::Codec codec;
  const char* name;  // libavcodec's; nullptr: whatever it has for H.264
  Options options;
};

// VP9: one quantizer level, no target rate. With a rate, even of 40 Mbit/s, libvpx refreshes a still screen by 70 KB
// every ten pictures, and at 8 Mbit/s a change of slides first comes out blurred (37 dB); without, a still picture
// costs 100 bytes and text is sharp at once. Level 24 gives real text (Y, 1080p desktop scenes) 46 dB and more; 30
// would save a fifth of the bytes. cpu-used 8 is the fastest that libavcodec takes; static-thresh lets blocks that
// stayed as they were be skipped early: a third less time on typing. x264: likewise; its psychovisual tuning ("psy")
// would cost the colours of text 5 dB.
const Encoder kEncoders[] = {
    {VideoWriter::Codec::vp9,
     "libvpx-vp9",
     {{"deadline", "realtime"},
      {"cpu-used", "8"},
      {"tune-content", "screen"},
      {"row-mt", "1"},
      {"lag-in-frames", "0"},
      {"static-thresh", "1"},
      {"crf", "24"}}},
    {VideoWriter::Codec::h264,
     "libx264",
     {{"preset", "veryfast"}, {"tune", "zerolatency"}, {"qp", "18"}, {"psy", "0"}}},
    {VideoWriter::Codec::h264, nullptr, {}},
    {VideoWriter::Codec::mpeg4, "mpeg4", {}},
};

std::runtime_error av_failure(const std::string& what, int code) {
  char text[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(code, text, sizeof text);
  return std::runtime_error(what + ": " + text);
}

AVPixelFormat pixel_format(const AVCodec& codec) {
  for (const AVPixelFormat* format = codec.pix_fmts; format != nullptr && *format != AV_PIX_FMT_NONE; ++format)
    if (*format == AV_PIX_FMT_YUV444P) return *format;
  return AV_PIX_FMT_YUV420P;  // every encoder of camera pictures takes this
}

/// An encoder at work, or nullptr when libavcodec lacks it or it does not take the size.
Owned<AVCodecContext> open(const Encoder& encoder, Size size) {
  const AVCodec* codec =
      encoder.name != nullptr ? avcodec_find_encoder_by_name(encoder.name) : avcodec_find_encoder(AV_CODEC_ID_H264);
  if (codec == nullptr) return nullptr;
  Owned<AVCodecContext> context(avcodec_alloc_context3(codec));
  if (!context) throw std::bad_alloc();
  context->width = size.width;
  context->height = size.height;
  context->pix_fmt = pixel_format(*codec);
  context->time_base = kMilliseconds;
  context->sample_aspect_ratio = {1, 1};
  context->color_range = AVCOL_RANGE_MPEG;
  context->colorspace = AVCOL_SPC_BT709;
  context->color_primaries = AVCOL_PRI_BT709;
  context->color_trc = AVCOL_TRC_BT709;
  context->max_b_frames = 0;
  context->gop_size = 600;  // a bound only: key pictures are asked for by time
  context->thread_count = static_cast<long long>(size.width) * size.height > kOneThreadPixels ? 2 : 1;
  context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  if (encoder.codec == VideoWriter::Codec::vp9) {
    context->gop_size = 1 << 20;
    context->bit_rate = 0;  // with "crf": constant quality
  } else if (encoder.codec == VideoWriter::Codec::mpeg4) {
    context->flags |= AV_CODEC_FLAG_QSCALE;
    context->global_quality = 3 * FF_QP2LAMBDA;
  }
  AVDictionary* options = nullptr;
  for (const auto& [key, value] : encoder.options) av_dict_set(&options, key, value, 0);
  const int opened = avcodec_open2(context.get(), codec, &options);
  av_dict_free(&options);
  if (opened < 0) return nullptr;
  return context;
}

// libavformat 61 made the data const.
#if LIBAVFORMAT_VERSION_MAJOR >= 61
using Written = const std::uint8_t*;
#else
using Written = std::uint8_t*;
#endif
int write_bytes(void* file, Written data, int size) {
  const int error = static_cast<OutputFile*>(file)->write(data, static_cast<std::size_t>(size));
  return error == 0 ? size : AVERROR(error);
}
std::int64_t seek_bytes(void* file, std::int64_t offset, int whence) {
  if ((whence & AVSEEK_SIZE) != 0) return static_cast<std::int64_t>(static_cast<OutputFile*>(file)->bytes());
  return static_cast<OutputFile*>(file)->seek(offset, whence & ~AVSEEK_FORCE);
}

}  // namespace

struct VideoWriter::Impl {
  OutputFile& file;
  Owned<AVCodecContext> encoder;
  Owned<AVIOContext> io;
  Owned<AVFormatContext> muxer;
  Owned<AVFrame> frame{av_frame_alloc()};
  Owned<AVPacket> packet{av_packet_alloc()};
  Owned<SwsContext> subsampler;  // where the encoder takes no 4:4:4

  explicit Impl(OutputFile& to) : file(to) {}
  void open_encoder(Size size, Codec codec);
  void open_muxer();
  void load(const YuvImage& picture);
  void write_packets();
  void check(const std::string& what, int result) const;
};

/// Throws when the file could not take the bytes or `result` is an error of libav's.
void VideoWriter::Impl::check(const std::string& what, int result) const {
  if (file.error() != 0)
    throw std::system_error(file.error(), std::generic_category(), "cannot record to " + file.path());
  if (result < 0) throw av_failure("cannot record to " + file.path() + ": " + what, result);
}

void VideoWriter::Impl::open_encoder(Size size, Codec codec) {
  for (const Encoder& candidate : kEncoders) {
    if (codec != Codec::best && candidate.codec != codec) continue;
    encoder = open(candidate, size);
    if (encoder) break;
  }
  if (!encoder)
    throw std::runtime_error("cannot record: no video encoder takes " + std::to_string(size.width) + " x " +
                             std::to_string(size.height) + " pixels");
  frame->format = encoder->pix_fmt;
  frame->width = size.width;
  frame->height = size.height;
  frame->colorspace = AVCOL_SPC_BT709;
  frame->color_range = AVCOL_RANGE_MPEG;
  if (av_frame_get_buffer(frame.get(), 0) < 0) throw std::bad_alloc();
  if (encoder->pix_fmt == AV_PIX_FMT_YUV444P) return;
  subsampler.reset(sws_getContext(size.width, size.height, AV_PIX_FMT_YUV444P, size.width, size.height,
                                  encoder->pix_fmt, SWS_BILINEAR | SWS_ACCURATE_RND, nullptr, nullptr, nullptr));
  if (!subsampler) throw std::bad_alloc();
}

void VideoWriter::Impl::open_muxer() {
  auto* buffer = static_cast<std::uint8_t*>(av_malloc(kIoBuffer));
  io.reset(avio_alloc_context(buffer, kIoBuffer, 1, &file, nullptr, write_bytes, seek_bytes));
  AVFormatContext* made = nullptr;
  avformat_alloc_output_context2(&made, nullptr, "matroska", nullptr);
  muxer.reset(made);
  AVStream* stream = muxer && io ? avformat_new_stream(muxer.get(), nullptr) : nullptr;
  if (stream == nullptr) throw std::bad_alloc();
  muxer->pb = io.get();
  muxer->flags |= AVFMT_FLAG_CUSTOM_IO;
  stream->time_base = kMilliseconds;
  check("codec", avcodec_parameters_from_context(stream->codecpar, encoder.get()));
  check("header", avformat_write_header(muxer.get(), nullptr));
}

VideoWriter::VideoWriter(OutputFile& file, Size size, Codec codec) : impl_(std::make_unique<Impl>(file)) {
  av_log_set_level(AV_LOG_FATAL);  // failures come back as values; libav's own lines would go to standard error
  if (!impl_->frame || !impl_->packet) throw std::bad_alloc();
  impl_->open_encoder(size, codec);
  impl_->open_muxer();
}
VideoWriter::~VideoWriter() = default;

void VideoWriter::Impl::load(const YuvImage& picture) {
  if (av_frame_make_writable(frame.get()) < 0) throw std::bad_alloc();
  const Size size = picture.size();
  const std::uint8_t* from[] = {picture.plane(0), picture.plane(1), picture.plane(2), nullptr};
  const int strides[] = {size.width, size.width, size.width, 0};
  if (subsampler)
    sws_scale(subsampler.get(), from, strides, 0, size.height, frame->data, frame->linesize);
  else
    av_image_copy(frame->data, frame->linesize, from, strides, AV_PIX_FMT_YUV444P, size.width, size.height);
}

void VideoWriter::Impl::write_packets() {
  for (;;) {
    const int got = avcodec_receive_packet(encoder.get(), packet.get());
    if (got == AVERROR(EAGAIN) || got == AVERROR_EOF) return;
    check("encoder", got);
    av_packet_rescale_ts(packet.get(), kMilliseconds, muxer->streams[0]->time_base);
    packet->stream_index = 0;
    check("muxer", av_write_frame(muxer.get(), packet.get()));
    av_packet_unref(packet.get());
  }
}

void VideoWriter::write(const YuvImage& picture, VideoTime time, Kind kind) {
  impl_->load(picture);
  impl_->frame->pts = time.count();
  impl_->frame->pict_type = kind == Kind::key ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
  impl_->check("encoder", avcodec_send_frame(impl_->encoder.get(), impl_->frame.get()));
  impl_->write_packets();
}

void VideoWriter::flush() {
  const int ended = av_write_frame(impl_->muxer.get(), nullptr);  // ends the cluster
  avio_flush(impl_->io.get());
  impl_->check("muxer", ended);
}

void VideoWriter::finish() {
  impl_->check("encoder", avcodec_send_frame(impl_->encoder.get(), nullptr));
  impl_->write_packets();
  const int ended = av_write_trailer(impl_->muxer.get());
  avio_flush(impl_->io.get());
  impl_->check("muxer", ended);
}

}  // namespace lotse::record
