// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.keyless;

import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.StrictJson;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where a Sigstore is: its {@code signing_config.v0.2.json} (sigstore/protobuf-specs,
 * sigstore_trustroot.proto, SigningConfig).
 */
public final class SigningConfig {
  /** Bytes of a signing config. */
  public static final int MAX_BYTES = 64 * 1024;

  private static final String MEDIA_TYPE = "application/vnd.dev.sigstore.signingconfig.v0.2+json";

  private final Form form;

  private SigningConfig(Form form) {
    this.form = form;
  }

  /** One service that takes calls now. */
  record Chosen(URI url, int majorApiVersion) {}

  private record Form(
      String mediaType,
      List<Service> caUrls,
      List<Service> oidcUrls,
      List<Service> rekorTlogUrls,
      List<Service> tsaUrls,
      Selection rekorTlogConfig,
      Selection tsaConfig) {}

  private record Service(String url, int majorApiVersion, Range validFor, String operator) {
    boolean validAt(Instant now) {
      return validFor != null
          && validFor.start() != null
          && !now.isBefore(Instant.parse(validFor.start()))
          && (validFor.end() == null || now.isBefore(Instant.parse(validFor.end())));
    }
  }

  private record Range(String start, String end) {}

  private record Selection(String selector, Integer count) {}

  public static SigningConfig parse(byte[] json) throws MalformedMessageException {
    Form form = StrictJson.decode(json, Form.class, MAX_BYTES);
    if (!MEDIA_TYPE.equals(form.mediaType())) {
      throw new MalformedMessageException("signing config: expected mediaType " + MEDIA_TYPE);
    }
    requireOne(form.rekorTlogConfig(), form.rekorTlogUrls(), "rekorTlogConfig");
    requireOne(form.tsaConfig(), form.tsaUrls(), "tsaConfig");
    return new SigningConfig(form);
  }

  Chosen authority(Instant now) throws MalformedMessageException {
    return required(form.caUrls(), Set.of(1), now, "caUrls");
  }

  /** Rekor v2 where there is one. */
  Chosen log(Instant now) throws MalformedMessageException {
    return required(form.rekorTlogUrls(), Set.of(1, 2), now, "rekorTlogUrls");
  }

  Optional<Chosen> timestamps(Instant now) throws MalformedMessageException {
    return choose(form.tsaUrls(), Set.of(1), now, "tsaUrls");
  }

  private static Chosen required(
      List<Service> services, Set<Integer> versions, Instant now, String name)
      throws MalformedMessageException {
    return choose(services, versions, now, name)
        .orElseThrow(
            () ->
                new MalformedMessageException(
                    "signing config: "
                        + name
                        + ": expected one that is valid now, of API version "
                        + versions));
  }

  private static Optional<Chosen> choose(
      List<Service> services, Set<Integer> versions, Instant now, String name)
      throws MalformedMessageException {
    if (services == null) {
      return Optional.empty();
    }
    try {
      return services.stream()
          .filter(s -> s != null && versions.contains(s.majorApiVersion()) && s.validAt(now))
          .max(Comparator.comparingInt(Service::majorApiVersion))
          .map(s -> new Chosen(URI.create(s.url()), s.majorApiVersion()));
    } catch (DateTimeException | IllegalArgumentException | NullPointerException e) {
      throw new MalformedMessageException(
          "signing config: " + name + ": expected URLs and times of RFC 3339", e);
    }
  }

  /** One log and one timestamp is what a bundle carries here. */
  private static void requireOne(Selection selection, List<Service> services, String name)
      throws MalformedMessageException {
    boolean several =
        selection != null
            && switch (selection.selector() == null ? "ANY" : selection.selector()) {
              case "ANY" -> false;
              case "EXACT" -> selection.count() == null || selection.count() != 1;
              case "ALL" -> services != null && services.size() > 1;
              default -> true;
            };
    if (several) {
      throw new MalformedMessageException(
          "signing config: " + name + ": expected ANY, or EXACT with a count of 1");
    }
  }
}
