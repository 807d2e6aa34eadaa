// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import dev.signet.attestor.AgentSecrets;
import dev.signet.attestor.SecretValue;
import dev.signet.launcher.process.AgentProcess;
import dev.signet.launcher.process.AgentSurroundings;
import dev.signet.launcher.process.TestJar;
import dev.signet.launcher.process.TrustFiles;
import dev.signet.launcher.traffic.ExchangeLog;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A launcher without TPM, in a process of its own: a proxy that opens tunnels and adds a secret,
 * and the agent that was started for it. Arguments: a directory, the services' roots, their
 * authority, the agent's URL. The secret is on standard input, 32 bytes.
 */
public final class LauncherProcess {
  private static final int SECRET_BYTES = 32;

  private LauncherProcess() {}

  public static void main(String[] args) throws Exception {
    Path directory = Path.of(args[0]);
    String secret = new String(System.in.readNBytes(SECRET_BYTES), StandardCharsets.US_ASCII);
    String rules =
        """
        {"version":1,"credentials":[{"secret":"llm","host":"%s","header":"Authorization",
         "template":"Bearer {}"}]}
        """
            .formatted(args[2]);
    Credentials credentials =
        new Credentials(
            CredentialRules.parse(rules.getBytes(StandardCharsets.UTF_8)),
            name ->
                new AgentSecrets.Opened.Value(
                    SecretValue.of(secret.getBytes(StandardCharsets.US_ASCII))));
    LaunchAuthority authority = TestTls.authority("localhost");
    try (ProxyFixture fixture =
            new ProxyFixture(
                LoopbackPort.open(),
                (client, own) -> Optional.empty(),
                (spool, refusals) ->
                    new ProxySettings(
                        spool,
                        List.of(),
                        Optional.of(Path.of(args[1])),
                        ProxyFixture.permissive(),
                        refusals,
                        EgressLimits.standard(),
                        List.of(),
                        Optional.of(new Interception(authority, Clock.systemUTC(), Set.of())),
                        credentials,
                        ExchangeLog.NONE));
        AgentSurroundings surroundings =
            AgentSurroundings.of(
                directory,
                TestJar.of(directory.resolve("busy.jar"), Map.of(), BusyAgent.class),
                List.of(),
                BusyAgent.class.getName(),
                List.of(args[3]),
                fixture.proxy.address(),
                TrustFiles.of(List.of(authority.certificate())))) {
      AgentProcess agent = surroundings.start();
      System.out.println("agent=" + agent.handle().pid());
      agent.waitFor();
    }
  }
}
