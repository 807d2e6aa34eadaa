// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import dev.signet.requestsignatures.structuredfields.BareItem;
import dev.signet.requestsignatures.structuredfields.InnerList;
import dev.signet.requestsignatures.structuredfields.Item;
import dev.signet.requestsignatures.structuredfields.Parameters;
import dev.signet.requestsignatures.structuredfields.StructuredFields;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Signs messages with one key and label (RFC 9421 section 3.1). Safe for use by many threads. */
public final class MessageSigner {
  private final String label;
  private final RawSigner signer;
  private final Map<String, FieldType> fieldTypes;

  /**
   * A signer that knows the structured types of {@link FieldType#REGISTERED}.
   *
   * @param label the label of its signatures, a Dictionary key such as {@code sig1}
   */
  public MessageSigner(String label, RawSigner signer) {
    this(label, signer, FieldType.REGISTERED);
  }

  public MessageSigner(String label, RawSigner signer, Map<String, FieldType> fieldTypes) {
    // Refuses a label that is not a key.
    StructuredFields.serialize(Map.of(label, Item.of(BareItem.BooleanValue.TRUE)));
    this.label = label;
    this.signer = signer;
    this.fieldTypes = Map.copyOf(fieldTypes);
  }

  /**
   * Signs a message.
   *
   * @param components what to cover, in this order
   * @param parameters the parameters, in their order; {@code created} is the caller's to add
   * @throws UnsignableMessageException if a component is not in the message or cannot be signed
   * @throws IOException if the key cannot be used now
   */
  public SignedFields sign(
      MessageView message, List<CoveredComponent> components, SignatureParameters parameters)
      throws UnsignableMessageException, IOException {
    String input = StructuredFields.serialize(inputOf(components, parameters.parameters()));
    byte[] base;
    try {
      base = SignatureBase.of(message, components, input, fieldTypes);
    } catch (Refusal e) {
      throw new UnsignableMessageException(e.reason(), e.getMessage());
    }
    byte[] signature = signer.sign(base);
    if (signature.length != SignatureAlgorithm.SIGNATURE_LENGTH) {
      throw new IOException("expected a signature of 64 bytes, the key made " + signature.length);
    }
    return new SignedFields(
        label + '=' + input,
        label + '=' + StructuredFields.serialize(Item.of(new BareItem.BytesValue(signature))));
  }

  static InnerList inputOf(List<CoveredComponent> components, Parameters parameters) {
    List<Item> identifiers = new ArrayList<>(components.size());
    for (CoveredComponent component : components) {
      identifiers.add(component.identifier());
    }
    return new InnerList(identifiers, parameters);
  }
}
