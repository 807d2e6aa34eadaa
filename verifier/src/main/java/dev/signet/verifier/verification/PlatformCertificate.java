// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import dev.signet.protocol.Digest;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a configured issuer says of the machine that a TPM is in. Only {@link
 * PlatformCertificateVerifier} makes one, for one EK certificate and one moment. The list of
 * components is what was built in at the factory; nothing compares it with the machine.
 */
public final class PlatformCertificate {
  /** What measures first (MeasurementRootType, in the profile's order). */
  public enum RootOfTrust {
    STATIC,
    DYNAMIC,
    NON_HOST,
    HYBRID,
    PHYSICAL,
    VIRTUAL;

    /** As in {@code non-host}. */
    public String wireName() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /**
   * One part of the machine.
   *
   * @param componentClass the registry's object identifier, a colon and the class in hexadecimal;
   *     null in lists of profile 1.0
   * @param serial or null
   * @param revision or null
   */
  public record Component(
      String componentClass, String manufacturer, String model, String serial, String revision) {}

  private final Digest digest;
  private final EkCertificateId holder;
  private final PlatformDescription description;
  private final PlatformAttributes attributes;
  private final String issuer;
  private final Instant notAfter;

  PlatformCertificate(
      Digest digest,
      EkCertificateId holder,
      PlatformDescription description,
      PlatformAttributes attributes,
      String issuer,
      Instant notAfter) {
    this.digest = digest;
    this.holder = holder;
    this.description = description;
    this.attributes = attributes;
    this.issuer = issuer;
    this.notAfter = notAfter;
  }

  /** SHA-256 of the DER. */
  public Digest digest() {
    return digest;
  }

  /** The EK certificate that it is about. */
  public EkCertificateId holder() {
    return holder;
  }

  public PlatformDescription description() {
    return description;
  }

  public Optional<RootOfTrust> rootOfTrust() {
    return Optional.ofNullable(attributes.rootOfTrust());
  }

  public List<Component> components() {
    return attributes.components();
  }

  /** The issuer's distinguished name. */
  public String issuer() {
    return issuer;
  }

  /** Until when it is valid. */
  public Instant notAfter() {
    return notAfter;
  }

  @Override
  public String toString() {
    return "platform " + description + " (" + digest + ")";
  }
}
