// The talk in the real windows: conversations, links, what is saved.
#include <SDL2/SDL.h>

#include <catch2/catch.hpp>

#include "tests/ui/shown.h"

using namespace lotse;
using namespace lotse::ui;
using namespace lotse::ui::test;

namespace {

json line(int from, json to, const std::string& text, json conversation) {
  return {{"event", "chat"},
          {"from", from},
          {"to", std::move(to)},
          {"text", text},
          {"conversation", std::move(conversation)}};
}

/// Enter in the field.
void submit(Shown& window) {
  for (int i = 0; i < 40 && window.focused() != "chat.text"; ++i) window.key(SDLK_TAB, SDL_SCANCODE_TAB);
  REQUIRE(window.focused() == "chat.text");
  window.key(SDLK_RETURN, SDL_SCANCODE_RETURN);
}
void write(Shown& window, const std::string& text) {
  window.type("chat.text", text);
  submit(window);
}

}  // namespace

TEST_CASE("what is written goes to the conversation that is shown") {
  Shown window("view");
  window.press("panel.chat");
  write(window, "all of you");
  CHECK(window.backend.wait_for("chat")["to"] == "all");
  CHECK(window.press("chat.talk"));
  CHECK(window.press("chat.with.1"));  // the scene has a private line
  CHECK(window.shows("Only you and"));
  CHECK_FALSE(window.shows("all of you"));
  write(window, "you alone");
  CHECK(window.backend.wait_for("chat")["to"] == 1);
  window.press("chat.talk");
  window.press("chat.new");
  window.press("talk.with.1");
  CHECK(window.press("talk.with.3"));
  CHECK(window.press("talk.begin"));
  write(window, "you two");
  CHECK(window.backend.wait_for("chat")["to"] == json{1, 3});
}

TEST_CASE("a draft stays with those for whom it is written") {
  Shown window("view");
  window.press("panel.chat");
  window.press("chat.talk");
  window.press("chat.with.1");
  window.type("chat.text", "a secret");
  window.press("chat.talk");
  window.press("chat.with.all");
  write(window, "hello");
  CHECK(window.backend.wait_for("chat")["text"] == "hello");
  window.press("chat.talk");
  window.press("chat.with.1");
  submit(window);
  const json sent = window.backend.wait_for("chat");
  CHECK(sent["to"] == 1);
  CHECK(sent["text"] == "a secret");
}

TEST_CASE("what is new elsewhere is counted, and where all have left nothing is written") {
  Shown window("view");
  window.press("panel.chat");
  window.press("chat.talk");
  window.press("chat.with.1");
  window.backend.say({line(3, {1, 2}, "group line", {1, 3}), line(3, "all", "for all", "all")});
  CHECK(window.control("chat.talk")["label"].get<std::string>().ends_with("· 2 new"));
  window.press("chat.talk");
  CHECK(window.press("chat.with.1-3"));
  CHECK(window.shows("group line"));
  window.backend.say({{{"event", "left"}, {"participant", 1}, {"reason", "left"}},
                      {{"event", "left"}, {"participant", 3}, {"reason", "left"}}});
  CHECK(window.shows("(has left)"));
  CHECK(window.control("chat.text").is_null());
  CHECK(window.shows("Nobody of this conversation is here any more."));
}

TEST_CASE("somebody of the list is written to alone") {
  Shown window("view");
  CHECK(window.press("person.3"));
  CHECK(window.press("3.talk"));
  write(window, "psst");
  CHECK(window.backend.wait_for("chat")["to"] == 3);
}

TEST_CASE("a link shows where it leads, and is copied or left alone") {
  Shown window("view");
  window.press("panel.chat");
  window.backend.say({line(3, "all", "a https://bank.com@evil.example/x and مرحبا http://example.org", "all")});
  json links = json::array();
  const json shown = window.tree();
  for (const json& control : shown["tree"])
    if (control["role"] == "link") links.push_back(control);
  REQUIRE(links.size() == 2);
  CHECK(links[0]["label"] == "https://bank.com@evil.example/x");
  CHECK(links[1]["label"] == "http://example.org");
  CHECK(window.press(links[0]["id"]));
  CHECK(window.shows("evil.example"));
  CHECK(window.focused() == "link.cancel");  // not by a key that was meant for something else
  CHECK(window.press("link.copy"));
  CHECK(window.control("link.copy").is_null());
  CHECK(window.press(links[1]["id"]));
  window.key(SDLK_RETURN, SDL_SCANCODE_RETURN);
  CHECK(window.control("link.open").is_null());
}

TEST_CASE("the chat is saved by a button") {
  Shown window("view");
  window.press("panel.chat");
  window.press("chat.talk");
  CHECK(window.press("chat.save"));
  const std::string file = window.backend.wait_for("chat_export")["file"];
  CHECK(file.starts_with("/"));
  CHECK(file.ends_with(".txt"));
  window.backend.say({{{"id", "ui.chat_export.1"}, {"ok", true}, {"file", file}, {"lines", 3}}});
  CHECK(window.shows("The chat is saved: " + file));
}

TEST_CASE("every script is drawn, also much of it, small and cut") {
  Shown window("view");
  window.press("panel.chat");
  std::vector<json> lines;
  for (int i = 0; i < 400; ++i)
    lines.push_back(
        line(3, "all",
             "مرحبا " + std::to_string(i) + std::string(i % 7 == 0 ? 300 : 3, '\n') + "नमस्ते 👩‍🚀",
             "all"));
  window.backend.say(lines);
  CHECK(window.shows("مرحبا 399"));
  CHECK(window.press("panel.people"));
}
