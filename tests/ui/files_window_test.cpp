// The real windows and files: offers, what is on its way, dropping, choosing.
#include <SDL2/SDL.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/ui/shown.h"

using namespace lotse;
using namespace lotse::ui;
using namespace lotse::ui::test;

namespace {

/// Programs of the desktop, for as long as it lives: only those that the test puts here.
struct Programs {
  std::string before = std::getenv("PATH"), folder = desk().folder + "/programs";
  Programs() {
    std::filesystem::create_directories(folder);
    setenv("PATH", folder.c_str(), 1);
  }
  ~Programs() {
    setenv("PATH", before.c_str(), 1);
    std::filesystem::remove_all(folder);
  }
  void put(const std::string& name, const std::string& script) const {
    std::ofstream(folder + "/" + name) << "#!/bin/sh\n" << script << "\n";
    std::filesystem::permissions(folder + "/" + name, std::filesystem::perms::owner_all);
  }
};

}  // namespace

TEST_CASE("files in the panel are accepted, refused, held up and ended") {
  Shown window("view-files");
  CHECK(window.shows("from Клара Новак"));
  CHECK(window.shows("0.4 of 1.2 GB · 3.4 MB/s · 4 min left"));
  CHECK(window.shows("1.1 of 2.4 MB · paused"));
  CHECK(window.shows("Bernd Kowalski's disk is full."));
  CHECK(window.press("file.accept.f6"));
  CHECK(window.backend.wait_for("accept_file")["file_id"] == "f6");
  CHECK(window.press("file.refuse.f6"));
  CHECK(window.backend.wait_for("refuse_file")["file_id"] == "f6");
  CHECK(window.press("file.pause.f5"));
  CHECK(window.backend.wait_for("pause_file")["file_id"] == "f5");
  CHECK(window.press("file.resume.f4"));
  CHECK(window.backend.wait_for("resume_file")["file_id"] == "f4");
  CHECK(window.press("file.cancel.f5"));
  CHECK(window.backend.wait_for("cancel_file")["file_id"] == "f5");
  CHECK(window.control("file.cancel.f6").is_null());  // an offer is refused
  CHECK(window.press("file.remove.f3"));
  CHECK_FALSE(window.shows("Bernd Kowalski's disk is full."));
  CHECK(window.control("file.show.f2").is_null());
  CHECK(window.press("panel.people"));
  CHECK_FALSE(window.control("people.send_file").is_null());
}

TEST_CASE("the folder of a file that has arrived is shown, and nothing else is opened") {
  Programs programs;
  const std::string seen = desk().folder + "/seen";
  programs.put("xdg-open", "echo \"$1\" > '" + seen + "'");
  Shown window("view");
  const std::string folder = desk().folder + "/received";
  std::filesystem::create_directories(folder);
  json file{{"event", "file"}, {"file_id", "a"}, {"direction", "in"}, {"peer", 1}, {"name", "x.desktop"}};
  file.update({{"size", 5}, {"done", 5}, {"state", "done"}, {"path", folder + "/x.desktop"}});
  window.backend.say({file});
  CHECK(window.press("panel.files"));
  CHECK(window.press("file.show.a"));
  std::string opened;
  for (const auto end = std::chrono::steady_clock::now() + kPatience;
       opened.empty() && std::chrono::steady_clock::now() < end; std::this_thread::yield())
    std::getline(std::ifstream(seen), opened);
  CHECK(opened == folder);
  file.update({{"file_id", "b"}, {"path", "x.desktop"}});
  window.backend.say({file});
  CHECK(window.control("file.show.b").is_null());
}

TEST_CASE("an offer is told of where the panel does not show it") {
  Shown window("view");
  json offer{{"event", "file"}, {"file_id", "a"}, {"direction", "in"}, {"peer", 1}, {"name", "report {file} %s.pdf"}};
  offer.update({{"size", 5000}, {"done", 0}, {"state", "offered"}});
  SECTION("the panel comes to it") {
    window.backend.say({offer});
    CHECK_FALSE(window.control("file.accept.a").is_null());
    CHECK(window.control("toast").is_null());
    CHECK(window.shows("report {file} %s.pdf"));
  }
  SECTION("folded away") {
    window.press("panel.fold");
    window.backend.say({offer});
    CHECK(window.shows("Werkstatt Huber wants to send you the file report {file} %s.pdf."));
    CHECK(window.control("viewer.unfold")["label"] == "2");
    CHECK(window.press("viewer.unfold"));
    CHECK_FALSE(window.control("file.accept.a").is_null());
  }
  SECTION("while the chat is open") {
    window.press("panel.chat");
    window.backend.say({offer});
    CHECK(window.shows("Werkstatt Huber wants to send you the file"));
    CHECK(window.control("panel.files")["label"] == "Files · 1");
  }
}

TEST_CASE("a file that is dropped on the window goes to whom one chooses") {
  for (const char* language : {"en", "de"}) {
    Shown window("view", language);
    window.drop("/home/anna/notes/Größe und Gewicht der neuen Anlage, vierter Entwurf nach der Besprechung.odt");
    CHECK(window.control("send.send")["enabled"] == false);
    CHECK(window.focused() == "send.to.all");
    const json shown = window.tree();
    for (const auto& c : shown["tree"]) {
      INFO(c["label"]);
      CHECK(c["truncated"] == false);
    }
  }
  Shown window("view");
  window.drop("/home/anna/a.txt");
  window.drop("/home/anna/b.txt");
  CHECK(window.shows("Send 2 files to…"));
  for (const char* id : {"send.to.all", "send.to.0", "send.to.1", "send.to.3"})
    CHECK_FALSE(window.control(id).is_null());
  SECTION("one") {
    CHECK(window.press("send.to.3"));
    window.key(SDLK_RETURN, SDL_SCANCODE_RETURN);
    for (const char* file : {"/home/anna/a.txt", "/home/anna/b.txt"}) {
      json send = window.backend.wait_for("send_file");
      CHECK(send["file"] == file);
      CHECK(send["to"] == 3);
    }
  }
  SECTION("everybody") {
    CHECK(window.press("send.to.all"));
    CHECK(window.press("send.send"));
    CHECK(window.backend.wait_for("send_file")["to"] == "all");
  }
  SECTION("nobody") {
    window.key(SDLK_ESCAPE, SDL_SCANCODE_ESCAPE);
    CHECK(window.control("send.send").is_null());
    for (const json& sent : window.backend.commands()) CHECK(sent["do"] != "send_file");
  }
  SECTION("the one who was chosen leaves") {
    CHECK(window.press("send.to.3"));
    window.backend.say({{{"event", "left"}, {"participant", 3}}});
    CHECK(window.control("send.send")["enabled"] == false);
    CHECK(window.control("send.to.3").is_null());
  }
}

TEST_CASE("with one other person there, Enter sends what was dropped") {
  Shown window("host-end");
  window.key(SDLK_ESCAPE, SDL_SCANCODE_ESCAPE);
  window.drop("relative.txt");
  CHECK(window.shows("This file name cannot be used."));
  window.drop("/home/huber/manual.pdf");
  CHECK(window.shows("manual.pdf"));
  CHECK(window.focused() == "send.send");
  window.key(SDLK_RETURN, SDL_SCANCODE_RETURN);
  json send = window.backend.wait_for("send_file");
  CHECK(send["file"] == "/home/huber/manual.pdf");
  CHECK(send["to"] == 2);
}

TEST_CASE("a file is chosen in the desktop's own dialog, and the window goes on meanwhile") {
  Programs programs;
  const std::string gate = desk().folder + "/gate";
  REQUIRE(mkfifo(gate.c_str(), 0600) == 0);
  programs.put("zenity", "read line < '" + gate + "'\nprintf '/home/anna/a b.txt///srv/c\\n'");
  Shown window("view");
  CHECK(window.press("person.3"));
  CHECK(window.press("3.send_file"));
  CHECK(window.press("panel.chat"));
  CHECK(window.press("panel.people"));
  CHECK(window.press("people.send_file"));
  CHECK(window.shows("The window for choosing a file is open already."));
  std::ofstream(gate) << "now\n";
  for (const char* file : {"/home/anna/a b.txt", "/srv/c"}) {
    json send = window.backend.wait_for("send_file");
    CHECK(send["file"] == file);
    CHECK(send["to"] == 3);
  }
}

TEST_CASE("the dialog for files that is still open ends with the window") {
  Programs programs;
  const std::string gate = desk().folder + "/shut";
  REQUIRE(mkfifo(gate.c_str(), 0600) == 0);
  programs.put("kdialog", "read line < '" + gate + "'");
  Shown window("view");
  CHECK(window.press("people.send_file"));
}

TEST_CASE("where the desktop has no dialog for files the path is typed") {
  Programs programs;
  Shown window("view");
  CHECK(window.press("people.send_file"));
  CHECK(window.focused() == "send.path");
  CHECK(window.press("send.to.1"));
  CHECK(window.type("send.path", "notes.txt"));
  CHECK(window.press("send.send"));
  CHECK(window.shows("Enter the whole path"));
  CHECK(window.type("send.path", desk().folder + "/nothing"));
  CHECK(window.press("send.send"));
  CHECK(window.shows("There is no such file."));
  const std::string file = desk().folder + "/typed.txt";
  std::ofstream(file) << "text";
  CHECK(window.type("send.path", file));
  CHECK(window.press("send.send"));
  json send = window.backend.wait_for("send_file");
  CHECK(send["file"] == file);
  CHECK(send["to"] == 1);
}
