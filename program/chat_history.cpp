#include "program/chat_history.h"

#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>

namespace lotse::program {
namespace {

constexpr std::uint64_t kClockOff = 86400;  // seconds

std::size_t bytes_of(const SaidLine& line) {
  std::size_t bytes = sizeof line + line.text.size() + line.from.name.size();
  for (const SaidLine::Person& person : line.to) bytes += sizeof person + person.name.size();
  return bytes;
}

std::string flat(std::string text) {
  for (char& c : text)
    if (c == '\n' || c == '\t') c = ' ';
  return text;
}

std::string called(const SaidLine::Person& person) {
  return flat(person.name) + " (" + std::to_string(person.id) + ")";
}

std::string local_time(std::uint64_t seconds) {
  const auto time = static_cast<std::time_t>(seconds);
  std::tm day{};
  localtime_r(&time, &day);
  char text[64];
  return std::string(text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S %z", &day));
}

}  // namespace

nlohmann::json line_json(const SaidLine& line, int self) {
  nlohmann::json to = "all", conversation = "all";
  if (line.to.size() == 1) {
    to = line.to[0].id;
    conversation = line.from.id == self ? line.to[0].id : line.from.id;
  } else if (!line.to.empty()) {
    std::vector<int> all{line.from.id}, others;
    to = nlohmann::json::array();
    for (const SaidLine::Person& person : line.to) to.push_back(person.id), all.push_back(person.id);
    std::copy_if(all.begin(), all.end(), std::back_inserter(others), [&](int id) { return id != self; });
    std::sort(others.begin(), others.end());
    conversation = others;
  }
  return {{"from", line.from.id}, {"name", line.from.name}, {"to", to},
          {"text", line.text},    {"time", line.time},      {"conversation", conversation}};
}

void ChatHistory::add(SaidLine line) {
  bytes_ += bytes_of(line);
  lines_.push_back(std::move(line));
  while (lines_.size() > kMostLines || bytes_ > kMostBytes) {
    bytes_ -= bytes_of(lines_.front());
    lines_.pop_front();
  }
}

void ChatHistory::clear() {
  lines_.clear();
  bytes_ = 0;
}

std::string ChatHistory::to_text() const {
  std::string text;
  for (const SaidLine& line : lines_) {
    std::string to;
    for (const SaidLine::Person& person : line.to) to += (to.empty() ? "" : ", ") + called(person);
    text += local_time(line.time) + "\t" + called(line.from) + "\t" + (to.empty() ? "all" : to) + "\t" +
            flat(line.text) + "\n";
  }
  return text;
}

std::uint64_t time_of_line(std::uint64_t told, std::uint64_t now) {
  const std::uint64_t off = told > now ? told - now : now - told;
  return told == 0 || off > kClockOff ? now : told;
}

}  // namespace lotse::program
