// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.http.HttpClient;
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
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Stream;

/** A proxy with an attested identity that the test may take away, open to this process. */
public final class ProxyFixture implements AutoCloseable {
  public final TestKey key;
  final AtomicReference<EgressIdentity.Current> identity = new AtomicReference<>();
  public final SigningProxy proxy;
  private final Path spool;

  ProxyFixture(EgressLimits limits, Route... routes) throws IOException, GeneralSecurityException {
    this(limits, Optional.empty(), (client, own) -> Optional.empty(), routes);
  }

  public ProxyFixture(EgressLimits limits, Optional<Path> roots, PeerCheck peers, Route... routes)
      throws IOException, GeneralSecurityException {
    this(spool -> new ProxySettings(spool, List.of(routes), roots, limits), peers);
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
    Interception interception = new Interception(authority, Clock.systemUTC(), passThrough);
    return new ProxyFixture(
        spool ->
            new ProxySettings(
                spool,
                List.of(),
                Optional.of(roots),
                limits,
                certificates,
                Optional.of(interception)),
        (client, own) -> Optional.empty());
  }

  ProxyFixture(Function<Path, ProxySettings> settings, PeerCheck peers)
      throws IOException, GeneralSecurityException {
    key = new TestKey();
    identity.set(key.identity(Instant.now().plusSeconds(300)));
    spool = Files.createTempDirectory("egress-test");
    proxy =
        SigningProxy.start(
            settings.apply(spool),
            () -> Optional.ofNullable(identity.get()),
            peers,
            Clock.systemUTC(),
            new SecureRandom());
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
