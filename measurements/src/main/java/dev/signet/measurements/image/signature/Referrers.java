// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image.signature;

import dev.signet.measurements.image.registry.ReferrersPage;
import dev.signet.measurements.image.registry.RegistryRepository;
import dev.signet.protocol.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a registry lists as belonging to a manifest (OCI distribution specification 1.1, "Listing
 * Referrers" and "Referrers Tag Schema"). A list is no evidence of anything.
 */
final class Referrers {
  private Referrers() {}

  /** Empty if the registry keeps no such lists. */
  static Optional<List<SignatureManifest.Part>> of(
      RegistryRepository repository, Digest subject, String artifactType, SignatureLimits limits)
      throws IOException, RejectedSignatureException, TooManySignaturesException {
    List<SignatureManifest.Part> all = new ArrayList<>();
    Optional<ReferrersPage> page;
    try {
      page = Optional.of(repository.referrers(subject, artifactType));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    for (int pages = 1; page.isPresent(); pages++) {
      if (pages > limits.pages()) {
        throw new TooManySignaturesException("pages of referrers", limits.pages());
      }
      try (ReferrersPage current = page.get()) {
        add(all, SignatureParts.bounded(current.index(), limits.documentBytes(), "list"), limits);
        page =
            current.next().isPresent() ? Optional.of(repository.next(current)) : Optional.empty();
      }
    }
    return Optional.of(all);
  }

  /** The list that clients keep in a tag where the registry keeps none. */
  static List<SignatureManifest.Part> tagged(
      RegistryRepository repository, String tag, SignatureLimits limits)
      throws IOException, RejectedSignatureException, TooManySignaturesException {
    List<SignatureManifest.Part> all = new ArrayList<>();
    try (InputStream in = repository.tagged(tag)) {
      add(all, SignatureParts.bounded(in, limits.documentBytes(), "list"), limits);
    } catch (NoSuchFileException e) {
      return List.of();
    }
    return all;
  }

  private static void add(List<SignatureManifest.Part> all, byte[] index, SignatureLimits limits)
      throws RejectedSignatureException, TooManySignaturesException {
    all.addAll(SignatureManifest.index(index));
    if (all.size() > limits.referrers()) {
      throw new TooManySignaturesException("referrers", limits.referrers());
    }
  }
}
