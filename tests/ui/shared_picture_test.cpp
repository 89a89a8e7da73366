#include <catch2/catch.hpp>

#include "ui/backend.h"

namespace lotse::ui {
namespace {

std::vector<Rect> taken(SharedPicture& picture, const void* reader) {
  std::vector<Rect> rects;
  picture.take(reader, [&](codec::FrameView, const std::vector<Rect>& changed, const SharedPicture::Cursor&) {
    rects = changed;
  });
  return rects;
}

}  // namespace

TEST_CASE("each reader of a picture gets everything at first and then what changed since it looked") {
  SharedPicture picture;
  const int tile = 0, window = 0;  // only their addresses count
  CHECK(taken(picture, &tile).empty());
  codec::Image image({100, 80});
  const Rect whole{0, 0, 100, 80}, part{10, 10, 20, 20};
  picture.update(image.view(), {});
  CHECK(taken(picture, &tile) == std::vector{whole});
  picture.update(image.view(), {part, {90, 70, 50, 50}});
  CHECK(taken(picture, &window) == std::vector{whole});
  CHECK(taken(picture, &tile) == std::vector{part, Rect{90, 70, 10, 10}});
  CHECK(taken(picture, &tile).empty());
  picture.leave(&tile);
  picture.update(image.view(), {part});
  CHECK(taken(picture, &window) == std::vector{part});
  CHECK(taken(picture, &tile) == std::vector{whole});
  // A reader that never comes lets no list grow without end.
  for (int i = 0; i < 5000; ++i) picture.update(image.view(), {{i % 90, 0, 1, 1}});
  CHECK(taken(picture, &window).size() <= 512);
}

TEST_CASE("marks are handed to each reader once, and again when they change") {
  SharedPicture picture;
  std::uint64_t main = 0, single = 0;
  CHECK_FALSE(picture.take_marks(main));
  picture.set_marks({{{{3, 4}, 0xFF0000, "Anna", false}}, nullptr});
  REQUIRE(picture.take_marks(main));
  CHECK_FALSE(picture.take_marks(main));
  CHECK(picture.take_marks(single)->arrows.at(0).name == "Anna");
  picture.set_marks({});
  CHECK(picture.take_marks(main)->arrows.empty());
  CHECK(picture.take_marks(single));
}

TEST_CASE("pictures are found by presenter and screen until they end") {
  SharedPictures pictures;
  CHECK_FALSE(pictures.find({1, 0}));
  auto first = pictures.at({1, 0});
  CHECK(pictures.at({1, 0}) == first);
  pictures.at({1, 1});
  pictures.at({2, 0});
  pictures.remove({1, 1});
  CHECK_FALSE(pictures.find({1, 1}));
  pictures.drop(1);
  CHECK_FALSE(pictures.find({1, 0}));
  CHECK(pictures.find({2, 0}));
  pictures.clear();
  CHECK_FALSE(pictures.find({2, 0}));
  CHECK(first);
}

}  // namespace lotse::ui
