// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import dev.signet.requestsignatures.structuredfields.BareItem;
import dev.signet.requestsignatures.structuredfields.Parameters;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/** The parameters of one signature in their order (RFC 9421 section 2.3). */
public final class SignatureParameters {
  /** No parameters; the start for a signer, which adds them in the order they will be sent in. */
  public static final SignatureParameters NONE = new SignatureParameters(Parameters.NONE);

  private final Parameters parameters;

  private SignatureParameters(Parameters parameters) {
    this.parameters = parameters;
  }

  static SignatureParameters parse(Parameters parameters) throws Refusal {
    for (int i = 0; i < parameters.size(); i++) {
      BareItem value = parameters.value(i);
      String name = parameters.key(i);
      boolean good =
          switch (name) {
            case "created", "expires" ->
                value instanceof BareItem.IntegerValue seconds && seconds.value() >= 0;
            case "nonce", "alg", "keyid", "tag" -> value instanceof BareItem.StringValue;
            default -> true;
          };
      if (!good) {
        throw new Refusal(
            SignatureRefusal.WRONG_PARAMETER_TYPE,
            name.equals("created") || name.equals("expires")
                ? name + ": expected an Integer of seconds since 1970"
                : name + ": expected a String");
      }
    }
    return new SignatureParameters(parameters);
  }

  /** Adds {@code created}; fractions of a second are cut off. */
  public SignatureParameters created(Instant created) {
    return with("created", new BareItem.IntegerValue(created.getEpochSecond()));
  }

  /** Adds {@code expires}; fractions of a second are cut off. */
  public SignatureParameters expires(Instant expires) {
    return with("expires", new BareItem.IntegerValue(expires.getEpochSecond()));
  }

  /** Adds {@code nonce}: printable ASCII. */
  public SignatureParameters nonce(String nonce) {
    return with("nonce", new BareItem.StringValue(nonce));
  }

  /** Adds {@code alg}. */
  public SignatureParameters alg(SignatureAlgorithm algorithm) {
    return with("alg", new BareItem.StringValue(algorithm.registeredName()));
  }

  /** Adds {@code keyid}: printable ASCII. */
  public SignatureParameters keyid(String keyid) {
    return with("keyid", new BareItem.StringValue(keyid));
  }

  /** Adds {@code tag}: printable ASCII. */
  public SignatureParameters tag(String tag) {
    return with("tag", new BareItem.StringValue(tag));
  }

  /** Creation time, in seconds since 1970. */
  public OptionalLong created() {
    return seconds("created");
  }

  /** Expiration time, in seconds since 1970. */
  public OptionalLong expires() {
    return seconds("expires");
  }

  public Optional<String> nonce() {
    return text("nonce");
  }

  public Optional<String> alg() {
    return text("alg");
  }

  public Optional<String> keyid() {
    return text("keyid");
  }

  public Optional<String> tag() {
    return text("tag");
  }

  /**
   * True where there is a parameter other than the six of RFC 9421; a strict profile refuses it.
   */
  public boolean hasOthers() {
    for (int i = 0; i < parameters.size(); i++) {
      switch (parameters.key(i)) {
        case "created", "expires", "nonce", "alg", "keyid", "tag" -> {}
        default -> {
          return true;
        }
      }
    }
    return false;
  }

  Parameters parameters() {
    return parameters;
  }

  @Override
  public String toString() {
    return parameters.toString();
  }

  private SignatureParameters with(String name, BareItem value) {
    return new SignatureParameters(parameters.with(name, value));
  }

  private OptionalLong seconds(String name) {
    return parameters.get(name) instanceof BareItem.IntegerValue value
        ? OptionalLong.of(value.value())
        : OptionalLong.empty();
  }

  private Optional<String> text(String name) {
    return parameters.get(name) instanceof BareItem.StringValue value
        ? Optional.of(value.value())
        : Optional.empty();
  }
}
