#include "codec/jpeg.h"

#include <csetjmp>
#include <cstddef>
#include <cstdio>  // jpeglib.h wants it before itself
#include <cstdlib>

#include <jerror.h>
#include <jpeglib.h>

namespace lotse::codec {
namespace {

constexpr std::array<int, 4> kQuality{50, 75, 85, 95};  // by rank
constexpr std::size_t kMaxScan = 128 * 1024;            // twice what 192 blocks of the longest codes take

// With tables suppressed and no JFIF marker a file is: SOI, SOF0 (19 bytes), SOS (14 bytes), the scan, EOI.
constexpr std::size_t kHeader = 2 + 19 + 14, kTrailer = 2;
constexpr std::size_t kSofHeight = 7, kSofWidth = 9, kSofFirstSampling = 13;

using Header = std::array<std::uint8_t, kHeader>;

Header header_for(Size size, Subsampling subsampling) {
  Header header{0xFF, 0xD8,  // SOI
                0xFF, 0xC0, 0, 17,   8, 0, 0,    0, 0,    3, 1,    0x11, 0,  2,
                0x11, 1,    3, 0x11, 1,                                           // SOF0: baseline, Y Cb Cr
                0xFF, 0xDA, 0, 12,   3, 1, 0x00, 2, 0x11, 3, 0x11, 0,    63, 0};  // SOS
  header[kSofHeight] = static_cast<std::uint8_t>(size.height >> 8);
  header[kSofHeight + 1] = static_cast<std::uint8_t>(size.height);
  header[kSofWidth] = static_cast<std::uint8_t>(size.width >> 8);
  header[kSofWidth + 1] = static_cast<std::uint8_t>(size.width);
  if (subsampling == Subsampling::s420) header[kSofFirstSampling] = 0x22;
  return header;
}

// libjpeg's destination: a buffer that grows and keeps its capacity.
struct Destination : jpeg_destination_mgr {
  Bytes bytes = Bytes(16384);

  static Destination& of(j_compress_ptr info) { return *static_cast<Destination*>(info->dest); }
  Destination() : jpeg_destination_mgr{} {
    init_destination = [](j_compress_ptr info) { of(info).start_at(0); };
    empty_output_buffer = [](j_compress_ptr info) -> boolean {
      const std::size_t full = of(info).bytes.size();
      of(info).bytes.resize(full * 2);
      of(info).start_at(full);
      return TRUE;
    };
    term_destination = [](j_compress_ptr) {};
  }
  void start_at(std::size_t offset) {
    next_output_byte = bytes.data() + offset;
    free_in_buffer = bytes.size() - offset;
  }
  ByteView written() const { return {bytes.data(), bytes.size() - free_in_buffer}; }
};

void be_silent(j_common_ptr) {}

// One libjpeg compressor with the tables of one rank and subsampling.
class Compressor {
 public:
  Compressor(Rank rank, Subsampling subsampling) : info_{} {
    info_.err = jpeg_std_error(&error_);
    error_.error_exit = [](j_common_ptr) { std::abort(); };  // the input is ours: a bug or no memory
    error_.output_message = be_silent;
    jpeg_create_compress(&info_);
    info_.dest = &destination_;
    info_.image_width = info_.image_height = kSlotSide;
    info_.input_components = 4;
    info_.in_color_space = JCS_EXT_BGRX;
    jpeg_set_defaults(&info_);
    jpeg_set_quality(&info_, kQuality[static_cast<std::size_t>(rank)], TRUE);
    info_.comp_info[0].h_samp_factor = info_.comp_info[0].v_samp_factor = subsampling == Subsampling::s420 ? 2 : 1;
    info_.write_JFIF_header = FALSE;
    info_.dct_method = JDCT_ISLOW;
  }
  ~Compressor() { jpeg_destroy_compress(&info_); }
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;

  /// The quantisation and Huffman tables as a stream of their own.
  ByteView tables() {
    jpeg_suppress_tables(&info_, FALSE);
    jpeg_write_tables(&info_);
    return destination_.written();
  }

  ByteView scan(FrameView pixels) {
    info_.image_width = static_cast<JDIMENSION>(pixels.size.width);
    info_.image_height = static_cast<JDIMENSION>(pixels.size.height);
    jpeg_suppress_tables(&info_, TRUE);
    jpeg_start_compress(&info_, FALSE);
    std::array<JSAMPROW, kSlotSide> rows;
    for (int y = 0; y < pixels.size.height; ++y)  // libjpeg reads them only
      rows[static_cast<std::size_t>(y)] = const_cast<JSAMPROW>(pixels.row(y));
    while (info_.next_scanline < info_.image_height)
      jpeg_write_scanlines(&info_, rows.data() + info_.next_scanline, info_.image_height - info_.next_scanline);
    jpeg_finish_compress(&info_);
    const ByteView file = destination_.written();
    if (file.size() < kHeader + kTrailer || file[kHeader - 14] != 0xFF) std::abort();
    return file.subspan(kHeader, file.size() - kHeader - kTrailer);
  }

 private:
  jpeg_error_mgr error_;
  jpeg_compress_struct info_;
  Destination destination_;
};

// One libjpeg decompressor that knows the tables of one rank. Functions with setjmp in them own nothing that would need
// a destructor.
class Decompressor {
 public:
  explicit Decompressor(Rank rank) : info_{} {
    info_.err = jpeg_std_error(&error_);
    error_.error_exit = [](j_common_ptr info) {
      std::longjmp(static_cast<Decompressor*>(info->client_data)->exit_, 1);
    };
    error_.emit_message = [](j_common_ptr info, int level) {
      if (level < 0) ++info->err->num_warnings;
    };
    error_.output_message = be_silent;
    info_.client_data = this;
    Compressor tables(rank, Subsampling::s444);
    if (!learn(tables.tables())) std::abort();
  }
  ~Decompressor() { jpeg_destroy_decompress(&info_); }
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;

  /// `file`: header_for() the size of `out`, then the scan and EOI.
  bool decode(ByteView file, MutableFrameView out) {
    if (setjmp(exit_) != 0) {
      jpeg_abort_decompress(&info_);
      return false;
    }
    error_.num_warnings = 0;
    jpeg_mem_src(&info_, file.data(), file.size());
    jpeg_read_header(&info_, TRUE);
    info_.out_color_space = JCS_EXT_BGRX;
    info_.dct_method = JDCT_ISLOW;
    jpeg_start_decompress(&info_);
    while (info_.output_scanline < info_.output_height) {
      JSAMPROW row = out.row(static_cast<int>(info_.output_scanline));
      jpeg_read_scanlines(&info_, &row, 1);
    }
    jpeg_abort_decompress(&info_);  // the scan is through; nothing behind it is looked at
    return error_.num_warnings == 0;
  }

 private:
  bool learn(ByteView tables) {
    if (setjmp(exit_) != 0) return false;
    jpeg_create_decompress(&info_);
    jpeg_mem_src(&info_, tables.data(), tables.size());
    return jpeg_read_header(&info_, FALSE) == JPEG_HEADER_TABLES_ONLY;
  }

  std::jmp_buf exit_;
  jpeg_error_mgr error_;
  jpeg_decompress_struct info_;
};

// In a scan 0xFF is followed by the stuffed 0 and by nothing else: there are no restarts and no second scan.
bool has_marker(ByteView scan) {
  for (std::size_t i = 0; i < scan.size(); ++i)
    if (scan[i] == 0xFF && (i + 1 == scan.size() || scan[i + 1] != 0)) return true;
  return false;
}

void clear_x(MutableFrameView pixels) {
  for (int y = 0; y < pixels.size.height; ++y) {
    std::uint8_t* row = pixels.row(y);
    for (int x = 0; x < pixels.size.width; ++x) row[x * 4 + 3] = 0;
  }
}

}  // namespace

struct JpegEncoder::Impl {
  std::array<std::unique_ptr<Compressor>, 8> compressors;  // made when first wanted
};

JpegEncoder::JpegEncoder() : impl_(std::make_unique<Impl>()) {}
JpegEncoder::~JpegEncoder() = default;

void JpegEncoder::encode(FrameView pixels, Rank rank, Subsampling subsampling, Bytes& out) {
  if (rank >= Rank::lossless) std::abort();
  auto& compressor = impl_->compressors[static_cast<std::size_t>(rank) * 2 + static_cast<std::size_t>(subsampling)];
  if (!compressor) compressor = std::make_unique<Compressor>(rank, subsampling);
  append(out, compressor->scan(pixels));
}

struct JpegDecoder::Impl {
  std::array<std::unique_ptr<Decompressor>, 4> decompressors;
  Bytes file;
};

JpegDecoder::JpegDecoder() : impl_(std::make_unique<Impl>()) {}
JpegDecoder::~JpegDecoder() = default;

Result<Done, DecodeError> JpegDecoder::decode(ByteView data, Rank rank, Subsampling subsampling, MutableFrameView out) {
  if (rank >= Rank::lossless || data.size() > kMaxScan || has_marker(data)) return Unexpected{DecodeError::corrupt};
  if (data.empty()) return Unexpected{DecodeError::truncated};
  auto& decompressor = impl_->decompressors[static_cast<std::size_t>(rank)];
  if (!decompressor) decompressor = std::make_unique<Decompressor>(rank);
  const Header header = header_for(out.size, subsampling);
  Bytes& file = impl_->file;
  file.assign(header.begin(), header.end());
  append(file, data);
  append(file, std::array<std::uint8_t, kTrailer>{0xFF, 0xD9});
  if (!decompressor->decode(file, out)) return Unexpected{DecodeError::corrupt};
  clear_x(out);
  return Done{};
}

}  // namespace lotse::codec
