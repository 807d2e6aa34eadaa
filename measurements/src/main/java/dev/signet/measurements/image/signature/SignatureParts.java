// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image.signature;

import dev.signet.measurements.image.ImageMeasurement;
import dev.signet.measurements.image.registry.RegistryRepository;
import dev.signet.measurements.image.signature.ImageSignatureVerification.Fault;
import dev.signet.protocol.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;

/** Fetches parts of signatures: bounded, and only what is what its digest says. */
final class SignatureParts {
  private final RegistryRepository repository;

  SignatureParts(RegistryRepository repository) {
    this.repository = repository;
  }

  /** Fetches one part; {@link RegistryRepository#manifest} or {@link RegistryRepository#blob}. */
  @FunctionalInterface
  private interface Place {
    InputStream open(Digest digest) throws IOException;
  }

  byte[] manifest(SignatureManifest.Part part, int maxBytes)
      throws IOException, RejectedSignatureException {
    return fetch(repository::manifest, part, maxBytes, "manifest");
  }

  byte[] blob(SignatureManifest.Part part, int maxBytes)
      throws IOException, RejectedSignatureException {
    return fetch(repository::blob, part, maxBytes, "layer");
  }

  private static byte[] fetch(Place place, SignatureManifest.Part part, int maxBytes, String what)
      throws IOException, RejectedSignatureException {
    if (part.size() > maxBytes) {
      throw tooLarge(what, maxBytes);
    }
    byte[] bytes;
    try (InputStream in = place.open(part.digest())) {
      bytes = bounded(in, maxBytes, what);
    } catch (NoSuchFileException e) {
      throw RejectedSignatureException.notAuthentic(
          ImageMeasurement.Reason.MISSING_BLOB,
          "expected the " + what + " " + part.digest() + ", the registry has none");
    }
    if (bytes.length != part.size()) {
      throw RejectedSignatureException.notAuthentic(
          ImageMeasurement.Reason.SIZE_MISMATCH,
          "the " + what + ": expected " + part.size() + " bytes, got " + bytes.length);
    }
    Digest is = Digest.hash(bytes);
    if (!is.equals(part.digest())) {
      throw RejectedSignatureException.notAuthentic(
          ImageMeasurement.Reason.DIGEST_MISMATCH,
          "the " + what + ": expected " + part.digest() + ", got " + is);
    }
    return bytes;
  }

  /** Of what no digest is known. */
  static byte[] bounded(InputStream in, int maxBytes, String what)
      throws IOException, RejectedSignatureException {
    byte[] bytes = in.readNBytes(maxBytes + 1);
    if (bytes.length > maxBytes) {
      throw tooLarge(what, maxBytes);
    }
    return bytes;
  }

  private static RejectedSignatureException tooLarge(String what, int maxBytes) {
    return RejectedSignatureException.notAuthentic(
        Fault.TOO_LARGE_SIGNATURE, "the " + what + ": expected at most " + maxBytes + " bytes");
  }
}
