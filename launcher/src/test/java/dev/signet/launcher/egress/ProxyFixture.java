// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import dev.signet.launcher.egress.permission.EgressPolicy;
import dev.signet.launcher.egress.permission.NameResolver;
import dev.signet.launcher.egress.permission.OperatorRules;
import dev.signet.launcher.traffic.ExchangeLog;
import dev.signet.protocol.EgressPermission;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A proxy with an attested identity that the test may take away, open to this process. */
public final class ProxyFixture implements AutoCloseable {
  public final TestKey key;
  final AtomicReference<EgressIdentity.Current> identity = new AtomicReference<>();
  public final SigningProxy proxy;
  final List<String> refusals = new CopyOnWriteArrayList<>();
  private final Path spool;

  /** An agent that may send everything, to loopback as well: what these tests are not about. */
  static EgressPolicy permissive() {
    return new EgressPolicy(
        Stream.of("* *:*", "* 127.0.0.1:*", "* localhost:*", "* [::1]:*")
            .map(EgressPermission::parse)
            .toList(),
        OperatorRules.NONE,
        NameResolver.SYSTEM);
  }

  ProxyFixture(EgressLimits limits, Route... routes) throws IOException, GeneralSecurityException {
    this(limits, Optional.empty(), (client, own) -> Optional.empty(), routes);
  }

  ProxyFixture(EgressPolicy policy, Route... routes) throws IOException, GeneralSecurityException {
    this(
        LoopbackPort.open(),
        policy,
        EgressLimits.standard(),
        Optional.empty(),
        (client, own) -> Optional.empty(),
        routes);
  }

  public ProxyFixture(EgressLimits limits, Optional<Path> roots, PeerCheck peers, Route... routes)
      throws IOException, GeneralSecurityException {
    this(limits, roots, peers, ExchangeLog.NONE, routes);
  }

  /** One that adds to requests what the agent does not hold. */
  ProxyFixture(
      EgressLimits limits,
      Optional<Path> roots,
      PeerCheck peers,
      Credentials credentials,
      Route... routes)
      throws IOException, GeneralSecurityException {
    this(
        LoopbackPort.open(),
        peers,
        (spool, refusals) ->
            new ProxySettings(
                spool,
                List.of(routes),
                roots,
                permissive(),
                refusals,
                limits,
                List.of(),
                Optional.empty(),
                credentials,
                ExchangeLog.NONE));
  }

  /** One whose exchanges are noted; the log is closed with it. */
  public ProxyFixture(
      EgressLimits limits,
      Optional<Path> roots,
      PeerCheck peers,
      ExchangeLog exchanges,
      Route... routes)
      throws IOException, GeneralSecurityException {
    this(
        LoopbackPort.open(),
        peers,
        (spool, refusals) ->
            settings(spool, List.of(routes), roots, permissive(), refusals, limits, exchanges));
  }

  /** The same on a port of another network. */
  public ProxyFixture(
      ServerSocketChannel port,
      EgressLimits limits,
      Optional<Path> roots,
      PeerCheck peers,
      Route... routes)
      throws IOException, GeneralSecurityException {
    this(port, permissive(), limits, roots, peers, routes);
  }

  private ProxyFixture(
      ServerSocketChannel port,
      EgressPolicy policy,
      EgressLimits limits,
      Optional<Path> roots,
      PeerCheck peers,
      Route... routes)
      throws IOException, GeneralSecurityException {
    this(
        port,
        peers,
        (spool, refusals) ->
            settings(spool, List.of(routes), roots, policy, refusals, limits, ExchangeLog.NONE));
  }

  private static ProxySettings settings(
      Path spool,
      List<Route> routes,
      Optional<Path> roots,
      EgressPolicy policy,
      Consumer<String> refusals,
      EgressLimits limits,
      ExchangeLog exchanges) {
    return new ProxySettings(
        spool,
        routes,
        roots,
        policy,
        refusals,
        limits,
        List.of(),
        Optional.empty(),
        Credentials.NONE,
        exchanges);
  }

  /** A proxy that opens tunnels. */
  static ProxyFixture intercepting(
      EgressLimits limits, LaunchAuthority authority, Path roots, HostPort... passThrough)
      throws IOException, GeneralSecurityException {
    return intercepting(limits, authority, roots, List.of(), Set.of(passThrough));
  }

  static ProxyFixture intercepting(
      EgressLimits limits,
      LaunchAuthority authority,
      Path roots,
      List<ClientCertificate> certificates,
      Set<HostPort> passThrough)
      throws IOException, GeneralSecurityException {
    return intercepting(
        permissive(),
        limits,
        new Interception(authority, Clock.systemUTC(), passThrough),
        roots,
        certificates,
        Credentials.NONE,
        ExchangeLog.NONE);
  }

  /** The same with everything that a launch may have; the log is closed with it. */
  static ProxyFixture intercepting(
      EgressPolicy policy,
      EgressLimits limits,
      Interception interception,
      Path roots,
      List<ClientCertificate> certificates,
      Credentials credentials,
      ExchangeLog exchanges)
      throws IOException, GeneralSecurityException {
    return new ProxyFixture(
        LoopbackPort.open(),
        (client, own) -> Optional.empty(),
        (spool, refusals) ->
            new ProxySettings(
                spool,
                List.of(),
                Optional.of(roots),
                policy,
                refusals,
                limits,
                certificates,
                Optional.of(interception),
                credentials,
                exchanges));
  }

  ProxyFixture(
      ServerSocketChannel port,
      PeerCheck peers,
      BiFunction<Path, Consumer<String>, ProxySettings> settings)
      throws IOException, GeneralSecurityException {
    key = new TestKey();
    identity.set(key.identity(Instant.now().plusSeconds(300)));
    spool = Files.createTempDirectory("egress-test");
    proxy =
        SigningProxy.start(
            settings.apply(spool, refusals::add),
            port,
            () -> Optional.ofNullable(identity.get()),
            peers,
            Clock.systemUTC(),
            new SecureRandom());
  }

  /** Has the proxy sign as another. */
  public void sign(EgressIdentity.Current other) {
    identity.set(other);
  }

  public int port() {
    return proxy.address().getPort();
  }

  /** A client that sends everything through the proxy, as a JVM with proxy properties does. */
  HttpClient client() {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .proxy(ProxySelector.of(new InetSocketAddress("127.0.0.1", port())))
        .connectTimeout(Duration.ofSeconds(5))
        .build();
  }

  RawClient raw() throws IOException {
    return new RawClient(port());
  }

  List<Path> spooled() throws IOException {
    try (Stream<Path> files = Files.list(spool)) {
      return files.toList();
    }
  }

  @Override
  public void close() throws IOException {
    proxy.close();
    for (Path file : spooled()) {
      Files.delete(file);
    }
    Files.delete(spool);
  }
}
