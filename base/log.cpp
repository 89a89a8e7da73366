#include "base/log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace lotse {

void start_log(std::string_view program, LogLevel least, const std::string& file) {
  std::vector<spdlog::sink_ptr> sinks{std::make_shared<spdlog::sinks::stderr_color_sink_mt>()};
  try {
    if (!file.empty()) sinks.push_back(std::make_shared<spdlog::sinks::basic_file_sink_mt>(file));
  } catch (const spdlog::spdlog_ex&) {
    throw std::runtime_error("cannot write the log file " + file);
  }
  auto logger = std::make_shared<spdlog::logger>(std::string(program), sinks.begin(), sinks.end());
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e %n %l: %v");
  logger->set_level(static_cast<spdlog::level::level_enum>(static_cast<int>(least) + 1));
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

void log(LogLevel level, std::string_view line) {
  spdlog::default_logger_raw()->log(static_cast<spdlog::level::level_enum>(static_cast<int>(level) + 1), "{}", line);
}

}  // namespace lotse
