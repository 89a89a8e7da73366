#include "program/views.h"

namespace lotse::program {

Views::Screen& Views::at(PictureKey key) {
  if (!viewed_) viewed_ = key;
  return screens_[key];
}

const Views::Screen* Views::find(PictureKey key) const {
  auto found = screens_.find(key);
  return found == screens_.end() ? nullptr : &found->second;
}

void Views::update(const session::ScreenChanged& change) {
  PictureKey key{change.presenter, change.screen};
  if (!change.sharing) {
    screens_.erase(key);
    return choose_another();
  }
  Screen& screen = at(key);
  screen.name = change.name;
  screen.size = change.size;
  screen.paused = change.paused;
  screen.told = true;
}

void Views::place(const session::ScreensPlaced& placed) {
  std::erase_if(places_, [&](const auto& entry) { return entry.first.first == placed.presenter; });
  for (const auto& place : placed.places) places_[{placed.presenter, place.screen}] = {place.corner, place.primary};
}

void Views::drop(ParticipantId presenter) {
  std::erase_if(screens_, [&](const auto& entry) { return entry.first.first == presenter; });
  std::erase_if(places_, [&](const auto& entry) { return entry.first.first == presenter; });
  choose_another();
}

void Views::clear() {
  screens_.clear();
  places_.clear();
  viewed_.reset();
}

bool Views::view(PictureKey key) {
  if (!screens_.contains(key)) return false;
  viewed_ = key;
  return true;
}

Views::Place Views::place_of(PictureKey key) const {
  auto found = places_.find(key);
  return found == places_.end() ? Place{} : found->second;
}

std::optional<PictureKey> Views::meant(std::optional<ParticipantId> presenter, std::optional<ScreenId> screen) const {
  if (!presenter && viewed_) presenter = viewed_->first;
  if (!presenter) return std::nullopt;
  if (screen) return PictureKey{*presenter, *screen};
  if (viewed_ && viewed_->first == *presenter) return viewed_;
  auto first = screens_.lower_bound({*presenter, ScreenId{0}});
  return first != screens_.end() && first->first.first == *presenter ? first->first
                                                                     : PictureKey{*presenter, ScreenId{0}};
}

void Views::choose_another() {
  if (!viewed_ || screens_.contains(*viewed_)) return;
  auto next = screens_.lower_bound({viewed_->first, ScreenId{0}});
  bool same_presenter = next != screens_.end() && next->first.first == viewed_->first;
  if (!same_presenter) next = screens_.begin();
  viewed_ = next == screens_.end() ? std::nullopt : std::optional(next->first);
}

}  // namespace lotse::program
