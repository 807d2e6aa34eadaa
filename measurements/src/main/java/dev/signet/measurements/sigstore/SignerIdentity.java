// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.sigstore;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Arrays;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A keyless signer who is believed. Everything is compared exactly, character by character: there
 * are no patterns.
 *
 * @param issuer who vouched for the signer, the URL of an OpenID provider
 * @param identity the certificate's only subject alternative name, a URI or an e-mail address
 * @param claims what else the certificate must say, by {@link CertificateClaim#wireName}; null or
 *     empty if nothing
 */
public record SignerIdentity(
    String issuer,
    String identity,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) SortedMap<String, String> claims) {
  private static final int MAX_CHARS = 2048;

  public SignerIdentity {
    exact(issuer, "issuer");
    exact(identity, "identity");
    claims = claims == null ? new TreeMap<>() : new TreeMap<>(claims);
    claims.forEach(
        (name, value) -> {
          if (CertificateClaim.named(name).isEmpty()) {
            throw new IllegalArgumentException(
                "claims: expected one of "
                    + Arrays.stream(CertificateClaim.values())
                        .map(CertificateClaim::wireName)
                        .toList()
                    + ", got \""
                    + name
                    + "\"");
          }
          exact(value, "claims." + name);
        });
  }

  /** One who signs with any build. */
  public static SignerIdentity of(String issuer, String identity) {
    return new SignerIdentity(issuer, identity, null);
  }

  @Override
  public SortedMap<String, String> claims() {
    return new TreeMap<>(claims);
  }

  /** Issuer and identity, which hold no space, so that two signers never have the same name. */
  public String name() {
    return issuer + " " + identity;
  }

  /** What differs, or empty if {@code certificate} is this signer's. */
  Optional<String> differs(SigningCertificate certificate) {
    if (!certificate.issuer().equals(issuer) || !certificate.identity().equals(identity)) {
      return Optional.of("expected " + identity + " of " + issuer);
    }
    for (var expected : claims.entrySet()) {
      CertificateClaim claim = CertificateClaim.named(expected.getKey()).orElseThrow();
      String got = certificate.claims().get(claim);
      if (!expected.getValue().equals(got)) {
        return Optional.of(
            expected.getKey()
                + ": expected "
                + expected.getValue()
                + ", the certificate has "
                + (got == null ? "none" : got));
      }
    }
    return Optional.empty();
  }

  private static void exact(String text, String name) {
    if (text == null || text.isEmpty() || text.length() > MAX_CHARS) {
      throw new IllegalArgumentException(name + ": expected 1 to " + MAX_CHARS + " characters");
    }
    if (text.chars().anyMatch(c -> c <= ' ' || c == 0x7F || Character.isISOControl(c))) {
      throw new IllegalArgumentException(name + ": expected no spaces nor control characters");
    }
    // Nobody is called so; whoever writes it believes that patterns are understood.
    if (text.chars().anyMatch(c -> "*^\\".indexOf(c) >= 0)) {
      throw new IllegalArgumentException(
          name + ": expected the exact text, without patterns, got \"" + text + "\"");
    }
  }
}
