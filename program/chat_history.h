// What was said in a session, as long as it fits: for chat_history and chat_export. Not thread-safe.
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace lotse::program {

/// A line of the chat with those whom it concerns as they were called then.
struct SaidLine {
  struct Person {
    int id = 0;
    std::string name;
  };
  Person from;
  std::vector<Person> to;  // all of them but `from`; several: a group; empty: everybody
  std::string text;
  std::uint64_t time = 0;  // seconds since 1970
};

/// from, name, to, text, time, and conversation: what `to` of a line that answers it is.
nlohmann::json line_json(const SaidLine& line, int self);

class ChatHistory {
 public:
  static constexpr std::size_t kMostLines = 10'000;
  static constexpr std::size_t kMostBytes = 4u << 20;  // of texts and names

  /// The oldest ones go where it would become too much.
  void add(SaidLine line);
  void clear();
  const std::deque<SaidLine>& lines() const { return lines_; }
  /// One line for each that was said: local time, from, to and text between tabs. Nothing that is said looks like
  /// another line.
  std::string to_text() const;

 private:
  std::deque<SaidLine> lines_;
  std::size_t bytes_ = 0;
};

/// When a line was said, as it is shown: by the sender's clock, or `now` where that one is more than a day off or tells
/// nothing. Seconds since 1970.
std::uint64_t time_of_line(std::uint64_t told, std::uint64_t now);

}  // namespace lotse::program
