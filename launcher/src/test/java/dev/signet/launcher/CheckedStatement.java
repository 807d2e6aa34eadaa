// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.launcher.process.PrivateCopy;
import dev.signet.launcher.process.RuntimeMeasurement;
import dev.signet.measurements.JarMeasurement;
import dev.signet.measurements.KeyFiles;
import dev.signet.measurements.KeyFormatException;
import dev.signet.measurements.SignerPolicy;
import dev.signet.measurements.SigningKey;
import dev.signet.measurements.StatementDraft;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.Digest;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.ReferenceStatement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
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
            .about(
                "a.jar", new JarMeasurement.Measured(Digest.hash(bytes), bytes.length, "unknown"));
    if (runtime.isPresent()) {
      about = with(about, RuntimeMeasurement.of(runtime.get()).digest());
    }
    SecureRandom random = new SecureRandom();
    SigningKey ci = SigningKey.generate(random);
    KeyFiles.create(ci, directory.resolve("ci.pem"), directory.resolve("ci.pub.pem"));
    return Files.write(
        directory.resolve("statement.dsse"), ci.sign(StatementDraft.write(about), random).encode());
  }

  private static ReferenceStatement with(ReferenceStatement statement, Digest runtime) {
    ReferenceStatement.Predicate p = statement.predicate();
    List<ReferenceStatement.Subject> subjects = new ArrayList<>(statement.subject());
    subjects.add(
        new ReferenceStatement.Subject("java", new ReferenceStatement.Sha256(runtime.toHex())));
    List<ReferenceStatement.Artifact> artifacts = new ArrayList<>(p.artifacts());
    artifacts.add(
        new ReferenceStatement.Artifact(ReferenceStatement.ROLE_JAVA_RUNTIME, runtime, 0));
    return new ReferenceStatement(
        statement.type(),
        subjects,
        statement.predicateType(),
        new ReferenceStatement.Predicate(
            p.agent(), p.version(), p.securityVersion(), p.validity(), artifacts, p.launch()));
  }

  /** What {@link AgentLaunch} does between copying and planning. */
  public static void require(Path statement, Path runtime, PrivateCopy copy) throws IOException {
    SignerPolicy signers;
    try {
      signers =
          SignerPolicy.pinned(List.of(KeyFiles.readPublic(statement.resolveSibling("ci.pub.pem"))));
    } catch (KeyFormatException e) {
      throw new IllegalStateException(e);
    }
    LaunchRequest request =
        new LaunchRequest(
            copy.path(),
            statement,
            signers,
            runtime,
            List.of(),
            List.of(),
            Map.of(),
            Optional.empty(),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            statement.getParent(),
            15);
    if (LaunchCheck.check(request, copy, Instant.now())
        instanceof LaunchCheck.Result.Failed(String reason, String detail)) {
      throw new IllegalStateException("refused: " + reason + ": " + detail);
    }
  }
}
