// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Limits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An attribute certificate in a file: DER, or one block of PEM (RFC 7468 section 9). */
final class PlatformCertificateFile {
  private static final Pattern PEM =
      Pattern.compile(
          "\\s*-----BEGIN ATTRIBUTE CERTIFICATE-----\\s([A-Za-z0-9+/=\\s]+)"
              + "-----END ATTRIBUTE CERTIFICATE-----\\s*");

  private static final int DER_SEQUENCE = 0x30;

  private PlatformCertificateFile() {}

  /** What is in it, not looked at any further. */
  static Bytes read(Path file) throws IOException, CommandFailure {
    // PEM takes four characters for three bytes, and line ends.
    byte[] content = InputFile.read(file, 2 * Limits.PLATFORM_CERTIFICATE_BYTES);
    if (content.length > 0 && content[0] == DER_SEQUENCE) {
      return Bytes.of(content);
    }
    Matcher pem = PEM.matcher(new String(content, StandardCharsets.ISO_8859_1));
    if (!pem.matches()) {
      throw CommandFailure.usage(
          file + ": expected an attribute certificate, in DER or one block of PEM");
    }
    try {
      return Bytes.of(Base64.getDecoder().decode(pem.group(1).replaceAll("\\s", "")));
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(file + ": expected base64 in the PEM block");
    }
  }
}
