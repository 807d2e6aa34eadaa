// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import dev.signet.launcher.egress.permission.EgressPolicy;
import dev.signet.launcher.egress.permission.NameResolver;
import dev.signet.launcher.egress.permission.OperatorRules;
import dev.signet.protocol.EgressPermission;
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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
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
        policy,
        EgressLimits.standard(),
        Optional.empty(),
        (client, own) -> Optional.empty(),
        Credentials.NONE,
        routes);
  }

  public ProxyFixture(EgressLimits limits, Optional<Path> roots, PeerCheck peers, Route... routes)
      throws IOException, GeneralSecurityException {
    this(permissive(), limits, roots, peers, Credentials.NONE, routes);
  }

  ProxyFixture(
      EgressLimits limits,
      Optional<Path> roots,
      PeerCheck peers,
      Credentials credentials,
      Route... routes)
      throws IOException, GeneralSecurityException {
    this(permissive(), limits, roots, peers, credentials, routes);
  }

  private ProxyFixture(
      EgressPolicy policy,
      EgressLimits limits,
      Optional<Path> roots,
      PeerCheck peers,
      Credentials credentials,
      Route... routes)
      throws IOException, GeneralSecurityException {
    key = new TestKey();
    identity.set(key.identity(Instant.now().plusSeconds(300)));
    spool = Files.createTempDirectory("egress-test");
    proxy =
        SigningProxy.start(
            new ProxySettings(
                spool, List.of(routes), roots, policy, refusals::add, limits, credentials),
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
