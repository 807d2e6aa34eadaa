// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import java.util.List;
import java.util.Map;

/**
 * A signature as it stands in a message: well-formed and so far unverified. {@link
 * MessageSignatures} makes one.
 */
public final class MessageSignature {
  private final String label;
  private final List<CoveredComponent> components;
  private final SignatureParameters parameters;
  private final String receivedInput;
  private final byte[] value;

  MessageSignature(
      String label,
      List<CoveredComponent> components,
      SignatureParameters parameters,
      String receivedInput,
      byte[] value) {
    this.label = label;
    this.components = List.copyOf(components);
    this.parameters = parameters;
    this.receivedInput = receivedInput;
    this.value = value.clone();
  }

  /** The label, chosen by the signer and without meaning. */
  public String label() {
    return label;
  }

  /** The covered components in the order of the signature base. */
  public List<CoveredComponent> components() {
    return components;
  }

  /** The signature parameters, as claimed until the signature is verified. */
  public SignatureParameters parameters() {
    return parameters;
  }

  /** The inner list and its parameters as received: what the last line of the base holds. */
  String receivedInput() {
    return receivedInput;
  }

  byte[] value() {
    return value.clone();
  }

  /** The same with the structured types of {@link FieldType#REGISTERED}. */
  public SignatureVerification verify(MessageView message, VerificationKey key) {
    return verify(message, key, FieldType.REGISTERED);
  }

  /**
   * Checks that the key signed this message (RFC 9421 section 3.2, steps 6 to 9). The key is the
   * caller's choice; the message's own {@code keyid} is not looked at here.
   *
   * @param fieldTypes structured types by lower-case field name, for {@code sf} and {@code key}
   */
  public SignatureVerification verify(
      MessageView message, VerificationKey key, Map<String, FieldType> fieldTypes) {
    try {
      String algorithm = key.algorithm().registeredName();
      if (!parameters.alg().orElse(algorithm).equals(algorithm)) {
        throw new Refusal(
            SignatureRefusal.ALGORITHM_MISMATCH,
            "alg: expected " + algorithm + ", got " + parameters.alg().orElseThrow());
      }
      if (!SignatureRange.contains(key.algorithm(), value)) {
        throw new Refusal(
            SignatureRefusal.MALFORMED_SIGNATURE,
            "expected 64 bytes with r and s in range, got " + value.length + " bytes");
      }
      byte[] base = SignatureBase.of(message, components, receivedInput, fieldTypes);
      if (!key.verify(base, value)) {
        throw new Refusal(
            SignatureRefusal.BAD_SIGNATURE, "the signature is not this key's over this message");
      }
    } catch (Refusal e) {
      return new SignatureVerification.Refused(e.reason(), e.getMessage());
    }
    return new SignatureVerification.Verified(new VerifiedSignature(this, key));
  }
}
