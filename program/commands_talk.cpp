// What is said: the chat, what was said so far, and a file of it.
#include <ctime>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "program/command_fields.h"
#include "program/engine.h"
#include "program/new_file.h"

namespace lotse::program {

using nlohmann::json;
using session::Session;

namespace {

std::uint64_t seconds_now() { return static_cast<std::uint64_t>(std::time(nullptr)); }

}  // namespace

void Engine::tell_line(const session::ChatLine& line) {
  auto person = [&](ParticipantId id) {
    const session::Member* member = session_ && session_->core() ? session_->core()->member(id) : nullptr;
    return SaidLine::Person{id.value(), member != nullptr ? member->name : ""};
  };
  SaidLine said{person(line.from), {}, line.text, time_of_line(line.time, seconds_now())};
  if (line.group.empty() && line.to != kEverybody) said.to.push_back(person(line.to));
  for (ParticipantId id : line.group)
    if (id != line.from) said.to.push_back(person(id));
  json event = line_json(said, self_);
  event["event"] = "chat";
  said_.add(std::move(said));
  emit(std::move(event));
}

void Engine::do_chat(const json& c, const Answer& answer) {
  if (!session_) return answer.error("not_allowed", "there is no session");
  std::optional<std::vector<ParticipantId>> to;
  json target = c.value("to", json("all"));
  if (target == "master")
    to = {{session_->core() ? session_->core()->master() : kFirstMaster}};
  else if (target.is_number_integer())
    to = {{participant_in(c, "to")}};
  else if (target.is_array()) {
    to.emplace();
    for (const json& id : target) to->push_back(participant_from(id));
    if (to->empty()) throw std::invalid_argument("\"to\" names nobody");
  } else if (target != "all")
    throw std::invalid_argument("\"to\" is all, master, a participant or a list of them");
  const std::string text = c.at("text").get<std::string>();
  with_session([&](Session& s) { refusal(s.chat(text, std::move(to), net::Loop::now(), seconds_now()), answer); });
}

void Engine::do_chat_history(const json&, const Answer& answer) {
  json lines = json::array();
  for (const SaidLine& line : said_.lines()) lines.push_back(line_json(line, self_));
  answer.ok({{"lines", std::move(lines)}});
}

void Engine::do_chat_export(const json& c, const Answer& answer) {
  const std::string file = c.at("file").get<std::string>();
  if (auto problem = write_new_file(file, as_bytes(said_.to_text())))
    return answer.error(problem->code, problem->message);
  answer.ok({{"file", file}, {"lines", said_.lines().size()}});
}

}  // namespace lotse::program
