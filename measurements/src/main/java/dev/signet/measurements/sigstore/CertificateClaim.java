// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.sigstore;

import java.util.Arrays;
import java.util.Optional;

/**
 * What a Fulcio certificate says about the build, beside who signed: extensions under
 * 1.3.6.1.4.1.57264.1, each a UTF8String (sigstore/fulcio, docs/oid-info.md).
 */
public enum CertificateClaim {
  /** The workflow that did the build, a reusable one for instance. */
  BUILD_SIGNER("buildSigner", 9),
  BUILD_SIGNER_DIGEST("buildSignerDigest", 10),
  /** {@code github-hosted} or {@code self-hosted}. */
  RUNNER_ENVIRONMENT("runnerEnvironment", 11),
  SOURCE_REPOSITORY("sourceRepository", 12),
  SOURCE_REPOSITORY_DIGEST("sourceRepositoryDigest", 13),
  SOURCE_REPOSITORY_REF("sourceRepositoryRef", 14),
  /** Stays the same when the repository is renamed, and is not given to another one. */
  SOURCE_REPOSITORY_ID("sourceRepositoryId", 15),
  SOURCE_REPOSITORY_OWNER("sourceRepositoryOwner", 16),
  SOURCE_REPOSITORY_OWNER_ID("sourceRepositoryOwnerId", 17),
  BUILD_CONFIG("buildConfig", 18),
  BUILD_CONFIG_DIGEST("buildConfigDigest", 19),
  BUILD_TRIGGER("buildTrigger", 20),
  RUN_INVOCATION("runInvocation", 21),
  SOURCE_REPOSITORY_VISIBILITY("sourceRepositoryVisibility", 22);

  static final String ARC = "1.3.6.1.4.1.57264.1.";

  private final String wireName;
  private final String oid;

  CertificateClaim(String wireName, int number) {
    this.wireName = wireName;
    this.oid = ARC + number;
  }

  /** The name in registrations and on the command line. */
  public String wireName() {
    return wireName;
  }

  public static Optional<CertificateClaim> named(String wireName) {
    return Arrays.stream(values()).filter(c -> c.wireName.equals(wireName)).findAny();
  }

  String oid() {
    return oid;
  }
}
