// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import java.io.IOException;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1PrintableString;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.ASN1UTF8String;

/** Text in a certificate, which ends up in logs and on terminals. */
final class CertificateText {
  /** STRMAX of the profile. */
  private static final int MOST = 256;

  private CertificateText() {}

  /**
   * @param least characters
   * @throws IOException unless it is a short UTF8String or PrintableString that shows as it is
   */
  static String read(ASN1Encodable value, int least) throws IOException {
    if (!(value instanceof ASN1UTF8String) && !(value instanceof ASN1PrintableString)) {
      throw new IOException("expected a UTF8String");
    }
    String text = ((ASN1String) value).getString();
    if (text.length() < least || text.length() > MOST) {
      throw new IOException(
          "expected a text of " + least + " to " + MOST + " characters, got " + text.length());
    }
    if (!text.codePoints().allMatch(CertificateText::shows)) {
      throw new IOException("expected a text without control characters");
    }
    return text;
  }

  /** A name for a message, whatever is in it. */
  static String shown(String name) {
    StringBuilder out = new StringBuilder();
    name.codePoints()
        .limit(MOST)
        .forEach(character -> out.appendCodePoint(shows(character) ? character : '?'));
    return out.toString();
  }

  /** Neither moves a terminal's cursor nor turns the direction of what follows. */
  private static boolean shows(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }
}
