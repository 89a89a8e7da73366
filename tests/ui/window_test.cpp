// The real windows: pages, dialogs, keys.
#include <SDL2/SDL.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <set>

#include "tests/ui/shown.h"

using namespace lotse;
using namespace lotse::ui;
using namespace lotse::ui::test;

namespace {

bool is_png(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  char head[8] = {};
  in.read(head, 8);
  return std::string(head + 1, 3) == "PNG" && std::filesystem::file_size(file) > 3000;
}

}  // namespace

TEST_CASE("from the start page into a session: number and code typed, join pressed") {
  Shown window("start");
  CHECK(window.focused() == "start.invitation");
  CHECK(window.press("start.join"));  // nothing entered: a hint, no command
  CHECK(window.shows("Enter a number first"));
  CHECK(window.type("start.invitation", "428 117 903 – 481 902"));
  CHECK(window.type("start.name", "Zoë Жук"));
  CHECK(window.press("start.join"));
  json join = window.backend.wait_for("join");
  CHECK(join["number"] == "428117903");
  CHECK(join["password"] == "481902");
  CHECK(join["name"] == "Zoë Жук");
  CHECK(join["relay"] == "relay.example.org");
  CHECK(window.page() == "connecting");
  window.backend.say({{{"event", "state"}, {"stage", "lobby"}},
                      {{"event", "sas"}, {"participant", 0}, {"text", "harbour · violin · seven"}}});
  CHECK(window.shows("harbour · violin · seven"));
  window.backend.say({{{"event", "error"}, {"code", "bad_password"}, {"message", "m"}}});
  CHECK(window.page() == "error");
  CHECK(window.shows("The code is not right"));
  CHECK(window.press("error.do"));
  CHECK(window.page() == "start");
}

TEST_CASE("a link is joined by itself, Enter is enough") {
  Shown window("start");
  window.type("start.invitation", "https://relay.example.org/428117903#abc.def&pin=00");
  window.key(SDLK_RETURN, SDL_SCANCODE_RETURN);
  json join = window.backend.wait_for("join");
  CHECK(join["link"] == "https://relay.example.org/428117903#abc.def&pin=00");
  CHECK_FALSE(join.contains("number"));
}

TEST_CASE("letters of any script can be typed into a field") {
  Shown window("view");
  window.press("panel.chat");
  window.type("chat.text", "");
  for (const char* letters : {"Grüße ", "привет ", "你好 ", "😀"}) {
    for (int i = 0; i < 40 && window.focused() != "chat.text"; ++i) window.key(SDLK_TAB, SDL_SCANCODE_TAB);
    window.text(letters);
  }
  window.key(SDLK_RETURN, SDL_SCANCODE_RETURN);
  CHECK(window.backend.wait_for("chat")["text"] == "Grüße привет 你好 😀");
  CHECK(window.shows("Grüße привет 你好 😀"));
}

TEST_CASE("the moderator starts a session, admits, shares and ends") {
  Shown window("start");
  CHECK(window.press("start.help"));
  CHECK(window.press("start.start"));
  json start = window.backend.wait_for("start_session");
  CHECK(start["mode"] == "control");
  CHECK(start["password"] == "auto");
  window.backend.say(scene("host").events);
  CHECK(window.page() == "host");
  CHECK(window.shows("428 117 903"));
  CHECK(window.press("host.new_code"));
  CHECK_FALSE(window.backend.wait_for("new_code").is_null());
  window.backend.say({{{"event", "code"}, {"password", "777888"}, {"link", "https://r/428117903#n.n"}}});
  CHECK(window.shows("777 888"));
  CHECK(window.press("lobby.admit.2"));
  CHECK(window.backend.wait_for("admit")["participant"] == 2);
  CHECK(window.control("lobby.admit.2").is_null());
  window.backend.say({{{"event", "joined"}, {"participant", 2}, {"name", "Anna"}, {"path", "udp"}}});
  CHECK(window.press("host.ask"));
  CHECK(window.backend.wait_for("request_share")["participant"] == 2);
  CHECK(window.press("host.share"));
  CHECK_FALSE(window.backend.wait_for("sources").is_null());
  CHECK(window.press("share.share"));
  CHECK(window.backend.wait_for("share")["what"] == "screen");
  CHECK(window.press("host.record"));
  CHECK(window.backend.wait_for("record")["file"].get<std::string>().ends_with(".mkv"));
  CHECK(window.press("host.lock"));
  CHECK_FALSE(window.backend.wait_for("lock").is_null());
  CHECK(window.press("person.2"));
  CHECK(window.press("2.kick"));
  CHECK(window.press("kick.kick"));
  CHECK(window.backend.wait_for("kick")["participant"] == 2);
  CHECK(window.press("host.end"));
  CHECK_FALSE(window.press("host.record"));  // the question lies above
  CHECK(window.press("end.end"));
  CHECK_FALSE(window.backend.wait_for("end").is_null());
}

TEST_CASE("consent is No by Enter and by Escape, Yes only by its button") {
  Shown window("consent-control");
  CHECK(window.shows("asks to use your mouse and keyboard"));
  CHECK(window.shows("harbour · violin · seven"));
  SECTION("Enter") {
    window.key(SDLK_RETURN, SDL_SCANCODE_RETURN);
    CHECK(window.backend.wait_for("consent")["allow"] == false);
  }
  SECTION("Escape") {
    window.key(SDLK_ESCAPE, SDL_SCANCODE_ESCAPE);
    CHECK(window.backend.wait_for("consent")["allow"] == false);
  }
  SECTION("for ten minutes") {
    CHECK(window.press("consent.short"));
    json consent = window.backend.wait_for("consent");
    CHECK(consent["allow"] == true);
    CHECK(consent["seconds"] == 600);
  }
  SECTION("allow") {
    CHECK(window.press("consent.allow"));
    json consent = window.backend.wait_for("consent");
    CHECK(consent["allow"] == true);
    CHECK(consent["request"] == 7);
    CHECK_FALSE(consent.contains("seconds"));
  }
  CHECK(window.control("consent.no").is_null());
}

TEST_CASE("while the own screen is shared the banner says who sees and who controls") {
  Shown window("presenting");
  CHECK(window.shows("and 1 other see your screen"));
  CHECK(window.press("banner.stop_control"));
  CHECK_FALSE(window.backend.wait_for("stop_control").is_null());
  CHECK(window.press("banner.stop_sharing"));
  CHECK_FALSE(window.backend.wait_for("unshare").is_null());
  window.backend.say({{{"event", "presenter"}, {"participant", 1}, {"sharing", false}}});
  CHECK(window.control("banner.stop_sharing").is_null());
}

TEST_CASE("control is asked for, used and given back") {
  Shown window("view");
  CHECK_FALSE(window.press("viewer.keys"));  // control first
  CHECK(window.press("viewer.control"));
  CHECK(window.backend.wait_for("request_control")["presenter"] == 1);
  CHECK(window.control("viewer.control")["enabled"] == false);
  window.backend.say({{{"event", "granted"}, {"right", "control"}, {"presenter", 1}}});
  CHECK(window.press("viewer.keys"));
  CHECK(window.press("keys.1"));
  json tab;
  for (const auto& c : (window.backend.wait_for("key"), window.backend.commands()))
    if (c["do"] == "key" && c["sym"] == "Tab") tab = c;
  CHECK(tab["position"] == 15);
  CHECK(window.press("viewer.control"));
  CHECK_FALSE(window.backend.wait_for("release_control").is_null());
}

TEST_CASE("a new relay is trusted by its words, a changed one is a hard stop") {
  Shown window("trust");
  CHECK(window.shows("anchor · velvet · river · nine · copper · lantern"));
  CHECK(window.press("trust.remember"));
  CHECK(window.backend.wait_for("trust_relay")["allow"] == true);
  window.backend.say(
      {{{"event", "relay_changed"}, {"relay", "relay.example.org:443"}, {"words", {"a"}}, {"fingerprint", "f"}}});
  CHECK(window.page() == "relay_changed");
  CHECK(window.control("trust.remember").is_null());
  CHECK(window.press("trust.back"));
  CHECK(window.backend.wait_for("trust_relay")["allow"] == false);
  CHECK(window.page() == "start");
}

TEST_CASE("Tab reaches every control of a page and comes round") {
  for (const char* name : {"start", "host-busy", "view"}) {
    Shown window(name);
    std::set<std::string> want, reached;
    const json tree = window.tree()["tree"];
    for (const auto& c : tree)
      if (c["enabled"] == true && c["role"] != "text" && c["window"] == "main") want.insert(c["id"]);
    for (std::size_t i = 0; i < want.size() + 2; ++i) {
      window.key(SDLK_TAB, SDL_SCANCODE_TAB, i > want.size());
      reached.insert(window.focused());
    }
    INFO(name);
    CHECK(want.size() > 4);
    CHECK(reached == want);
  }
}

TEST_CASE("every page in both languages shows its texts whole, and can be pictured") {
  for (const char* language : {"en", "de"})
    for (const Scene& what : all_scenes()) {
      if (what.name.starts_with("error-")) continue;  // below, in one window
      Shown window(what, language);
      INFO(what.name << " " << language);
      const json shown = window.tree();
      CHECK(shown["page"] == what.page);
      for (const auto& c : shown["tree"]) {
        INFO(c["label"]);
        CHECK(c["truncated"] == false);
        if (c["role"] == "button") CHECK_FALSE(c["label"].get<std::string>().empty());
      }
      const std::string file = desk().folder + "/" + what.name + ".png";
      CHECK(window.ask({{"do", "ui_snapshot"}, {"file", file}})["ok"] == true);
      CHECK(is_png(file));
    }
}

TEST_CASE("every error has a page with one way on") {
  for (const char* language : {"en", "de"}) {
    Shown window("start", language);
    for (const Scene& what : all_scenes()) {
      if (!what.name.starts_with("error-")) continue;
      INFO(what.name << " " << language);
      window.backend.say(what.events);
      CHECK(window.page() == "error");
      const json now_c = window.tree();
      for (const auto& c : now_c["tree"]) CHECK(c["truncated"] == false);
      CHECK_FALSE(window.control("error.do").is_null());
      window.key(SDLK_ESCAPE, SDL_SCANCODE_ESCAPE);
      CHECK(window.page() == "start");
    }
  }
}

TEST_CASE("nothing is drawn while nothing changes") {
  for (const char* name : {"start", "host", "presenting", "consent-control", "view-tiles"}) {
    Shown window(name);
    window.settle();
    const auto before = window.draws();
    // Only the passing of time can show that nothing happens.
    std::this_thread::sleep_for(std::chrono::milliseconds(700));
    INFO(name);
    CHECK(window.draws() == before);
  }
}

TEST_CASE("several screens: one is chosen, all are shown as tiles, each gets a window") {
  Shown window("view-strip");
  CHECK(window.control("screen.1.0")["enabled"] == true);
  CHECK(window.shows("Werkstatt Huber · HDMI-1"));
  CHECK(window.shows("Bernd Kowalski (paused)"));
  CHECK(window.press("screen.1.1"));
  json view = window.backend.wait_for("view");
  CHECK(view["presenter"] == 1);
  CHECK(view["screen"] == 1);
  SECTION("keys") {
    window.key(SDLK_F7, SDL_SCANCODE_F7);
    CHECK(window.backend.wait_for("view")["presenter"] == 3);
    window.key(SDLK_F6, SDL_SCANCODE_F6);
    CHECK(window.backend.wait_for("view")["screen"] == 1);
    window.key(SDLK_F8, SDL_SCANCODE_F8);
    CHECK_FALSE(window.control("tile.1.0").is_null());
    window.key(SDLK_F8, SDL_SCANCODE_F8);
    CHECK(window.control("tile.1.0").is_null());
  }
  SECTION("tiles") {
    CHECK(window.press("viewer.tiles"));
    for (const char* id : {"tile.1.0", "tile.1.1", "tile.3.0"}) CHECK_FALSE(window.control(id).is_null());
    CHECK(window.press("tile.3.0"));
    CHECK(window.backend.wait_for("view")["presenter"] == 3);
    CHECK(window.control("tile.3.0").is_null());
  }
  SECTION("windows") {
    CHECK(window.press("viewer.windows"));
    window.settle();
    const std::string file = desk().folder + "/own-window.png";
    for (int screen : {0, 1}) {
      CHECK(window.ask({{"do", "ui_snapshot"}, {"file", file}, {"presenter", 1}, {"screen", screen}})["ok"] == true);
      CHECK(is_png(file));
    }
    CHECK(window.ask({{"do", "ui_snapshot"}, {"file", file}, {"presenter", 9}, {"screen", 0}})["ok"] == false);
    // The screen ends, its window with it.
    window.backend.pictures().drop(3);
    window.backend.say({{{"event", "presenter"}, {"participant", 3}, {"sharing", false}}});
    window.settle();
    CHECK(window.ask({{"do", "ui_snapshot"}, {"file", file}, {"presenter", 3}, {"screen", 0}})["ok"] == false);
  }
}

TEST_CASE("only a new picture draws the viewer again") {
  Shown window("view");
  window.settle();
  // The tool bar fades away first.
  auto still_since = std::chrono::steady_clock::now();
  for (auto draws = window.draws(); std::chrono::steady_clock::now() - still_since < std::chrono::seconds(3);) {
    if (window.draws() != draws) draws = window.draws(), still_since = std::chrono::steady_clock::now();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  const auto before = window.draws();
  window.backend.wake();  // woken for nothing
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  CHECK(window.draws() == before);
  codec::Image picture = sample_picture({1280, 800});
  window.backend.pictures().at({1, 0})->update(picture.view(), {{0, 0, 64, 64}});
  window.backend.wake();
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (window.draws() == before && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  CHECK(window.draws() > before);
}

TEST_CASE("the picture on the screen is the picture that came") {
  Shown window("view");
  window.press("panel.fold");
  const std::string file = desk().folder + "/exact.png";
  codec::Image plain({1280, 800});
  auto out = plain.writable();
  for (int y = 0; y < 800; ++y)
    for (int x = 0; x < 1280; ++x) out.row(y)[x * 4] = 200, out.row(y)[x * 4 + 1] = 100, out.row(y)[x * 4 + 2] = 50;
  window.backend.pictures().at({1, 0})->update(plain.view(), {{0, 0, 1280, 800}});
  window.backend.wake();
  window.settle();
  REQUIRE(window.ask({{"do", "ui_snapshot"}, {"file", file}})["ok"] == true);
  FILE* pipe = popen(("convert " + file + " -format '%[pixel:p{640,300}]' info:").c_str(), "r");
  char text[200] = {};
  REQUIRE(fgets(text, sizeof text, pipe) != nullptr);
  pclose(pipe);
  CHECK(std::string(text).find("50,100,200") != std::string::npos);
}

TEST_CASE("settings are kept, the language changes at once") {
  {
    Shown window("start");
    CHECK(window.press("start.settings"));
    CHECK(window.type("settings.relay", "other.example.org:8443"));
    CHECK(window.press("settings.language"));
    CHECK(window.press("settings.language.de"));
    CHECK(window.press("settings.save"));
    CHECK(window.shows("Einer Sitzung beitreten"));
  }
  std::ifstream in(desk().folder + "/settings.json");
  json kept = json::parse(in);
  CHECK(kept["relay"] == "other.example.org:8443");
  CHECK(kept["language"] == "de");
}

TEST_CASE("a relay that demands a token leads to the settings, and the token goes there and nowhere else") {
  {
    Shown window("error-token_needed");
    CHECK(window.press("error.do"));
    CHECK(window.type("settings.relay", "relay.example.org"));
    CHECK(window.type("settings.token", " lt1.abcdefgh.secretsecret "));
    CHECK(window.press("settings.save"));
    json kept = window.backend.wait_for("relay_token");
    CHECK(kept["token"] == "lt1.abcdefgh.secretsecret");
    CHECK(kept["relay"] == "relay.example.org");
    CHECK(window.press("error.again"));
  }
  std::ifstream in(desk().folder + "/settings.json");
  std::string text((std::istreambuf_iterator<char>(in)), {});
  CHECK(text.find("relay.example.org") != std::string::npos);
  CHECK(text.find("secretsecret") == std::string::npos);
}

TEST_CASE("a proxy is set by hand, and its password goes to the program and nowhere else") {
  {
    Shown window("error-proxy_auth");
    window.backend.say({{{"event", "proxy"},
                         {"use", "manual"},
                         {"kind", "socks5"},
                         {"host", "old.example.org"},
                         {"port", 1080},
                         {"user", "eva"},
                         {"has_password", true}}});
    CHECK(window.press("error.do"));
    CHECK(window.press("settings.proxy"));
    CHECK(window.press("settings.proxy.http"));
    CHECK(window.type("settings.proxy_port", "70000"));
    CHECK(window.shows("Enter the proxy's port: a number up to 65535."));
    CHECK(window.press("settings.save"));
    CHECK(window.shows("The proxy's address"));  // still open
    CHECK(window.type("settings.proxy_host", "proxy.example.org"));
    CHECK(window.type("settings.proxy_port", "3128"));
    CHECK(window.type("settings.proxy_password", "secretsecret"));
    CHECK_FALSE(window.shows("secretsecret"));
    CHECK(window.press("settings.save"));
    json kept = window.backend.wait_for("proxy");
    CHECK(kept["use"] == "manual");
    CHECK(kept["kind"] == "http");
    CHECK(kept["host"] == "proxy.example.org");
    CHECK(kept["port"] == 3128);
    CHECK(kept["user"] == "eva");
    CHECK(kept["password"] == "secretsecret");
  }
  std::ifstream in(desk().folder + "/settings.json");
  std::string text((std::istreambuf_iterator<char>(in)), {});
  CHECK(text.find("secretsecret") == std::string::npos);
}

TEST_CASE("the access test shows each way, and what to ask the administrator for") {
  Shown window("start");
  CHECK(window.press("start.access"));
  CHECK_FALSE(window.backend.wait_for("access_test").is_null());
  CHECK(window.shows("Trying each way. This takes some seconds."));
  json rung{{"event", "access_rung"}, {"rung", "udp"}, {"address", "192.0.2.7"}, {"port", 4500}, {"outcome", "fails"}};
  json tls = rung, last;
  tls.update({{"rung", "tls"}, {"port", 443}, {"outcome", "works"}, {"ms", 21.4}});
  last = {{"event", "access_summary"}, {"best", "tls"}, {"tls", "genuine"}, {"nat", "unknown"}};
  last["ask"] = {{{"what", "udp"}, {"address", "192.0.2.7"}, {"ports", {4500, 4501, 4502}}}, 7, {{"ports", "no"}}};
  window.backend.say({rung, tls, last});
  CHECK(window.shows("UDP, port 4500"));
  CHECK(window.shows("TLS, port 443, directly"));
  CHECK(window.shows("21 ms"));
  CHECK(window.shows("· UDP to 192.0.2.7, ports 4500–4502 (one suffices), and its answers"));
  CHECK(window.press("access.close"));
  CHECK_FALSE(window.shows("21 ms"));
}

TEST_CASE("the connections show each way, and why it is not better") {
  Shown window("view");
  CHECK(window.press("people.ways"));
  json watch = window.backend.wait_for("paths");
  REQUIRE(watch.is_object());
  CHECK(watch["watch"] == true);
  json way{{"participant", 0}, {"path", "udp"},          {"via", "relay"},    {"rtt_ms", 34},
           {"loss_pct", 1.26}, {"rate_bps", 18'240'000}, {"why", "no_answer"}};
  window.backend.say({{{"event", "paths"}, {"paths", {way, 7, {{"participant", "x"}}}}}});
  CHECK(window.shows("1.3 %"));
  CHECK(window.shows("18 Mbit/s"));
  CHECK(window.shows("34 ms"));
  CHECK(
      window.shows("Not direct: no datagram comes through from computer to computer. A firewall, or the routers on "
                   "both sides, keep them out."));
  CHECK(window.press("ways.close"));
  CHECK(window.backend.wait_for("paths")["watch"] == false);
  CHECK_FALSE(window.shows("18 Mbit/s"));
}

TEST_CASE("leaving a session remembers it among the recent ones") {
  {
    Shown window("view");
    CHECK(window.press("panel.leave"));
    CHECK_FALSE(window.backend.wait_for("leave").is_null());
    window.backend.say({{{"event", "ended"}, {"reason", "left"}}});
    CHECK(window.page() == "ended");
    CHECK(window.press("ended.start"));
    CHECK(window.page() == "start");
    CHECK_FALSE(window.control("start.recent.0").is_null());
  }
  std::ifstream in(desk().folder + "/recent.json");
  json kept = json::parse(in);
  CHECK(kept["sessions"][0]["kind"] == "joined");
}

TEST_CASE("closing says goodbye to the program, the end decides the exit code") {
  Shown window("presenting");
  window.backend.say({{{"event", "error"}, {"code", "kicked"}}, {{"event", "quit"}}});
  CHECK_FALSE(window.backend.wait_for("quit").is_null());
  CHECK(window.result() == 3);
}

TEST_CASE("a script's command with fields of the wrong kind is refused, and the window goes on") {
  Shown window("start");
  for (const char* wrong : {R"({"do":"ui_press","id":7})", R"({"do":"ui_press","control":[1],"id":{}})",
                            R"({"do":"ui_text","id":7,"text":8})", R"({"do":"ui_snapshot","file":1,"banner":"x"})"}) {
    json answer = window.ask(json::parse(wrong));
    CHECK(answer["ok"] == false);
  }
  CHECK(window.page() == "start");
}

TEST_CASE("a moderator makes a deputy and hands the session over in the list of people") {
  Shown window("host");
  json roster{{"event", "roster"}, {"self", 0}, {"master", 0}};
  roster["members"] = {{{"participant", 0}, {"name", "Anna"}}, {{"participant", 5}, {"name", "Bernd"}}};
  window.backend.say({roster});
  CHECK(window.shows("Bernd"));
  CHECK(window.press("person.5"));
  CHECK(window.shows("Make deputy"));
  CHECK(window.press("5.deputy"));
  json deputy = window.backend.wait_for("deputy");
  CHECK(deputy["participant"] == 5);
  CHECK(deputy["on"] == true);
  roster["members"][1]["deputy"] = 1;
  window.backend.say({roster});
  CHECK(window.press("person.5"));
  CHECK(window.shows("No longer deputy"));
  CHECK(window.press("5.handover"));
  CHECK(window.backend.wait_for("handover")["participant"] == 5);
  window.backend.say({json{{"event", "master"}, {"participant", 5}}});
  CHECK(window.page() != "host");
  CHECK(window.shows("Bernd leads the session now"));
}
