#include "program/canvas/snapshot.h"

#include <png.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <system_error>

namespace lotse::program {
namespace {

std::vector<std::uint8_t> encode(codec::FrameView picture) {
  const auto width = static_cast<std::size_t>(picture.size.width),
             height = static_cast<std::size_t>(picture.size.height);
  std::vector<std::uint8_t> bgr(width * height * 3);
  std::uint8_t* to = bgr.data();
  for (int y = 0; y < picture.size.height; ++y)
    for (std::size_t x = 0; x < width; ++x, to += 3) std::memcpy(to, picture.row(y) + x * 4, 3);

  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(width);
  image.height = static_cast<png_uint_32>(height);
  image.format = PNG_FORMAT_BGR;
  image.flags = PNG_IMAGE_FLAG_FAST;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::vector<std::uint8_t> file(size);
  if (png_image_write_to_memory(&image, file.data(), &size, 0, bgr.data(), 0, nullptr) == 0)
    throw std::runtime_error(std::string("cannot write a snapshot: ") + image.message);
  file.resize(size);
  return file;
}

[[noreturn]] void fail(const std::string& file, int error) {
  throw std::system_error(error, std::generic_category(), "cannot write the snapshot " + file);
}

/// 0 or errno.
int write_all(int fd, const std::vector<std::uint8_t>& bytes) {
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t written = ::write(fd, bytes.data() + done, bytes.size() - done);
    if (written < 0 && errno != EINTR) return errno;
    if (written > 0) done += static_cast<std::size_t>(written);
  }
  return 0;
}

}  // namespace

void write_snapshot(const std::string& file, codec::FrameView picture, const record::PointerImage* cursor) {
  if (picture.size.empty()) throw std::runtime_error("cannot write the snapshot " + file + ": there is no picture");
  codec::Image drawn;
  if (cursor != nullptr) {
    drawn = codec::Image(picture.size);
    for (int y = 0; y < picture.size.height; ++y)
      std::memcpy(drawn.writable().row(y), picture.row(y), static_cast<std::size_t>(picture.size.width) * 4);
    record::draw_pointer(drawn.writable(), *cursor);
    picture = drawn.view();
  }
  const std::vector<std::uint8_t> bytes = encode(picture);
  std::string temporary = file + ".XXXXXX";
  const int fd = ::mkstemp(temporary.data());
  if (fd < 0) fail(file, errno);
  int error = write_all(fd, bytes);
  if (::close(fd) != 0 && error == 0) error = errno;
  if (error == 0 && std::rename(temporary.c_str(), file.c_str()) != 0) error = errno;
  if (error == 0) return;
  ::unlink(temporary.c_str());
  fail(file, error);
}

}  // namespace lotse::program
