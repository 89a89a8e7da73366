#include "net/tunnel.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "base/text.h"
#include "net/dial.h"
#include "net/loop_impl.h"
#include "net/system_proxy.h"

namespace lotse::net {

namespace {

using Outcome = Result<Tunnel::Way, Tunnel::Failure>;

struct EasyCleanup {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};

/// What libcurl's callbacks need to know.
struct Round {
  std::shared_ptr<std::atomic<bool>> given_up;
  std::size_t header_bytes = 0;
};

std::size_t on_header(char*, std::size_t size, std::size_t count, void* of) {
  auto* round = static_cast<Round*>(of);
  round->header_bytes += size * count;
  return round->header_bytes > Tunnel::kMaxAnswer ? 0 : size * count;
}

std::size_t on_body(char*, std::size_t size, std::size_t count, void*) { return size * count; }

int on_progress(void* of, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return *static_cast<Round*>(of)->given_up ? 1 : 0;
}

template <class Value>
bool set(CURL* easy, CURLoption option, Value value) {
  return curl_easy_setopt(easy, option, value) == CURLE_OK;
}

/// A relay's address with its port always, as CONNECT and SOCKS want it.
std::string target(const RelayAddress& relay) {
  const bool v6 = relay.host.find(':') != std::string::npos;
  return (v6 ? "[" + relay.host + "]" : relay.host) + ":" + std::to_string(relay.port);
}

bool prepare(CURL* easy, const RelayAddress& relay, const Proxy& proxy, long patience_ms, Round& round) {
  const bool http = proxy.kind == Proxy::Kind::http;
  const std::string url = to_string(proxy), address = url.substr(url.find("://") + 3);  // a scheme overrules PROXYTYPE
  // The scheme of the URL only keeps libcurl from beginning TLS by itself: nothing is requested.
  bool good = set(easy, CURLOPT_URL, ("http://" + target(relay)).c_str()) && set(easy, CURLOPT_CONNECT_ONLY, 1L) &&
              set(easy, CURLOPT_PROXY, address.c_str()) &&
              set(easy, CURLOPT_PROXYTYPE, static_cast<long>(http ? CURLPROXY_HTTP : CURLPROXY_SOCKS5_HOSTNAME)) &&
              set(easy, CURLOPT_NOPROXY, "");  // else libcurl reads no_proxy by itself
  if (http)
    good = good && set(easy, CURLOPT_HTTPPROXYTUNNEL, 1L) &&
           set(easy, CURLOPT_PROXYAUTH, static_cast<long>(CURLAUTH_BASIC | CURLAUTH_DIGEST | CURLAUTH_NTLM)) &&
           set(easy, CURLOPT_USERAGENT, "Lotse");
  else
    good = good && set(easy, CURLOPT_SOCKS5_AUTH, static_cast<long>(CURLAUTH_BASIC));
  if (!proxy.user.empty())
    good = good && set(easy, CURLOPT_PROXYUSERNAME, proxy.user.c_str()) &&
           set(easy, CURLOPT_PROXYPASSWORD, proxy.password.c_str());
  return good && set(easy, CURLOPT_CONNECTTIMEOUT_MS, patience_ms) && set(easy, CURLOPT_TIMEOUT_MS, patience_ms) &&
         set(easy, CURLOPT_NOSIGNAL, 1L) && set(easy, CURLOPT_HEADERFUNCTION, on_header) &&
         set(easy, CURLOPT_HEADERDATA, &round) && set(easy, CURLOPT_WRITEFUNCTION, on_body) &&
         set(easy, CURLOPT_NOPROGRESS, 0L) && set(easy, CURLOPT_XFERINFOFUNCTION, on_progress) &&
         set(easy, CURLOPT_XFERINFODATA, &round);
}

Tunnel::Failure credentials_failure(const Proxy& proxy) {
  return {Tunnel::Problem::credentials,
          "the proxy " + to_string(proxy) +
              (proxy.user.empty() ? " wants a name and a password" : " does not take this name and password")};
}

Tunnel::Failure http_failure(const Proxy& proxy, const RelayAddress& relay, long status) {
  if (status == 407 || status == 401) return credentials_failure(proxy);  // tinyproxy says 401 to wrong ones
  return {Tunnel::Problem::refused, "the proxy " + to_string(proxy) + " does not lead to " + target(relay) + " (HTTP " +
                                        std::to_string(status) + ")"};
}

/// Null: that is no answer about the relay.
const char* socks_refusal(long reply) {
  switch (reply) {
    case CURLPX_REPLY_NOT_ALLOWED:
      return ": its rules forbid it";
    case CURLPX_REPLY_HOST_UNREACHABLE:
    case CURLPX_REPLY_NETWORK_UNREACHABLE:
    case CURLPX_REPLY_TTL_EXPIRED:
      return ": it cannot reach it";
    case CURLPX_REPLY_CONNECTION_REFUSED:
      return ": nothing listens there";
    case CURLPX_REPLY_GENERAL_SERVER_FAILURE:
      return ": it failed";
    default:
      return nullptr;
  }
}

/// Why libcurl found no way, in words that name the culprit. libcurl's own words may quote the proxy: cleaned.
Tunnel::Failure failure(CURL* easy, CURLcode code, const Proxy& proxy, const RelayAddress& relay, const char* words,
                        const Round& round) {
  using P = Tunnel::Problem;
  const std::string name = "the proxy " + to_string(proxy);
  long status = 0, socks = CURLPX_OK;
  curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &status);
  curl_easy_getinfo(easy, CURLINFO_PROXY_ERROR, &socks);
  if (round.header_bytes > Tunnel::kMaxAnswer) return {P::proxy, name + " sends headers without an end"};
  if (code == CURLE_OPERATION_TIMEDOUT) return {P::proxy, name + " does not answer in time"};
  if (status != 0 && status / 100 != 2) return http_failure(proxy, relay, status);
  if (socks == CURLPX_USER_REJECTED || socks == CURLPX_NO_AUTH) return credentials_failure(proxy);
  if (const char* why = socks_refusal(socks)) return {P::refused, name + " does not lead to " + target(relay) + why};
  if (code == CURLE_COULDNT_RESOLVE_PROXY) return {P::proxy, "cannot look up " + name};
  const std::string why = clean_text(*words ? words : curl_easy_strerror(code), 200);
  return {P::proxy, name + " cannot be used: " + why};
}

/// Blocks. On success a socket of our own.
Outcome go_through(const Proxy& proxy, const RelayAddress& relay, long patience_ms, Round& round) {
  std::unique_ptr<CURL, EasyCleanup> easy(curl_easy_init());
  char words[CURL_ERROR_SIZE] = "";
  if (!easy || !set(easy.get(), CURLOPT_ERRORBUFFER, words) || !prepare(easy.get(), relay, proxy, patience_ms, round))
    return Unexpected{
        Tunnel::Failure{Tunnel::Problem::proxy, "the proxy " + to_string(proxy) + " cannot be used here"}};
  const CURLcode code = curl_easy_perform(easy.get());
  curl_socket_t socket = CURL_SOCKET_BAD;
  if (code != CURLE_OK) return Unexpected{failure(easy.get(), code, proxy, relay, words, round)};
  curl_easy_getinfo(easy.get(), CURLINFO_ACTIVESOCKET, &socket);
  // libcurl closes its own descriptor; it has read the answer byte by byte, so what follows is still in the socket.
  const int own = socket == CURL_SOCKET_BAD ? -1 : fcntl(socket, F_DUPFD_CLOEXEC, 0);
  if (own < 0) return Unexpected{Tunnel::Failure{Tunnel::Problem::proxy, "the proxy " + to_string(proxy) + " hung up"}};
  fcntl(own, F_SETFL, fcntl(own, F_GETFL) | O_NONBLOCK);
  return Tunnel::Way{equip_socket(own), to_string(proxy)};
}

Outcome go(const RelayAddress& relay, const ProxySettings& settings, Instant until, Round& round) {
  std::vector<Proxy> proxies;
  if (settings.use == ProxySettings::Use::manual) proxies.push_back(settings.manual);
  if (settings.use == ProxySettings::Use::system) proxies = system_proxies(relay);
  if (proxies.empty()) return Unexpected{Tunnel::Failure{Tunnel::Problem::none_set, Tunnel::kNoneSet}};
  std::optional<Tunnel::Failure> first;
  for (const Proxy& proxy : proxies) {
    const double left = milliseconds(until - Loop::now());
    if (*round.given_up || left < 1) break;
    round.header_bytes = 0;
    Outcome outcome = go_through(proxy, relay, static_cast<long>(left), round);
    if (outcome) return outcome;
    if (!first) first = outcome.error();
  }
  if (!first)
    first = Tunnel::Failure{Tunnel::Problem::proxy, "the proxy settings of this system were not to be had in time"};
  return Unexpected{*first};
}

}  // namespace

struct Tunnel::Impl {
  std::function<void(Outcome)> on_done;
  std::shared_ptr<std::atomic<bool>> given_up = std::make_shared<std::atomic<bool>>(false);
};

Tunnel::Tunnel(Loop& loop, const RelayAddress& relay, const ProxySettings& settings, Duration patience,
               std::function<void(Result<Way, Failure>)> on_done)
    : impl_(std::make_shared<Impl>()) {
  static const bool kReady = curl_global_init(CURL_GLOBAL_ALL) == CURLE_OK;
  (void)kReady;
  impl_->on_done = std::move(on_done);
  // A thread that nobody waits for: names are looked up in it, and scripts of the desktop's settings are run.
  std::thread([door = door_of(loop), weak = std::weak_ptr<Impl>(impl_), relay, settings, until = Loop::now() + patience,
               round = Round{impl_->given_up}]() mutable {
    auto outcome = std::make_shared<Outcome>(go(relay, settings, until, round));
    // A socket that nobody takes any more is closed by whoever drops this last.
    std::shared_ptr<int> socket(new int(*outcome ? (*outcome)->socket : -1), [](int* descriptor) {
      if (*descriptor >= 0) close(*descriptor);
      delete descriptor;
    });
    door->post([weak, outcome, socket] {
      const auto impl = weak.lock();
      if (!impl || *impl->given_up) return;
      *socket = -1;
      *impl->given_up = true;
      std::exchange(impl->on_done, {})(std::move(*outcome));
    });
  }).detach();
}

void Tunnel::give_up() { *impl_->given_up = true; }

}  // namespace lotse::net
