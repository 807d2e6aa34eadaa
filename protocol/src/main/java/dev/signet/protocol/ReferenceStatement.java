// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a good agent looks like: an in-toto Statement v1 with Signet's predicate, signed by CI in a
 * DSSE envelope. Reading one says nothing about who signed it.
 *
 * @param type {@value #STATEMENT_TYPE}
 * @param subject every artifact by name and digest, so that other in-toto tools find them
 * @param predicateType {@value #PREDICATE_TYPE}
 */
public record ReferenceStatement(
    @JsonProperty("_type") String type,
    List<Subject> subject,
    String predicateType,
    Predicate predicate) {
  public static final String STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
  public static final String PREDICATE_TYPE = "https://signet.dev/attestation/reference-values/v1";
  public static final String PAYLOAD_TYPE = "application/vnd.in-toto+json";

  /** The role of an agent's executable JAR. */
  public static final String ROLE_AGENT_JAR = "agent-jar";

  /** The role of the Java runtime's tree, where the statement names one. */
  public static final String ROLE_JAVA_RUNTIME = "java-runtime";

  /** An in-toto ResourceDescriptor with a name and a sha256 digest. */
  public record Subject(String name, Sha256 digest) {
    public Subject {
      Require.text(name, 255, "name");
      Require.present(digest, "digest");
    }
  }

  /** An in-toto DigestSet of one: 64 hexadecimal digits. */
  public record Sha256(String sha256) {
    public Sha256 {
      Digest.parseHex(Require.present(sha256, "sha256"));
    }
  }

  /**
   * The reference values.
   *
   * @param version for people, or null
   * @param securityVersion 0 or more; verifiers refuse one below their floor
   * @param artifacts each role once
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Predicate(
      AgentId agent,
      String version,
      long securityVersion,
      Validity validity,
      List<Artifact> artifacts,
      Launch launch) {
    public Predicate {
      Require.present(agent, "agent");
      if (version != null) {
        Require.text(version, 128, "version");
      }
      if (securityVersion < 0) {
        throw new IllegalArgumentException("securityVersion: expected 0 or more");
      }
      Require.present(validity, "validity");
      Require.present(launch, "launch");
      artifacts = Require.list(artifacts, Limits.ARTIFACTS, "artifacts");
      Set<String> roles = new HashSet<>();
      for (Artifact a : artifacts) {
        if (!roles.add(a.role())) {
          throw new IllegalArgumentException("artifacts: expected each role once");
        }
      }
      if (!roles.contains(ROLE_AGENT_JAR)) {
        throw new IllegalArgumentException("artifacts: expected one with role agent-jar");
      }
    }
  }

  /** From the first instant to before the last. */
  public record Validity(Instant notBefore, Instant notAfter) {
    public Validity {
      Require.present(notBefore, "notBefore");
      if (!Require.present(notAfter, "notAfter").isAfter(notBefore)) {
        throw new IllegalArgumentException("validity: expected notAfter after notBefore");
      }
    }

    public boolean covers(Instant time) {
      return !time.isBefore(notBefore) && time.isBefore(notAfter);
    }
  }

  /**
   * One artifact.
   *
   * @param size in bytes
   */
  public record Artifact(String role, Digest digest, long size) {
    public Artifact {
      Require.text(role, 64, "role");
      Require.present(digest, "digest");
      if (size < 0) {
        throw new IllegalArgumentException("size: expected 0 or more bytes");
      }
    }
  }

  /**
   * How the agent may be started.
   *
   * @param arguments the exact arguments, or null where any are allowed; the null must be written,
   *     a forgotten member is refused
   * @param environment names of variables that may be given to it
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record Launch(
      @JsonProperty(required = true) List<String> arguments, List<String> environment) {
    public Launch {
      arguments = arguments == null ? null : Require.list(arguments, "arguments");
      environment = Require.list(environment, "environment");
    }
  }

  public ReferenceStatement {
    if (!STATEMENT_TYPE.equals(type)) {
      throw new IllegalArgumentException("_type: expected " + STATEMENT_TYPE);
    }
    if (!PREDICATE_TYPE.equals(predicateType)) {
      throw new IllegalArgumentException("predicateType: expected " + PREDICATE_TYPE);
    }
    Require.present(predicate, "predicate");
    subject = Require.list(subject, "subject");
    Set<String> named = new HashSet<>();
    for (Subject s : subject) {
      named.add(s.digest().sha256());
    }
    for (Artifact a : predicate.artifacts()) {
      if (!named.contains(a.digest().toHex())) {
        throw new IllegalArgumentException(
            "subject: expected every artifact's digest to be a subject too");
      }
    }
  }

  /** Parses the payload of a DSSE envelope. */
  public static ReferenceStatement parse(byte[] payload) throws MalformedMessageException {
    return StrictJson.decode(payload, ReferenceStatement.class, Limits.STATEMENT_BYTES);
  }
}
