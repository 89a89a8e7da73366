// The command `stats`: what the program counted since its start.
#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "program/engine.h"

namespace lotse::program {
namespace {

using nlohmann::json;

double percentile(std::vector<float> values, double p) {
  if (values.empty()) return 0;
  auto at = values.begin() + static_cast<std::ptrdiff_t>(p * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::int64_t resident_kb() {
  std::ifstream in("/proc/self/statm");
  std::int64_t pages = 0, resident = 0;
  in >> pages >> resident;
  return resident * 4;
}

}  // namespace

void Engine::do_stats(const json&, const Answer& answer) {
  net::SocketStats socket = relay_ ? relay_->stats() : net::SocketStats{};
  Instant now = net::Loop::now();
  double seconds = milliseconds(now - std::exchange(fps_since_, now)) / 1000;
  double fps =
      seconds > 0 ? static_cast<double>(frames_shown_ - std::exchange(fps_frames_, frames_shown_)) / seconds : 0;
  Way way = own_way();
  net::link::LinkStats direct = direct_ ? direct_->stats() : net::link::LinkStats{};
  json out{{"path", way.path},
           {"via", way.via},
           {"proxy", relay_ ? relay_->proxy() : ""},
           {"rtt_ms", way.rtt_ms},
           {"loss_pct", way.loss_pct},
           {"bytes_in", socket.bytes_in + direct.bytes_in},
           {"bytes_out", socket.bytes_out + direct.bytes_out},
           {"packets_in", socket.packets_in + direct.packets_in},
           {"packets_out", socket.packets_out + direct.packets_out},
           {"canvas_fps", fps},
           {"queue_bytes", queued()},
           {"cpu_s", cpu_seconds()},
           {"rss_kb", resident_kb()},
           {"frames", frames_shown_}};
  std::vector<float> encode, decode;
  std::uint64_t updates = 0, refused = 0, unproven = 0;
  if (session_ && session_->core()) {
    out["epoch"] = session_->core()->envelope.newest_epoch().value();
    out["shared"] = json::array();
    for (const auto& [screen, sender] : session_->presenting()->senders()) {
      const auto& of = sender->stats();
      encode.insert(encode.end(), of.encode_ms.begin(), of.encode_ms.end());
      out["shared"].push_back(
          {{"screen", screen.value()}, {"updates", of.updates}, {"frames", of.frames}, {"films", of.films}});
    }
    out["screens"] = json::array();
    for (const auto& [key, receiver] : session_->watching()->screens()) {
      const Views::Screen* view = views_.find(key);
      out["screens"].push_back({{"presenter", key.first.value()},
                                {"screen", key.second.value()},
                                {"name", view ? view->name : ""},
                                {"updates", receiver->stats().updates},
                                {"frames", view ? view->frames : 0},
                                {"films", receiver->stats().films},
                                {"exact", receiver->exact()},
                                {"versions_behind", receiver->versions_behind()}});
      updates += receiver->stats().updates;
      refused += receiver->stats().refused;
      unproven += receiver->stats().signed_bad;
      decode.insert(decode.end(), receiver->stats().decode_ms.begin(), receiver->stats().decode_ms.end());
    }
    out["signed_bad"] = session_->drops().forged + unproven;
    out["replay_dropped"] = session_->drops().replayed;
  }
  out["updates"] = updates;
  out["decode_refused"] = refused;
  out["encode_ms_p50"] = percentile(encode, 0.5), out["encode_ms_p95"] = percentile(encode, 0.95);
  out["decode_ms_p50"] = percentile(decode, 0.5), out["decode_ms_p95"] = percentile(decode, 0.95);
  out["peers"] = all_ways();
  answer.ok(std::move(out));
}

}  // namespace lotse::program
