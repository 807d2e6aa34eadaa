// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements;

import dev.signet.measurements.image.ImageMeasurement;
import dev.signet.measurements.runtime.RuntimeMeasurement;
import dev.signet.protocol.ClassPathEntry;
import dev.signet.protocol.Digest;
import dev.signet.protocol.ReferenceStatement;
import dev.signet.protocol.ReferenceStatement.Artifact;
import dev.signet.protocol.ReferenceStatement.Sha256;
import dev.signet.protocol.ReferenceStatement.Subject;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything that was measured of one agent, in the order in which a statement names it. What is
 * called by a file's name keeps it; the rest is called by its role, so that a statement does not
 * depend on the place where something lay.
 *
 * @param classPath null where there is none
 */
public record MeasuredAgent(
    List<Subject> subjects, List<Artifact> artifacts, List<ClassPathEntry> classPath) {
  public MeasuredAgent {
    subjects = List.copyOf(subjects);
    artifacts = List.copyOf(artifacts);
    classPath = classPath == null ? null : List.copyOf(classPath);
  }

  /** Nothing yet. */
  public static MeasuredAgent nothing() {
    return new MeasuredAgent(List.of(), List.of(), null);
  }

  /**
   * Adds the agent's JAR.
   *
   * @param name of the file, for people and for other in-toto tools
   */
  public MeasuredAgent jar(String name, JarMeasurement.Measured jar) {
    return with(name, ReferenceStatement.ROLE_AGENT_JAR, jar.digest(), jar.size());
  }

  /** Adds what follows the agent's JAR on the class path. */
  public MeasuredAgent classPath(ClassPathMeasurement.Measured path) {
    String role = ReferenceStatement.ROLE_CLASS_PATH;
    MeasuredAgent more = with(role, role, path.digest(), path.size());
    return new MeasuredAgent(more.subjects, more.artifacts, path.entries());
  }

  /** Adds the Java runtime. */
  public MeasuredAgent javaRuntime(RuntimeMeasurement runtime) {
    String role = ReferenceStatement.ROLE_JAVA_RUNTIME;
    return with(role, role, runtime.digest(), runtime.size());
  }

  /** Adds a container image. */
  public MeasuredAgent image(ImageMeasurement.Measured image) {
    String manifest = ReferenceStatement.ROLE_IMAGE_MANIFEST;
    String config = ReferenceStatement.ROLE_IMAGE_CONFIG;
    return with(manifest, manifest, image.manifest(), image.manifestSize())
        .with(config, config, image.configDigest(), image.configSize());
  }

  private MeasuredAgent with(String name, String role, Digest digest, long size) {
    List<Subject> moreSubjects = new ArrayList<>(subjects);
    moreSubjects.add(new Subject(name, new Sha256(digest.toHex())));
    List<Artifact> moreArtifacts = new ArrayList<>(artifacts);
    moreArtifacts.add(new Artifact(role, digest, size));
    return new MeasuredAgent(moreSubjects, moreArtifacts, classPath);
  }
}
