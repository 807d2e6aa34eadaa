// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How a path is read before it is compared with an {@link EgressPermission}. A path has one normal
 * form (RFC 3986 section 6.2.2), or none if some server could read it as another path.
 */
public sealed interface PathForm {
  /**
   * A path that every server reads alike.
   *
   * @param path with percent-encoded unreserved characters decoded, and the digits of what is still
   *     encoded in upper case
   */
  record Normal(String path) implements PathForm {}

  /**
   * A path that can be read in two ways.
   *
   * @param why what makes it so, for people, such as {@code an encoded slash (%2F)}
   */
  record Ambiguous(String why) implements PathForm {}

  /** What a server may decode, and then take for a delimiter. */
  String DELIMITERS = "/\\%;?#";

  /** A segment such as {@code ..}, also with the spaces that some file systems cut off. */
  Pattern DOTS = Pattern.compile("(?:%20)*\\.(?:\\.|%20)*");

  /**
   * Reads a path.
   *
   * @param path from the first slash on, without query and fragment
   */
  static PathForm of(String path) {
    if (isPlainThroughout(path)) {
      // Nothing to decode, and no character that stands for another: only its segments count.
      return form(path, doubtOfSegments(path));
    }
    StringBuilder normal = new StringBuilder(path.length());
    ByteBuffer decoded = ByteBuffer.allocate(path.length());
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c != '%') {
        if (c != '/' && !isPlain(c)) {
          return new Ambiguous(
              c > 0x20 && c < 0x7f ? "the character " + c : "a character outside US-ASCII");
        }
        normal.append(c);
        decoded.put((byte) c);
        continue;
      }
      int octet = octet(path, i + 1);
      if (octet < 0) {
        return new Ambiguous("a percent sign without two hexadecimal digits after it");
      }
      String encoded = path.substring(i, i + 3).toUpperCase(Locale.ROOT);
      if (octet < 0x20 || octet == 0x7f || DELIMITERS.indexOf(octet) >= 0) {
        return new Ambiguous("an encoded delimiter or control character (" + encoded + ")");
      }
      if (isUnreserved((char) octet)) {
        normal.append((char) octet);
      } else {
        normal.append(encoded);
      }
      decoded.put((byte) octet);
      i += 2;
    }
    String form = normal.toString();
    return form(form, doubtOfSegments(form).or(() -> doubtOfText(decoded.flip())));
  }

  private static PathForm form(String path, Optional<String> doubt) {
    return doubt.isPresent() ? new Ambiguous(doubt.get()) : new Normal(path);
  }

  private static boolean isPlainThroughout(String path) {
    for (int i = 0; i < path.length(); i++) {
      if (path.charAt(i) != '/' && !isPlain(path.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static Optional<String> doubtOfSegments(String path) {
    if (!path.startsWith("/")) {
      return Optional.of("no slash at its beginning");
    }
    int start = 1;
    for (int end = path.indexOf('/', start); end >= 0; end = path.indexOf('/', start)) {
      if (end == start) {
        return Optional.of("two slashes in a row");
      }
      if (isOfDots(path, start, end)) {
        return Optional.of("a segment of dots");
      }
      start = end + 1;
    }
    return isOfDots(path, start, path.length())
        ? Optional.of("a segment of dots")
        : Optional.empty();
  }

  private static boolean isOfDots(String path, int start, int end) {
    // Few segments begin so; for those the pattern is asked.
    return start < end
        && (path.charAt(start) == '.' || path.charAt(start) == '%')
        && DOTS.matcher(path).region(start, end).matches();
  }

  /** Overlong UTF-8, and characters that servers with best-fit mapping take for others. */
  private static Optional<String> doubtOfText(ByteBuffer bytes) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
      String compatible = Normalizer.normalize(text, Normalizer.Form.NFKC);
      return special(compatible) == special(text)
          ? Optional.empty()
          : Optional.of("a character that stands for a dot or a delimiter");
    } catch (CharacterCodingException e) {
      return Optional.of("encoded bytes that are not UTF-8");
    }
  }

  private static long special(String text) {
    return text.chars().filter(c -> c == '.' || DELIMITERS.indexOf(c) >= 0).count();
  }

  private static int octet(String path, int at) {
    if (at + 2 > path.length()) {
      return -1;
    }
    int high = hex(path.charAt(at));
    int low = hex(path.charAt(at + 1));
    return high < 0 || low < 0 ? -1 : high << 4 | low;
  }

  private static int hex(char c) {
    // Character.digit also takes digits of other scripts.
    return c < 0x7f ? Character.digit(c, 16) : -1;
  }

  /** RFC 3986 section 2.3. */
  private static boolean isUnreserved(char c) {
    return c >= '0' && c <= '9'
        || c >= 'A' && c <= 'Z'
        || c >= 'a' && c <= 'z'
        || c == '-'
        || c == '.'
        || c == '_'
        || c == '~';
  }

  /** A pchar of RFC 3986 section 3.3 but for the semicolon, after which servers find parameters. */
  private static boolean isPlain(char c) {
    return isUnreserved(c) || "!$&'()*+,=:@".indexOf(c) >= 0;
  }
}
