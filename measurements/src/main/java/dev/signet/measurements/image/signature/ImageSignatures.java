// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image.signature;

import dev.signet.measurements.image.registry.RegistryRepository;
import dev.signet.measurements.image.signature.ImageSignatureVerification.Fault;
import dev.signet.measurements.image.signature.ImageSignatureVerification.Reason;
import dev.signet.measurements.image.signature.ImageSignatureVerification.Refused;
import dev.signet.measurements.image.signature.ImageSignatureVerification.Verified;
import dev.signet.measurements.sigstore.SigstoreBundle;
import dev.signet.protocol.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds an image's signature in its registry, in every place where cosign leaves one: among the
 * referrers of the manifest, in the tag that stands for a registry without such lists ({@code
 * sha256-…}, OCI distribution specification 1.1), and in cosign's own tags before version 3 ({@code
 * .sig}, {@code .att}).
 *
 * <p>Nothing that the registry says is believed. It can hide a signature, and the image is refused
 * then; what it adds neither helps nor harms, up to {@link SignatureLimits}. Nothing is fetched
 * from anywhere but by digest from this repository.
 */
public final class ImageSignatures {
  private static final int SHOWN = 8;

  private final RegistryRepository repository;
  private final SignatureParts parts;
  private final SignatureCheck check;
  private final SignatureLimits limits;
  private final List<ImageSignatureFinding> findings = new ArrayList<>();
  private int checked;

  private ImageSignatures(
      RegistryRepository repository, SignatureCheck check, SignatureLimits limits) {
    this.repository = repository;
    this.parts = new SignatureParts(repository);
    this.check = check;
    this.limits = limits;
  }

  /**
   * Looks for a signature that counts; the first one is enough.
   *
   * @param image digest of its manifest
   * @param now the verifier's time
   * @throws IOException if the registry cannot be asked, or does not let us read
   */
  public static ImageSignatureVerification verify(
      RegistryRepository repository, Digest image, ImageSignaturePolicy policy, Instant now)
      throws IOException {
    return verify(repository, image, policy, now, SignatureLimits.standard());
  }

  static ImageSignatureVerification verify(
      RegistryRepository repository,
      Digest image,
      ImageSignaturePolicy policy,
      Instant now,
      SignatureLimits limits)
      throws IOException {
    ImageSignatures search =
        new ImageSignatures(repository, new SignatureCheck(image, policy, now), limits);
    try {
      return search.search();
    } catch (TooManySignaturesException e) {
      return new Refused(Reason.TOO_MANY_IMAGE_SIGNATURES, e.getMessage(), search.findings);
    }
  }

  private ImageSignatureVerification search() throws IOException, TooManySignaturesException {
    String tag = "sha256-" + check.image().toHex();
    Optional<VerifiedImageSignature> found = among(referrers(tag));
    for (String old : List.of(tag + ".sig", tag + ".att")) {
      if (found.isEmpty()) {
        found = tagged(old);
      }
    }
    return found.isPresent() ? new Verified(found.get()) : refused();
  }

  private List<SignatureManifest.Part> referrers(String tag)
      throws IOException, TooManySignaturesException {
    try {
      Optional<List<SignatureManifest.Part>> listed =
          Referrers.of(repository, check.image(), SigstoreBundle.MEDIA_TYPE, limits);
      return listed.isPresent() ? listed.get() : Referrers.tagged(repository, tag, limits);
    } catch (RejectedSignatureException e) {
      findings.add(e.at("referrers"));
      return List.of();
    }
  }

  private Optional<VerifiedImageSignature> among(List<SignatureManifest.Part> referrers)
      throws IOException, TooManySignaturesException {
    List<SignatureManifest.Part> bundles =
        referrers.stream()
            // Some registries do not tell the type, and some tools put it elsewhere.
            .filter(r -> r.type().map(SigstoreBundle::isMediaType).orElse(true))
            .toList();
    if (bundles.size() > limits.signatures()) {
      throw new TooManySignaturesException("signatures", limits.signatures());
    }
    for (SignatureManifest.Part referrer : bundles) {
      String place = "referrer " + referrer.digest();
      try {
        SignatureManifest manifest =
            SignatureManifest.parse(parts.manifest(referrer, limits.documentBytes()), limits);
        if (manifest.artifactType().filter(SigstoreBundle::isMediaType).isPresent()) {
          count();
          return Optional.of(bundle(place, manifest));
        }
        requireUnlabelled(referrer);
      } catch (RejectedSignatureException e) {
        findings.add(e.at(place));
      }
    }
    return Optional.empty();
  }

  /** Something else beside the image is none of our business, unless the list said otherwise. */
  private static void requireUnlabelled(SignatureManifest.Part referrer)
      throws RejectedSignatureException {
    if (referrer.type().isPresent()) {
      throw RejectedSignatureException.notAuthentic(
          Fault.BAD_SIGNATURE_MANIFEST,
          "artifactType: the list says that it is a Sigstore bundle, the manifest does not");
    }
  }

  private VerifiedImageSignature bundle(String place, SignatureManifest manifest)
      throws IOException, RejectedSignatureException {
    if (!manifest.subject().equals(Optional.of(check.image()))) {
      throw RejectedSignatureException.notAuthentic(
          Fault.WRONG_SUBJECT,
          "subject: expected "
              + check.image()
              + ", got "
              + manifest.subject().map(Digest::toString).orElse("none"));
    }
    if (manifest.layers().size() != 1
        || !SigstoreBundle.isMediaType(manifest.layers().getFirst().mediaType())) {
      throw RejectedSignatureException.notAuthentic(
          Fault.BAD_SIGNATURE_MANIFEST, "layers: expected one, a Sigstore bundle");
    }
    return check.bundle(place, parts.blob(manifest.layers().getFirst(), SigstoreBundle.MAX_BYTES));
  }

  private Optional<VerifiedImageSignature> tagged(String tag)
      throws IOException, TooManySignaturesException {
    SignatureManifest manifest;
    try (InputStream in = repository.tagged(tag)) {
      manifest =
          SignatureManifest.parse(
              SignatureParts.bounded(in, limits.documentBytes(), "manifest"), limits);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (RejectedSignatureException e) {
      findings.add(e.at("tag " + tag));
      return Optional.empty();
    }
    for (SignatureManifest.Part layer : manifest.layers()) {
      count();
      String place = "tag " + tag + ", layer " + layer.digest();
      try {
        return Optional.of(layer(place, layer));
      } catch (RejectedSignatureException e) {
        findings.add(e.at(place));
      }
    }
    return Optional.empty();
  }

  private VerifiedImageSignature layer(String place, SignatureManifest.Part layer)
      throws IOException, RejectedSignatureException {
    return switch (layer.mediaType()) {
      case SimpleSigning.MEDIA_TYPE ->
          check.simple(place, parts.blob(layer, limits.payloadBytes()), layer.annotations());
      case SimpleSigning.ENVELOPE_TYPE ->
          check.envelope(place, parts.blob(layer, SigstoreBundle.MAX_BYTES), layer.annotations());
      default ->
          throw RejectedSignatureException.notAuthentic(
              Fault.SIGNATURE_UNSUPPORTED,
              "mediaType: expected that of a simple signature or a DSSE envelope, got another");
    };
  }

  private void count() throws TooManySignaturesException {
    if (++checked > limits.signatures()) {
      throw new TooManySignaturesException("signatures", limits.signatures());
    }
  }

  private Refused refused() {
    if (findings.isEmpty()) {
      return new Refused(
          Reason.IMAGE_NOT_SIGNED,
          "expected a signature of " + check.image() + " beside it, the registry has none",
          findings);
    }
    boolean authentic = findings.stream().anyMatch(ImageSignatureFinding::authentic);
    List<String> words =
        findings.stream()
            .sorted((a, b) -> Boolean.compare(b.authentic(), a.authentic()))
            .limit(SHOWN)
            .map(ImageSignatureFinding::toString)
            .toList();
    return new Refused(
        authentic ? Reason.IMAGE_SIGNATURE_NOT_ACCEPTED : Reason.IMAGE_SIGNATURE_NOT_AUTHENTIC,
        String.join("; ", words) + (findings.size() > SHOWN ? "; and more" : ""),
        findings);
  }
}
