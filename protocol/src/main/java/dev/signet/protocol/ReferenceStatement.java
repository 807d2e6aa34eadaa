// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

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

  /** The role of an agent's JAR. */
  public static final String ROLE_AGENT_JAR = "agent-jar";

  /** The role of what stands on the class path after the agent's JAR: {@link ClassPathEntry}. */
  public static final String ROLE_CLASS_PATH = "class-path";

  /** The role of the Java runtime's tree, where the statement names one. */
  public static final String ROLE_JAVA_RUNTIME = "java-runtime";

  /** The role of a container image's manifest, as registries know the image. */
  public static final String ROLE_IMAGE_MANIFEST = "image-manifest";

  /** The role of a container image's configuration, which names every layer's content. */
  public static final String ROLE_IMAGE_CONFIG = "image-config";

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
   * @param artifacts each role once; an agent's JAR or an image's manifest among them, manifest and
   *     configuration of an image only together
   * @param classPath in order, where an artifact has role {@value #ROLE_CLASS_PATH}; else null
   * @param egress which requests the agent may send; an empty list or null allows none
   * @param build where it was built from, or null
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Predicate(
      AgentId agent,
      String version,
      long securityVersion,
      Validity validity,
      List<Artifact> artifacts,
      Launch launch,
      List<ClassPathEntry> classPath,
      List<EgressPermission> egress,
      Build build) {
    @JsonCreator
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
      classPath = classPath == null ? null : Require.list(classPath, "classPath");
      egress = egress == null ? null : Require.list(egress, Limits.EGRESS_PERMISSIONS, "egress");
      StatementRoles.check(artifacts, launch, classPath);
    }

    /** Of what every statement says. */
    public Predicate(
        AgentId agent,
        String version,
        long securityVersion,
        Validity validity,
        List<Artifact> artifacts,
        Launch launch) {
      this(agent, version, securityVersion, validity, artifacts, launch, null, null, null);
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
   * How the agent may be started. Of a JAR, {@code arguments} follow the JAR; of an image, they
   * follow its entry point, in the place of the {@code Cmd} of its configuration.
   *
   * @param arguments the exact arguments, or null where any are allowed; the null must be written,
   *     a forgotten member is refused
   * @param environment names of variables that may be given to it
   * @param mainClass of a JAR with a class path, instead of the one in its manifest; else null
   * @param entrypoint of an image, instead of the one in its configuration; else null
   * @param user of an image's process, {@code USER[:GROUP]}, instead of the one in its
   *     configuration; else null
   * @param limits of the process, or null
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record Launch(
      @JsonProperty(required = true) List<String> arguments,
      List<String> environment,
      @JsonInclude(JsonInclude.Include.NON_NULL) String mainClass,
      @JsonInclude(JsonInclude.Include.NON_NULL) List<String> entrypoint,
      @JsonInclude(JsonInclude.Include.NON_NULL) String user,
      @JsonInclude(JsonInclude.Include.NON_NULL) ResourceLimits limits) {
    private static final Pattern CLASS =
        Pattern.compile("[\\p{L}_$][\\p{L}\\p{N}_$]*+(?:\\.[\\p{L}_$][\\p{L}\\p{N}_$]*+)*+");

    private static final Pattern USER =
        Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,31})?");

    @JsonCreator
    public Launch {
      arguments = arguments == null ? null : Require.list(arguments, "arguments");
      environment = Require.list(environment, "environment");
      if (mainClass != null
          && !CLASS.matcher(Require.text(mainClass, 255, "mainClass")).matches()) {
        throw new IllegalArgumentException("mainClass: expected a class's full name");
      }
      if (entrypoint != null) {
        entrypoint = Require.list(entrypoint, "entrypoint");
        if (entrypoint.isEmpty() || entrypoint.get(0).isEmpty()) {
          throw new IllegalArgumentException("entrypoint: expected a program");
        }
      }
      if (user != null && !USER.matcher(user).matches()) {
        throw new IllegalArgumentException("user: expected USER or USER:GROUP, names or numbers");
      }
    }

    /** Of what every statement says. */
    public Launch(List<String> arguments, List<String> environment) {
      this(arguments, environment, null, null, null, null);
    }
  }

  /**
   * Where an agent was built from. Nobody checks it but who reads it.
   *
   * @param source a URI, or null
   * @param revision of the source, or null
   * @param builder an identifier of what built it, or null
   * @param sbom SHA-256 of its bill of materials, or null
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Build(String source, String revision, String builder, Digest sbom) {
    public Build {
      text(source, 1024, "source");
      text(revision, 255, "revision");
      text(builder, 1024, "builder");
      if (source == null && revision == null && builder == null && sbom == null) {
        throw new IllegalArgumentException("build: expected source, revision, builder or sbom");
      }
    }

    private static void text(String value, int max, String name) {
      if (value != null) {
        Require.text(value, max, name);
      }
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
