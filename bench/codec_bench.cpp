// lotse-bench-codec: bytes and milliseconds a frame on one core, beside plain JPEG and PNG tiles in the same run.
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "bench/codec_peers.h"
#include "bench/delta_bench.h"
#include "bench/scenes.h"
#include "bench/sign_bench.h"
#include "bench/stopwatch.h"
#include "codec/canvas.h"
#include "codec/change.h"
#include "codec/slot_codec.h"

using namespace lotse;
using namespace lotse::codec;
using bench::Stopwatch;

namespace {

struct Figures {
  int frames = 0;
  std::size_t slots = 0, exact_slots = 0, ours = 0, jpeg = 0, png = 0;
  double pixels = 0;
  Stopwatch find, encode, decode, hash, jpeg_encode, png_encode;
};

class SceneBench {
 public:
  void frame(FrameView screen) {
    Figures& f = detector_.grid().size() == screen.size ? later_ : first_;
    ++f.frames;
    const Rect whole{0, 0, screen.size.width, screen.size.height};
    const auto changed = f.find.time([&] { return detector_.update(screen.size, whole, screen); });
    if (canvas_.grid().size() != screen.size) canvas_.reset(screen.size);
    std::vector<EncodedSlot> encoded(changed.size());
    f.encode.time([&] {
      for (std::size_t i = 0; i < changed.size(); ++i) encoded[i] = encode(screen, changed[i], Rank::normal);
    });
    for (std::size_t i = 0; i < changed.size(); ++i) receive(f, screen, changed[i], encoded[i]);
    f.jpeg_encode.time([&] {
      for (SlotId slot : changed) f.jpeg += bench::jpeg_tile(part(screen, slot)).size();
    });
    f.png_encode.time([&] {
      for (SlotId slot : changed) f.png += bench::png_tile(part(screen, slot)).size();
    });
    f.hash.time([&] { return canvas_.digest(); });
    rest(screen);
  }

  const Figures& first() const { return first_; }
  const Figures& later() const { return later_; }
  const Figures& all_lossless() const { return all_lossless_; }
  double static_ms() const { return static_.ms() / (first_.frames + later_.frames); }

 private:
  FrameView part(FrameView screen, SlotId slot) const { return screen.part(detector_.grid().rect(slot)); }
  EncodedSlot encode(FrameView screen, SlotId slot, Rank rank) {
    return encoder_.encode(part(screen, slot), rank, Motion::still);
  }

  void receive(Figures& f, FrameView screen, SlotId slot, const EncodedSlot& encoded) {
    const Rect rect = detector_.grid().rect(slot);
    Image pixels(rect.size());
    const bool decoded = f.decode.time([&] { return decoder_.decode(encoded.payload, pixels.writable()).has_value(); });
    const bool exact = same_pixels(pixels.view(), screen.part(rect));
    if (!decoded || (encoded.rank == Rank::lossless && !exact)) throw std::runtime_error("a slot came back wrong");
    canvas_.put(slot, pixels.view());
    ++f.slots;
    f.exact_slots += encoded.rank == Rank::lossless;
    f.ours += encoded.payload.size();
    f.pixels += rect.width * rect.height;
  }

  // What happens besides the changes: a look that finds nothing; and, once a scene, the whole screen without loss.
  void rest(FrameView screen) {
    const Rect whole{0, 0, screen.size.width, screen.size.height};
    static_.time([&] { return detector_.update(screen.size, whole, screen); });
    if (all_lossless_.frames++ > 0) return;
    all_lossless_.encode.time([&] {
      for (std::uint32_t i = 0; i < detector_.grid().count(); ++i)
        all_lossless_.ours += encode(screen, SlotId{i}, Rank::lossless).payload.size();
    });
    all_lossless_.pixels = static_cast<double>(screen.size.width) * screen.size.height;
  }

  ChangeDetector detector_;
  SlotEncoder encoder_;
  SlotDecoder decoder_;
  Canvas canvas_;
  Figures first_, later_, all_lossless_;
  Stopwatch static_;
};

double per_frame(double value, const Figures& f) { return f.frames == 0 ? 0 : value / f.frames; }
double kb_per_frame(std::size_t bytes, const Figures& f) { return per_frame(static_cast<double>(bytes) / 1000, f); }

void print_head() {
  std::printf("%-22s %6s %6s | %-26s | %-26s | %7s %7s %7s\n", "", "", "", "kB a frame", "ms a frame, encode", "ms",
              "ms", "ms");
  std::printf("%-22s %6s %6s | %8s %8s %8s | %8s %8s %8s | %7s %7s %7s\n", "scene", "slots", "exact", "ours", "jpeg",
              "png", "ours", "jpeg", "png", "decode", "find", "hash");
}

void print_row(const std::string& name, const Figures& f) {
  if (f.frames == 0) return;
  const auto slots = static_cast<double>(f.slots);
  std::printf("%-22s %6.1f %5.0f%% | %8.1f %8.1f %8.1f | %8.2f %8.2f %8.2f | %7.2f %7.2f %7.2f\n", name.c_str(),
              per_frame(slots, f), f.slots == 0 ? 0 : 100 * static_cast<double>(f.exact_slots) / slots,
              kb_per_frame(f.ours, f), kb_per_frame(f.jpeg, f), kb_per_frame(f.png, f), per_frame(f.encode.ms(), f),
              per_frame(f.jpeg_encode.ms(), f), per_frame(f.png_encode.ms(), f), per_frame(f.decode.ms(), f),
              per_frame(f.find.ms(), f), per_frame(f.hash.ms(), f));
}

void print_scene(const std::string& name, const SceneBench& scene) {
  print_row(name + ", first", scene.first());
  print_row(name + ", changes", scene.later());
  const Figures& whole = scene.all_lossless();
  std::printf("%-22s whole screen without loss: %.0f kB, %.1f ns a pixel; a look at a screen at rest: %.2f ms\n", "",
              static_cast<double>(whole.ours) / 1000, whole.encode.ms() * 1e6 / whole.pixels, scene.static_ms());
}

void print_json_line(const std::string& name, double ours, double peer, const char* unit, const std::string& command) {
  std::printf(R"({"name":"%s","ours":%.3f,"peer":%.3f,"ratio":%.3f,"unit":"%s","cmd":"%s"})"
              "\n",
              name.c_str(), ours, peer, peer > 0 ? ours / peer : 0, unit, command.c_str());
}

void print_json(const std::string& name, const SceneBench& scene, const std::string& command) {
  for (const auto& [kind, figures] : {std::pair{"first", &scene.first()}, {"changes", &scene.later()}}) {
    const Figures& f = *figures;
    if (f.frames == 0) continue;
    const std::string what = "codec " + name + " " + kind;
    print_json_line(what + " bytes, JPEG tiles", kb_per_frame(f.ours, f), kb_per_frame(f.jpeg, f), "kB/frame", command);
    print_json_line(what + " bytes, PNG tiles", kb_per_frame(f.ours, f), kb_per_frame(f.png, f), "kB/frame", command);
    print_json_line(what + " time, JPEG tiles", per_frame(f.encode.ms(), f), per_frame(f.jpeg_encode.ms(), f),
                    "ms/frame", command);
    print_json_line(what + " time, PNG tiles", per_frame(f.encode.ms(), f), per_frame(f.png_encode.ms(), f), "ms/frame",
                    command);
  }
}

struct Options {
  bool json = false, smoke = false, delta = false;
  std::vector<std::string> files;
  std::string command = "lotse-bench-codec";
};

Options read_options(int count, char** arguments) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string_view argument = arguments[i];
    options.command += " " + std::string(argument);
    if (argument == "--json") {
      options.json = true;
    } else if (argument == "--smoke") {
      options.smoke = true;
    } else if (argument == "--delta") {
      options.delta = true;
    } else if (argument.starts_with("-")) {
      throw std::runtime_error("usage: lotse-bench-codec [--delta] [--json] [--smoke] [RECORDING...]");
    } else {
      options.files.emplace_back(argument);
    }
  }
  if (options.files.empty() && !options.smoke) options.files = bench::recorded_scenes();
  if (options.files.empty() && !options.smoke)
    throw std::runtime_error("no recordings: name some, set LOTSE_CORPUS to their folder, or take --smoke");
  return options;
}

void report(const Options& options, const std::string& name, const SceneBench& scene) {
  options.json ? print_json(name, scene, options.command) : print_scene(name, scene);
  std::fflush(stdout);
}

// Each scene as frames that build on one another.
void run_delta(const Options& options) {
  bench::DeltaReport report(options.json ? options.command : "");
  if (options.smoke) {
    bench::DeltaBench scene;
    bench::play_drawn_scene({640, 480}, 4, [&](FrameView frame) { scene.frame(frame); });
    report.add("drawn", scene.figures());
  }
  for (const std::string& file : options.files) {
    bench::DeltaBench scene;
    bench::play_recording(file, [&](FrameView frame) { scene.frame(frame); });
    report.add(std::filesystem::path(file).stem(), scene.figures());
  }
  report.finish();
}

void run(const Options& options) {
  if (!options.json) print_head();
  if (options.smoke) {
    SceneBench scene;
    bench::play_drawn_scene({640, 480}, 4, [&](FrameView frame) { scene.frame(frame); });
    report(options, "drawn", scene);
  }
  for (const std::string& file : options.files) {
    SceneBench scene;
    bench::play_recording(file, [&](FrameView frame) { scene.frame(frame); });
    report(options, std::filesystem::path(file).stem(), scene);
  }
  if (!options.json) bench::print_sign_costs();
}

}  // namespace

int main(int count, char** arguments) {
  try {
    const Options options = read_options(count, arguments);
    options.delta ? run_delta(options) : run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "lotse-bench-codec: %s\n", error.what());
    return 2;
  }
}
