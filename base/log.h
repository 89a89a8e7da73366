// The log: standard error and, on wish, a file. Never a secret, never what people say or show.
#pragma once
#include <string>
#include <string_view>

namespace lotse {

enum class LogLevel { debug, info, warning, error };

/// Sends the log to `file` too; empty: only to standard error. Throws std::runtime_error when it cannot be opened.
void start_log(std::string_view program, LogLevel least, const std::string& file = {});
/// One line. Any thread.
void log(LogLevel level, std::string_view line);

inline void log_debug(std::string_view line) { log(LogLevel::debug, line); }
inline void log_info(std::string_view line) { log(LogLevel::info, line); }
inline void log_warning(std::string_view line) { log(LogLevel::warning, line); }
inline void log_error(std::string_view line) { log(LogLevel::error, line); }

}  // namespace lotse
