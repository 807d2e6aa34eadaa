// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.ima;

import dev.signet.protocol.Bytes;
import java.util.Map;

/**
 * A digest of a file or buffer as IMA names it.
 *
 * @param algorithm the kernel's name, for example {@code sha256}
 * @param value as many bytes as the log has: for known algorithms, as many as theirs
 */
public record ImaDigest(String algorithm, Bytes value) {
  /** Those that are believed, with the sizes of their digests in bytes. SHA-1 is not. */
  static final Map<String, Integer> BELIEVED = Map.of("sha256", 32, "sha384", 48, "sha512", 64);

  private static final Map<String, String> JAVA_NAMES =
      Map.of("sha256", "SHA-256", "sha384", "SHA-384", "sha512", "SHA-512");

  /** Whether collisions in it are infeasible, so that it says what the content is. */
  boolean believed() {
    return BELIEVED.containsKey(algorithm);
  }

  /**
   * @throws IllegalStateException if it is not {@link #believed}
   */
  String javaName() {
    String name = JAVA_NAMES.get(algorithm);
    if (name == null) {
      throw new IllegalStateException("expected a believed algorithm, got " + algorithm);
    }
    return name;
  }

  /** As policies and messages write it: {@code sha256:} and hexadecimal digits. */
  @Override
  public String toString() {
    return algorithm + ":" + value.toHex();
  }
}
