// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.traffic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;

/**
 * A place in a JSON document whose value is taken out: a JSON pointer (RFC 6901) in which the token
 * {@code *}, our extension, stands for every element of an array and every member of an object.
 * What the pointer does not find is not there to be taken out.
 *
 * @param tokens unescaped; none for the whole document
 */
public record Redaction(List<String> tokens) {
  /** What stands in the place of a value. */
  static final JsonNode MARK = TextNode.valueOf("[redacted]");

  private static final int MAX_CHARS = 1024;
  private static final int MAX_TOKENS = 32;

  public Redaction {
    tokens = List.copyOf(tokens);
  }

  /**
   * Reads a pointer.
   *
   * @throws IllegalArgumentException if it is not one of RFC 6901 section 3, or very long
   */
  public static Redaction parse(String pointer) {
    if (!pointer.isEmpty() && !pointer.startsWith("/")) {
      throw new IllegalArgumentException(
          "expected a JSON pointer such as /messages/*/content, got \"" + pointer + "\"");
    }
    if (pointer.length() > MAX_CHARS) {
      throw new IllegalArgumentException(
          "expected a JSON pointer of at most " + MAX_CHARS + " characters");
    }
    List<String> tokens = new ArrayList<>();
    if (!pointer.isEmpty()) {
      for (String token : pointer.substring(1).split("/", -1)) {
        tokens.add(unescaped(token));
      }
    }
    if (tokens.size() > MAX_TOKENS) {
      throw new IllegalArgumentException(
          "expected a JSON pointer of at most " + MAX_TOKENS + " tokens, got " + tokens.size());
    }
    return new Redaction(tokens);
  }

  private static String unescaped(String token) {
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < token.length(); i++) {
      char c = token.charAt(i);
      if (c != '~') {
        plain.append(c);
        continue;
      }
      char escaped = ++i < token.length() ? token.charAt(i) : ' ';
      switch (escaped) {
        case '0' -> plain.append('~');
        case '1' -> plain.append('/');
        default ->
            throw new IllegalArgumentException(
                "expected ~0 or ~1 in a JSON pointer, got \"" + token + "\"");
      }
    }
    return plain.toString();
  }

  /** A document after redaction, and how many values were taken out of it. */
  record Redacted(JsonNode document, int values) {}

  /** Takes out of {@code document}, which is changed, what this points to. */
  Redacted of(JsonNode document) {
    return tokens.isEmpty() ? new Redacted(MARK, 1) : new Redacted(document, takeOut(document, 0));
  }

  private int takeOut(JsonNode node, int at) {
    String token = tokens.get(at);
    boolean last = at == tokens.size() - 1;
    int count = 0;
    if (node instanceof ObjectNode object) {
      List<String> names = token.equals("*") ? names(object) : List.of(token);
      for (String name : names) {
        JsonNode value = object.get(name);
        if (value != null && last) {
          object.set(name, MARK);
          count++;
        } else if (value != null) {
          count += takeOut(value, at + 1);
        }
      }
    } else if (node instanceof ArrayNode array) {
      int first = token.equals("*") ? 0 : index(token);
      int end = token.equals("*") ? array.size() : Math.min(first + 1, array.size());
      for (int i = first; i >= 0 && i < end; i++) {
        if (last) {
          array.set(i, MARK);
          count++;
        } else {
          count += takeOut(array.get(i), at + 1);
        }
      }
    }
    return count;
  }

  private static List<String> names(ObjectNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** RFC 6901 section 4: digits without a leading zero; anything else is no index. */
  private static int index(String token) {
    return token.matches("0|[1-9][0-9]{0,8}") ? Integer.parseInt(token) : -1;
  }
}
