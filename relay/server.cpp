#include "relay/server.h"

#include <boost/asio/ip/v6_only.hpp>

#include "base/log.h"
#include "relay/server_impl.h"
#include "relay/token_command.h"

namespace lotse::relay {
namespace {

constexpr std::size_t kWebLinks = 200;  // connections to the web server beside the links

std::shared_ptr<ssl::context> load_tls(const CertificateFiles& files) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  context->set_options(ssl::context::default_workarounds | ssl::context::no_sslv3 | ssl::context::no_tlsv1 |
                       ssl::context::no_tlsv1_1 | ssl::context::no_compression);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_options(context->native_handle(), SSL_OP_NO_RENEGOTIATION);
  try {
    context->use_certificate_chain_file(files.certificate.string());
  } catch (const std::exception& e) {
    throw std::runtime_error("cannot use the certificate " + files.certificate.string() + ": " + e.what());
  }
  try {
    context->use_private_key_file(files.key.string(), ssl::context::pem);
  } catch (const std::exception& e) {
    throw std::runtime_error("cannot use the key " + files.key.string() + " with the certificate " +
                             files.certificate.string() + ": " + e.what());
  }
  return context;
}

}  // namespace

Server::Impl::Impl(ServerOptions o) : options(std::move(o)), names(options.log_addresses) {
  error_code ignored;
  std::error_code problem;
  std::filesystem::create_directories(options.data, problem);
  if (problem)
    throw std::runtime_error("cannot make the data folder " + options.data.string() + ": " + problem.message() +
                             "; choose another with --data");
  bool own = options.certificate.empty();
  files = own ? own_certificate(options.data) : CertificateFiles{options.certificate, options.key};
  tls = load_tls(files);
  fingerprint = fingerprint_text(public_key_hash(files.certificate));
  store = std::make_unique<SqliteStore>(options.data / "relay.db");
  core = std::make_unique<Core>(*this, numbers, *store, options.limits, steady_now());
  if (options.limits.session_board > 0) {
    boards = std::make_unique<DiskBoard>(options.data / "board");
    core->keep_boards(*boards, steady_now());
  }
  demand_tokens();
  listen();
  udp = std::make_shared<UdpLinks>(io, options.listen, options.udp);
  arm_timer();
}

void Server::Impl::demand_tokens() {
  if (options.hosts_need == HostsNeed::nothing) return;
  auto tell = [this](ConnId asker, TokenAnswer answer) {
    asio::post(io, [this, asker, answer = std::move(answer)] {
      core->on_token(asker, answer, steady_now());
      arm_timer();
    });
  };
  accounts = std::make_unique<TokenAccounts>(token_file(options.data), std::move(tell));
  core->demand_tokens(accounts.get(), steady_now());
}

void Server::Impl::listen() {
  if (options.listen.empty()) {
    listen_at(asio::ip::address_v4::any());
    try {
      listen_at(asio::ip::address_v6::any());
    } catch (const std::exception& e) {
      log_info(std::string("without IPv6: ") + e.what());  // many machines have none
    }
  }
  for (const std::string& text : options.listen) {
    error_code problem;
    auto address = asio::ip::make_address(text, problem);
    if (problem) throw std::runtime_error("--listen takes an IP address, not '" + text + "'");
    listen_at(address);
  }
  for (tcp::acceptor& acceptor : acceptors) accept(acceptor);
}

void Server::Impl::listen_at(const asio::ip::address& address) {
  std::string port = std::to_string(options.port);
  try {
    tcp::acceptor acceptor(io, address.is_v4() ? tcp::v4() : tcp::v6());
    acceptor.set_option(tcp::acceptor::reuse_address(true));
    if (address.is_v6()) acceptor.set_option(asio::ip::v6_only(true));
    acceptor.bind({address, options.port});
    acceptor.listen();
    options.port = acceptor.local_endpoint().port();
    acceptors.push_back(std::move(acceptor));
  } catch (const boost::system::system_error& e) {
    if (e.code() == asio::error::address_in_use)
      throw std::runtime_error("port " + port + " at " + address.to_string() +
                               " is in use by another program: choose another with --https-port");
    if (e.code() == asio::error::access_denied)
      throw std::runtime_error("no permission to listen at port " + port +
                               ": choose one above 1023 with --https-port, or give the program CAP_NET_BIND_SERVICE");
    throw std::runtime_error("cannot listen at " + address.to_string() + " port " + port + ": " + e.code().message());
  }
}

void Server::Impl::accept(tcp::acceptor& acceptor) {
  acceptor.async_accept([this, &acceptor](error_code problem, tcp::socket socket) {
    if (problem == asio::error::operation_aborted) return;
    if (!problem) {
      on_accept(std::move(socket));
      return accept(acceptor);
    }
    // No more file descriptors, most likely: those that are open go on, and this is tried again.
    log_warning("cannot accept a connection: " + problem.message());
    auto pause = std::make_shared<asio::steady_timer>(io, std::chrono::milliseconds(100));
    pause->async_wait([this, &acceptor, pause](error_code) {
      if (!stopping) accept(acceptor);
    });
  });
}

void Server::Impl::on_accept(tcp::socket socket) {
  ++counters.tcp_accepted;
  error_code problem;
  auto peer = socket.remote_endpoint(problem);
  if (problem || stopping) return;
  bool too_many = crowd->at(bucket_of(peer.address())) >= options.limits.links_per_address;
  if (too_many || crowd->all >= options.limits.links + kWebLinks) {
    ++counters.tcp_refused;
    return;
  }
  std::make_shared<Connection>(*this, std::move(socket), peer.address())->start();
}

void Server::Impl::send(ConnId conn, SharedBytes frame) {
  auto at = links.find(conn);
  if (at != links.end()) at->second->send(std::move(frame));
}

void Server::Impl::close(ConnId conn) {
  auto at = links.find(conn);
  if (at != links.end()) at->second->close();
}

std::size_t Server::Impl::queued(ConnId conn) const {
  auto at = links.find(conn);
  return at == links.end() ? 0 : at->second->queued();
}

std::size_t Server::Impl::files_queued(ConnId conn) const {
  auto at = links.find(conn);
  return at == links.end() ? 0 : at->second->files_queued();
}

void Server::Impl::admitted(ConnId conn) {
  auto at = links.find(conn);
  if (at != links.end()) at->second->admitted();
}

void Server::Impl::arm_timer() {
  Instant next = core->next_deadline();
  if (next == armed || stopping) return;
  armed = next;
  core_timer.cancel();
  if (next == Instant::never()) return;
  core_timer.expires_at(std::chrono::steady_clock::time_point(
      std::chrono::duration_cast<std::chrono::steady_clock::duration>(next.since_start())));
  core_timer.async_wait([this](error_code problem) {
    if (problem || stopping) return;
    armed = Instant::never();
    core->poll(steady_now());
    arm_timer();
  });
}

void Server::Impl::stop_now() {
  if (stopping) return;
  log_info("stopping links=" + std::to_string(links.size()) + " sessions=" + std::to_string(core->sessions()));
  for (tcp::acceptor& acceptor : acceptors) acceptor.close();
  core->shut_down(steady_now());
  stopping = true;
  if (links.empty()) return io.stop();
  stop_timer.expires_after(kCloseTime);
  stop_timer.async_wait([this](error_code) { io.stop(); });
}

void Server::Impl::reload(const Limits& limits) {
  options.limits = limits;
  core->set_limits(limits);
  try {
    auto fresh = load_tls(files);
    fingerprint = fingerprint_text(public_key_hash(files.certificate));
    tls = std::move(fresh);
    log_info("reloaded certificate and limits fingerprint=" + fingerprint);
  } catch (const std::exception& e) {
    log_error(std::string("the certificate stays as it was: ") + e.what());
  }
}

void Server::Impl::wait_signal() {
  signals->async_wait([this](error_code problem, int number) {
    if (problem) return;
    if (number != SIGHUP) return stop_now();
    if (on_hangup) on_hangup();
    wait_signal();
  });
}

Server::Server(ServerOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}

Server::~Server() {
  impl_->stopping = true;
  impl_->links.clear();  // what is under way holds the others until the loop goes
}

std::uint16_t Server::port() const { return impl_->options.port; }

std::vector<std::uint16_t> Server::udp_ports() const { return impl_->udp->ports(); }

std::string Server::url() const {
  auto address = impl_->acceptors.front().local_endpoint().address();
  std::string host = address.is_unspecified() ? "127.0.0.1"
                     : address.is_v6()        ? "[" + address.to_string() + "]"
                                              : address.to_string();
  return "https://" + host + ":" + std::to_string(port());
}

std::string Server::fingerprint() const { return impl_->fingerprint; }

void Server::handle_signals(std::function<void()> on_hangup) {
  impl_->on_hangup = std::move(on_hangup);
  impl_->signals.emplace(impl_->io, SIGTERM, SIGINT, SIGHUP);
  impl_->wait_signal();
}

void Server::run() { impl_->io.run(); }

void Server::stop() {
  asio::post(impl_->io, [this] { impl_->stop_now(); });
}

void Server::reload(const Limits& limits) {
  asio::post(impl_->io, [this, limits] { impl_->reload(limits); });
}

}  // namespace lotse::relay
