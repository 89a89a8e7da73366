#include "relay/pages.h"

#include "base/text.h"

namespace lotse::relay {
namespace {

std::string html(const std::string& title, const std::string& body) {
  return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>" +
         title +
         "</title><style>body{font:18px/1.5 sans-serif;max-width:34em;margin:4em auto;padding:0 1em;color:#222;"
         "background:#fff}@media(prefers-color-scheme:dark){body{color:#ddd;background:#1b1b1d}}"
         "b{font-size:1.4em;white-space:nowrap}</style></head><body>" +
         body + "</body></html>\n";
}

Page front_page() {
  return {200, "text/html; charset=utf-8",
          html("Lotse relay",
               "<h1>Lotse relay</h1><p>This server connects people who help each other on screen. What "
               "they show and say is encrypted from end to end: it passes here, but cannot be read "
               "here.</p>")};
}

/// How to join. The link's secret stands after the # and stays in the reader's browser: for that reason there is no
/// script on this page either.
Page join_page(const std::string& number) {
  std::string body = "<h1>You are invited to a Lotse session</h1><p>Session <b>" + grouped(number) +
                     "</b></p><ol><li>Start Lotse on this computer.</li><li>Copy the whole line from the address bar "
                     "of this browser and paste it there into the field &ldquo;Join&rdquo;.</li></ol><p>If you were "
                     "told a code instead, type the number above and then the code.</p><p>The last part of the "
                     "address, after the #, is the key to the session. It was not sent to this server.</p>";
  return {200, "text/html; charset=utf-8", html("Join a Lotse session", body)};
}

class Metrics {
 public:
  std::string text;

  template <class Value>
  Metrics& gauge(const char* name, const char* help, Value value) {
    return add(name, help, "gauge", value);
  }
  template <class Value>
  Metrics& counter(const char* name, const char* help, Value value) {
    return add(name, help, "counter", value);
  }
  Metrics& head(const char* name, const char* help, const char* type) {
    text += std::string("# HELP lotse_relay_") + name + " " + help + "\n# TYPE lotse_relay_" + name + " " + type + "\n";
    return *this;
  }

 private:
  template <class Value>
  Metrics& add(const char* name, const char* help, const char* type, Value value) {
    head(name, help, type);
    text += std::string("lotse_relay_") + name + " " + std::to_string(value) + "\n";
    return *this;
  }
};

constexpr const char* kErrorNames[] = {
    "",       "bad_request", "no_session", "ended",         "full",     "rate_limited", "version",       "removed",
    "locked", "not_allowed", "too_slow",   "shutting_down", "replaced", "token_needed", "token_refused", "banned"};

std::string metrics(const Core& core, const ServerCounters& server, const UdpLinks& links) {
  const Counters& c = core.counters();
  const UdpCounters udp = links.counters();
  Metrics m;
  m.gauge("sessions", "Sessions known, those whose master is away included", core.sessions())
      .gauge("links", "Open links", core.connections())
      .gauge("cache_bytes", "Sealed pictures kept and what it takes to keep track of them", core.cache_bytes())
      .gauge("frame_bytes", "Frames in memory, kept and queued", core.frame_bytes())
      .gauge("udp_links", "Links that were given a UDP path and have not given it back", links.links())
      .counter("udp_granted_total", "UDP paths that were given", udp.granted)
      .counter("udp_packets_in_total", "Datagrams received", udp.in)
      .counter("udp_bytes_in_total", "Bytes of datagrams received", udp.bytes_in)
      .counter("udp_packets_out_total", "Datagrams sent", udp.out)
      .counter("udp_bytes_out_total", "Bytes of datagrams sent", udp.bytes_out)
      .counter("udp_send_calls_total", "Calls of the system that sent them", udp.send_calls)
      .counter("udp_dropped_total", "Datagrams that the system did not take", udp.dropped)
      .counter("udp_trials_total", "Datagrams of access tests that were answered", udp.trials)
      .counter("udp_unknown_total", "Datagrams of nobody here", udp.unknown)
      .counter("tcp_accepted_total", "TCP connections", server.tcp_accepted)
      .counter("tcp_refused_total", "TCP connections above a limit", server.tcp_refused)
      .counter("tls_failed_total", "Connections that did not get through the TLS handshake", server.tls_failed)
      .counter("http_requests_total", "Requests to the web server", server.http_requests)
      .counter("links_total", "Links", c.connections)
      .counter("sessions_opened_total", "New sessions", c.sessions_opened)
      .counter("sessions_resumed_total", "Sessions taken up again by their master", c.sessions_resumed)
      .counter("sessions_ended_total", "Sessions ended by their master", c.sessions_ended)
      .counter("sessions_forgotten_total", "Sessions whose master stayed away", c.sessions_forgotten)
      .counter("attached_total", "Clients let through to a session", c.attached)
      .counter("admitted_total", "Clients admitted by a master", c.admitted)
      .counter("frames_in_total", "Frames received", c.frames_in)
      .counter("bytes_in_total", "Bytes of frames received", c.bytes_in)
      .counter("frames_out_total", "Frames queued for sending", c.frames_out)
      .counter("bytes_out_total", "Bytes of frames queued for sending", c.bytes_out)
      .counter("pictures_in_total", "Picture packets received", c.pictures_in)
      .counter("pictures_out_total", "Picture packets queued for sending", c.pictures_out)
      .counter("pictures_deferred_total", "Picture packets kept back for a receiver that was slow", c.pictures_deferred)
      .counter("pictures_stale_total", "Picture packets that were old when they came", c.pictures_stale)
      .counter("pictures_evicted_total", "Pictures that left the cache for lack of room", c.evicted)
      .counter("key_requests_total", "Requests for missing pictures sent to presenters", c.key_requests)
      .counter("dropped_epoch_total", "Packets of an epoch that is over or unknown", c.dropped_epoch)
      .counter("dropped_source_total", "Packets under somebody else's name", c.dropped_source)
      .counter("dropped_files_total", "Parts of files for somebody who did not take them as fast", c.dropped_files)
      .counter("dropped_receiver_total", "Packets for somebody who is not here", c.dropped_receiver)
      .counter("bad_frames_total", "Frames that could not be understood or were out of place", c.bad_frames)
      .counter("tokens_checked_total", "Host tokens that were looked at", c.tokens_checked)
      .counter("bad_signatures_total", "Tunnel requests with a wrong signature", c.bad_signatures)
      .head("errors_total", "Errors sent, by their code", "counter");
  for (std::size_t code = 1; code < c.errors.size(); ++code)
    m.text += std::string("lotse_relay_errors_total{code=\"") + kErrorNames[code] + "\"} " +
              std::to_string(c.errors[code]) + "\n";
  return std::move(m.text);
}

}  // namespace

Page page(std::string_view target, const Core& core, const ServerCounters& server, const UdpLinks& udp) {
  target = target.substr(0, target.find('?'));
  if (target == "/") return front_page();
  if (target == "/healthz") return {200, "text/plain; charset=utf-8", "ok\n"};
  if (target == "/metrics") return {200, "text/plain; version=0.0.4; charset=utf-8", metrics(core, server, udp)};
  if (target == "/api/v1/info")
    return {200, "application/json", "{\"name\":\"lotse-relay\",\"version\":\"" LOTSE_VERSION "\",\"interface\":1}\n"};
  if (target.size() == 10 && target[0] == '/')
    if (target.find_first_not_of("0123456789", 1) == std::string_view::npos)
      return join_page(std::string(target.substr(1)));
  return {404, "text/plain; charset=utf-8", "There is nothing here.\n"};
}

}  // namespace lotse::relay
