// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures.structuredfields;

import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Whole fields, from text and back (RFC 9651 section 4). */
public final class StructuredFields {
  private StructuredFields() {}

  /** Reads a field that is one Item. */
  public static Item parseItem(String value) throws StructuredFieldException {
    return StructuredFieldReader.of(value).readItemField();
  }

  /** Reads a field that is a List; several field lines are {@link #combine combined} first. */
  public static List<Member> parseList(String value) throws StructuredFieldException {
    return Collections.unmodifiableList(StructuredFieldReader.of(value).readListField());
  }

  /** Reads a field that is a Dictionary, in order; the last of several equal keys wins. */
  public static Map<String, Member> parseDictionary(String value) throws StructuredFieldException {
    return Collections.unmodifiableMap(StructuredFieldReader.of(value).readDictionaryField());
  }

  /** The lines of one field as the single value that the parsers take (RFC 9651 section 4.2). */
  public static String combine(List<String> fieldLines) {
    return fieldLines.size() == 1 ? fieldLines.get(0) : String.join(", ", fieldLines);
  }

  /** Writes an Item or Inner List. */
  public static String serialize(Member member) {
    StringBuilder out = new StringBuilder();
    StructuredFieldWriter.append(out, member);
    return out.toString();
  }

  /** Writes a List. */
  public static String serialize(List<? extends Member> list) {
    StringBuilder out = new StringBuilder();
    StructuredFieldWriter.append(out, list);
    return out.toString();
  }

  /** Writes a Dictionary. */
  public static String serialize(Map<String, ? extends Member> dictionary) {
    StringBuilder out = new StringBuilder();
    StructuredFieldWriter.append(out, dictionary);
    return out.toString();
  }
}
