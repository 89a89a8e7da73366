// lotse-live-rfb: a viewer of RFB (RFC 6143) without a window, to measure servers by. LibVNCClient with the Tight
// encoding as viewers ask for it; fences and continuous updates, which TigerVNC's own viewer has and LibVNCClient
// lacks.
//   lotse-live-rfb HOST PORT QUALITY COMPRESSION      QUALITY 0..9, or lossless
// Says {"width","height","ms"}: ms from before connecting until every pixel of the screen was shown. Then takes
// commands, one a line, and answers each with a line of JSON:
//   mark                  starts counting anew
//   stats                 {"bytes","pictures","idle_ms"}: payload of TCP, pictures that differed from the one before
//   frames                {"seen":[[number,ns],...]}: the frames of lotse-live-screen and when each could be seen
//   dump FILE             the picture as rows of BGRX
//   move X Y              the pointer
//   click X Y PX PY       clicks; {"ms"} until pixel PX,PY has changed
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <rfb/rfbclient.h>
#include <time.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

constexpr int kFence = -312, kContinuousUpdates = -313;  // pseudo-encodings of the RFB community's registry
constexpr std::uint8_t kFenceMessage = 248, kContinuousMessage = 150;
constexpr std::uint32_t kFenceRequest = 0x80000000u, kFenceFlags = 7;
constexpr double kTooLongMs = 5000;

std::int64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}
double ms_since(std::int64_t ns) { return static_cast<double>(now_ns() - ns) / 1e6; }

class Viewer {
 public:
  Viewer(char* host, int port, const std::string& quality, int compression);
  ~Viewer() {
    if (client_) rfbClientCleanup(client_);
  }
  Viewer(const Viewer&) = delete;
  Viewer& operator=(const Viewer&) = delete;

  void hello();
  /// Handles what the server sends until standard input has something to read.
  void watch();
  std::string answer(const std::string& line);

 private:
  static Viewer& of(rfbClient* client) { return *static_cast<Viewer*>(rfbClientGetClientData(client, tag())); }
  static void* tag() {
    static int tag;
    return &tag;
  }
  static rfbBool allocate(rfbClient* client);
  static void rectangle_came(rfbClient* client, int x, int y, int width, int height);
  static void update_came(rfbClient* client) { of(client).picture_done(); }
  static rfbBool no_rectangle(rfbClient*, rfbFramebufferUpdateRectHeader*) { return FALSE; }
  static rfbBool message(rfbClient* client, rfbServerToClientMsg* message);
  static void answer_fence(rfbClient* client);

  void picture_done();
  /// Handles one message if one comes within `ms`; true when standard input became readable instead.
  bool pump(int ms, bool stdin_too);
  std::int64_t bytes() const;
  const std::uint8_t* pixel(int x, int y) const {
    return client_->frameBuffer + (static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) + x) * 4;
  }
  int frame_number() const;
  std::string stats() const;
  std::string frames() const;
  std::string click(int x, int y, int px, int py);
  void check(int x, int y) const {
    if (x < 0 || y < 0 || x >= width_ || y >= height_) throw std::runtime_error("outside the picture");
  }

  rfbClient* client_ = nullptr;
  int width_ = 0, height_ = 0;
  std::vector<std::uint8_t> shown_;  // the picture before
  std::size_t covered_ = 0;
  bool dirty_ = false, continuous_ = false;
  std::int64_t start_ = now_ns(), changed_at_ = 0, bytes_before_ = 0;
  long pictures_ = 0;
  int last_frame_ = -1;
  std::vector<std::pair<int, std::int64_t>> seen_;
};

Viewer::Viewer(char* host, int port, const std::string& quality, int compression) {
  static int encodings[] = {kFence, kContinuousUpdates, 0};
  static rfbClientProtocolExtension extension{encodings, no_rectangle, message, nullptr, nullptr, nullptr};
  rfbEnableClientLogging = FALSE;
  rfbClientRegisterExtension(&extension);
  client_ = rfbGetClient(8, 3, 4);
  rfbClientSetClientData(client_, tag(), this);
  client_->format.redShift = 16, client_->format.greenShift = 8, client_->format.blueShift = 0;
  client_->appData.encodingsString = "tight copyrect zlib hextile raw";
  client_->appData.compressLevel = compression;
  client_->appData.enableJPEG = quality != "lossless";
  client_->appData.qualityLevel = quality == "lossless" ? 9 : std::stoi(quality);
  client_->appData.useRemoteCursor = TRUE;
  client_->canHandleNewFBSize = TRUE;
  client_->MallocFrameBuffer = allocate;
  client_->GotFrameBufferUpdate = rectangle_came;
  client_->FinishedFrameBufferUpdate = update_came;
  client_->serverHost = strdup(host);
  client_->serverPort = port;
  client_->connectTimeout = 5;
  if (!rfbInitClient(client_, nullptr, nullptr)) {
    client_ = nullptr;  // it has freed it
    throw std::runtime_error("cannot connect");
  }
}

rfbBool Viewer::allocate(rfbClient* client) {
  Viewer& self = of(client);
  self.width_ = client->width, self.height_ = client->height;
  const std::size_t size = static_cast<std::size_t>(client->width) * static_cast<std::size_t>(client->height) * 4;
  std::free(client->frameBuffer);
  client->frameBuffer = static_cast<std::uint8_t*>(std::calloc(size, 1));
  self.shown_.assign(size, 0);
  return client->frameBuffer != nullptr;
}

void Viewer::rectangle_came(rfbClient* client, int x, int y, int width, int height) {
  Viewer& self = of(client);
  self.covered_ += static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  const std::size_t row = static_cast<std::size_t>(width) * 4;
  for (int line = y; line < y + height; ++line) {
    const std::uint8_t* now = self.pixel(x, line);
    std::uint8_t* before = self.shown_.data() + (now - client->frameBuffer);
    if (std::memcmp(before, now, row) == 0) continue;
    std::memcpy(before, now, row);
    self.dirty_ = true;
  }
}

void Viewer::picture_done() {
  if (!std::exchange(dirty_, false)) return;
  changed_at_ = now_ns();
  ++pictures_;
  const int number = frame_number();
  if (number < 0 || number == last_frame_) return;
  last_frame_ = number;
  seen_.emplace_back(number, changed_at_);
}

int Viewer::frame_number() const {
  int number = 0;
  bool parity = false;
  for (int i = 0; i < 19; ++i) {
    const std::uint8_t* p = pixel(i * 8 + 4, 4);
    const int light = p[0] + p[1] + p[2];
    if (light > 240 && light < 525) return -1;
    const bool bit = light >= 525;
    if ((i == 0 && !bit) || (i == 17 && bit) || (i == 18 && bit != parity)) return -1;
    if (i > 0 && i < 17) number = number * 2 + bit, parity = parity != bit;
  }
  return number;
}

rfbBool Viewer::message(rfbClient* client, rfbServerToClientMsg* message) {
  if (message->type == kFenceMessage) {
    answer_fence(client);
    return TRUE;
  }
  if (message->type != kContinuousMessage) return FALSE;
  Viewer& self = of(client);
  if (std::exchange(self.continuous_, true)) return TRUE;
  const auto high = [](int v) { return static_cast<char>(v >> 8); };
  const auto low = [](int v) { return static_cast<char>(v); };
  char on[10] = {static_cast<char>(kContinuousMessage),
                 1,
                 0,
                 0,
                 0,
                 0,
                 high(self.width_),
                 low(self.width_),
                 high(self.height_),
                 low(self.height_)};
  WriteToRFBServer(client, on, sizeof on);
  return TRUE;
}

void Viewer::answer_fence(rfbClient* client) {
  char head[8], payload[64];
  if (!ReadFromRFBServer(client, head, sizeof head)) return;
  const auto length = static_cast<std::uint8_t>(head[7]);
  if (length > sizeof payload || (length > 0 && !ReadFromRFBServer(client, payload, length))) return;
  std::uint32_t flags = 0;
  std::memcpy(&flags, head + 3, 4);
  flags = ntohl(flags);
  if (!(flags & kFenceRequest)) return;
  flags = htonl(flags & kFenceFlags);
  char out[9 + sizeof payload] = {static_cast<char>(kFenceMessage)};
  std::memcpy(out + 4, &flags, 4);
  out[8] = head[7];
  std::memcpy(out + 9, payload, length);
  WriteToRFBServer(client, out, 9u + length);
}

bool Viewer::pump(int ms, bool stdin_too) {
  if (!client_->buffered) {
    pollfd both[] = {{static_cast<int>(client_->sock), POLLIN, 0}, {0, POLLIN, 0}};
    poll(both, stdin_too ? 2 : 1, ms);
    if (stdin_too && both[1].revents) return true;
    if (!both[0].revents) return false;
  }
  if (!HandleRFBServerMessage(client_)) throw std::runtime_error("the server has closed the connection");
  return false;
}

void Viewer::hello() {
  const std::size_t all = static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_);
  while (covered_ < all) {
    pump(50, false);
    if (ms_since(start_) > kTooLongMs) throw std::runtime_error("no whole picture came");
  }
  std::printf("{\"width\":%d,\"height\":%d,\"ms\":%.3f}\n", width_, height_, ms_since(start_));
  std::fflush(stdout);
}

void Viewer::watch() {
  while (!pump(1000, true)) {
  }
}

std::int64_t Viewer::bytes() const {
  tcp_info info{};
  socklen_t length = sizeof info;
  getsockopt(static_cast<int>(client_->sock), IPPROTO_TCP, TCP_INFO, &info, &length);
  return static_cast<std::int64_t>(info.tcpi_bytes_received);
}

std::string Viewer::stats() const {
  std::ostringstream out;
  out << R"({"bytes":)" << bytes() - bytes_before_ << R"(,"pictures":)" << pictures_ << R"(,"idle_ms":)"
      << ms_since(changed_at_) << R"(,"continuous":)" << (continuous_ ? "true" : "false") << "}";
  return out.str();
}

std::string Viewer::frames() const {
  std::string list;
  for (auto [number, ns] : seen_)
    list += (list.empty() ? "[" : ",[") + std::to_string(number) + "," + std::to_string(ns) + "]";
  return R"({"seen":[)" + list + "]}";
}

std::string Viewer::click(int x, int y, int px, int py) {
  check(px, py);
  std::uint8_t before[3];
  std::memcpy(before, pixel(px, py), 3);
  const std::int64_t start = now_ns();
  SendPointerEvent(client_, x, y, rfbButton1Mask);
  SendPointerEvent(client_, x, y, 0);
  while (std::memcmp(before, pixel(px, py), 3) == 0) {
    pump(50, false);
    if (ms_since(start) > kTooLongMs) throw std::runtime_error("the pixel did not change");
  }
  return R"({"ms":)" + std::to_string(ms_since(start)) + "}";
}

std::string Viewer::answer(const std::string& line) {
  std::istringstream words(line);
  std::string command, file;
  int x = 0, y = 0, px = 0, py = 0;
  words >> command;
  if (command == "mark") {
    bytes_before_ = bytes(), pictures_ = 0, last_frame_ = -1;
    seen_.clear();
  } else if (command == "stats") {
    return stats();
  } else if (command == "frames") {
    return frames();
  } else if (command == "dump" && words >> file) {
    std::ofstream out(file, std::ios::binary);
    out.write(reinterpret_cast<const char*>(client_->frameBuffer), static_cast<std::streamsize>(shown_.size()));
  } else if (command == "move" && words >> x >> y) {
    SendPointerEvent(client_, x, y, 0);
  } else if (command == "click" && words >> x >> y >> px >> py) {
    return click(x, y, px, py);
  } else {
    throw std::runtime_error("unknown command: " + line);
  }
  return "{}";
}

}  // namespace

int main(int count, char** arguments) {
  try {
    if (count != 5) throw std::runtime_error("usage: lotse-live-rfb HOST PORT QUALITY COMPRESSION");
    Viewer viewer(arguments[1], std::stoi(arguments[2]), arguments[3], std::stoi(arguments[4]));
    viewer.hello();
    // One command at a time, so nothing waits in the stream's buffer while poll() looks at the descriptor.
    for (std::string line;;) {
      viewer.watch();
      if (!std::getline(std::cin, line)) return 0;
      std::cout << viewer.answer(line) << std::endl;
    }
  } catch (const std::exception& error) {
    std::cerr << "lotse-live-rfb: " << error.what() << '\n';
    return 2;
  }
}
