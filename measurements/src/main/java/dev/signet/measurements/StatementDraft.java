// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.ReferenceStatement;
import dev.signet.protocol.ReferenceStatement.Artifact;
import dev.signet.protocol.ReferenceStatement.Launch;
import dev.signet.protocol.ReferenceStatement.Predicate;
import dev.signet.protocol.ReferenceStatement.Sha256;
import dev.signet.protocol.ReferenceStatement.Subject;
import dev.signet.protocol.ReferenceStatement.Validity;
import dev.signet.protocol.StrictJson;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.TreeSet;

/**
 * What CI says about a build, before it is signed. The same draft gives the same bytes, on every
 * machine: no clock is read and sets are sorted, so that somebody else can build and compare.
 *
 * @param version for people, or null
 * @param securityVersion rises whenever an older build must not run any more; 0 or more
 * @param arguments the exact arguments, or null where any are allowed
 * @param environment names of variables that the agent may be given; sorted here, each once
 */
public record StatementDraft(
    AgentId agent,
    String version,
    long securityVersion,
    Instant notBefore,
    Instant notAfter,
    List<String> arguments,
    List<String> environment) {

  public StatementDraft {
    notBefore = notBefore.truncatedTo(ChronoUnit.SECONDS);
    notAfter = notAfter.truncatedTo(ChronoUnit.SECONDS);
    arguments = arguments == null ? null : List.copyOf(arguments);
    environment = List.copyOf(new TreeSet<>(environment));
    for (String name : environment) {
      if (name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf('\0') >= 0) {
        throw new IllegalArgumentException(
            "environment: expected the name of a variable without its value, got \"" + name + "\"");
      }
    }
  }

  /**
   * The statement about {@code jar}.
   *
   * @param name of the JAR's file, for people and for other in-toto tools
   */
  public ReferenceStatement about(String name, JarMeasurement.Measured jar) {
    return new ReferenceStatement(
        ReferenceStatement.STATEMENT_TYPE,
        List.of(new Subject(name, new Sha256(jar.digest().toHex()))),
        ReferenceStatement.PREDICATE_TYPE,
        new Predicate(
            agent,
            version,
            securityVersion,
            new Validity(notBefore, notAfter),
            List.of(new Artifact(ReferenceStatement.ROLE_AGENT_JAR, jar.digest(), jar.size())),
            new Launch(arguments, environment)));
  }

  /** The statement as it is written and signed: indented UTF-8 with a newline at its end. */
  public static byte[] write(ReferenceStatement statement) {
    String text = StrictJson.pretty(statement).replace(System.lineSeparator(), "\n");
    return (text + "\n").getBytes(StandardCharsets.UTF_8);
  }
}
