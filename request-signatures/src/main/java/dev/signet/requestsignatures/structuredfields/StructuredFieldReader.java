// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures.structuredfields;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads one field value from left to right (RFC 9651 section 4.2). Stricter than the RFC asks in
 * what it leaves to the parser: base64 must be padded and canonical, and input is bounded by {@link
 * #MAX_LENGTH}, {@link #MAX_MEMBERS}, {@link #MAX_INNER_ITEMS} and {@link #MAX_PARAMETERS}, which
 * are no smaller than the minimums of RFC 9651.
 *
 * <p>Most callers want {@link StructuredFields}; the reader itself is for those who need to know
 * where in the received text a member begins and ends.
 */
public final class StructuredFieldReader {
  /** Longest field value that is looked at, in characters. */
  public static final int MAX_LENGTH = 262_144;

  /** Most members of a List or Dictionary. */
  public static final int MAX_MEMBERS = 1024;

  /** Most items of an Inner List. */
  public static final int MAX_INNER_ITEMS = 256;

  /** Most parameters of one member. */
  public static final int MAX_PARAMETERS = 256;

  private final BareItemReader bare;
  private final boolean refuseDuplicates;

  private StructuredFieldReader(String text, boolean refuseDuplicates)
      throws StructuredFieldException {
    if (text.length() > MAX_LENGTH) {
      throw new StructuredFieldException(
          "a field value has at most " + MAX_LENGTH + " characters, got " + text.length());
    }
    this.bare = new BareItemReader(text);
    this.refuseDuplicates = refuseDuplicates;
    bare.skipSpaces();
  }

  /** Reads as RFC 9651 says: the last of several equal keys wins. */
  public static StructuredFieldReader of(String text) throws StructuredFieldException {
    return new StructuredFieldReader(text, false);
  }

  /** Reads the same grammar, but refuses a key that comes twice, in a Dictionary or parameters. */
  public static StructuredFieldReader refusingDuplicates(String text)
      throws StructuredFieldException {
    return new StructuredFieldReader(text, true);
  }

  /** Index of the next character. */
  public int position() {
    return bare.position();
  }

  /** True when all was read. */
  public boolean atEnd() {
    return bare.atEnd();
  }

  /** Reads a whole field that is one Item. */
  public Item readItemField() throws StructuredFieldException {
    Item item = readItem();
    bare.skipSpaces();
    if (!bare.atEnd()) {
      throw bare.expected("the end of the Item");
    }
    return item;
  }

  /** Reads a whole field that is a List. */
  public List<Member> readListField() throws StructuredFieldException {
    List<Member> members = new ArrayList<>();
    while (!bare.atEnd()) {
      if (members.size() == MAX_MEMBERS) {
        throw bare.expected("at most " + MAX_MEMBERS + " members");
      }
      members.add(readMember());
      readSeparator();
    }
    return members;
  }

  /** Reads a whole field that is a Dictionary, in order. */
  public Map<String, Member> readDictionaryField() throws StructuredFieldException {
    Map<String, Member> members = new LinkedHashMap<>();
    while (!bare.atEnd()) {
      String key = readKey();
      Member member = readDictionaryValue();
      if (members.put(key, member) != null && refuseDuplicates) {
        throw new StructuredFieldException("Dictionary key comes twice: " + key);
      }
      if (members.size() > MAX_MEMBERS) {
        throw bare.expected("at most " + MAX_MEMBERS + " members");
      }
      readSeparator();
    }
    return members;
  }

  /** Reads a Dictionary or parameter key. */
  public String readKey() throws StructuredFieldException {
    return bare.readKey();
  }

  /** Reads what follows a Dictionary key: {@code =} and a member, or parameters of a true. */
  public Member readDictionaryValue() throws StructuredFieldException {
    if (bare.skip('=')) {
      return readMember();
    }
    return new Item(BareItem.BooleanValue.TRUE, readParameters());
  }

  /** Reads the comma between two members and checks that a member follows; at the end, nothing. */
  public void readSeparator() throws StructuredFieldException {
    bare.skipBlanks();
    if (bare.atEnd()) {
      return;
    }
    if (!bare.skip(',')) {
      throw bare.expected("a comma");
    }
    bare.skipBlanks();
    if (bare.atEnd()) {
      throw bare.expected("a member after the comma");
    }
  }

  private Member readMember() throws StructuredFieldException {
    return bare.peek('(') ? readInnerList() : readItem();
  }

  private Item readItem() throws StructuredFieldException {
    BareItem value = bare.read();
    return new Item(value, readParameters());
  }

  private InnerList readInnerList() throws StructuredFieldException {
    bare.skip('(');
    List<Item> items = new ArrayList<>(12);
    while (true) {
      bare.skipSpaces();
      if (bare.skip(')')) {
        return new InnerList(items, readParameters());
      }
      if (items.size() == MAX_INNER_ITEMS) {
        throw bare.expected("at most " + MAX_INNER_ITEMS + " items");
      }
      items.add(readItem());
      if (!bare.peek(' ') && !bare.peek(')')) {
        throw bare.expected("a space or ) after an item of an Inner List");
      }
    }
  }

  private Parameters readParameters() throws StructuredFieldException {
    if (!bare.peek(';')) {
      return Parameters.NONE;
    }
    Parameters.Builder parameters = new Parameters.Builder();
    while (bare.skip(';')) {
      bare.skipSpaces();
      String key = bare.readKey();
      BareItem value = bare.skip('=') ? bare.read() : BareItem.BooleanValue.TRUE;
      if (!parameters.put(key, value) && refuseDuplicates) {
        throw new StructuredFieldException("parameter comes twice: " + key);
      }
      if (parameters.size() > MAX_PARAMETERS) {
        throw bare.expected("at most " + MAX_PARAMETERS + " parameters");
      }
    }
    return parameters.build();
  }
}
