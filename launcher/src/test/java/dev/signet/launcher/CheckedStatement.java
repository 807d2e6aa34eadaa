// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.attestor.RegisterChoice;
import dev.signet.launcher.process.IsolationMode;
import dev.signet.launcher.process.JarFiles;
import dev.signet.measurements.JarMeasurement;
import dev.signet.measurements.KeyFiles;
import dev.signet.measurements.KeyFormatException;
import dev.signet.measurements.MeasuredAgent;
import dev.signet.measurements.SignerPolicy;
import dev.signet.measurements.SigningKey;
import dev.signet.measurements.StatementDraft;
import dev.signet.measurements.runtime.RuntimeMeasurement;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.Digest;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.ReferenceStatement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A CI that signs whatever it is given, and the launcher's own check of what it signed. */
public final class CheckedStatement {
  private CheckedStatement() {}

  /** Signs without looking into the JAR, as a careless CI would. */
  public static Path sign(Path directory, Path jar, Optional<Path> runtime)
      throws IOException, MalformedMessageException {
    byte[] bytes = Files.readAllBytes(jar);
    Instant now = Instant.now();
    ReferenceStatement about =
        new StatementDraft(
                new AgentId("spiffe://example.org/agent/a"),
                "1",
                1,
                now.minusSeconds(60),
                now.plusSeconds(3600),
                null,
                List.of())
            .about(measured(bytes, runtime));
    SecureRandom random = new SecureRandom();
    SigningKey ci = SigningKey.generate(random);
    KeyFiles.create(ci, directory.resolve("ci.pem"), directory.resolve("ci.pub.pem"));
    return Files.write(
        directory.resolve("statement.dsse"), ci.sign(StatementDraft.write(about), random).encode());
  }

  private static MeasuredAgent measured(byte[] jar, Optional<Path> runtime) throws IOException {
    MeasuredAgent measured =
        MeasuredAgent.nothing()
            .jar("a.jar", new JarMeasurement.Measured(Digest.hash(jar), jar.length, "unknown"));
    return runtime.isPresent()
        ? measured.javaRuntime(RuntimeMeasurement.of(runtime.get()))
        : measured;
  }

  /** What {@link AgentLaunch} does between copying and planning. */
  public static void require(Path statement, Path runtime, JarFiles files) throws IOException {
    SignerPolicy signers;
    try {
      signers =
          SignerPolicy.pinned(List.of(KeyFiles.readPublic(statement.resolveSibling("ci.pub.pem"))));
    } catch (KeyFormatException e) {
      throw new IllegalStateException(e);
    }
    LaunchRequest request =
        new LaunchRequest(
            new Program.Jar(files.jar().path()),
            statement,
            signers,
            runtime,
            List.of(),
            List.of(),
            Map.of(),
            Optional.empty(),
            EgressRequest.NONE,
            IsolationMode.NONE,
            Optional.empty(),
            statement.getParent(),
            RegisterChoice.pcr(15));
    if (JarCheck.check(request, files, Instant.now())
        instanceof JarCheck.Refused(LaunchCheck.Result.Failed(String reason, String detail))) {
      throw new IllegalStateException("refused: " + reason + ": " + detail);
    }
  }
}
