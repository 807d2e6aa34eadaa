// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import java.security.Provider;
import java.util.Optional;

/** Finds providers that may or may not be on the class path. */
final class ProviderLoader {
  private ProviderLoader() {}

  static Optional<Provider> instanceField(String className, String field) {
    try {
      return Optional.of((Provider) Class.forName(className).getField(field).get(null));
    } catch (ReflectiveOperationException | LinkageError e) {
      // Not there, or its native library does not load on this system: the next one is asked.
      return Optional.empty();
    }
  }

  static Optional<Provider> newInstance(String className) {
    try {
      return Optional.of((Provider) Class.forName(className).getConstructor().newInstance());
    } catch (ReflectiveOperationException | LinkageError e) {
      return Optional.empty();
    }
  }
}
