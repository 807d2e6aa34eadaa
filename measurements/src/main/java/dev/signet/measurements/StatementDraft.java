// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.EgressPermission;
import dev.signet.protocol.ReferenceStatement;
import dev.signet.protocol.ReferenceStatement.Build;
import dev.signet.protocol.ReferenceStatement.Launch;
import dev.signet.protocol.ReferenceStatement.Predicate;
import dev.signet.protocol.ReferenceStatement.Validity;
import dev.signet.protocol.ResourceLimits;
import dev.signet.protocol.StrictJson;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What CI says about a build, before it is signed. The same draft gives the same bytes, on every
 * machine: no clock is read and sets are sorted, so that somebody else can build and compare.
 *
 * @param version for people, or null
 * @param securityVersion rises whenever an older build must not run any more; 0 or more
 * @param arguments the exact arguments, or null where any are allowed
 * @param environment names of variables that the agent may be given; sorted here, each once
 * @param terms what else is said
 */
public record StatementDraft(
    AgentId agent,
    String version,
    long securityVersion,
    Instant notBefore,
    Instant notAfter,
    List<String> arguments,
    List<String> environment,
    Terms terms) {

  /**
   * What a statement need not say; null where it does not. Each is explained where it ends up.
   *
   * @param mainClass see {@link Launch}
   * @param entrypoint see {@link Launch}
   * @param user see {@link Launch}
   * @param limits see {@link Launch}
   * @param egress see {@link Predicate}
   * @param build see {@link Predicate}
   */
  public record Terms(
      String mainClass,
      List<String> entrypoint,
      String user,
      ResourceLimits limits,
      List<EgressPermission> egress,
      Build build) {
    public static final Terms NONE = new Terms(null, null, null, null, null, null);

    /** Permits requests, as {@link EgressPermission#parse} reads them, and says nothing else. */
    public static Terms permitting(String... egress) {
      return new Terms(
          null, null, null, null, Stream.of(egress).map(EgressPermission::parse).toList(), null);
    }
  }

  /** Of what every statement says. */
  public StatementDraft(
      AgentId agent,
      String version,
      long securityVersion,
      Instant notBefore,
      Instant notAfter,
      List<String> arguments,
      List<String> environment) {
    this(agent, version, securityVersion, notBefore, notAfter, arguments, environment, Terms.NONE);
  }

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
    return about(MeasuredAgent.nothing().jar(name, jar));
  }

  /**
   * The statement about everything that was measured.
   *
   * @throws IllegalArgumentException if the draft says something of a JAR or an image that is not
   *     there, or neither is
   */
  public ReferenceStatement about(MeasuredAgent measured) {
    return new ReferenceStatement(
        ReferenceStatement.STATEMENT_TYPE,
        measured.subjects(),
        ReferenceStatement.PREDICATE_TYPE,
        new Predicate(
            agent,
            version,
            securityVersion,
            new Validity(notBefore, notAfter),
            measured.artifacts(),
            new Launch(
                arguments,
                environment,
                terms.mainClass(),
                terms.entrypoint(),
                terms.user(),
                terms.limits()),
            measured.classPath(),
            terms.egress(),
            terms.build()));
  }

  /** The statement as it is written and signed: indented UTF-8 with a newline at its end. */
  public static byte[] write(ReferenceStatement statement) {
    String text = StrictJson.pretty(statement).replace(System.lineSeparator(), "\n");
    return (text + "\n").getBytes(StandardCharsets.UTF_8);
  }
}
