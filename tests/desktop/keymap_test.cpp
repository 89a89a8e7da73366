#include "desktop/keymap.h"

#include <xkbcommon/xkbcommon.h>

#include "desktop/injected_events.h"
#include "desktop/input_sink.h"

namespace lotse::desktop {
namespace {

constexpr std::uint32_t kShift = 1, kLock = 2, kMod2 = 16, kMod5 = 128;

Keymap keymap_of(const char* layout) {
  xkb_context* context = xkb_context_new(XKB_CONTEXT_NO_FLAGS);
  xkb_rule_names names{"evdev", "pc105", layout, "", ""};
  xkb_keymap* keymap = xkb_keymap_new_from_names(context, &names, XKB_KEYMAP_COMPILE_NO_FLAGS);
  xkb_context_unref(context);
  return Keymap(keymap);
}

}  // namespace

TEST_CASE("a keysym is found with the modifiers that its layout wants") {
  struct Case {
    const char* layout;
    std::uint32_t keysym, locked;
    int keycode;
    std::uint32_t down;
  };
  auto c = GENERATE(values<Case>({
      {"us", 'a', 0, 38, 0},
      {"us", 'A', 0, 38, kShift},
      {"us", 'A', kLock, 38, 0},
      {"us", 'a', kLock, 38, kShift},
      {"us", '@', 0, 11, kShift},
      {"us", XKB_KEY_KP_7, kMod2, 79, 0},
      {"us", XKB_KEY_ISO_Left_Tab, 0, 23, kShift},
      {"de", '@', 0, 24, kMod5},
      {"de", 'z', 0, 29, 0},
      {"de", '/', 0, 16, kShift},
      {"de", XKB_KEY_EuroSign, 0, 26, kMod5},
      {"de", 0x010020AC, 0, 26, kMod5},
      {"de", XKB_KEY_dead_grave, 0, 21, kShift},
      {"pl", XKB_KEY_aogonek, 0, 38, kMod5},
      {"pl", 0x01000105, 0, 38, kMod5},
      {"pl", XKB_KEY_Lstroke, 0, 46, kShift | kMod5},
  }));
  INFO(c.layout << " " << c.keysym << " locked " << c.locked);
  auto stroke = keymap_of(c.layout).find(c.keysym, 0, {.locked_mods = c.locked});
  REQUIRE(stroke);
  CHECK(static_cast<int>(stroke->keycode) == c.keycode);
  CHECK(stroke->down == c.down);
  CHECK((stroke->up & c.down) == 0);
}

TEST_CASE("keys without text keep the modifiers that are held") {
  Keymap keymap = keymap_of("us");
  for (std::uint32_t keysym : {XKB_KEY_Tab, XKB_KEY_Left, XKB_KEY_F5, XKB_KEY_Return}) {
    auto stroke = keymap.find(keysym, 0, {.base_mods = kShift});
    REQUIRE(stroke);
    REQUIRE(stroke->down == 0);
    REQUIRE(stroke->up == 0);
  }
  // Text does not: what is meant is the slash, wherever it lies.
  REQUIRE(keymap.find('/', 0, {.base_mods = kShift})->up & kShift);
}

TEST_CASE("the viewer's place of a key decides among several") {
  Keymap keymap = keymap_of("de");
  REQUIRE(keymap.find('<', 94, {})->keycode == 94);
  REQUIRE(keymap.find(XKB_KEY_ISO_Level3_Shift, 108, {})->keycode == 108);
  REQUIRE(keymap.modifier(XKB_KEY_ISO_Level3_Shift, 108)->keycode == 108);
}

TEST_CASE("a missing modifier is replaced by its like") {
  Keymap german = keymap_of("de");
  REQUIRE(german.modifier(XKB_KEY_Alt_R)->keycode == german.modifier(XKB_KEY_Alt_L)->keycode);
  REQUIRE(german.modifier(XKB_KEY_Num_Lock)->mask == kMod2);
  REQUIRE_FALSE(german.modifier(XKB_KEY_F1 + 1000));
}

TEST_CASE("what no key gives is not found, and spare keys give nothing") {
  Keymap keymap = keymap_of("us");
  REQUIRE_FALSE(keymap.find(XKB_KEY_aogonek, 0, {}));
  REQUIRE_FALSE(keymap.find(0xDEADBEEF, 0, {}));
  REQUIRE(keymap.spare().size() > 8);
  for (Keycode keycode : keymap.spare()) REQUIRE(keymap.plain_keysym(keycode) == 0);
}

TEST_CASE("keysyms have names, numbers and characters") {
  auto c = GENERATE(table<std::string, std::uint32_t>({
      {"a", 'a'},
      {"Return", XKB_KEY_Return},
      {"adiaeresis", XKB_KEY_adiaeresis},
      {"ä", XKB_KEY_adiaeresis},
      {"U+00E4", XKB_KEY_adiaeresis},
      {"U+20AC", XKB_KEY_EuroSign},
      {"U+20ac", XKB_KEY_EuroSign},
      {"U+1F600", 0x0101F600},
      {"😀", 0x0101F600},
      {"dead_acute", XKB_KEY_dead_acute},
      {"+", '+'},
      {"", 0},
      {"U+", 0},
      {"U+D800", 0},
      {"U+110000", 0},
      {"U+-1", 0},
      {"U+0000020AC", 0},
      {"nosuchkey", 0},
      {"äö", 0},
      {"\xC3", 0},
      {"\x07", 0},
  }));
  INFO(std::get<0>(c));
  REQUIRE(keysym_from_name(std::get<0>(c)) == std::get<1>(c));
}

TEST_CASE("an injected event is ours once, and not for ever") {
  InjectedEvents injected;
  Instant now{std::chrono::seconds(50)};
  RawEvent a{RawEvent::Kind::key_down, 38}, b{RawEvent::Kind::key_up, 38};
  injected.expect(a, now);
  REQUIRE_FALSE(injected.take(b, now));
  REQUIRE(injected.take(a, now));
  REQUIRE_FALSE(injected.take(a, now));
  injected.expect(a, now);
  REQUIRE_FALSE(injected.take(a, now + InjectedEvents::kPatience + std::chrono::milliseconds(1)));
  for (std::size_t i = 0; i < 3 * InjectedEvents::kMostOfAKind; ++i) injected.expect(a, now);
  std::size_t taken = 0;
  while (injected.take(a, now)) ++taken;
  REQUIRE(taken == InjectedEvents::kMostOfAKind);
}

}  // namespace lotse::desktop
