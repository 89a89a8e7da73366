#include "bench/scenes.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libswscale/swscale.h>
}

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>

namespace lotse::bench {
namespace {

template <auto free>
struct Free {
  template <class T>
  void operator()(T* object) const {
    free(&object);
  }
};
using Input = std::unique_ptr<AVFormatContext, Free<avformat_close_input>>;
using Decoder = std::unique_ptr<AVCodecContext, Free<avcodec_free_context>>;
using Packet = std::unique_ptr<AVPacket, Free<av_packet_free>>;
using Frame = std::unique_ptr<AVFrame, Free<av_frame_free>>;
struct FreeScaler {
  void operator()(SwsContext* scaler) const { sws_freeContext(scaler); }
};

class Recording {
 public:
  explicit Recording(const std::string& file) : name_(file) {
    AVFormatContext* input = nullptr;
    if (avformat_open_input(&input, file.c_str(), nullptr, nullptr) < 0) fail("cannot be opened");
    input_.reset(input);
    const AVCodec* codec = nullptr;
    if (avformat_find_stream_info(input, nullptr) < 0) fail("has no streams");
    track_ = av_find_best_stream(input, AVMEDIA_TYPE_VIDEO, -1, -1, &codec, 0);
    if (track_ < 0) fail("has no video track that can be decoded");
    decoder_.reset(avcodec_alloc_context3(codec));
    avcodec_parameters_to_context(decoder_.get(), input->streams[track_]->codecpar);
    if (avcodec_open2(decoder_.get(), codec, nullptr) < 0) fail("cannot be decoded");
  }

  void play(const OnFrame& on_frame) {
    Packet packet(av_packet_alloc());
    while (av_read_frame(input_.get(), packet.get()) >= 0) {
      if (packet->stream_index == track_) {
        if (avcodec_send_packet(decoder_.get(), packet.get()) < 0) fail("is damaged");
        show_decoded(on_frame);
      }
      av_packet_unref(packet.get());
    }
    avcodec_send_packet(decoder_.get(), nullptr);
    show_decoded(on_frame);
  }

 private:
  [[noreturn]] void fail(const char* why) const { throw std::runtime_error(name_ + " " + why); }

  void show_decoded(const OnFrame& on_frame) {
    while (avcodec_receive_frame(decoder_.get(), frame_.get()) >= 0) {
      const Size size{frame_->width, frame_->height};
      if (picture_.size() != size) picture_ = codec::Image(size);
      scaler_.reset(sws_getCachedContext(scaler_.release(), size.width, size.height,
                                         static_cast<AVPixelFormat>(frame_->format), size.width, size.height,
                                         AV_PIX_FMT_BGR0, SWS_POINT, nullptr, nullptr, nullptr));
      if (!scaler_) fail("has an unknown kind of pixels");
      const codec::MutableFrameView out = picture_.writable();
      std::uint8_t* const planes[] = {out.data};
      const int strides[] = {static_cast<int>(out.stride)};
      sws_scale(scaler_.get(), frame_->data, frame_->linesize, 0, size.height, planes, strides);
      for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x) out.row(y)[x * 4 + 3] = 0;
      on_frame(out);
    }
  }

  std::string name_;
  Input input_;
  Decoder decoder_;
  Frame frame_{av_frame_alloc()};
  std::unique_ptr<SwsContext, FreeScaler> scaler_;
  codec::Image picture_;
  int track_ = -1;
};

void draw_photo(codec::MutableFrameView out) {
  for (int y = 0; y < out.size.height; ++y) {
    for (int x = 0; x < out.size.width; ++x) {
      std::uint8_t* pixel = out.row(y) + x * 4;
      const double wave = std::sin(x * 0.03) * std::cos(y * 0.02) * 70;
      const int grain = (x * 7919 ^ y * 104729) % 7;
      pixel[0] = static_cast<std::uint8_t>(100 + static_cast<int>(wave) + grain);
      pixel[1] = static_cast<std::uint8_t>(120 - static_cast<int>(wave / 2) + grain);
      pixel[2] = static_cast<std::uint8_t>(140 + static_cast<int>(wave / 3) + grain);
      pixel[3] = 0;
    }
  }
}

// One line of text is 16 rows; `line` decides what stands in it.
void draw_text_row(codec::MutableFrameView out, int y, int line, int row) {
  for (int x = 0; x < out.size.width; ++x) {
    std::uint8_t* pixel = out.row(y) + x * 4;
    const unsigned glyph = static_cast<unsigned>(line * 131 + x / 9) * 2654435761u >> 20;
    const bool ink = row > 2 && row < 13 && x % 9 < 7 && (glyph >> (row / 3 * 3 + x % 9 / 3) & 1) != 0;
    const int edge = ink && x % 3 == 0 ? 90 : 0;
    pixel[0] = static_cast<std::uint8_t>(ink ? 30 + edge : 250);
    pixel[1] = static_cast<std::uint8_t>(ink ? 30 : 250);
    pixel[2] = static_cast<std::uint8_t>(ink ? 40 : 250);
    pixel[3] = 0;
  }
}

}  // namespace

void play_recording(const std::string& file, const OnFrame& on_frame) {
  av_log_set_level(AV_LOG_ERROR);
  Recording(file).play(on_frame);
}

void play_drawn_scene(Size size, int frames, const OnFrame& on_frame) {
  codec::Image picture(size);
  const int text_width = size.width * 2 / 3;
  const codec::MutableFrameView all = picture.writable();
  draw_photo(all.part({text_width, 0, size.width - text_width, size.height}));
  for (int frame = 0; frame < frames; ++frame) {
    for (int y = 0; y < size.height; ++y) {
      const int scrolled = y + frame * 16;
      draw_text_row(all.part({0, 0, text_width, size.height}), y, scrolled / 16, scrolled % 16);
    }
    on_frame(all);
  }
}

std::vector<std::string> recorded_scenes() {
  const char* named = std::getenv("LOTSE_CORPUS");
  std::vector<std::string> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(named ? named : "../shared/corpus", error))
    if (entry.path().extension() == ".mkv") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace lotse::bench
