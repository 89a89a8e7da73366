// Fields of a JSON object that may hold anything.
#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "base/text.h"

namespace lotse::ui {

inline constexpr std::size_t kMaxNameBytes = 200, kMaxTextBytes = 8000;

inline std::string text_field(const nlohmann::json& e, const char* name, std::size_t max_bytes = kMaxTextBytes) {
  auto field = e.find(name);
  return field != e.end() && field->is_string() ? clean_text(field->get_ref<const std::string&>(), max_bytes) : "";
}
inline std::string name_field(const nlohmann::json& e, const char* name) {
  std::string text = text_field(e, name, kMaxNameBytes);
  for (char& c : text)
    if (c == '\n' || c == '\t') c = ' ';
  return text;
}
inline double number_field(const nlohmann::json& e, const char* name, double otherwise) {
  auto field = e.find(name);
  return field != e.end() && field->is_number() ? field->get<double>() : otherwise;
}
inline int int_field(const nlohmann::json& e, const char* name, int otherwise) {
  auto field = e.find(name);
  if (field == e.end() || !field->is_number()) return otherwise;
  double value = field->get<double>();
  return value >= -1e9 && value <= 1e9 ? static_cast<int>(value) : otherwise;
}
inline std::int64_t time_field(const nlohmann::json& e, const char* name) {
  auto field = e.find(name);
  return field != e.end() && field->is_number_integer() ? field->get<std::int64_t>() : 0;
}
inline bool bool_field(const nlohmann::json& e, const char* name, bool otherwise) {
  auto field = e.find(name);
  return field != e.end() && field->is_boolean() ? field->get<bool>() : otherwise;
}

}  // namespace lotse::ui
