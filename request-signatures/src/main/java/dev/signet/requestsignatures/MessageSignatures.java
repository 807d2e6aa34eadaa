// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import dev.signet.requestsignatures.structuredfields.BareItem;
import dev.signet.requestsignatures.structuredfields.InnerList;
import dev.signet.requestsignatures.structuredfields.Item;
import dev.signet.requestsignatures.structuredfields.Member;
import dev.signet.requestsignatures.structuredfields.StructuredFieldException;
import dev.signet.requestsignatures.structuredfields.StructuredFieldReader;
import dev.signet.requestsignatures.structuredfields.StructuredFields;
import java.util.ArrayList;
import java.util.List;

/** Reads Signature-Input and Signature (RFC 9421 sections 4.1 to 4.3). */
public final class MessageSignatures {
  /** One member of Signature-Input, and the text it was read from. */
  private record Input(String label, InnerList list, String received) {}

  private record Value(String label, byte[] bytes) {}

  private interface Choice {
    Input among(List<Input> inputs) throws Refusal;
  }

  private MessageSignatures() {}

  /**
   * Finds the one signature with a tag. Other signatures may be there, with other tags; two with
   * this tag are refused, since a verifier could look at one and an application at the other (RFC
   * 9421 section 7.2.6).
   */
  public static SignatureSelection withTag(
      MessageView message, String tag, SignatureLimits limits) {
    return select(message, limits, inputs -> onlyOneTagged(inputs, tag));
  }

  /** The same within {@link SignatureLimits#STANDARD}. */
  public static SignatureSelection withTag(MessageView message, String tag) {
    return withTag(message, tag, SignatureLimits.STANDARD);
  }

  /** Finds the signature with a label, for protocols that fix the label. */
  public static SignatureSelection withLabel(
      MessageView message, String label, SignatureLimits limits) {
    return select(message, limits, inputs -> labeled(inputs, label));
  }

  private static SignatureSelection select(
      MessageView message, SignatureLimits limits, Choice choice) {
    List<String> inputLines = message.fieldValues("signature-input");
    List<String> signatureLines = message.fieldValues("signature");
    if (inputLines.isEmpty() && signatureLines.isEmpty()) {
      return new SignatureSelection.Unsigned();
    }
    try {
      List<Input> inputs = readInputs(bounded(inputLines, limits), limits);
      List<Value> values = readValues(bounded(signatureLines, limits), limits);
      refuseUnpairedLabels(inputs, values);
      Input input = choice.among(inputs);
      return new SignatureSelection.Selected(
          new MessageSignature(
              input.label(),
              components(input, limits),
              SignatureParameters.parse(input.list().parameters()),
              input.received(),
              valueOf(input.label(), values)));
    } catch (StructuredFieldException e) {
      return new SignatureSelection.Refused(SignatureRefusal.MALFORMED_FIELD, e.getMessage());
    } catch (Refusal e) {
      return new SignatureSelection.Refused(e.reason(), e.getMessage());
    }
  }

  private static List<String> bounded(List<String> lines, SignatureLimits limits) throws Refusal {
    int length = 0;
    for (int i = 0; i < lines.size(); i++) {
      length += lines.get(i).length();
      if (length > limits.maxFieldLength() || i >= limits.maxSignatures()) {
        throw new Refusal(
            SignatureRefusal.LIMIT_EXCEEDED,
            "Signature and Signature-Input: expected at most "
                + limits.maxFieldLength()
                + " characters and "
                + limits.maxSignatures()
                + " lines each");
      }
    }
    return lines;
  }

  // Each line is read as a Dictionary of its own: joining lines first, as RFC 9651 allows, would
  // let a string run from one line into the next.
  private static List<Input> readInputs(List<String> lines, SignatureLimits limits)
      throws Refusal, StructuredFieldException {
    List<Input> inputs = new ArrayList<>(2);
    for (int i = 0; i < lines.size(); i++) {
      String line = FieldValue.canonical(lines.get(i));
      StructuredFieldReader reader = StructuredFieldReader.refusingDuplicates(line);
      while (!reader.atEnd()) {
        String label = reader.readKey();
        int start = reader.position() + 1;
        Member member = reader.readDictionaryValue();
        if (!(member instanceof InnerList list)) {
          throw new Refusal(
              SignatureRefusal.MALFORMED_FIELD, "Signature-Input: expected an Inner List");
        }
        for (int j = 0; j < inputs.size(); j++) {
          refuseSecond(label, inputs.get(j).label());
        }
        inputs.add(new Input(label, list, line.substring(start, reader.position())));
        refuseMoreThan(limits.maxSignatures(), inputs.size());
        reader.readSeparator();
      }
    }
    return inputs;
  }

  private static List<Value> readValues(List<String> lines, SignatureLimits limits)
      throws Refusal, StructuredFieldException {
    List<Value> values = new ArrayList<>(2);
    for (int i = 0; i < lines.size(); i++) {
      StructuredFieldReader reader =
          StructuredFieldReader.refusingDuplicates(FieldValue.canonical(lines.get(i)));
      while (!reader.atEnd()) {
        String label = reader.readKey();
        Member member = reader.readDictionaryValue();
        if (!(member instanceof Item item
            && item.parameters().isEmpty()
            && item.value() instanceof BareItem.BytesValue bytes)) {
          throw new Refusal(
              SignatureRefusal.MALFORMED_FIELD,
              "Signature: expected a Byte Sequence without parameters");
        }
        for (int j = 0; j < values.size(); j++) {
          refuseSecond(label, values.get(j).label());
        }
        values.add(new Value(label, bytes.value()));
        refuseMoreThan(limits.maxSignatures(), values.size());
        reader.readSeparator();
      }
    }
    return values;
  }

  private static void refuseSecond(String label, String earlier) throws Refusal {
    if (label.equals(earlier)) {
      throw new Refusal(SignatureRefusal.DUPLICATE_LABEL, "label comes twice: " + label);
    }
  }

  private static void refuseMoreThan(int limit, int count) throws Refusal {
    if (count > limit) {
      throw new Refusal(
          SignatureRefusal.LIMIT_EXCEEDED, "expected at most " + limit + " signatures");
    }
  }

  private static void refuseUnpairedLabels(List<Input> inputs, List<Value> values) throws Refusal {
    if (inputs.size() != values.size()) {
      throw new Refusal(
          SignatureRefusal.LABEL_MISMATCH,
          "expected the same labels, got "
              + inputs.size()
              + " in Signature-Input and "
              + values.size()
              + " in Signature");
    }
    for (int i = 0; i < inputs.size(); i++) {
      valueOf(inputs.get(i).label(), values);
    }
  }

  private static byte[] valueOf(String label, List<Value> values) throws Refusal {
    for (int i = 0; i < values.size(); i++) {
      if (values.get(i).label().equals(label)) {
        return values.get(i).bytes();
      }
    }
    throw new Refusal(SignatureRefusal.LABEL_MISMATCH, "label is not in Signature: " + label);
  }

  private static Input labeled(List<Input> inputs, String label) throws Refusal {
    for (int i = 0; i < inputs.size(); i++) {
      if (inputs.get(i).label().equals(label)) {
        return inputs.get(i);
      }
    }
    throw new Refusal(SignatureRefusal.LABEL_NOT_FOUND, "no signature has the label " + label);
  }

  private static Input onlyOneTagged(List<Input> inputs, String tag) throws Refusal {
    Input found = null;
    for (int i = 0; i < inputs.size(); i++) {
      BareItem value = inputs.get(i).list().parameters().get("tag");
      if (value != null && !(value instanceof BareItem.StringValue)) {
        throw new Refusal(SignatureRefusal.WRONG_PARAMETER_TYPE, "tag: expected a String");
      }
      if (value instanceof BareItem.StringValue string && string.value().equals(tag)) {
        if (found != null) {
          throw new Refusal(
              SignatureRefusal.TAG_AMBIGUOUS, "more than one signature has the tag " + tag);
        }
        found = inputs.get(i);
      }
    }
    if (found == null) {
      throw new Refusal(SignatureRefusal.TAG_NOT_FOUND, "no signature has the tag " + tag);
    }
    return found;
  }

  private static List<CoveredComponent> components(Input input, SignatureLimits limits)
      throws Refusal {
    List<Item> items = input.list().items();
    if (items.size() > limits.maxComponents()) {
      throw new Refusal(
          SignatureRefusal.LIMIT_EXCEEDED,
          "expected at most " + limits.maxComponents() + " components, got " + items.size());
    }
    List<CoveredComponent> components = new ArrayList<>(items.size());
    for (int i = 0; i < items.size(); i++) {
      components.add(CoveredComponent.parse(items.get(i)));
    }
    // Section 4.1 demands the very serialization that was signed. Holding peers to it means that
    // the received text, the parsed values and the signed text cannot drift apart.
    if (!StructuredFields.serialize(input.list()).equals(input.received())) {
      throw new Refusal(
          SignatureRefusal.NOT_CANONICAL,
          "Signature-Input: expected the strict serialization, such as single spaces");
    }
    return components;
  }
}
