// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.egress;

import dev.signet.bench.requests.AttestedAgent;
import dev.signet.launcher.Preparation;
import dev.signet.launcher.egress.Credentials;
import dev.signet.launcher.egress.EgressIdentity;
import dev.signet.launcher.egress.EgressLimits;
import dev.signet.launcher.egress.Interception;
import dev.signet.launcher.egress.LaunchAuthority;
import dev.signet.launcher.egress.ProxySettings;
import dev.signet.launcher.egress.SigningProxy;
import dev.signet.launcher.egress.permission.EgressPolicy;
import dev.signet.launcher.egress.permission.NameResolver;
import dev.signet.launcher.egress.permission.OperatorRules;
import dev.signet.launcher.traffic.ExchangeLog;
import dev.signet.launcher.traffic.FileExchangeLog;
import dev.signet.launcher.traffic.LogSettings;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.EgressPermission;
import dev.signet.protocol.LaunchId;
import dev.signet.requestsignatures.SignatureProviders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;

/**
 * The launcher's egress proxy in a process of its own, with a key as the TPM would release it.
 * Serves until its standard input ends, thus not longer than the benchmark lives.
 */
final class EgressProcess {
  /** Notes no exchanges, so that what noting costs can be told. */
  static final String WITHOUT_LOG = "without-log";

  private EgressProcess() {}

  /**
   * @param args the directory for request bodies that are too large for memory, also for the
   *     exchange log; {@link #WITHOUT_LOG} or something else; then, for tunnels that are opened,
   *     the file of the origins' authority and the file to write the launch's authority to
   */
  public static void main(String[] args) throws IOException {
    Preparation.begin(); // as signet run does: bodies are hashed by what it finds
    SecureRandom random = new SecureRandom();
    AttestedAgent agent = AttestedAgent.create(SignatureProviders.detect(), random, Instant.now());
    EgressIdentity.Current identity =
        new EgressIdentity.Current(
            agent.token(),
            agent.keyThumbprint(),
            agent.signer(),
            true,
            Instant.now().plusSeconds(1800));
    ExchangeLog exchanges =
        args.length > 1 && args[1].equals(WITHOUT_LOG)
            ? ExchangeLog.NONE
            : FileExchangeLog.open(
                new LogSettings(
                    LogSettings.in(Path.of(args[0])),
                    Optional.empty(),
                    LogSettings.Bounds.standard()),
                LaunchId.random(random),
                new AgentId("spiffe://example.org/agent/bench"),
                Clock.systemUTC(),
                random,
                System.err::println);
    boolean opensTunnels = args.length > 3;
    Optional<Interception> interception =
        opensTunnels ? Optional.of(interception(Path.of(args[3]), random)) : Optional.empty();
    try (SigningProxy proxy =
        SigningProxy.start(
            new ProxySettings(
                Path.of(args[0]),
                List.of(),
                opensTunnels ? Optional.of(Path.of(args[2])) : Optional.empty(),
                new EgressPolicy(
                    List.of(EgressPermission.parse("GET,POST 127.0.0.1:*/*")),
                    OperatorRules.NONE,
                    NameResolver.SYSTEM),
                System.err::println,
                EgressLimits.standard(),
                List.of(),
                interception,
                Credentials.NONE,
                exchanges),
            () -> Optional.of(identity),
            (client, own) -> Optional.empty(),
            Clock.systemUTC(),
            random)) {
      System.out.println(proxy.address().getPort());
      System.in.transferTo(System.out);
    }
  }

  private static Interception interception(Path certificate, SecureRandom random)
      throws IOException {
    LaunchAuthority authority =
        LaunchAuthority.create(
            List.of("127.0.0.1"), Instant.now(), Instant.now().plus(Duration.ofDays(1)), random);
    try (JcaPEMWriter pem = new JcaPEMWriter(Files.newBufferedWriter(certificate))) {
      pem.writeObject(authority.certificate());
    }
    return new Interception(authority, Clock.systemUTC(), Set.of());
  }
}
