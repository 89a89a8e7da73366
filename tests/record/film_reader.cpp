#include "film_reader.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
}

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <stdexcept>

namespace lotse::record {
namespace {

struct Free {
  void operator()(AVCodecContext* p) const { avcodec_free_context(&p); }
  void operator()(AVFrame* p) const { av_frame_free(&p); }
  void operator()(AVPacket* p) const { av_packet_free(&p); }
  void operator()(SwsContext* p) const { sws_freeContext(p); }
  void operator()(AVFormatContext* p) const { avformat_close_input(&p); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

void check(int result, const char* what) {
  if (result < 0) throw std::runtime_error(what);
}

codec::Image to_rgb(const AVFrame& frame) {
  Owned<SwsContext> scaler(
      sws_getContext(frame.width, frame.height, static_cast<AVPixelFormat>(frame.format), frame.width, frame.height,
                     AV_PIX_FMT_BGR0, SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT, nullptr, nullptr, nullptr));
  if (!scaler) throw std::runtime_error("no scaler");
  const int* matrix = sws_getCoefficients(frame.colorspace == AVCOL_SPC_BT709 ? SWS_CS_ITU709 : SWS_CS_ITU601);
  sws_setColorspaceDetails(scaler.get(), matrix, frame.color_range == AVCOL_RANGE_JPEG, matrix, 1, 0, 1 << 16, 1 << 16);
  Owned<AVFrame> rgb(av_frame_alloc());
  rgb->format = AV_PIX_FMT_BGR0;
  rgb->width = frame.width;
  rgb->height = frame.height;
  check(av_frame_get_buffer(rgb.get(), 0), "no memory");
  sws_scale(scaler.get(), frame.data, frame.linesize, 0, frame.height, rgb->data, rgb->linesize);
  codec::Image image(Size{frame.width, frame.height});
  for (int y = 0; y < frame.height; ++y)
    std::memcpy(image.writable().row(y), rgb->data[0] + static_cast<std::ptrdiff_t>(rgb->linesize[0]) * y,
                static_cast<std::size_t>(frame.width) * 4);
  return image;
}

void receive(AVCodecContext& decoder, Film& film) {
  Owned<AVFrame> frame(av_frame_alloc());
  while (avcodec_receive_frame(&decoder, frame.get()) >= 0) {
    film.shown.push_back({frame->pts, frame->key_frame != 0, to_rgb(*frame)});
    film.pixels = av_get_pix_fmt_name(static_cast<AVPixelFormat>(frame->format));
  }
}

double psnr_of(double squares, double count) {
  return squares == 0 ? 99 : 10 * std::log10(255.0 * 255.0 * count / squares);
}

}  // namespace

Film read_film(const std::string& path) {
  av_log_set_level(AV_LOG_FATAL);
  AVFormatContext* opened = nullptr;
  check(avformat_open_input(&opened, path.c_str(), nullptr, nullptr), "cannot open");
  Owned<AVFormatContext> file(opened);
  if (file->nb_streams != 1) throw std::runtime_error("not one stream");
  const AVStream& stream = *file->streams[0];
  const AVCodecParameters& params = *stream.codecpar;
  if (stream.time_base.num != 1 || stream.time_base.den != 1000) throw std::runtime_error("not in milliseconds");
  Film film;
  film.codec = avcodec_get_name(params.codec_id);
  film.colours = std::string(av_color_space_name(params.color_space)) + " " +
                 av_color_primaries_name(params.color_primaries) + " " + av_color_transfer_name(params.color_trc) +
                 " " + av_color_range_name(params.color_range);
  film.duration_ms = file->duration == AV_NOPTS_VALUE ? 0 : file->duration / 1000;
  Owned<AVCodecContext> decoder(avcodec_alloc_context3(avcodec_find_decoder(params.codec_id)));
  check(avcodec_parameters_to_context(decoder.get(), &params), "parameters");
  check(avcodec_open2(decoder.get(), nullptr, nullptr), "no decoder");
  Owned<AVPacket> packet(av_packet_alloc());
  while (av_read_frame(file.get(), packet.get()) >= 0) {
    check(avcodec_send_packet(decoder.get(), packet.get()), "a picture is broken");
    av_packet_unref(packet.get());
    receive(*decoder, film);
  }
  check(avcodec_send_packet(decoder.get(), nullptr), "end");
  receive(*decoder, film);
  return film;
}

double psnr(codec::FrameView a, codec::FrameView b) {
  if (a.size != b.size) return 0;
  double squares = 0;
  for (int y = 0; y < a.size.height; ++y)
    for (int x = 0; x < a.size.width * 4; ++x)
      if (x % 4 != 3) squares += std::pow(a.row(y)[x] - b.row(y)[x], 2);
  return psnr_of(squares, 3.0 * a.size.width * a.size.height);
}

double luma_psnr(codec::FrameView a, codec::FrameView b) {
  if (a.size != b.size) return 0;
  const auto luma = [](const std::uint8_t* p) { return 0.0722 * p[0] + 0.7152 * p[1] + 0.2126 * p[2]; };
  double squares = 0;
  for (int y = 0; y < a.size.height; ++y)
    for (std::ptrdiff_t x = 0; x < a.size.width; ++x)
      squares += std::pow(luma(a.row(y) + x * 4) - luma(b.row(y) + x * 4), 2);
  return psnr_of(squares, 1.0 * a.size.width * a.size.height);
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "lotse-record-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = pattern;
}
TemporaryFolder::~TemporaryFolder() { std::filesystem::remove_all(path_); }

}  // namespace lotse::record
