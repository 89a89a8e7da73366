// Result<T, E>: a value, or a small enum that says why there is none. Named like std::expected, which g++ 12 lacks.
#pragma once
#include <cstdlib>
#include <type_traits>
#include <utility>
#include <variant>

namespace lotse {

template <class E>
struct Unexpected {
  E error;
};
template <class E>
Unexpected(E) -> Unexpected<E>;

struct Done {};

template <class T, class E>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Unexpected<E> unexpected) : state_(std::in_place_index<1>, std::move(unexpected.error)) {}

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  /// Asking for what is not there is a bug: it aborts.
  T& value() & { return check(has_value()), *std::get_if<0>(&state_); }
  const T& value() const& { return check(has_value()), *std::get_if<0>(&state_); }
  T&& value() && { return check(has_value()), std::move(*std::get_if<0>(&state_)); }
  const E& error() const { return check(!has_value()), *std::get_if<1>(&state_); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  static void check(bool ok) {
    if (!ok) std::abort();
  }
  std::variant<T, E> state_;
};

}  // namespace lotse
