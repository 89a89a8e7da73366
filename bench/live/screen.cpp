// lotse-live-screen: what happens on the shared screen of the live bench. Draws the same pixels in every run.
//   flash X Y SIDE              a square that changes its colour with every click
//   play FILE|drawn FPS SECONDS a recording, there and back again, put as an application would: only what changed
//   move SECONDS                a window of text that is dragged over a photo, 60 steps a second
//   video SECONDS               a film of 1280x720, 30 frames a second, beside text
//   grab FILE                   the screen as rows of BGRX
// play, move and video show their first picture, say {"ready":N} (N: frames), start at a line on standard input, number
// every frame in the top left corner and at the end list when each was drawn: {"drawn":[[number,ns of
// CLOCK_MONOTONIC],...]}. Their last picture stays until standard input ends.
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/live/x_stage.h"
#include "bench/scenes.h"

using namespace lotse;

namespace {

constexpr int kBlock = 8;  // side of a bit of the frame's number
constexpr int kBits = 16;
constexpr std::size_t kMostFrames = 60;  // in memory: 8 MB each at 1920x1080
constexpr int kDrawnFrames = 24;
constexpr Size kFilm{1280, 720};
constexpr int kFilmFrames = 45;

std::int64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}
void sleep_until(std::int64_t ns) {
  timespec until{ns / 1'000'000'000, ns % 1'000'000'000};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {
  }
}

// Blocks of black and white: one, the number's bits, zero, parity. The viewers of the bench read it.
class FrameNumber {
 public:
  enum class Place { above, in_the_picture };
  FrameNumber(bench::XStage& stage, Place place) : stage_(stage) {
    if (place == Place::above) window_ = stage.open({0, 0, (kBits + 3) * kBlock, kBlock});
  }
  // In one request: a screen grabbed between two would show a number that never was.
  void show(int number) {
    draw(number, blocks_.writable());
    stage_.put(window_, blocks_.view(), {0, 0, (kBits + 3) * kBlock, kBlock});
    shown(number);
  }
  static void draw(int number, codec::MutableFrameView to) {
    bool parity = false;
    for (int i = 0; i < kBits + 3; ++i) {
      const bool bit = i == 0 || (i <= kBits ? number >> (kBits - i) & 1 : i == kBits + 2 && parity);
      if (i > 0 && i <= kBits) parity = parity != bit;
      for (int y = 0; y < kBlock; ++y) std::memset(to.row(y) + i * kBlock * 4, bit ? 0xFF : 0, kBlock * 4);
    }
  }
  void shown(int number) { drawn_.emplace_back(number, now_ns()); }
  void tell() const {
    std::string list;
    for (auto [number, ns] : drawn_)
      list += (list.empty() ? "[" : ",[") + std::to_string(number) + "," + std::to_string(ns) + "]";
    std::cout << "{\"drawn\":[" << list << "]}" << std::endl;
  }

 private:
  bench::XStage& stage_;
  bench::XStage::Window window_ = 0;
  codec::Image blocks_{Size{(kBits + 3) * kBlock, kBlock}};
  std::vector<std::pair<int, std::int64_t>> drawn_;
};

// Calls `draw(frame)` `fps` times a second; what comes too late is left out, as a player does.
template <class Draw>
void play(bench::XStage& stage, int frames, double fps, Draw draw,
          FrameNumber::Place place = FrameNumber::Place::above) {
  FrameNumber number(stage, place);
  if (place == FrameNumber::Place::in_the_picture) draw(0);
  std::cout << "{\"ready\":" << frames << "}" << std::endl;
  std::string line;
  if (!std::getline(std::cin, line)) return;
  const std::int64_t start = now_ns();
  for (int frame = 0; frame < frames;) {
    draw(frame);
    place == FrameNumber::Place::above ? number.show(frame) : number.shown(frame);
    const int due = static_cast<int>(static_cast<double>(now_ns() - start) * fps / 1e9) + 1;
    if (frame == frames - 1) break;
    frame = std::clamp(due, frame + 1, frames - 1);
    sleep_until(start + static_cast<std::int64_t>(frame * 1e9 / fps));
  }
  number.tell();
  while (std::getline(std::cin, line)) {
  }
}

Rect difference(codec::FrameView a, codec::FrameView b) {
  int left = a.size.width, right = -1, top = a.size.height, bottom = -1;
  for (int y = 0; y < a.size.height; ++y) {
    const std::uint8_t *p = a.row(y), *q = b.row(y);
    if (std::memcmp(p, q, static_cast<std::size_t>(a.size.width) * 4) == 0) continue;
    top = std::min(top, y), bottom = y;
    int x = 0, end = a.size.width - 1;
    while (std::memcmp(p + x * 4, q + x * 4, 4) == 0) ++x;
    while (std::memcmp(p + end * 4, q + end * 4, 4) == 0) --end;
    left = std::min(left, x), right = std::max(right, end);
  }
  return bottom < 0 ? Rect{} : Rect{left, top, right - left + 1, bottom - top + 1};
}

void play_scene(const std::string& file, double fps, double seconds) {
  bench::XStage stage;
  std::vector<codec::Image> frames;
  auto keep = [&](codec::FrameView view) {
    if (view.size != stage.size()) throw std::runtime_error(file + " does not have the size of the screen");
    if (frames.size() < kMostFrames) codec::copy_pixels(view, frames.emplace_back(view.size).writable());
  };
  const int shows = std::max(1, static_cast<int>(seconds * fps));
  file == "drawn" ? bench::play_drawn_scene(stage.size(), std::min(shows, kDrawnFrames), keep)
                  : bench::play_recording(file, keep);
  if (frames.empty()) throw std::runtime_error(file + " has no frames");
  const auto window = stage.open({0, 0, stage.size().width, stage.size().height});
  stage.set_background(window, frames.front().view());
  const int turn = std::max(1, static_cast<int>(frames.size()) - 1);
  std::size_t shown = 0;
  play(stage, shows, fps, [&](int frame) {
    const int step = frame % (2 * turn);
    const auto next = static_cast<std::size_t>(step <= turn ? step : 2 * turn - step) % frames.size();
    if (next != shown) stage.put(window, frames[next].view(), difference(frames[shown].view(), frames[next].view()));
    shown = next;
  });
}

void move_window(double seconds) {
  bench::XStage stage;
  const Size screen = stage.size(), text{screen.width / 2, screen.height / 2};
  const auto photo = stage.open({0, 0, screen.width, screen.height});
  bench::play_drawn_scene({screen.width * 3, screen.height}, 1, [&](codec::FrameView all) {
    stage.set_background(photo, all.part({screen.width * 2, 0, screen.width, screen.height}));
  });
  const auto window = stage.open({40, 40, text.width, text.height});
  bench::play_drawn_scene({text.width * 3 / 2, text.height}, 1, [&](codec::FrameView all) {
    stage.set_background(window, all.part({0, 0, text.width, text.height}));
  });
  play(stage, std::max(1, static_cast<int>(seconds * 60)), 60, [&](int frame) {
    const double t = frame / 60.0;
    const auto along = [](int room, double angle) { return static_cast<int>(room / 2 * (1 + std::sin(angle))); };
    stage.move(window, {along(screen.width - text.width, t * 1.3), along(screen.height - text.height, t * 1.7 + 0.5)});
  });
}

// Hills of many sizes under a light that wanders, a camera that pans, two balls that fly: smooth, detailed and moving,
// as films are.
codec::Image film_frame(int frame) {
  codec::Image image(kFilm);
  const double pan_x = 160 * std::sin(frame * 0.07), pan_y = 60 * std::cos(frame * 0.05);
  for (int y = 0; y < kFilm.height; ++y) {
    for (int x = 0; x < kFilm.width; ++x) {
      const double u = x + pan_x, v = y + pan_y;
      double hill = std::sin(u * 0.011 + 2 * std::sin(v * 0.007)) + std::sin(v * 0.023 - u * 0.017) / 2 +
                    std::sin(u * 0.093 + v * 0.071) / 5 + std::sin(v * 0.31 - u * 0.27) / 9;
      double light = 128 + 60 * hill + 25 * std::sin(frame * 0.1 + x * 0.002);
      double red = light * 1.05, green = light, blue = light * 0.8 + 20 * std::sin(u * 0.02);
      for (int ball = 0; ball < 2; ++ball) {
        const double bx = 640 + 420 * std::cos(frame * 0.09 + ball * 2), by = 360 + 240 * std::sin(frame * 0.12 + ball);
        const double far = std::hypot(x - bx, y - by);
        if (far < 70) red = 230 - far * (ball + 1), green = 90 + far, blue = ball * 180.0;
      }
      std::uint8_t* pixel = image.writable().row(y) + x * 4;
      pixel[0] = static_cast<std::uint8_t>(std::clamp(blue, 0.0, 255.0));
      pixel[1] = static_cast<std::uint8_t>(std::clamp(green, 0.0, 255.0));
      pixel[2] = static_cast<std::uint8_t>(std::clamp(red, 0.0, 255.0));
    }
  }
  return image;
}

// The frame's number is in the film itself: it is seen when the film is.
void play_film(double seconds) {
  bench::XStage stage;
  const Size screen = stage.size();
  const auto text = stage.open({0, 0, screen.width, screen.height});
  bench::play_drawn_scene({screen.width * 3 / 2, screen.height}, 1, [&](codec::FrameView all) {
    stage.set_background(text, all.part({0, 0, screen.width, screen.height}));
  });
  const auto window = stage.open({0, 0, kFilm.width, kFilm.height});
  std::vector<codec::Image> frames;
  for (int i = 0; i < kFilmFrames; ++i) frames.push_back(film_frame(i));
  auto draw = [&](int frame) {
    const int step = frame % (2 * (kFilmFrames - 1));
    codec::Image& image = frames[static_cast<std::size_t>(std::min(step, 2 * (kFilmFrames - 1) - step))];
    FrameNumber::draw(frame, image.writable());
    stage.put(window, image.view(), {0, 0, kFilm.width, kFilm.height});
  };
  play(stage, std::max(1, static_cast<int>(seconds * 30)), 30, draw, FrameNumber::Place::in_the_picture);
}

void flash(const Rect& where) {
  bench::XStage stage;
  const auto window = stage.open(where, 0xDC2828);
  std::cout << "{\"ready\":1}" << std::endl;
  for (bool blue = true;; blue = !blue) {
    stage.wait_for_click();
    stage.fill(window, {{0, 0, where.width, where.height}}, blue ? 0x2828DC : 0xDC2828);
    stage.flush();
  }
}

void grab(const std::string& file) {
  const auto pixels = bench::XStage().grab();
  std::ofstream out(file, std::ios::binary);
  out.write(reinterpret_cast<const char*>(pixels.data()), static_cast<std::streamsize>(pixels.size()));
  if (!out.flush()) throw std::runtime_error(file + " cannot be written");
}

int number(const std::string& text) { return std::stoi(text); }

}  // namespace

int main(int count, char** arguments) {
  const std::vector<std::string> a(arguments + 1, arguments + count);
  try {
    if (a.size() == 4 && a[0] == "flash")
      flash({number(a[1]), number(a[2]), number(a[3]), number(a[3])});
    else if (a.size() == 4 && a[0] == "play")
      play_scene(a[1], std::stod(a[2]), std::stod(a[3]));
    else if (a.size() == 2 && a[0] == "move")
      move_window(std::stod(a[1]));
    else if (a.size() == 2 && a[0] == "video")
      play_film(std::stod(a[1]));
    else if (a.size() == 2 && a[0] == "grab")
      grab(a[1]);
    else
      throw std::runtime_error(
          "usage: flash X Y SIDE | play FILE|drawn FPS SECONDS | move SECONDS | video SECONDS | grab FILE");
  } catch (const std::exception& error) {
    std::cerr << "lotse-live-screen: " << error.what() << '\n';
    return 2;
  }
}
