// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import dev.signet.protocol.ReferenceStatement.Artifact;
import dev.signet.protocol.ReferenceStatement.Launch;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Which artifacts a reference statement names together, and what then belongs to them. */
final class StatementRoles {
  private StatementRoles() {}

  static void check(List<Artifact> artifacts, Launch launch, List<ClassPathEntry> classPath) {
    Map<String, Artifact> byRole = new TreeMap<>();
    for (Artifact a : artifacts) {
      if (byRole.put(a.role(), a) != null) {
        throw new IllegalArgumentException("artifacts: expected each role once");
      }
    }
    boolean jar = byRole.containsKey(ReferenceStatement.ROLE_AGENT_JAR);
    boolean image = byRole.containsKey(ReferenceStatement.ROLE_IMAGE_MANIFEST);
    if (!jar && !image) {
      throw new IllegalArgumentException(
          "artifacts: expected one with role agent-jar or image-manifest");
    }
    if (image != byRole.containsKey(ReferenceStatement.ROLE_IMAGE_CONFIG)) {
      throw new IllegalArgumentException(
          "artifacts: expected image-manifest and image-config together");
    }
    check(byRole.get(ReferenceStatement.ROLE_CLASS_PATH), classPath);
    if (!jar && (classPath != null || launch.mainClass() != null)) {
      throw new IllegalArgumentException("classPath, mainClass: expected an agent-jar with them");
    }
    if (!image && (launch.entrypoint() != null || launch.user() != null)) {
      throw new IllegalArgumentException("entrypoint, user: expected an image with them");
    }
  }

  /** The list is what the digest is over: nobody reads another than the one that is compared. */
  private static void check(Artifact artifact, List<ClassPathEntry> classPath) {
    if ((artifact == null) != (classPath == null)) {
      throw new IllegalArgumentException(
          "classPath: expected with an artifact of role class-path, and only then");
    }
    if (artifact != null
        && !(artifact.digest().equals(ClassPathEntry.digest(classPath))
            && artifact.size() == ClassPathEntry.size(classPath))) {
      throw new IllegalArgumentException(
          "classPath: expected the entries that the class-path artifact's digest and size are of");
    }
  }
}
